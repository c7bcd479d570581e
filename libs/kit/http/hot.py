"""The short way to a hot read: `APIRouter(route_class=…)` is FastAPI's own seam for it.

Of a list's processor time, FastAPI's machinery for dependencies took a third (docs/decisions/0016): stacks that nothing is
pushed on, a search for parameters that there are none of. A hot route has nothing of that. It declares `require(…)` as every
route does, takes the request and the principal, and gives a response; token, permission, limits, trace and errors are those
of every other route, for it is the same code that looks at them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction, signature
from typing import Any, cast

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from contracts.principal import Principal
from kit.http.principal import get_principal

Guard = Callable[[Request, Principal], Awaitable[None]]


class HotRoute(APIRoute):
    """A route whose endpoint is `async def endpoint(request, who) -> Response`, behind exactly one `require(…)`."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **more: Any) -> None:
        super().__init__(path, endpoint, **more)
        guards = [dependency.dependency for dependency in self.dependencies]
        kinds = [getattr(guard, "access", ("",))[0] for guard in guards]
        if kinds != ["require"] or list(signature(endpoint).parameters) != ["request", "who"]:
            raise RuntimeError(f"{path}: a hot route takes (request, who) and declares require(…) alone")
        if not iscoroutinefunction(endpoint):
            raise RuntimeError(f"{path}: a hot route is a coroutine")
        self._guard = cast(Guard, guards[0])
        self.app = self._asgi

    async def answer(self, request: Request) -> Response:
        """What the request is answered; kit.http.lane asks for it without a detour."""
        await self._guard(request, await get_principal(request))
        response: Response = await self.endpoint(request, request.state.principal)
        return response

    async def _asgi(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self.answer(Request(scope, receive, send))
        await response(scope, receive, send)
