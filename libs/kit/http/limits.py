"""Limits of a request, before anything is parsed (reliability.md 3.5 and 3.10): sizes, JSON depth, encoded separators.
The gateway has the same limits; they are here too, since a service may be reached behind its back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kit.http.problems import problem_response

JSON_BODY = 1024 * 1024
QUERY = 4096
PATH = 4096
JSON_DEPTH = 20

_OF_A_BODY = frozenset((b"content-length", b"content-type", b"transfer-encoding"))

# %2f and %5c would let a path mean one thing to the gateway and another to us; %00 and ; have no business in one.
_REFUSED = re.compile(rb"%2f|%5c|%00|%2e|;", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class BodyLimit:
    """A larger limit for the paths that `pattern` matches from the start."""

    pattern: str
    bytes: int


class Limits:
    """ASGI middleware. `bodies` lists the exceptions to the limit for ordinary bodies."""

    def __init__(self, app: ASGIApp, bodies: Sequence[BodyLimit] = ()) -> None:
        self.app = app
        self.bodies = [(re.compile(body.pattern), body.bytes) for body in bodies]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        raw_path: bytes = scope.get("raw_path") or scope["path"].encode()
        if len(raw_path) > PATH or len(scope.get("query_string", b"")) > QUERY:
            await problem_response(414, "uri_too_long", "请求地址过长")(scope, receive, send)
            return
        if _REFUSED.search(raw_path) or b"/../" in raw_path or raw_path.endswith(b"/.."):
            await problem_response(400, "bad_path", "请求地址含有不允许的字符")(scope, receive, send)
            return
        limit = next((size for pattern, size in self.bodies if pattern.match(scope["path"])), JSON_BODY)
        headers = {name: value for name, value in scope["headers"] if name in _OF_A_BODY}
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > limit:
            await _too_large(limit)(scope, receive, send)
            return
        if b"json" in headers.get(b"content-type", b""):
            await self._json(scope, receive, send, limit)
        elif not headers and scope["method"] == "GET":
            # No body is announced, in whatever way.
            await self.app(scope, receive, send)
        else:
            await self._counted(scope, receive, send, limit)

    async def _json(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        """Reads a JSON body whole, for its depth has to be known before a recursive parser meets it."""
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > limit:
                await _too_large(limit)(scope, receive, send)
                return
        if _depth_exceeds(bytes(body), JSON_DEPTH):
            await problem_response(422, "too_deep", "提交的内容有误", detail="JSON 嵌套过深")(scope, receive, send)
            return
        sent = False

        async def replay() -> Message:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": bytes(body), "more_body": False}

        await self.app(scope, replay, send)

    async def _counted(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        """Counts what really arrives, for a chunked body declares no length."""
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            if message["type"] == "http.request":
                seen += len(message.get("body", b""))
                if seen > limit:
                    raise _BodyTooLarge
            return message

        try:
            await self.app(scope, counted, send)
        except _BodyTooLarge:
            await _too_large(limit)(scope, receive, send)


class _BodyTooLarge(Exception):
    """More bytes arrived than the limit allows."""


def _too_large(limit: int) -> Any:
    return problem_response(413, "too_large", "内容超过大小上限", detail=f"上限为 {limit // 1024} KB")


def _depth_exceeds(body: bytes, limit: int) -> bool:
    """Whether brackets outside strings nest deeper than `limit`."""
    depth = 0
    for token in re.finditer(rb'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', body, re.DOTALL):
        match token.group()[:1]:
            case b"[" | b"{":
                depth += 1
                if depth > limit:
                    return True
            case b"]" | b"}":
                depth -= 1
    return False
