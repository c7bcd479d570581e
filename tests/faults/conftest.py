"""Fault tests have a PostgreSQL of their own, which they may crash, and which keeps what it has committed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kit.testing.brokers import TestBroker
from kit.testing.databases import TestPostgres, run_postgres
from tests.support.bus_stage import Stage, set_stage


@pytest.fixture(scope="module")
def postgres() -> Iterator[TestPostgres]:
    """In place of the session's server. `fsync` may stay off, since the machine itself does not crash here; a commit that
    has been answered must survive the end of the server's processes, so `synchronous_commit` may not."""
    for server in run_postgres():
        server.execute("ALTER SYSTEM SET synchronous_commit = on")
        server.execute("SELECT pg_reload_conf()")
        yield server


@pytest.fixture
def stage(
    broker: TestBroker,
    postgres: TestPostgres,
    service_settings: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Stage]:
    """A producer and two consumers on databases that may be crashed."""
    yield from set_stage(broker, postgres, service_settings, tmp_path, monkeypatch)
