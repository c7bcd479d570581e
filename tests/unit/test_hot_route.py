"""The short way to a read is behind the same door as every other, and says so when it is used for what it cannot do."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from contracts.principal import Principal
from kit.http.hot import HotRoute
from kit.http.principal import require, signed_in


async def good(request: Request, who: Principal) -> Response:
    return Response()


async def strange(request: Request, page: int, who: Principal) -> Response:
    return Response()


def plain(request: Request, who: Principal) -> Response:
    return Response()


@pytest.mark.parametrize(
    ("endpoint", "dependencies"),
    [
        (good, []),
        (good, [signed_in()]),
        (good, [require("a:b:read"), require("a:c:read")]),
        (strange, [require("a:b:read")]),
        (plain, [require("a:b:read")]),
    ],
)
def test_what_it_would_leave_out_is_refused(endpoint: Any, dependencies: list[Any]) -> None:
    with pytest.raises(RuntimeError, match="hot route"):
        APIRouter(route_class=HotRoute).get("/a", dependencies=dependencies)(endpoint)


def test_a_guard_a_request_and_a_principal_are_enough() -> None:
    routes = APIRouter(route_class=HotRoute)
    routes.get("/a", dependencies=[require("a:b:read")])(good)
    assert [type(route) for route in routes.routes] == [HotRoute]
