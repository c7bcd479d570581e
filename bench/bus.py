"""Events end to end against bare kombu on the same broker, in one run.

Bare: one process publishes persistent messages to a queue, another takes and acknowledges them; no database, no guarantee
beyond the transport's. Ours: outbox → relay → Valkey → inbox → handler → receipt, in real processes on a PostgreSQL that
commits to disk as the embedded stack's does."""

from __future__ import annotations

import multiprocessing
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import kombu

from kit.bus import broker as queues
from kit.bus import envelope
from kit.db import now, uuid7
from kit.testing.brokers import TestValkey
from kit.testing.databases import run_postgres

EVENTS = 3000
_PRODUCTION = {
    f"SAFEWORK_BUS_{name}": value
    for name, value in {
        "FIRST_RESEND": "15",
        "LONGEST_RESEND": "900",
        "RELAY_POLL": "1",
        "PROCESS_POLL": "1",
        "HANDLER_LIMIT": "30",
    }.items()
}

# No figure was promised for this one; it is measured so that it cannot get worse unseen.
GOALS: dict[str, tuple[str, float]] = {}


def measure() -> dict[str, float]:
    """Events per second from emit to effect, messages per second through bare kombu, and the ratio."""
    broker = TestValkey()
    broker.start()
    try:
        bare = _bare(broker.url)
        broker.wipe()
        ours, latency = _ours(broker)
    finally:
        broker.close()
    return {
        "events_per_second": ours,
        "bare_kombu_per_second": bare,
        "ratio": ours / bare,
        "emit_to_effect_ms": latency * 1000,
    }


def _body(number: int) -> bytes:
    from tests.support.bus_stage import changed

    event = changed(number)
    return envelope.encode(
        service="ledgers",
        id_=uuid7(),
        type_=event.type,
        aggregate="bench",
        occurred_at=now(),
        data=event.model_dump(mode="json"),
    )


def _bare(url: str) -> float:
    done = multiprocessing.get_context("spawn").Queue()
    consumer = multiprocessing.get_context("spawn").Process(target=_take, args=(url, done))
    consumer.start()
    done.get()
    bodies = [_body(number) for number in range(EVENTS)]
    began = time.monotonic()
    with queues.connect(url) as connection:
        producer = kombu.Producer(connection.channel())
        for body in bodies:
            producer.publish(
                body,
                exchange="",
                routing_key="bare",
                content_type=envelope.CONTENT_TYPE,
                content_encoding="utf-8",
                delivery_mode=2,
            )
    done.get()
    seconds = time.monotonic() - began
    consumer.join()
    return EVENTS / seconds


def _take(url: str, done: Any) -> None:
    taken = 0

    def take(message: Any) -> None:
        nonlocal taken
        taken += 1
        message.ack()

    with queues.connect(url) as connection:
        consumer = kombu.Consumer(
            connection.channel(), queues=[queues.queue("bare")], on_message=take, prefetch_count=200
        )
        with consumer:
            done.put("ready")
            while taken < EVENTS:
                connection.drain_events(timeout=30)
    done.put("all")


def _ours(broker: TestValkey) -> tuple[float, float]:
    import pytest

    from contracts.events import LedgerRowsChanged
    from contracts.subscriptions import SUBSCRIBERS
    from tests.support.bus_stage import set_stage, until

    with contextmanager(run_postgres)() as postgres:
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
            postgres.execute(f"ALTER SYSTEM RESET {setting}")
        postgres.execute("SELECT pg_reload_conf()")
        with (
            tempfile.TemporaryDirectory() as folder,
            pytest.MonkeyPatch.context() as patch,
            contextmanager(set_stage)(
                broker, postgres, lambda kind: postgres.settings(kind, postgres.clone(kind)), Path(folder), patch
            ) as stage,
        ):
            patch.setitem(SUBSCRIBERS, LedgerRowsChanged, ("reports",))
            stage.ledgers.relay(**_PRODUCTION)
            stage.reports.worker("Reports", **_PRODUCTION)
            stage.emit([-1])
            until(lambda: stage.reports.effects())
            latency = _latency(stage)
            before = _count(stage)
            began = time.monotonic()
            for start in range(0, EVENTS, 100):
                stage.emit(range(start, start + 100))
            until(lambda: _count(stage) >= before + EVENTS, 300)
            return EVENTS / (time.monotonic() - began), latency


def _latency(stage: Any) -> float:
    """The median of single events, in seconds."""
    found = []
    for number in range(20):
        began = time.monotonic()
        stage.emit([100_000 + number])
        while not stage.reports.rows("SELECT 1 FROM effect WHERE number = :number", number=100_000 + number):
            time.sleep(0.002)
        found.append(time.monotonic() - began)
    return sorted(found)[10]


def _count(stage: Any) -> int:
    count: int = stage.reports.rows("SELECT count(*) FROM effect")[0][0]
    return count
