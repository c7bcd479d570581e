"""Messages that are not what we expect: unreadable, of another release, too large. Nothing is dropped unseen, and nothing
holds up the others."""

from __future__ import annotations

import json

from contracts.events import LedgerRowsChanged
from kit.bus import envelope, status
from kit.bus.envelope import CONTENT_TYPE
from kit.db import now, uuid7
from tests.support.bus_stage import Stage, changed, until


def message(number: int, **more: object) -> bytes:
    body = envelope.encode(
        service="ledgers",
        id_=uuid7(),
        type_=LedgerRowsChanged.type,
        aggregate="test",
        occurred_at=now(),
        data=changed(number).model_dump(mode="json"),
    )
    return json.dumps(json.loads(body) | more).encode()


def test_what_cannot_be_read_is_kept_whole_and_the_rest_goes_on(stage: Stage) -> None:
    stage.reports.worker("Reports")
    until(lambda: "worker_started" in stage.reports.log(), what=stage.report)
    nul = message(1).replace(b'"ledger": "ok"', b'"ledger": "o\\u0000k"')
    assert b"u0000" in nul
    bad = {
        b"not json at all": (CONTENT_TYPE, "envelope"),
        b"\x80\x04\x95\xff\x00binary": (CONTENT_TYPE, "envelope"),
        b"plain text": ("text/plain", "content_type"),
        b'{"a": 1}': ("application/json", "content_type"),
        b"\x80\x04K\x01.": ("application/x-python-serialize", "content_type"),
        message(2, specversion="9"): (CONTENT_TYPE, "envelope: specversion"),
        message(3, type="cn.gas.ledger.rows_changed.v7"): (CONTENT_TYPE, "unknown_type"),
        message(4, data={"ledger": "x" * 140_000}): (CONTENT_TYPE, "too_large"),
        nul: (CONTENT_TYPE, "not_storable"),
    }
    stage.send_raw(message(100))
    for raw, (content_type, _) in bad.items():
        stage.send_raw(raw, content_type=content_type)
        stage.send_raw(raw, content_type=content_type)
    stage.send_raw(message(101))
    until(lambda: stage.reports.effects() == {100: 1, 101: 1}, what=stage.report)
    until(lambda: len(stage.reports.rows("SELECT 1 FROM inbox_quarantine")) == len(bad), what=stage.report)
    until(lambda: stage.depth("inbox.reports") == 0)
    rows = stage.reports.rows("SELECT raw, content_type, reason, times, queue, subscriber FROM inbox_quarantine")
    assert {bytes(row.raw) for row in rows} == set(bad)
    for row in rows:
        assert row.content_type == bad[bytes(row.raw)][0]
        assert row.reason.startswith(bad[bytes(row.raw)][1])
        assert (row.times, row.queue, row.subscriber) == (2, "inbox.reports", "reports")
    with stage.reports.database.session() as session:
        assert status(session).quarantined == len(bad)
        assert any("隔离" in alarm for alarm in status(session).alarms)


def test_a_newer_producer_is_understood_and_a_newer_major_waits_for_a_newer_consumer(stage: Stage) -> None:
    """A release is rolled out service by service: an added field is ignored; a type that this release does not know is
    refused, kept by its producer, and does not take the place of others in the window."""
    stage.reports.worker("Reports")
    stage.emit(range(30))
    stage.ledgers.rows("DELETE FROM outbox_delivery WHERE subscriber = 'workflow'")
    stage.ledgers.rows("""UPDATE outbox SET data = data || '{"added_in_a_newer_release": [1]}'""")
    stage.ledgers.rows(
        "UPDATE outbox SET type = 'cn.gas.ledger.rows_changed.v2' WHERE id IN (SELECT id FROM outbox ORDER BY id LIMIT 10)"
    )
    stage.ledgers.relay(SAFEWORK_BUS_WINDOW="5")
    until(lambda: stage.ledgers.deliveries()["acked"] == 20, what=stage.report)
    until(lambda: stage.reports.effects().total() == 20, what=stage.report)
    until(
        lambda: stage.ledgers.rows(
            "SELECT 1 FROM outbox_delivery WHERE last_error LIKE 'unknown_type%' AND attempts > 1"
        ),
        what=stage.report,
    )
    assert len(stage.reports.rows("SELECT 1 FROM inbox_quarantine")) == 10
    # The consumer's upgrade, played by the producer: the type becomes one that is known.
    stage.ledgers.rows("UPDATE outbox SET type = 'cn.gas.ledger.rows_changed.v1'")
    until(lambda: stage.ledgers.deliveries() == {"acked": 30}, what=stage.report)
    until(lambda: stage.reports.effects() == dict.fromkeys(range(30), 1), what=stage.report)


def test_receipts_that_are_not_ours_change_nothing(stage: Stage) -> None:
    stage.ledgers.relay()
    stage.reports.worker("Reports")
    stage.workflow.worker("Workflow")
    until(lambda: "worker_started" in stage.reports.log(), what=stage.report)
    stage.emit([1])
    until(lambda: stage.ledgers.deliveries() == {"acked": 2}, what=stage.report)
    for raw in (
        b"\xff",
        b"{}",
        b'[["x"]]',
        json.dumps([[uuid7().hex, "nobody", "stored", ""]]).encode(),
        b"[[1,2,3,4]]",
    ):
        stage.send_raw(raw, content_type="application/vnd.safework.receipts+json", queue="receipts.ledgers")
    stage.send_raw(b"[]", content_type="text/plain", queue="receipts.ledgers")
    stage.emit([2])
    until(lambda: stage.ledgers.deliveries() == {"acked": 4}, what=stage.report)
    until(lambda: stage.depth("receipts.ledgers") == 0)


def test_one_row_that_cannot_be_put_into_a_message_does_not_keep_the_others_back(stage: Stage) -> None:
    stage.reports.worker("Reports")
    stage.emit(range(3))
    stage.ledgers.rows("DELETE FROM outbox_delivery WHERE subscriber = 'workflow'")
    stage.ledgers.rows(
        "UPDATE outbox SET aggregate = repeat('x', 400) WHERE id = (SELECT id FROM outbox ORDER BY id LIMIT 1)"
    )
    stage.ledgers.relay()
    until(lambda: stage.ledgers.deliveries() == {"acked": 2, "pending": 1}, what=stage.report)
    assert "subject" in stage.ledgers.rows("SELECT last_error FROM outbox_delivery WHERE state = 'pending'")[0][0]
