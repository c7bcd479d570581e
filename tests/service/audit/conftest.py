"""A service's database with the audit keys set, and hands to tamper with it as its owner and as the superuser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url

from kit import audit
from kit.audit import chain
from kit.db import Database
from kit.testing.databases import TestPostgres
from kit.testing.identity import principal
from services.workflow.settings import Settings

KEY = "audit-key-for-tests-0123456789-abcdefghij"


@dataclass
class Trail:
    """The trail of one service."""

    settings: Settings
    database: Database
    postgres: TestPostgres

    def write(self, count: int, **more: Any) -> None:
        """So many actions, each in a transaction of its own, as requests are."""
        for number in range(count):
            with self.database.transaction() as session:
                audit.record(session, principal(), "thing.change", "thing", str(number), after={"n": number}, **more)

    def seal(self) -> int:
        """Everything that is committed."""
        total = 0
        while True:
            with self.database.transaction() as session:
                done = chain.seal(session, self.settings.service, limit=50)
            total += done
            if done < 50:
                return total

    def tamper(self, *statements: str) -> None:
        """As the superuser, who can take every lock and trigger away."""
        name = make_url(self.settings.database_url.get_secret_value()).database
        engine = self.engine(self.postgres.url(name or "", "postgres"))
        with engine.begin() as connection:
            connection.execute(text("SET session_replication_role = replica"))
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()

    def rows(self, statement: str) -> list[Any]:
        """What the service itself sees."""
        with self.database.session() as session:
            return list(session.execute(text(statement)).all())

    def engine(self, url: str) -> Engine:
        """Another way into the database."""
        return create_engine(url)


@pytest.fixture
def trail(postgres: TestPostgres, service_settings: Callable[..., Settings]) -> Iterator[Trail]:
    """An empty trail."""
    settings = service_settings(Settings, audit_keys=SecretStr(KEY))
    database = Database(settings, pool_size=4)
    yield Trail(settings, database, postgres)
    database.close()
