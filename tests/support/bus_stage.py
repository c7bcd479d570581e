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
import psycopg
import pytest
import redis
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from contracts.events import LedgerRowsChanged, RowChange
from kit.bus import broker as queues
from kit.bus import emit_all
from kit.bus.envelope import CONTENT_TYPE
from kit.db import Database
from kit.settings import ServiceSettings
from kit.testing.brokers import TestBroker
from kit.testing.databases import TestPostgres
from kit.testing.keys import personal_keys

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
            # Whoever holds personal data needs keys to start.
            **{f"SAFEWORK_{name.upper()}": key.get_secret_value() for name, key in personal_keys().items()},
            "SAFEWORK_DATABASE_URL": self.settings.database_url.get_secret_value(),
            "SAFEWORK_BUS_URL": self.url,
            "SAFEWORK_HEARTBEAT_FILE": str(self.folder / f"{self.name}.heartbeat"),
            "BEGUN": str(self.folder / f"{self.name}.begun"),
            "SPUN": str(self.folder / f"{self.name}.spun"),
            **{f"SAFEWORK_BUS_{name}": value for name, value in QUICK.items()},
            **more,
        }

    def worker(
        self, class_name: str, *, module: str = "tests.support.bus_workers", **more: str
    ) -> subprocess.Popen[bytes]:
        """Starts a worker."""
        script = ROOT / "libs" / "kit" / "worker" / "__main__.py"
        return self._spawn([sys.executable, "-P", str(script), f"{module}:{class_name}"], more)

    def spawn_python(self, code: str, **more: str) -> subprocess.Popen[bytes]:
        """Starts a process of this service."""
        return self._spawn([sys.executable, "-c", code], more)

    def relay(self, **more: str) -> subprocess.Popen[bytes]:
        """Starts a relay."""
        return self._spawn([sys.executable, "-m", "kit.bus", self.name], more)

    def _spawn(self, command: list[str], more: dict[str, str]) -> subprocess.Popen[bytes]:
        with (self.folder / f"{self.name}.log").open("ab") as log:
            process = subprocess.Popen(command, env=self.environment(**more), cwd=ROOT, stdout=log, stderr=log)
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
        """How many deliveries of the test's events are in each state. The keeper of the audit chain, which lives in the relay,
        tells of its anchors whenever there is something to anchor; those are not counted."""
        statement = """SELECT d.state, count(*) FROM outbox_delivery d JOIN outbox o ON o.id = d.event_id
            WHERE o.type NOT LIKE 'cn.gas.audit.%' GROUP BY d.state"""
        return Counter(dict(self.rows(statement)))

    def close_processes(self) -> None:
        """Ends every process, without asking."""
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()

    def close(self) -> None:
        """Ends everything."""
        self.close_processes()
        self.database.close()


class Stage:
    """The producer `ledgers` and the consumers `reports` and `workflow`, on one broker."""

    def __init__(
        self, broker: TestBroker, postgres_uri: str, ledgers: Service, reports: Service, workflow: Service
    ) -> None:
        self.broker = broker
        self.postgres_uri = postgres_uri
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

    def cut_database(self, service: Service) -> None:
        """Ends every connection to a service's database, from the server's side."""
        with psycopg.connect(self.postgres_uri, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                [make_url(service.settings.database_url.get_secret_value()).database],
            )

    def depth(self, queue: str) -> int:
        """How many messages a queue holds that nobody has taken."""
        if self.broker.kind == "valkey":
            # kombu's passive declaration looks for the key without its prefix.
            with redis.Redis.from_url(self.broker.url) as client:
                return int(client.llen(f"bus:{queue}"))
        with queues.connect(self.broker.url) as connection:
            size: int = connection.channel().queue_declare(queue, passive=True).message_count
            return size

    def send_raw(self, *bodies: bytes, content_type: str = CONTENT_TYPE, queue: str = "inbox.reports") -> None:
        """Puts anything into a queue, past the relay."""
        with queues.connect(self.broker.url) as connection:
            producer = kombu.Producer(connection.channel())
            for body in bodies:
                producer.publish(
                    body,
                    exchange="",
                    routing_key=queue,
                    content_type=content_type,
                    content_encoding="utf-8",
                    delivery_mode=2,
                )


def clear_effects(session: Session, subscriber: str) -> None:
    """What a worker's `clear` does."""
    session.execute(text("DELETE FROM effect WHERE subscriber = :subscriber"), {"subscriber": subscriber})


def changed(number: int, does: str = "ok") -> LedgerRowsChanged:
    """An event that a test worker understands."""
    return LedgerRowsChanged(ledger=does, changes=(RowChange(id=uuid4(), version=number, department_id=uuid4()),))


def until(condition: Callable[[], Any], seconds: float = 120.0, what: Callable[[], Any] = lambda: "") -> None:
    """Waits for a condition, and says what there was instead."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what()}")
        time.sleep(0.05)


def set_stage(
    broker: TestBroker,
    postgres: TestPostgres,
    make_settings: Callable[..., Any],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Stage]:
    """A stage on an emptied broker, with new databases."""
    from contracts.subscriptions import SUBSCRIBERS
    from services.ledgers.settings import Settings as Ledgers
    from services.reports.settings import Settings as Reports
    from services.workflow.settings import Settings as Workflow

    monkeypatch.setitem(SUBSCRIBERS, LedgerRowsChanged, ("reports", "workflow"))
    broker.wipe(QUEUES)
    made = [Service(make_settings(kind), broker.url, folder) for kind in (Ledgers, Reports, Workflow)]
    try:
        yield Stage(broker, postgres.uri, *made)
    finally:
        for service in made:
            service.close()


__all__ = ["QUEUES", "Service", "Stage", "changed", "clear_effects", "set_stage", "until"]
