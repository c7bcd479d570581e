"""The worker as a process: when it refuses to start, how it ends, what it shows of itself, and work by the clock."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from tests.support.bus_stage import Stage, until

pytestmark = pytest.mark.parametrize("broker", ["valkey"], indirect=True)


@pytest.mark.parametrize(
    ("class_name", "reason"),
    [
        ("HandlesWhatIsNotListed", "reports handles cn.gas.ledger.row_renewed.v1 but is not listed for it"),
        ("HandlesLessThanListed", "reports is listed for cn.gas.ledger.rows_changed.v1 but does not handle it"),
    ],
)
def test_a_worker_that_disagrees_with_the_contracts_does_not_start(stage: Stage, class_name: str, reason: str) -> None:
    worker = stage.reports.worker(class_name)
    until(lambda: worker.poll() is not None)
    assert worker.returncode == 1
    assert reason in stage.reports.log()


def test_a_process_that_is_not_patched_does_not_start(stage: Stage) -> None:
    code = "from kit.worker.process import run; run('tests.support.bus_workers:Reports')"
    process = stage.reports.spawn_python(code)
    until(lambda: process.poll() is not None)
    assert "blocks eventlet" in stage.reports.log()


def test_an_ordinary_process_becomes_a_worker(stage: Stage) -> None:
    stage.ledgers.relay()
    process = stage.reports.spawn_python("from kit.worker import main; main('tests.support.bus_workers:Reports')")
    stage.emit([1])
    until(lambda: stage.reports.effects() == {1: 1}, what=stage.report)
    assert process.poll() is None


def test_asked_to_end_it_finishes_what_it_has_begun(stage: Stage) -> None:
    stage.ledgers.relay()
    worker = stage.reports.worker("Reports", SAFEWORK_BUS_HANDLER_LIMIT="10")
    stage.emit([1], "takes-a-second")
    until(lambda: (stage.reports.folder / "reports.begun").exists(), what=stage.report)
    worker.send_signal(signal.SIGTERM)
    until(lambda: worker.poll() is not None, what=stage.report)
    assert worker.returncode == 0
    assert "clean=True" in stage.reports.log()
    assert stage.reports.effects() == {1: 1}


def test_it_ends_in_time_when_a_handler_does_not_and_when_the_broker_is_away(stage: Stage) -> None:
    stage.ledgers.relay()
    worker = stage.reports.worker("Reports", SAFEWORK_BUS_HANDLER_LIMIT="60", SAFEWORK_BUS_STOP_LIMIT="1.5")
    stage.emit([1], "too-slow")
    until(lambda: stage.reports.inbox()["ready"], what=stage.report)
    time.sleep(0.5)
    stage.broker.kill()
    try:
        worker.send_signal(signal.SIGTERM)
        until(lambda: worker.poll() is not None, what=stage.report)
    finally:
        stage.broker.start()
    assert stage.reports.inbox() == {"ready": 1}
    assert not stage.reports.effects()


def test_it_starts_while_broker_and_database_are_away_and_shows_that_it_lives(stage: Stage) -> None:
    stage.broker.kill()
    try:
        worker = stage.reports.worker("Reports")
        beat = stage.reports.folder / "reports.heartbeat"
        until(beat.exists, what=stage.report)
        first = beat.stat().st_mtime
        until(lambda: beat.stat().st_mtime > first)
    finally:
        stage.broker.start()
    stage.ledgers.relay()
    stage.emit([1])
    until(lambda: stage.reports.effects() == {1: 1}, what=stage.report)
    assert worker.poll() is None


def test_the_relay_lives_and_dies_with_its_worker(stage: Stage) -> None:
    stage.reports.worker("Reports")
    worker = stage.ledgers.worker("Ledgers", SAFEWORK_BUS_RELAY_IN_WORKER="true")
    stage.emit([1])
    until(lambda: stage.reports.effects() == {1: 1}, what=stage.report)
    relay = relay_of(worker.pid)
    assert relay is not None
    # A relay that dies is started again.
    os.kill(relay, signal.SIGKILL)
    until(lambda: relay_of(worker.pid) not in (None, relay), what=stage.report)
    stage.emit([2])
    until(lambda: stage.reports.effects() == {1: 1, 2: 1}, what=stage.report)
    relay = relay_of(worker.pid)
    worker.kill()
    worker.wait()
    until(lambda: not running(relay))


def relay_of(parent: int) -> int | None:
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == parent and fields[0] != "Z":
            return int(entry.name)
    return None


def running(pid: int | None) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_of_two_workers_one_does_the_work_of_a_period(stage: Stage) -> None:
    stage.reports.worker("Ticking")
    stage.reports.worker("Ticking")
    until(lambda: len(stage.reports.rows("SELECT 1 FROM period_claim")) >= 3, what=stage.report)
    ticks = stage.reports.rows(
        "SELECT (SELECT count(*) FROM effect WHERE subscriber = 'tick') AS done, count(*) AS claimed FROM period_claim"
    )[0]
    assert ticks.done == ticks.claimed


def test_a_job_that_fails_leaves_its_period_to_be_claimed_again(stage: Stage) -> None:
    stage.reports.worker("FailingJob")
    until(lambda: stage.reports.log().count("job_failed") >= 2, what=stage.report)
    assert stage.reports.rows("SELECT 1 FROM period_claim") == []
    assert not stage.reports.effects()
    stage.reports.rows("INSERT INTO gate VALUES (true)")
    until(lambda: stage.reports.rows("SELECT 1 FROM period_claim"), what=stage.report)
    assert stage.reports.effects().total() >= 1
