"""A stage for tests of the bus: a producer and consumers with databases of their own, worker and relay processes that can
be killed, and what has come of it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import kombu
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from contracts.events import LedgerRowsChanged, RowChange
from kit.bus import broker as queues
from kit.bus import emit_all
from kit.bus.outbox import subscribers_of
from kit.db import Database
from kit.settings import ServiceSettings
from kit.testing.brokers import TestBroker

ROOT = Path(__file__).parents[2]
QUEUES = ["inbox.reports", "inbox.workflow", "receipts.ledgers", "receipts.reports", "receipts.workflow"]

# The same machinery with short times.
QUICK = {
    "RELAY_POLL": "0.2",
    "FIRST_RESEND": "0.6",
    "LONGEST_RESEND": "2",
    "PROCESS_POLL": "0.2",
    "RETRY_BASE": "0.05",
    "RETRY_CAP": "0.2",
    "TRIES_UNKNOWN": "3",
    "TRIES_TRANSIENT": "5",
    "HANDLER_LIMIT": "1",
    "STOP_LIMIT": "5",
    "RELAY_IN_WORKER": "false",
}


class Service:
    """One service of the stage: its database, and processes of it."""

    def __init__(self, settings: ServiceSettings, url: str, folder: Path) -> None:
        self.name = settings.service
        self.settings = settings
        self.url = url
        self.folder = folder
        self.database = Database(settings, pool_size=2)
        self.processes: list[subprocess.Popen[bytes]] = []
        engine = create_engine(settings.migration_url(), poolclass=NullPool)
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE effect (subscriber text, number bigint)"))
            connection.execute(text("CREATE TABLE gate (open bool)"))
            connection.execute(text(f"GRANT ALL ON effect, gate TO {self.name}_app"))
        engine.dispose()

    def environment(self, **more: str) -> dict[str, str]:
        """What a process of this service gets."""
        return {
            **{key: value for key, value in os.environ.items() if not key.startswith("SAFEWORK_")},
            "SAFEWORK_ENVIRONMENT": "embedded",
            "SAFEWORK_DATABASE_URL": self.settings.database_url.get_secret_value(),
            "SAFEWORK_BUS_URL": self.url,
            "SAFEWORK_HEARTBEAT_FILE": str(self.folder / f"{self.name}.heartbeat"),
            "SPUN": str(self.folder / f"{self.name}.spun"),
            **{f"SAFEWORK_BUS_{name}": value for name, value in QUICK.items()},
            **more,
        }

    def worker(self, class_name: str, **more: str) -> subprocess.Popen[bytes]:
        """Starts a worker of tests.support.bus_workers."""
        return self._spawn(
            [
                sys.executable,
                "-c",
                f"from kit.worker import main; main('tests.support.bus_workers:{class_name}')",
            ],
            more,
        )

    def relay(self, **more: str) -> subprocess.Popen[bytes]:
        """Starts a relay."""
        return self._spawn([sys.executable, "-m", "kit.bus", self.name], more)

    def _spawn(self, command: list[str], more: dict[str, str]) -> subprocess.Popen[bytes]:
        with (self.folder / f"{self.name}.log").open("ab") as log:
            process = subprocess.Popen(command, env=self.environment(**more), cwd=ROOT, stdout=log, stderr=log)  # noqa: S603
        self.processes.append(process)
        return process

    def log(self) -> str:
        """What its processes have said."""
        path = self.folder / f"{self.name}.log"
        return path.read_text() if path.exists() else ""

    def rows(self, statement: str, **values: Any) -> list[Any]:
        """Reads from its database, or changes it."""
        with self.database.transaction() as session:
            result = session.execute(text(statement), values)
            return list(result.all()) if result.returns_rows else []

    def effects(self) -> Counter[int]:
        """How often each number has had its effect here."""
        return Counter(row.number for row in self.rows("SELECT number FROM effect"))

    def inbox(self) -> Counter[str]:
        """How many events are in each state."""
        return Counter(dict(self.rows("SELECT state, count(*) FROM inbox GROUP BY state")))

    def deliveries(self) -> Counter[str]:
        """How many deliveries are in each state."""
        return Counter(dict(self.rows("SELECT state, count(*) FROM outbox_delivery GROUP BY state")))

    def close(self) -> None:
        """Ends every process."""
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()
        self.database.close()


class Stage:
    """The producer `ledgers` and the consumers `reports` and `workflow`, on one broker."""

    def __init__(self, broker: TestBroker, ledgers: Service, reports: Service, workflow: Service) -> None:
        self.broker = broker
        self.ledgers, self.reports, self.workflow = ledgers, reports, workflow

    def emit(self, numbers: Iterable[int], does: str = "ok") -> None:
        """One event for each number, in one transaction."""
        with self.ledgers.database.transaction() as session:
            emit_all(session, [(changed(number, does), f"test:{number}") for number in numbers])

    def report(self) -> str:
        """Everything that helps to see why nothing came."""
        parts = [f"deliveries {self.ledgers.deliveries()}"]
        for service in (self.ledgers, self.reports, self.workflow):
            parts.append(f"--- {service.name}: inbox {service.inbox()}, effects {service.effects().total()}")
            parts.append(service.log()[-6000:])
        return "\n".join(parts)

    def send_raw(self, body: bytes, content_type: str, queue: str = "inbox.reports") -> None:
        """Puts anything into a queue, past the relay."""
        with queues.connect(self.broker.url) as connection:
            producer = kombu.Producer(connection.channel())
            producer.publish(
                body,
                exchange="",
                routing_key=queue,
                content_type=content_type,
                content_encoding="utf-8",
                delivery_mode=2,
            )


def changed(number: int, does: str = "ok") -> LedgerRowsChanged:
    """An event that a test worker understands."""
    return LedgerRowsChanged(ledger=does, changes=(RowChange(id=uuid4(), version=number, department_id=uuid4()),))


def until(condition: Callable[[], Any], seconds: float = 20.0, what: Callable[[], Any] = lambda: "") -> None:
    """Waits for a condition, and says what there was instead."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what()}")
        time.sleep(0.05)


def set_stage(
    broker: TestBroker, make_settings: Callable[..., Any], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stage]:
    """A stage on an emptied broker, with new databases."""
    from contracts.subscriptions import SUBSCRIBERS
    from services.ledgers.settings import Settings as Ledgers
    from services.reports.settings import Settings as Reports
    from services.workflow.settings import Settings as Workflow

    monkeypatch.setitem(SUBSCRIBERS, LedgerRowsChanged, ("reports", "workflow"))
    assert subscribers_of(LedgerRowsChanged) == ("reports", "workflow")
    broker.wipe(QUEUES)
    made = [Service(make_settings(kind), broker.url, folder) for kind in (Ledgers, Reports, Workflow)]
    try:
        yield Stage(broker, *made)
    finally:
        for service in made:
            service.close()


__all__ = ["QUEUES", "Service", "Stage", "changed", "set_stage", "until"]
