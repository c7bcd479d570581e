"""One trace id per request: in the answer's header, in every problem, in the log, in the audit row."""

from __future__ import annotations

import os
import re
import time
from functools import lru_cache

import structlog
from prometheus_client import Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kit.audit.duty import settle_file
from kit.audit.origin import Origin, origin, written
from kit.http.problems import unexpected

_TRACEPARENT = re.compile(r"^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$")
_NO_SNIFFING, _NOT_KEPT = (b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store")
_SECONDS = Histogram("http_request_seconds", "Time to answer", ["method", "status"])


@lru_cache(maxsize=200)
def _seconds(method: str, status: int) -> Histogram:
    return _SECONDS.labels(method, str(status))


class Tracing:
    """ASGI middleware: takes the caller's W3C trace id or makes one, and notes where the request came from."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        sent = headers.get(b"traceparent")
        parent = _TRACEPARENT.match(sent.decode("latin-1")) if sent else None
        trace_id = parent.group(1) if parent else os.urandom(16).hex()
        agent = headers.get(b"user-agent", b"").decode("latin-1")[:200]
        token = origin.set(Origin(_client_address(scope, headers), agent or None, trace_id))
        actions = written.set([])
        structlog.contextvars.bind_contextvars(trace_id=trace_id)
        start, status, started = time.perf_counter(), 500, False

        async def traced(message: Message) -> None:
            nonlocal status, started
            if message["type"] == "http.response.start":
                settle_file(scope, message["headers"], message["status"])
                status, started = message["status"], True
                headers = [*message["headers"], (b"x-trace-id", trace_id.encode()), _NO_SNIFFING]
                if not any(name.lower() == b"cache-control" for name, _ in message["headers"]):
                    headers.append(_NOT_KEPT)
                message["headers"] = headers
            await send(message)

        try:
            await self.app(scope, receive, traced)
        except Exception as error:
            # Answered here and not by the framework's outermost handler, which knows no trace id and raises again.
            answer = unexpected(error, scope["path"])
            if not started:
                await answer(scope, receive, traced)
        finally:
            _seconds(scope["method"], status).observe(time.perf_counter() - start)
            structlog.contextvars.unbind_contextvars("trace_id")
            written.reset(actions)
            origin.reset(token)


def _client_address(scope: Scope, headers: dict[bytes, bytes]) -> str | None:
    """The address the gateway saw. X-Real-Ip is set by the gateway, which removes any that a client sends; it names
    nobody's identity and is only written down."""
    real = headers.get(b"x-real-ip", b"").decode("latin-1")[:45]
    if real:
        return real
    client = scope.get("client")
    return client[0] if client else None
