"""A fresh proof: what the token says of it is believed, and nothing else."""

from __future__ import annotations

import time
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from pydantic import SecretStr
from starlette.responses import JSONResponse

from kit.errors import AppError
from kit.http.principal import CurrentPrincipal, require
from kit.http.recent import recent, refuse_large_export
from kit.settings import ServiceSettings
from kit.testing.identity import TestIssuer, principal

ISSUER = TestIssuer()
SETTINGS = ServiceSettings(database_url=SecretStr("postgresql+psycopg://ledgers:not-well-known@127.0.0.1/ledgers"))


@pytest.fixture(scope="module")
def client() -> TestClient:
    app = FastAPI()
    app.state.verifier = ISSUER.verifier("ledgers")

    @app.exception_handler(AppError)
    async def plainly(_: Request, error: AppError) -> JSONResponse:
        # The real handler writes refusals down, which takes a database.
        return JSONResponse({"code": error.code}, error.status)

    @app.post("/rotate", dependencies=[require("ledgers:keys:update"), recent()])
    async def rotate() -> str:
        return "done"

    @app.post("/large-export", dependencies=[require("ledgers:keys:update")])
    async def export(who: CurrentPrincipal) -> str:
        refuse_large_export(SETTINGS, who, 5_001)
        return "done"

    @app.post("/export", dependencies=[require("ledgers:keys:update")])
    async def small(who: CurrentPrincipal) -> str:
        refuse_large_export(SETTINGS, who, 5_000)
        return "done"

    return TestClient(app)


def post(client: TestClient, path: str, *permissions: str, **claims: Any) -> tuple[int, str]:
    token = ISSUER.token(principal(*permissions), **claims)
    answer = client.post(path, headers={"Authorization": f"Bearer {token}"})
    return answer.status_code, answer.json() if answer.status_code == 200 else answer.json()["code"]


def test_five_minutes(client: TestClient) -> None:
    now = int(time.time())
    assert post(client, "/rotate", "ledgers:keys:*", auth_time=now - 290) == (200, "done")
    assert post(client, "/rotate", "ledgers:keys:*", auth_time=now - 302) == (403, "reauthentication_required")
    assert post(client, "/rotate", "ledgers:keys:*", auth_time=0) == (403, "reauthentication_required")


def test_who_may_not_is_told_that_and_not_asked_for_a_password(client: TestClient) -> None:
    assert post(client, "/rotate", "ledgers:rows:*", auth_time=0) == (403, "permission_missing")


@pytest.mark.parametrize("value", ["yesterday", None, [1], 1e400])
def test_a_time_that_is_none_is_no_token(client: TestClient, value: Any) -> None:
    assert post(client, "/rotate", "ledgers:keys:*", auth_time=value) == (401, "token_invalid")


def test_two_factors(client: TestClient) -> None:
    assert post(client, "/export", "ledgers:keys:*") == (200, "done")
    assert post(client, "/large-export", "ledgers:keys:*") == (403, "second_factor_missing")
    assert post(client, "/large-export", "ledgers:keys:*", amr=["pwd", "otp"]) == (200, "done")
    assert post(client, "/large-export", "ledgers:keys:*", amr="otp") == (403, "second_factor_missing")
    assert post(client, "/large-export", "ledgers:keys:*", amr=7) == (401, "token_invalid")
