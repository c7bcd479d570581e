"""A ledgers application on the demo company, for the checks that every ledger passes. One database serves a whole module of
tests: cloning one for each would take longer than the tests. What a test has written is wiped before the next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import psycopg
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from psycopg import sql

from contracts.principal import Principal
from kit.db import Database
from kit.testing.databases import TestPostgres
from kit.testing.identity import TestIssuer, principal
from services.ledgers.api import create
from services.ledgers.dictionaries import DICTIONARIES
from services.ledgers.models import Base
from services.ledgers.reading import counts
from services.ledgers.settings import Settings
from tests import company
from tests.catalogue.examples import example

__all__ = ["Bench", "bench", "example", "ledgers_app", "module_bench"]

# Written by the tests beside the ledgers' own tables; the audit trail cannot be wiped, and is read by object.
_KIT_TABLES = ("outbox_delivery", "outbox", "idempotency_key")


class Bench:
    """The application, its database, and people to ask as."""

    def __init__(self, settings: Settings, issuer: TestIssuer, client: TestClient) -> None:
        self.settings = settings
        self.issuer = issuer
        self.client = client
        self.database = Database(settings)

    def who(
        self, *permissions: str, scope: str = "company", department: str | None = None, user_id: UUID | None = None
    ) -> Principal:
        """A principal with these grants, anchored at a department of the demo company."""
        id_ = company.department_id(department) if department else None
        return principal(*permissions, scope=scope, department_id=id_, user_id=user_id)

    def ask(self, who: Principal, method: str, path: str, **more: Any) -> Any:
        """A request as somebody."""
        headers = {**self.issuer.headers(who), **more.pop("headers", {})}
        return self.client.request(method, f"/api/ledgers{path}", headers=headers, **more)

    def transaction(self) -> Any:
        """For what a worker does."""
        return self.database.transaction()


@pytest.fixture(scope="session")
def ledgers_app(postgres: TestPostgres, issuer: TestIssuer) -> FastAPI:
    """Building the application takes longer than a test; each module gives it a database of its own. Its lifespan (the
    background of large imports) is not run here."""
    return create(postgres.settings(Settings, "template_ledgers"), verifier=issuer.verifier("ledgers"))


@pytest.fixture(scope="module")
def module_bench(
    postgres: TestPostgres, issuer: TestIssuer, ledgers_app: FastAPI
) -> Iterator[tuple[Bench, psycopg.Connection]]:
    """The module's database with the demo company in it, and a connection that may wipe it."""
    name = postgres.clone(Settings)
    settings = postgres.settings(Settings, name)
    made = Bench(settings, issuer, TestClient(ledgers_app, raise_server_exceptions=False))
    with made.transaction() as session:
        company.load(session, DICTIONARIES)
    ledgers_app.state.settings, ledgers_app.state.database = settings, made.database
    with psycopg.connect(postgres.uri, dbname=name, autocommit=True) as wiper:
        # Without triggers and foreign keys, whose order nobody wants to know here.
        wiper.execute("SET session_replication_role = replica")
        yield made, wiper
    made.database.close()
    postgres.drop(name)


@pytest.fixture
def bench(module_bench: tuple[Bench, psycopg.Connection]) -> Bench:
    """An application without rows."""
    made, wiper = module_bench
    tables = [*_KIT_TABLES, *Base.metadata.tables]
    wiper.execute(sql.SQL("; ").join(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)) for name in tables))
    counts.clear()
    return made
