"""What operators do: each act has its effect once, and leaves a row in the audit trail."""

from __future__ import annotations

from collections import Counter
from uuid import UUID, uuid4

import pytest

from kit.bus import operate, status
from kit.errors import Conflict, Invalid, NotFound
from tests.support.bus_stage import Service, Stage, until

pytestmark = pytest.mark.parametrize("broker", ["valkey"], indirect=True)


def audited(service: Service) -> Counter[str]:
    return Counter(dict(service.rows("SELECT action, count(*) FROM audit_log WHERE username = 'ops' GROUP BY 1")))


@pytest.fixture
def with_dead(stage: Stage) -> Stage:
    """Ten done, three dead behind a gate, one message in quarantine."""
    stage.ledgers.relay()
    stage.reports.worker("Reports")
    stage.emit(range(10))
    stage.emit(range(100, 103), "behind-a-gate")
    until(lambda: stage.reports.inbox() == {"done": 10, "dead": 3}, what=stage.report)
    stage.send_raw(b"rubbish")
    until(lambda: stage.reports.rows("SELECT 1 FROM inbox_quarantine"), what=stage.report)
    return stage


def test_look_retry_drop(with_dead: Stage) -> None:
    stage, database = with_dead, with_dead.reports.database
    with database.session() as session:
        items = operate.listing(session)
        assert Counter(item.kind for item in items) == {"dead": 3, "quarantined": 1}
        dead = [item for item in items if item.kind == "dead"]
        assert {(item.attempts, item.error) for item in dead} == {(3, "ValueError: the gate is shut")}
        assert operate.show(session, dead[0].id)[0]["body"]["data"]["ledger"] == "behind-a-gate"
        bad = next(item.id for item in items if item.kind == "quarantined")
        assert operate.show(session, bad)[0]["raw"] == "rubbish"
        assert operate.listing(session, subscriber="reports.other") == []
        assert (status(session).dead, status(session).quarantined) == (3, 1)
        with pytest.raises(NotFound):
            operate.show(session, uuid4())

    # One is given up; the gate is opened; the rest are tried again.
    with database.transaction() as session:
        with pytest.raises(Invalid):
            operate.drop(session, [dead[0].id], reason=" ", by="ops")
        assert operate.drop(session, [dead[0].id], reason="重复的演练数据", by="ops") == 1
    stage.reports.rows("INSERT INTO gate VALUES (true)")
    with database.transaction() as session:
        assert operate.retry(session, None, by="ops") == 2
    until(lambda: stage.reports.inbox() == {"done": 12, "dropped": 1}, what=stage.report)
    assert stage.reports.effects().total() == 12

    # The quarantined message stays unreadable, and goes.
    with pytest.raises(Conflict), database.transaction() as session:
        operate.retry(session, [bad], by="ops")
    with database.transaction() as session:
        operate.drop(session, [bad], reason="测试报文", by="ops")
    with database.session() as session:
        assert operate.listing(session) == []
    with pytest.raises(NotFound), database.transaction() as session:
        operate.drop(session, [bad], reason="又一次", by="ops")
    assert audited(stage.reports) == {"bus.drop": 2, "bus.retry": 2}


def test_a_quarantined_event_is_read_again_after_an_upgrade(with_dead: Stage) -> None:
    stage = with_dead
    done = stage.reports.rows("SELECT body::text AS body FROM inbox WHERE state = 'done' LIMIT 1")[0].body
    good = done.replace(str(UUID(int=0)), "x").encode()
    stage.reports.rows("DELETE FROM inbox WHERE body::text = :body", body=done)
    stage.reports.rows("UPDATE inbox_quarantine SET raw = :raw", raw=good)
    bad = stage.reports.rows("SELECT id FROM inbox_quarantine")[0].id
    before = stage.reports.effects().total()
    with stage.reports.database.transaction() as session:
        assert operate.retry(session, [bad], by="ops") == 1
    until(lambda: stage.reports.effects().total() == before + 1, what=stage.report)
    assert stage.reports.rows("SELECT 1 FROM inbox_quarantine") == []


def test_undelivered_events_are_sent_at_once_or_dropped(stage: Stage) -> None:
    stage.emit([1, 2])
    stage.ledgers.rows("DELETE FROM outbox_delivery WHERE subscriber = 'workflow'")
    stage.ledgers.rows("UPDATE outbox_delivery SET attempts = 9, next_at = now() + interval '1 hour', state = 'sent'")
    with stage.ledgers.database.session() as session:
        first, second = operate.listing(session)
        assert (first.kind, first.attempts, first.subscriber) == ("undelivered", 9, "reports")
        assert status(session).stuck == 2
    with stage.ledgers.database.transaction() as session:
        operate.retry(session, [first.id], by="ops", subscriber="reports")
        operate.drop(session, [second.id], by="ops", reason="订阅方已下线")
    stage.ledgers.relay()
    stage.reports.worker("Reports")
    until(lambda: stage.ledgers.deliveries() == {"acked": 1, "dropped": 1}, what=stage.report)
    until(lambda: stage.reports.effects() == {1: 1}, what=stage.report)  # acked means kept, not yet handled


def test_a_replay_changes_nothing_and_a_rebuild_fills_the_projection_again(with_dead: Stage) -> None:
    stage = with_dead
    stage.workflow.worker("Workflow")
    stage.reports.rows("INSERT INTO gate VALUES (true)")
    stage.workflow.rows("INSERT INTO gate VALUES (true)")
    before = stage.reports.effects()
    with stage.ledgers.database.transaction() as session:
        assert operate.replay(session, "reports", by="ops") == 13
    until(lambda: stage.ledgers.deliveries() == {"acked": 26}, what=stage.report)
    assert stage.reports.effects() == before

    from tests.support.bus_stage import clear_effects

    with stage.reports.database.transaction() as session:
        assert operate.rebuild(session, "reports", producer="ledgers", clear=clear_effects, by="ops") == 13
    assert not stage.reports.effects()
    with stage.ledgers.database.transaction() as session:
        assert operate.replay(session, "reports", by="ops", pattern="cn.gas.ledger.*") == 13
    complete = dict.fromkeys([*range(10), 100, 101, 102], 1)
    until(lambda: stage.reports.effects() == complete, what=stage.report)
    until(lambda: stage.workflow.effects() == complete, what=stage.report)
    assert audited(stage.ledgers) == {"bus.replay": 2}
    assert audited(stage.reports) == {"bus.rebuild": 1}
    with pytest.raises(Invalid), stage.ledgers.database.transaction() as session:
        operate.replay(session, "reports", by="ops", pattern="cn.gas.permit.*")
