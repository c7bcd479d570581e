"""A quorum queue that takes nothing and gives nothing, as RabbitMQ may leave it when it is killed: its owner replaces it."""

from __future__ import annotations

import pytest

from kit.testing.brokers import TestRabbitMQ
from tests.support.bus_faults import NUMBERS
from tests.support.bus_stage import Stage, until

# Long enough for a broker that is well, on a slow machine.
PATIENCE = {**NUMBERS, "SAFEWORK_BUS_CONSUME_LIMIT": "3"}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("broker", ["rabbitmq"], indirect=True)
def test_a_queue_that_does_not_answer_is_replaced_and_nothing_is_lost(stage: Stage) -> None:
    broker = stage.broker
    assert isinstance(broker, TestRabbitMQ)
    relay, worker = stage.ledgers.relay(**PATIENCE), stage.reports.worker("Reports", **PATIENCE)
    stage.emit(range(20))
    stage.ledgers.rows("DELETE FROM outbox_delivery WHERE subscriber = 'workflow'")
    until(lambda: stage.ledgers.deliveries() == {"acked": 20}, what=stage.report)
    for process in (relay, worker):
        process.kill()
        process.wait()
    for queue in ("inbox.reports", "receipts.ledgers"):
        broker.evaluate(f"sys:suspend(whereis('%2F_{queue}')).")
    stage.emit(range(20, 50))
    stage.ledgers.rows("DELETE FROM outbox_delivery WHERE subscriber = 'workflow'")
    stage.ledgers.relay(**PATIENCE)
    stage.reports.worker("Reports", **PATIENCE)
    until(lambda: stage.ledgers.deliveries() == {"acked": 50}, 200, what=stage.report)
    until(lambda: stage.reports.inbox() == {"done": 50}, what=stage.report)
    assert stage.reports.effects() == dict.fromkeys(range(50), 1)
    for service, queue in ((stage.reports, "inbox.reports"), (stage.ledgers, "receipts.ledgers")):
        assert "queues_replaced" in service.log() and queue in service.log()
