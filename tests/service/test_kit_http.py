"""The edge that every service has: transactions, problems, limits, declared access, idempotency."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Body
from fastapi.testclient import TestClient
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import text

from kit.claims import PeriodClaim
from kit.errors import Conflict, NotFound
from kit.http.app import create_app
from kit.http.idempotency import OnceDep
from kit.http.principal import CurrentPrincipal, public, require, signed_in
from kit.http.session import SessionDep
from kit.testing.identity import TestIssuer, principal
from services.reports.settings import Settings


class Thing(BaseModel):
    """An input with limits."""

    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(max_length=5)]


def router() -> APIRouter:
    routes = APIRouter(prefix="/api/reports")

    @routes.post("/claims/{job}", dependencies=[require("reports:claims:create")])
    def claim(job: str, session: SessionDep, once: OnceDep, thing: Annotated[Thing, Body()]) -> Any:
        def effect() -> dict[str, str]:
            session.add(PeriodClaim(job=job, period=thing.name))
            return {"job": job}

        return once(effect)

    @routes.get("/claims", dependencies=[signed_in()])
    def count(session: SessionDep, who: CurrentPrincipal) -> dict[str, Any]:
        return {"count": session.execute(text("SELECT count(*) FROM period_claim")).scalar(), "who": who.username}

    @routes.post("/half", dependencies=[signed_in()])
    def half(session: SessionDep) -> None:
        session.add(PeriodClaim(job="half", period="x"))
        session.flush()
        raise Conflict("做了一半")

    @routes.post("/twice", dependencies=[signed_in()])
    def twice(session: SessionDep) -> dict[str, bool]:
        session.execute(text("INSERT INTO period_claim (job, period) VALUES ('twice', 'x')"))
        # The second row breaks the key only at commit time: the answer must not say 200.
        session.add(PeriodClaim(job="twice", period="x"))
        return {"ok": True}

    @routes.get("/crash", dependencies=[public("test")])
    def crash() -> None:
        raise ZeroDivisionError("secret detail")

    @routes.get("/missing", dependencies=[public("test")])
    def missing() -> None:
        raise NotFound

    return routes


@pytest.fixture
def client(service_settings: Callable[..., Settings], issuer: TestIssuer) -> Iterator[TestClient]:
    app = create_app(
        service_settings(Settings), title="t", description="t", routers=[router()], verifier=issuer.verifier("reports")
    )
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def may(issuer: TestIssuer, *permissions: str) -> dict[str, str]:
    return issuer.headers(principal(*permissions))


def test_a_request_commits_and_an_error_rolls_back(client: TestClient, issuer: TestIssuer) -> None:
    head = may(issuer, "reports:*:create")
    assert client.post("/api/reports/claims/a", json={"name": "1"}, headers=head).status_code == 201
    answer = client.post("/api/reports/half", headers=head)
    assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (409, "conflict", "做了一半")
    assert client.get("/api/reports/claims", headers=head).json() == {"count": 1, "who": "tester"}


def test_a_commit_that_fails_is_not_reported_as_success(client: TestClient, issuer: TestIssuer) -> None:
    answer = client.post("/api/reports/twice", headers=may(issuer))
    assert (answer.status_code, answer.json()["code"]) == (409, "duplicate")


def test_nobody_and_nothing_without_a_grant(client: TestClient, issuer: TestIssuer) -> None:
    assert client.get("/api/reports/claims").status_code == 401
    answer = client.post("/api/reports/claims/a", json={"name": "1"}, headers=may(issuer, "reports:claims:read"))
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_missing")
    assert "reports:claims:create" in answer.json()["detail"]


@pytest.mark.parametrize(
    "claims",
    [{"exp": 1}, {"aud": ["other"]}, {"iss": "someone"}, {"nbf": 9e12}, {"sub": "x"}, {"perm": None}, {"jti": ""}],
)
def test_a_token_that_is_not_for_us_is_401(client: TestClient, issuer: TestIssuer, claims: dict[str, Any]) -> None:
    token = issuer.token(principal(), **claims)
    assert client.get("/api/reports/claims", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_a_token_of_another_key_is_401(client: TestClient) -> None:
    assert client.get("/api/reports/claims", headers=TestIssuer().headers(principal())).status_code == 401


def test_invalid_input_names_the_field_in_chinese(client: TestClient, issuer: TestIssuer) -> None:
    answer = client.post(
        "/api/reports/claims/a", json={"name": "123456", "other": 1}, headers=may(issuer, "reports:*:*")
    )
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    errors = {tuple(e["loc"]): (e["code"], e["message"]) for e in answer.json()["errors"]}
    assert errors[("body", "name")] == ("string_too_long", "长度不能超过 5 个字符")
    assert errors[("body", "other")] == ("extra_forbidden", "未知的字段")


def test_the_unexpected_says_nothing_of_its_inside(client: TestClient) -> None:
    answer = client.get("/api/reports/crash")
    assert answer.status_code == 500
    assert "secret" not in answer.text and len(answer.json()["trace_id"]) == 32


@pytest.mark.parametrize("path", ["/api/reports/..%2fclaims", "/api/reports/a%5cb", "/api/reports/a;b", "/x%00"])
def test_a_path_that_could_mean_two_things_is_refused(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 400


def test_sizes_and_depth_are_limited_before_parsing(client: TestClient, issuer: TestIssuer) -> None:
    head = {**may(issuer, "reports:*:*"), "Content-Type": "application/json"}
    url = "/api/reports/claims/a"
    assert client.post(url, content=b'"' + b"x" * 1_100_000 + b'"', headers=head).status_code == 413
    assert client.post(url, content=iter([b"x" * 600_000] * 3), headers=head).status_code == 413
    assert client.post(url, content=b"[" * 50_000, headers=head).json()["code"] == "too_deep"
    assert client.post(url, content=b'{"name":"\\u0000"}', headers=head).status_code == 422
    assert client.get("/api/reports/claims?x=" + "y" * 5000, headers=head).status_code == 414


def test_the_same_key_does_it_once(client: TestClient, issuer: TestIssuer) -> None:
    head = {**may(issuer, "reports:*:*"), "Idempotency-Key": "k1"}
    first = client.post("/api/reports/claims/a", json={"name": "1"}, headers=head)
    again = client.post("/api/reports/claims/a", json={"name": "1"}, headers=head)
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert again.headers["Idempotent-Replayed"] == "true"
    other = client.post("/api/reports/claims/a", json={"name": "2"}, headers=head)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_a_route_that_does_not_say_who_may_use_it_is_refused(service_settings: Callable[..., Settings]) -> None:
    routes = APIRouter()
    routes.get("/open")(lambda: None)
    with pytest.raises(RuntimeError, match="/open"):
        create_app(service_settings(Settings), title="t", description="t", routers=[routes])


def test_ready_and_alive(client: TestClient) -> None:
    assert client.get("/readyz").json() == {"status": "ok", "failing": []}
    assert client.get("/healthz").status_code == 200
    metrics = client.get("/metrics").text
    assert "http_request_seconds" in metrics
    assert "safework_bus_dead 0.0" in metrics and "safework_bus_oldest_pending_seconds 0.0" in metrics
