"""Events arrive, once, whatever happens to the messages that carry them."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import text

from kit.bus import emit, envelope
from kit.bus.outbox import EventTooLarge
from kit.db import now, uuid7
from tests.support.bus_stage import QUEUES, Stage, changed, until


def once(count: int) -> dict[int, int]:
    return dict.fromkeys(range(count), 1)


def test_every_event_has_its_effect_once_with_each_subscriber(stage: Stage) -> None:
    stage.ledgers.relay()
    stage.reports.worker("Reports")
    stage.workflow.worker("Workflow")
    for start in range(0, 300, 50):
        stage.emit(range(start, start + 50))
    until(lambda: stage.reports.effects() == once(300), what=stage.report)
    until(lambda: stage.workflow.effects() == once(300), what=stage.report)
    until(lambda: stage.ledgers.deliveries() == {"acked": 600}, what=stage.report)
    assert stage.reports.inbox() == stage.workflow.inbox() == {"done": 300}


def test_what_is_rolled_back_was_never_sent(stage: Stage) -> None:
    with stage.ledgers.database.session() as session:
        emit(session, changed(1), aggregate="test:1")
        session.flush()
    with pytest.raises(EventTooLarge), stage.ledgers.database.transaction() as session:
        emit(session, changed(2, "x" * 70_000), aggregate="test:2")
    assert stage.ledgers.rows("SELECT 1 FROM outbox UNION ALL SELECT 1 FROM outbox_delivery") == []


def test_messages_that_come_five_times_in_any_order_have_one_effect(stage: Stage) -> None:
    stage.reports.worker("Reports")
    until(lambda: "worker_started" in stage.reports.log(), what=stage.report)
    bodies = [
        envelope.encode(
            service="ledgers",
            id_=uuid7(),
            type_=changed(0).type,
            aggregate=f"test:{number}",
            occurred_at=now(),
            data=changed(number).model_dump(mode="json"),
        )
        for number in range(60)
    ] * 5
    random.Random(7).shuffle(bodies)
    stage.send_raw(*bodies)
    until(lambda: stage.reports.effects().total() >= 60, what=stage.report)
    until(lambda: stage.depth("inbox.reports") == 0)
    assert stage.reports.effects() == once(60)
    assert stage.reports.inbox() == {"done": 60}


def test_what_the_broker_loses_is_sent_again(stage: Stage) -> None:
    reports, workflow = stage.reports.worker("Reports"), stage.workflow.worker("Workflow")
    until(lambda: all("worker_started" in each.log() for each in (stage.reports, stage.workflow)), what=stage.report)
    for process in (reports, workflow):
        process.kill()
        process.wait()
    stage.ledgers.relay()
    stage.emit(range(50))
    until(lambda: stage.ledgers.deliveries() == {"sent": 100}, what=stage.report)
    stage.broker.wipe(QUEUES)
    stage.reports.worker("Reports")
    stage.workflow.worker("Workflow")
    until(lambda: stage.ledgers.deliveries() == {"acked": 100}, what=stage.report)
    until(lambda: stage.reports.effects() == stage.workflow.effects() == once(50), what=stage.report)


def test_queues_that_vanish_under_running_processes_are_made_again(stage: Stage) -> None:
    stage.ledgers.relay()
    stage.reports.worker("Reports")
    stage.workflow.worker("Workflow")
    for start in range(0, 90, 30):
        stage.emit(range(start, start + 30))
        until(lambda: stage.reports.effects(), what=stage.report)
        stage.broker.wipe(QUEUES)
    until(lambda: stage.ledgers.deliveries() == {"acked": 180}, what=stage.report)
    until(lambda: stage.reports.effects() == stage.workflow.effects() == once(90), what=stage.report)


def test_lost_receipts_are_given_again(stage: Stage) -> None:
    relay = stage.ledgers.relay()
    stage.reports.worker("Reports")
    stage.workflow.worker("Workflow")
    stage.emit(range(5))
    until(lambda: stage.ledgers.deliveries() == {"acked": 10}, what=stage.report)
    # Without its relay nobody takes the receipts, and then they are gone.
    stage.ledgers.rows("UPDATE outbox_delivery SET state = 'sent', next_at = now()")
    relay.kill()
    relay.wait()
    stage.broker.wipe(["receipts.ledgers"])
    stage.ledgers.relay()
    until(lambda: stage.ledgers.deliveries() == {"acked": 10}, what=stage.report)
    assert stage.reports.effects() == once(5)


def test_two_workers_and_two_relays_share_the_work(stage: Stage) -> None:
    for _ in range(2):
        stage.ledgers.relay()
        stage.reports.worker("Reports")
    stage.workflow.worker("Workflow")
    until(lambda: stage.reports.log().count("worker_started") == 2, what=stage.report)
    for start in range(0, 400, 20):
        stage.emit(range(start, start + 20))
    until(lambda: stage.reports.effects() == once(400), what=stage.report)
    until(lambda: stage.ledgers.deliveries() == {"acked": 800}, what=stage.report)
    assert stage.reports.effects() == once(400)


def test_the_database_and_the_broker_may_go_away_under_running_processes(stage: Stage) -> None:
    processes = [stage.ledgers.relay(), stage.reports.worker("Reports"), stage.workflow.worker("Workflow")]
    stage.emit(range(40))
    until(lambda: stage.reports.effects(), what=stage.report)
    for service in (stage.ledgers, stage.reports, stage.workflow):
        stage.cut_database(service)
    stage.emit(range(40, 80))
    stage.broker.lose_everything()
    stage.emit(range(80, 120))
    until(lambda: stage.ledgers.deliveries() == {"acked": 240}, what=stage.report)
    until(lambda: stage.reports.effects() == stage.workflow.effects() == once(120), what=stage.report)
    assert [process.poll() for process in processes] == [None, None, None], stage.report()


def test_the_window_limits_what_is_under_way(stage: Stage) -> None:
    """With a fixed interval and no window, re-sending congests itself (reliability.md F14)."""
    worker = stage.reports.worker("Reports")
    until(lambda: "worker_started" in stage.reports.log(), what=stage.report)
    worker.kill()
    worker.wait()
    stage.emit(range(100))
    stage.ledgers.rows("DELETE FROM outbox_delivery WHERE subscriber = 'workflow'")
    stage.ledgers.relay(SAFEWORK_BUS_WINDOW="20", SAFEWORK_BUS_FIRST_RESEND="30", SAFEWORK_BUS_LONGEST_RESEND="60")
    until(lambda: stage.ledgers.deliveries()["sent"] == 20, what=stage.report)
    until(lambda: stage.depth("inbox.reports") == 20, what=lambda: stage.depth("inbox.reports"))
    with pytest.raises(AssertionError):
        until(lambda: stage.ledgers.deliveries()["sent"] != 20, 1.5)
    stage.reports.worker("Reports")
    until(lambda: stage.ledgers.deliveries() == {"acked": 100}, what=stage.report)
    attempts = stage.ledgers.rows("SELECT max(attempts) FROM outbox_delivery")[0][0]
    assert attempts == 1


def test_delays_between_sends_grow(stage: Stage) -> None:
    stage.emit([1])
    stage.ledgers.rows("UPDATE outbox_delivery SET attempts = 40")
    worker = stage.reports.worker("Reports")
    until(lambda: "worker_started" in stage.reports.log(), what=stage.report)
    worker.kill()
    worker.wait()
    stage.ledgers.relay(SAFEWORK_BUS_FIRST_RESEND="15", SAFEWORK_BUS_LONGEST_RESEND="900")
    until(lambda: stage.ledgers.deliveries()["sent"] >= 1, what=stage.report)
    wait = stage.ledgers.rows(
        "SELECT extract(epoch FROM next_at - sent_at)::float FROM outbox_delivery WHERE subscriber = 'reports'"
    )[0][0]
    assert 720 <= wait <= 1080


def test_old_rows_are_removed_and_unfinished_ones_stay(stage: Stage) -> None:
    from kit.bus.housekeeping import purge
    from kit.bus.settings import BusSettings

    stage.emit(range(4))
    stage.ledgers.rows("UPDATE outbox SET occurred_at = now() - interval '500 days'")
    stage.ledgers.rows(
        "UPDATE outbox_delivery SET state = 'acked' WHERE event_id IN (SELECT id FROM outbox ORDER BY id LIMIT 2)"
    )
    with stage.ledgers.database.transaction() as session:
        for state in ("done", "dead"):
            session.execute(
                text(
                    "INSERT INTO inbox (subscriber, source, event_id, type, aggregate, body, state, received_at) "
                    "VALUES ('x', '/y', gen_random_uuid(), 't', 'a', '{}', :state, now() - interval '500 days')"
                ),
                {"state": state},
            )
    assert purge(stage.ledgers.database, BusSettings()) == 3
    assert stage.ledgers.deliveries() == {"pending": 4}
    assert stage.ledgers.inbox() == {"dead": 1}
