"""Fixtures of every tier."""

import signal

import pytest

from kit.testing.fixtures import broker, issuer, postgres, rabbitmq, service_settings, valkey
from tests.support.chromium import browser
from tests.system.stack import stack

__all__ = ["broker", "browser", "issuer", "postgres", "rabbitmq", "service_settings", "stack", "valkey"]


def pytest_configure() -> None:
    """A run that is asked to end (`timeout`, a cancelled CI job) takes its servers with it: fixtures are torn down."""
    signal.signal(signal.SIGTERM, lambda *_: pytest.exit("SIGTERM", returncode=143))
