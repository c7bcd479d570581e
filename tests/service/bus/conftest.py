"""The stage on which the bus is tested, once on each broker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kit.testing.brokers import TestBroker
from kit.testing.databases import TestPostgres
from tests.support.bus_stage import Stage, set_stage


@pytest.fixture
def stage(
    broker: TestBroker,
    postgres: TestPostgres,
    service_settings: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Stage]:
    """A producer and two consumers, nothing running yet."""
    yield from set_stage(broker, postgres, service_settings, tmp_path, monkeypatch)
