"""Fixtures of every tier, and which tests share a process when the suite runs in several (`make test`)."""

import signal

import pytest

from kit.audit import duty
from kit.testing.fixtures import broker, issuer, postgres, rabbitmq, service_settings, valkey
from tests.support.chromium import browser
from tests.system.stack import stack

__all__ = ["broker", "browser", "issuer", "postgres", "rabbitmq", "service_settings", "stack", "valkey"]

# Fixtures of which the machine should carry one only. Whoever uses any of them runs in one process.
ONE_OF_A_KIND = {"stack", "browser"}


def pytest_configure() -> None:
    """A run that is asked to end (`timeout`, a cancelled CI job) takes its servers with it: fixtures are torn down.
    And a request that changes something without a word to the audit trail fails."""
    duty.strict = True
    signal.signal(signal.SIGTERM, lambda *_: pytest.exit("SIGTERM", returncode=143))


def pytest_itemcollected(item: pytest.Item) -> None:
    """A file stays together, for its fixtures' sake."""
    shared = ONE_OF_A_KIND.intersection(getattr(item, "fixturenames", ()))
    item.add_marker(pytest.mark.xdist_group("stack" if shared else str(item.path)))
