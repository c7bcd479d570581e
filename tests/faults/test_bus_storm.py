"""Exactly once, through everything that can be killed. Prints its seed; SAFEWORK_SEED repeats a run."""

from __future__ import annotations

import os
import random
import time

import pytest

from tests.support.bus_faults import Storm
from tests.support.bus_stage import Stage, until


def check(stage: Stage, storm: Storm) -> None:
    """Every event has exactly one effect with each subscriber, and nothing is left over."""
    began = time.monotonic()
    storm.run()
    calm = time.monotonic()
    once = dict.fromkeys(range(storm.events), 1)
    until(lambda: stage.ledgers.deliveries() == {"acked": 2 * storm.events}, 300, what=stage.report)
    until(lambda: stage.reports.effects().total() >= storm.events, what=stage.report)
    until(lambda: stage.workflow.effects().total() >= storm.events, what=stage.report)
    sends = stage.ledgers.rows("SELECT sum(attempts) FROM outbox_delivery")[0][0]
    print(
        f"{sum(storm.done.values())} faults {dict(storm.done)}, {storm.events} events × 2, {sends} sends, "
        f"storm {calm - began:.0f} s, then {time.monotonic() - calm:.0f} s"
    )
    assert stage.reports.effects() == once, stage.report()
    assert stage.workflow.effects() == once, stage.report()
    assert stage.reports.inbox() == stage.workflow.inbox() == {"done": storm.events}
    # A broker or a database that goes away is waited for; only what was killed has been started again.
    assert storm.ended_by_themselves == [], stage.report()


@pytest.fixture
def seed() -> int:
    """Printed, so that a failure can be repeated."""
    value = int(os.environ.get("SAFEWORK_SEED") or random.randrange(1_000_000))
    print(f"seed {value}")
    return value


@pytest.mark.timeout(900)
@pytest.mark.parametrize("broker", ["valkey"], indirect=True)
def test_two_thousand_events_through_forty_four_faults(stage: Stage, seed: int) -> None:
    plan = {
        "reports": 11,
        "workflow": 11,
        "relay": 10,
        "broker is killed and loses everything": 4,
        "broker is emptied": 3,
        "database": 3,
        "database connections": 2,
    }
    check(stage, Storm(stage, seed=seed, events=2000, plan=plan, pause=(0.3, 1.5)))


@pytest.mark.timeout(900)
@pytest.mark.parametrize("broker", ["rabbitmq"], indirect=True)
def test_four_hundred_events_through_twelve_faults_on_rabbitmq(stage: Stage, seed: int) -> None:
    plan = {
        "reports": 3,
        "workflow": 2,
        "relay": 2,
        "broker is killed and loses everything": 1,
        "broker is killed": 1,
        "broker is emptied": 1,
        "database": 1,
        "database connections": 1,
    }
    check(stage, Storm(stage, seed=seed, events=400, plan=plan, pause=(0.3, 1.5)))
