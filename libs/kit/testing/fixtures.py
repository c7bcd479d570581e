"""Pytest fixtures. tests/conftest.py imports them; a service's own conftest builds on them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kit.settings import ServiceSettings
from kit.testing.brokers import TestBroker, TestRabbitMQ, TestValkey
from kit.testing.databases import Fill, TestPostgres, run_postgres
from kit.testing.identity import TestIssuer


def missing_tool(reason: str) -> None:
    """Skips a test whose tool is not on this machine, loudly; on CI, which never skips, it fails."""
    if os.environ.get("SAFEWORK_CI"):
        pytest.fail(f"CI 不允许跳过：{reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def postgres() -> Iterator[TestPostgres]:
    """A PostgreSQL server for the session."""
    yield from run_postgres()


@pytest.fixture
def service_settings(postgres: TestPostgres) -> Iterator[Callable[..., Any]]:
    """`service_settings(Settings, fill=None, **more)` → settings of a service on a fresh clone of its template database, with
    what `fill` (a function, called once) writes."""
    names: list[str] = []

    def make(settings_class: type[ServiceSettings], fill: Fill | None = None, **more: Any) -> Any:
        names.append(postgres.clone(settings_class, fill))
        return postgres.settings(settings_class, names[-1], **more)

    yield make
    for name in names:
        postgres.drop(name)


@pytest.fixture(scope="session")
def issuer() -> TestIssuer:
    """Signs tokens that the applications under test accept."""
    return TestIssuer()


def _run_broker(broker: TestBroker) -> Iterator[TestBroker]:
    try:
        broker.start()
        yield broker
    finally:
        broker.close()


@pytest.fixture(scope="session")
def valkey() -> Iterator[TestBroker]:
    """A Valkey server for the session."""
    yield from _run_broker(TestValkey())


@pytest.fixture(scope="session")
def rabbitmq() -> Iterator[TestBroker]:
    """A RabbitMQ server for the session."""
    if not TestRabbitMQ.installed():
        missing_tool("没有 RabbitMQ（Debian 软件包 rabbitmq-server）")
    yield from _run_broker(TestRabbitMQ())


@pytest.fixture(params=["valkey", "rabbitmq"])
def broker(request: pytest.FixtureRequest) -> TestBroker:
    """Each broker in turn: what touches the bus is tested on both."""
    found: TestBroker = request.getfixturevalue(request.param)
    return found
