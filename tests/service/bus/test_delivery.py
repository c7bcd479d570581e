"""Events arrive, once, whatever happens to the messages that carry them."""

from __future__ import annotations

from tests.support.bus_stage import Stage, until


def test_every_event_has_its_effect_once_with_each_subscriber(stage: Stage) -> None:
    stage.ledgers.relay()
    stage.reports.worker("Reports")
    stage.workflow.worker("Workflow")
    for start in range(0, 300, 50):
        stage.emit(range(start, start + 50))
    once = dict.fromkeys(range(300), 1)
    until(lambda: stage.reports.effects() == once, what=stage.report)
    until(lambda: stage.workflow.effects() == once, what=stage.report)
    until(lambda: stage.ledgers.deliveries() == {"acked": 600}, what=stage.report)
    assert stage.reports.inbox() == {"done": 300}
