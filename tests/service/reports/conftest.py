"""Reports on a fresh database, with a small company in its copy of the directory."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient

from kit.db import Database
from kit.testing.identity import TestIssuer
from services.reports.api import create
from services.reports.settings import Settings
from tests.service.reports.company import fill


@pytest.fixture
def settings(service_settings: Callable[..., Settings]) -> Settings:
    """Reports on a fresh database."""
    return service_settings(Settings)


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """The database, with the company in it."""
    database = Database(settings)
    with database.transaction() as session:
        fill(session)
    yield database
    database.close()


@pytest.fixture
def client(database: Database, settings: Settings, issuer: TestIssuer) -> Iterator[TestClient]:
    """The service's application on the same database."""
    with TestClient(create(settings, verifier=issuer.verifier("reports"))) as client:
        yield client
