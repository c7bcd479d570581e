"""kill -9 between any two steps (reliability.md 4, row 2): the effect is made once."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.bus_faults import NUMBERS
from tests.support.bus_stage import Stage, until

pytestmark = pytest.mark.parametrize("broker", ["valkey"], indirect=True)

OF_THE_RELAY = ("published, not marked", "receipt taken, not applied")
OF_THE_WORKER = (
    "arrived, not stored",
    "stored, not acknowledged",
    "acknowledged, no receipt",
    "claimed, not begun",
    "effect made, not committed",
    "committed, nobody told",
)


@pytest.mark.parametrize("point", [*OF_THE_RELAY, *OF_THE_WORKER])
def test_a_process_that_dies_between_two_steps(stage: Stage, tmp_path: Path, point: str) -> None:
    deaths = tmp_path / "deaths"
    faulty = {**NUMBERS, "FAULT_AT": point, "DEATHS": str(deaths)}
    relay_code = "import tests.support.bus_faulty; from kit.bus.__main__ import run; run('ledgers')"

    def start() -> subprocess.Popen[bytes]:
        if point in OF_THE_RELAY:
            return stage.ledgers.spawn_python(relay_code, **faulty)
        return stage.reports.worker("Reports", module="tests.support.bus_faulty", **faulty)

    stage.emit(range(30))
    stage.ledgers.rows("DELETE FROM outbox_delivery WHERE subscriber = 'workflow'")
    if point in OF_THE_RELAY:
        stage.reports.worker("Reports", **NUMBERS)
    else:
        stage.ledgers.relay(**NUMBERS)
    for _ in range(2):
        mortal = start()
        until(lambda mortal=mortal: mortal.poll() == -9, what=stage.report)
    start()
    until(lambda: stage.ledgers.deliveries() == {"acked": 30}, what=stage.report)
    until(lambda: stage.reports.inbox() == {"done": 30}, what=stage.report)
    assert stage.reports.effects() == dict.fromkeys(range(30), 1)
    assert deaths.read_text() == "xx"
