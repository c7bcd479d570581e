"""Handlers that fail, hang, or take their process with them: the effect is made once or not at all, and the others go on."""

from __future__ import annotations

import pytest

from tests.support.bus_stage import Stage, until

# What happens after an event has been stored does not depend on the broker.
pytestmark = pytest.mark.parametrize("broker", ["valkey"], indirect=True)


@pytest.fixture(autouse=True)
def relay(stage: Stage) -> None:
    """A running relay, and nobody at workflow."""
    stage.ledgers.relay()


def test_poison_is_dead_after_its_tries_and_the_others_go_on(stage: Stage) -> None:
    stage.reports.worker("Reports")
    stage.emit(range(1000, 1010), "unknown-error")
    stage.emit(range(2000, 2005), "permanent-error")
    stage.emit(range(100))
    until(lambda: stage.reports.inbox() == {"done": 100, "dead": 15}, what=stage.report)
    assert stage.reports.effects() == dict.fromkeys(range(100), 1)
    rows = stage.reports.rows("SELECT DISTINCT attempts, error FROM inbox WHERE state = 'dead' ORDER BY 1")
    assert [tuple(row) for row in rows] == [(1, "PermanentError: never"), (3, "ValueError: poison")]
    # Dead for the consumer, delivered for the producer.
    until(lambda: stage.ledgers.deliveries()["acked"] == 115, what=stage.report)


def test_a_handler_that_fails_and_then_succeeds_needs_nobody(stage: Stage) -> None:
    stage.reports.worker("Reports", SAFEWORK_BUS_TRIES_UNKNOWN="100")
    stage.emit([1], "behind-a-gate")
    until(lambda: stage.reports.rows("SELECT 1 FROM inbox WHERE attempts >= 2 AND state = 'ready'"), what=stage.report)
    assert not stage.reports.effects()
    stage.reports.rows("INSERT INTO gate VALUES (true)")
    until(lambda: stage.reports.effects() == {1: 1}, what=stage.report)
    assert stage.reports.rows("SELECT error FROM inbox")[0][0] is None


def test_a_handler_has_a_time_limit_and_others_do_not_wait_for_it(stage: Stage) -> None:
    stage.reports.worker("Reports", SAFEWORK_BUS_TRIES_TRANSIENT="2")
    stage.emit([1000], "too-slow")
    stage.emit(range(20))
    until(lambda: stage.reports.inbox() == {"done": 20, "dead": 1}, what=stage.report)
    assert "HandlerTimeout" in stage.reports.rows("SELECT error FROM inbox WHERE state = 'dead'")[0][0]
    assert stage.reports.effects() == dict.fromkeys(range(20), 1)


def test_a_handler_that_wants_to_exit_does_not_end_the_worker(stage: Stage) -> None:
    worker = stage.reports.worker("Reports")
    stage.emit([1000], "exits")
    stage.emit([1])
    until(lambda: stage.reports.inbox() == {"done": 1, "dead": 1}, what=stage.report)
    assert worker.poll() is None


def test_an_event_that_kills_the_process_is_given_up(stage: Stage) -> None:
    stage.emit([1000], "kills-the-process")
    stage.emit(range(5))
    for _ in range(12):
        worker = stage.reports.worker("Reports", SAFEWORK_BUS_TRIES_TRANSIENT="4")
        until(lambda worker=worker: worker.poll() is not None or stage.reports.inbox()["dead"], what=stage.report)
        if stage.reports.inbox()["dead"]:
            break
    until(lambda: stage.reports.inbox() == {"done": 5, "dead": 1}, what=stage.report)
    assert stage.reports.effects() == dict.fromkeys(range(5), 1)
    assert "process ended" in stage.reports.rows("SELECT error FROM inbox WHERE state = 'dead'")[0][0]


def test_a_worker_whose_loop_is_blocked_ends_itself_and_the_event_is_done_once(stage: Stage) -> None:
    worker = stage.reports.worker("Reports", SAFEWORK_BUS_HUB_SILENCE="1.5")
    stage.emit([1], "spins")
    until(lambda: worker.poll() is not None, what=stage.report)
    assert worker.returncode == 75
    assert "worker_blocked" in stage.reports.log()
    stage.reports.worker("Reports")
    until(lambda: stage.reports.effects() == {1: 1}, what=stage.report)


def test_what_a_handler_emits_belongs_to_its_transaction_and_to_the_trace(stage: Stage) -> None:
    stage.reports.worker("Reports")
    stage.emit([1], "chains")
    stage.ledgers.rows("UPDATE outbox SET trace_id = repeat('a', 32)")
    until(lambda: stage.reports.effects() == {1: 1}, what=stage.report)
    emitted = stage.reports.rows("SELECT aggregate, type FROM outbox")
    assert [tuple(row) for row in emitted] == [("chained:1", "cn.gas.ledger.row_renewed.v1")]


def test_events_are_handled_while_the_broker_is_away(stage: Stage) -> None:
    stage.reports.worker("Reports", SAFEWORK_BUS_TRIES_UNKNOWN="100")
    stage.emit(range(10), "behind-a-gate")
    until(lambda: stage.reports.inbox() == {"ready": 10}, what=stage.report)
    stage.broker.kill()
    try:
        stage.reports.rows("INSERT INTO gate VALUES (true)")
        stage.reports.close_processes()
        stage.reports.worker("Reports")
        until(lambda: stage.reports.effects() == dict.fromkeys(range(10), 1), what=stage.report)
    finally:
        stage.broker.start()
