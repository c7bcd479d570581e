"""People at auth's application whose tokens are made from the database at each request: what somebody may do is what they may
do now, and no test waits for a sign-in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from contracts.principal import Principal
from kit.db import Database
from kit.testing.databases import TestPostgres
from kit.testing.identity import TestIssuer
from services.auth import api, permissions
from services.auth.access import principal_of
from services.auth.people import User
from services.auth.settings import Settings
from tests.service.auth.conftest import Clock
from tests.support.permits import SERVICES, permits_of


class Person:
    """One person, who sends requests."""

    def __init__(self, office: Office, username: str) -> None:
        self.office, self.username = office, username

    @property
    def principal(self) -> Principal:
        with self.office.database.session() as session:
            user = session.scalars(select(User).where(User.username == self.username)).unique().one()
            return principal_of(user, uuid4())

    @property
    def id(self) -> str:
        return str(self.principal.user_id)

    def send(self, method: str, path: str, **more: Any) -> Any:
        # They have just typed their password: what asks for a fresh proof of that is not what these tests are about.
        fresh = self.principal.model_copy(update={"authenticated_at": int(self.office.clock().timestamp())})
        headers = {**self.office.issuer.headers(fresh), **more.pop("headers", {})}
        return self.office.client.request(method, f"/api/auth{path}", headers=headers, **more)

    def get(self, path: str, **more: Any) -> Any:
        return self.send("GET", path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        return self.send("POST", path, **({"json": body} if body is not None else {}), **more)


class Office:
    """The application, its database, and everybody in it."""

    def __init__(
        self, client: TestClient, database: Database, issuer: TestIssuer, clock: Callable[[], datetime]
    ) -> None:
        self.client, self.database, self.issuer, self.clock = client, database, issuer, clock

    def __call__(self, username: str) -> Person:
        return Person(self, username)


@contextmanager
def opened(settings: Settings, clock: Callable[[], datetime]) -> Iterator[Office]:
    """An office in which every service has said what there is to permit."""
    issuer, database = TestIssuer(), Database(settings)
    with database.transaction() as session:
        for service in SERVICES:
            permissions.take_declaration(session, permits_of(service))
    with TestClient(api.create(settings, verifier=issuer.verifier("auth"), clock=clock)) as client:
        try:
            yield Office(client, database, issuer, clock)
        finally:
            database.close()


@pytest.fixture(scope="module")
def quiet(postgres: TestPostgres, seeded: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One office for all the tests of a module that change nothing: refusals."""
    name = f"test_auth_{uuid4().hex[:12]}"
    postgres.execute(f'CREATE DATABASE "{name}" TEMPLATE "{seeded}" OWNER auth_owner STRATEGY FILE_COPY')
    settings = postgres.settings(Settings, name, signing_key_dir=tmp_path_factory.mktemp("keys"))
    with opened(settings, Clock()) as office:
        yield office
    postgres.drop(name)
