"""The application, with a lane of its own for hot routes.

What Starlette and FastAPI lay round every request (four layers, a search for the route, a stack for files) serves what a hot
route has none of. Its request passes our own layers, the same as everybody's, and goes straight to it; its errors are
answered by the same handlers (docs/decisions/0016)."""

from __future__ import annotations

from functools import cached_property
from typing import NoReturn

from fastapi import FastAPI
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from kit.http.hot import HotRoute


class Application(FastAPI):
    """FastAPI. All routes and middleware have to be there when it is asked for the first time."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "GET" and not (self.root_path or scope.get("root_path")):
            route = self._hot.get(scope["path"])
            if route is not None:
                scope["app"], scope["route"], scope["path_params"] = self, route, {}
                await self._lane(scope, receive, send)
                return
        await super().__call__(scope, receive, send)

    @cached_property
    def _hot(self) -> dict[str, HotRoute]:
        return {route.path: route for route in self.routes if isinstance(route, HotRoute) and "{" not in route.path}

    @cached_property
    def _lane(self) -> ASGIApp:
        lane: ASGIApp = self._answer
        for layer in reversed(self.user_middleware):
            lane = layer.cls(lane, *layer.args, **layer.kwargs)
        return lane

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            response = await scope["route"].answer(Request(scope, receive, send))
        except Exception as error:
            await ExceptionMiddleware(_Raised(error), self.exception_handlers)(scope, receive, send)
        else:
            await response(scope, receive, send)


class _Raised:
    """An application that fails as another one did."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> NoReturn:
        raise self._error
