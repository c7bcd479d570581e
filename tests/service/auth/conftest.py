"""Auth as it runs in the demo: seeded, with its own keys, its own verifier, and a clock that a test can move."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import altcha
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from contracts.principal import Principal
from kit.db import Database, now
from kit.testing.databases import TestPostgres
from kit.testing.identity import TestIssuer
from services.auth import api
from services.auth.seed import seed
from services.auth.settings import Settings
from tests.service.auth.desk import Desk

PASSWORD = "Demo-Passw0rd-2026"


class Clock:
    """The time as the application sees it: a millisecond later at each look, and moved by a test. It does not follow the
    real one, for a slow machine must not turn a waiting time of 900 seconds into 899."""

    def __init__(self) -> None:
        self.time = now()

    def __call__(self) -> datetime:
        self.time += timedelta(milliseconds=1)
        return self.time

    def forward(self, **by: float) -> None:
        self.time += timedelta(**by)


class Browser:
    """One browser at the application: keeps cookies, sends the token it has."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.token = ""

    def login(self, username: str, password: str = PASSWORD, *, solve: bool = True) -> Any:
        """Signs in as the login page does: with a proof of work where one is asked for."""
        body = {"username": username, "password": password}
        answer = self.client.post("/api/auth/login", json=body)
        if solve and answer.status_code == 401 and answer.json()["code"] == "captcha_required":
            answer = self.client.post("/api/auth/login", json={**body, "captcha": self.solution()})
        if answer.status_code == 200:
            self.token = answer.json()["access_token"]
        return answer

    def solution(self) -> str:
        """A proof of work, fresh."""
        challenge = altcha.Challenge.from_dict(self.client.get("/api/auth/captcha").json())
        found = altcha.solve_challenge(challenge)
        assert found is not None
        return altcha.Payload(challenge, found).to_base64()

    def second_step(self, challenge: str, code: str) -> Any:
        answer = self.client.post("/api/auth/login/second-factor", json={"challenge": challenge, "code": code})
        if answer.status_code == 200:
            self.token = answer.json()["access_token"]
        return answer

    def refresh(self) -> Any:
        answer = self.client.post("/api/auth/refresh", headers={"X-Requested-With": "safework"})
        if answer.status_code == 200:
            self.token = answer.json()["access_token"]
        return answer

    def logout(self) -> Any:
        return self.client.post("/api/auth/logout", headers={"X-Requested-With": "safework"})

    def request(self, method: str, path: str, **more: Any) -> Any:
        return self.client.request(method, path, headers={"Authorization": f"Bearer {self.token}"}, **more)

    def get(self, path: str, **more: Any) -> Any:
        return self.request("GET", path, **more)

    @property
    def cookie(self) -> str:
        return self.client.cookies["safework_refresh"]


@pytest.fixture(scope="session")
def seeded(postgres: TestPostgres) -> Iterator[str]:
    """A database with the demo company in it, made once: hashing eighteen passwords takes seconds."""
    name = postgres.clone(Settings)
    seed(postgres.settings(Settings, name, demo_password=SecretStr(PASSWORD)))
    yield name
    postgres.drop(name)


@pytest.fixture
def settings(postgres: TestPostgres, seeded: str, tmp_path: Path) -> Iterator[Settings]:
    name = f"test_auth_{uuid4().hex[:12]}"
    postgres.execute(f'CREATE DATABASE "{name}" TEMPLATE "{seeded}" OWNER auth_owner STRATEGY FILE_COPY')
    yield postgres.settings(
        Settings,
        name,
        signing_key_dir=tmp_path / "keys",
        demo_password=SecretStr(PASSWORD),
        web_sessions=5,
        captcha_work=100,
    )
    postgres.drop(name)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(settings: Settings, clock: Clock) -> Iterator[Any]:
    """The running application."""
    app = api.create(settings, clock=clock)
    with TestClient(app):
        yield app


@pytest.fixture
def browser(app: Any) -> Callable[[], Browser]:
    """Opens another browser with cookies of its own."""
    return lambda: Browser(TestClient(app, raise_server_exceptions=False))


@pytest.fixture
def desk(settings: Settings, issuer: TestIssuer, clock: Clock) -> Iterator[Callable[[str | Principal], Desk]]:
    """Puts somebody at the application with a token of ours: `desk("sysadmin")`."""
    app = api.create(settings, verifier=issuer.verifier("auth"), clock=clock)
    with TestClient(app):
        yield lambda who: Desk(app, issuer, who)


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    database = Database(settings)
    yield database
    database.close()
