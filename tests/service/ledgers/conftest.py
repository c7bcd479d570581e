"""The ledgers with the background of imports running, each test on a database of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from kit.testing.identity import TestIssuer
from services.ledgers.dictionaries import DICTIONARIES
from services.ledgers.importing import jobs
from services.ledgers.reading import counts
from services.ledgers.settings import Settings
from tests import company
from tests.catalogue.conftest import Bench, ledgers_app

__all__ = ["bench", "ledgers_app"]


def with_company(session: Session) -> None:
    """What a database of these tests begins with."""
    company.load(session, DICTIONARIES)


@pytest.fixture
def bench(service_settings: Callable[..., Settings], issuer: TestIssuer, ledgers_app: FastAPI) -> Iterator[Bench]:
    """The application, its database and people to ask as."""
    settings = service_settings(Settings, with_company)
    made = Bench(settings, issuer, TestClient(ledgers_app, raise_server_exceptions=False))
    ledgers_app.state.settings, ledgers_app.state.database = settings, made.database
    counts.clear()
    with jobs.running(ledgers_app):
        yield made
    made.database.close()
