"""A ledgers application on the demo company, for the checks that every ledger passes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from contracts.principal import Principal
from kit.db import Database
from kit.testing.databases import TestPostgres
from kit.testing.identity import TestIssuer, principal
from services.ledgers.api import create
from services.ledgers.catalogue import LEDGERS
from services.ledgers.dictionaries import DICTIONARIES
from services.ledgers.ledger import LedgerRow
from services.ledgers.reading import counts
from services.ledgers.settings import Settings
from tests import company


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
    """Building the application takes longer than a test; each test gives it a database of its own. Its lifespan (the
    background of large imports) is not run here."""
    return create(postgres.settings(Settings, "template_ledgers"), verifier=issuer.verifier("ledgers"))


@pytest.fixture
def bench(service_settings: Callable[..., Settings], issuer: TestIssuer, ledgers_app: FastAPI) -> Iterator[Bench]:
    settings = service_settings(Settings)
    made = Bench(settings, issuer, TestClient(ledgers_app, raise_server_exceptions=False))
    with made.transaction() as session:
        company.load(session, DICTIONARIES)
    ledgers_app.state.settings, ledgers_app.state.database = settings, made.database
    counts.clear()
    yield made
    made.database.close()


def example(row_class: type[LedgerRow], department: str, number: int = 0) -> dict[str, Any]:
    """A valid row made of the fields' own examples, as JSON; rows of different numbers have different keys."""
    row: dict[str, Any] = {}
    for key, spec in row_class.input_fields().items():
        if spec.kind == "department":
            row[key] = str(company.department_id(department))
        elif spec.example is not None:
            value = spec.example
            row[key] = float(value) if isinstance(value, Decimal) else value
    for key in row_class.ledger.natural_key:
        if number and row_class.fields[key].kind in ("code", "text"):
            row[key] = f"{row[key]}-{number}"
    return row


def parametrised(argument: str = "row_class") -> Any:
    """Runs a test for every ledger of the catalogue."""
    return pytest.mark.parametrize(argument, LEDGERS, ids=[row.ledger.slug for row in LEDGERS])
