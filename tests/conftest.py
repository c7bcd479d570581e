"""Fixtures of every tier, and which tests share a process when the suite runs in several (`make test`)."""

import signal
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

from kit.audit import duty
from kit.testing.fixtures import broker, issuer, postgres, rabbitmq, service_settings, valkey
from tests.support.chromium import browser
from tests.system.stack import stack

__all__ = ["broker", "browser", "issuer", "postgres", "rabbitmq", "service_settings", "stack", "valkey"]

# What needs the embedded stack or the browser. The machine should carry one of each, so that one process runs all of it.
ON_THE_STACK = ("tests/system/", "tests/browser/")
# A service each, with nothing in common: any process takes the next.
ONE_BY_ONE = "tests/contract/test_schemathesis.py"
# Files of minutes: begun last, they would leave the other processes waiting for one.
FIRST = (*ON_THE_STACK, ONE_BY_ONE, "tests/faults/", "tests/service/bus/", "tests/manifests/")


def pytest_configure() -> None:
    """A run that is asked to end (`timeout`, a cancelled CI job) takes its servers with it: fixtures are torn down.
    And a request that changes something without a word to the audit trail fails."""
    duty.strict = True
    # How long it takes to think of an example tells of the machine, not of the code.
    settings.register_profile("suite", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("suite")
    signal.signal(signal.SIGTERM, lambda *_: pytest.exit("SIGTERM", returncode=143))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones first; otherwise the order stays (`--no-loadscope-reorder` keeps it)."""
    items.sort(
        key=lambda item: next((at for at, place in enumerate(FIRST) if item.nodeid.startswith(place)), len(FIRST))
    )


class ByFile(LoadScopeScheduling):
    """A file stays together, for its fixtures' sake; what shares the stack as well, and begins at once, for it takes longest."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(ONE_BY_ONE):
            return nodeid
        return "stack" if nodeid.startswith(ON_THE_STACK) else nodeid.split("::", 1)[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """How `make test` shares the tests out between its processes."""
    return ByFile(config, log)
