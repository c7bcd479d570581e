"""A hot route's request passes the same doors as every other, and fails in the same words."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.requests import Request
from starlette.responses import Response

from contracts.principal import Principal
from kit.errors import Invalid
from kit.http.app import create_app
from kit.http.hot import HotRoute
from kit.http.principal import CurrentPrincipal, require
from kit.testing.identity import TestIssuer, principal
from services.reports.settings import Settings

URL = "/api/reports/hot"


def router(path: str, seen: list[Principal]) -> APIRouter:
    routes = APIRouter(prefix="/api/reports", route_class=HotRoute)

    @routes.get(path, dependencies=[require("reports:hot:read")])
    async def hot(request: Request, who: CurrentPrincipal) -> Response:
        seen.append(who)
        match request.query_params.get("does"):
            case "crash":
                raise ZeroDivisionError("secret detail")
            case "refuse":
                raise Invalid("不行")
            case "wait":
                raise PoolTimeout("no connection")
        return Response(b"{}", media_type="application/json")

    return routes


@pytest.fixture
def seen() -> list[Principal]:
    return []


@pytest.fixture(params=["/hot", "/{kind}"], ids=["by the lane", "by the router"])
def client(
    request: pytest.FixtureRequest, service_settings: Callable[..., Settings], issuer: TestIssuer, seen: list[Principal]
) -> Iterator[TestClient]:
    """The lane knows whole paths; a route with a parameter takes the way of every other, to the same end."""
    app = create_app(
        service_settings(Settings), title="t", description="t", routers=[router(request.param, seen)],
        verifier=issuer.verifier("reports"),
    )  # fmt: skip
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def test_it_is_answered_with_the_edges_headers(client: TestClient, issuer: TestIssuer, seen: list[Principal]) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    head = {**issuer.headers(principal("reports:*:read")), "traceparent": f"00-{trace}-b7ad6b7169203331-01"}
    answer = client.get(URL, headers=head)
    assert (answer.status_code, answer.json()) == (200, {})
    assert answer.headers["x-trace-id"] == trace
    assert (answer.headers["cache-control"], answer.headers["x-content-type-options"]) == ("no-store", "nosniff")
    assert [who.username for who in seen] == ["tester"]
    assert 'http_request_seconds_count{method="GET",status="200"}' in client.get("/metrics").text


def test_it_is_refused_as_everywhere(client: TestClient, issuer: TestIssuer, seen: list[Principal]) -> None:
    assert client.get(URL).json()["code"] == "unauthenticated"
    answer = client.get(URL, headers=issuer.headers(principal("reports:other:read")))
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_missing")
    head = issuer.headers(principal("reports:hot:read"))
    assert client.get(URL + "?x=" + "y" * 5000, headers=head).status_code == 414
    assert client.post(URL, headers=head).status_code == client.head(URL, headers=head).status_code == 405
    assert seen == []


@pytest.mark.parametrize(("does", "status", "code"), [("refuse", 422, "invalid"), ("wait", 503, "unavailable")])
def test_it_fails_in_the_same_words(client: TestClient, issuer: TestIssuer, does: str, status: int, code: str) -> None:
    answer = client.get(f"{URL}?does={does}", headers=issuer.headers(principal("reports:hot:read")))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_unexpected_says_nothing_of_its_inside(client: TestClient, issuer: TestIssuer) -> None:
    answer = client.get(f"{URL}?does=crash", headers=issuer.headers(principal("reports:hot:read")))
    assert answer.status_code == 500
    assert "secret" not in answer.text and answer.json()["trace_id"] == answer.headers["x-trace-id"]
