"""Work by the clock. A timer fires in every copy of a worker; each period is claimed by a unique row in the transaction of
the work, so that one of them does it, once (kit.claims)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import eventlet
from nameko.extensions import Entrypoint

from kit import log
from kit.bus.failures import Failure, classify, describe
from kit.claims import claim_period
from kit.db import Database
from kit.worker.calling import call
from kit.worker.declare import Clockwork
from kit.worker.periods import period_at

_log = log.get(__name__)

_LOOK_SECONDS = 1.0
# After a failure within a period; another copy may do it meanwhile.
_RETRY_SECONDS = 30.0


class ClockEntrypoint(Entrypoint):  # type: ignore[misc]
    """Looks at the clock each second and runs the method in a period that nobody has claimed."""

    def __init__(self, work: Clockwork, target: str, database: Database) -> None:
        super().__init__()
        self.work = work
        self.target = target
        self.database = database
        self._stopping = False
        self._loop: Any = None

    def start(self) -> None:
        """Starts the loop."""
        self._loop = self.container.spawn_managed_thread(self._run, f"clock {self.work.name}")

    def stop(self) -> None:
        """Lets a run that has begun end."""
        self._stopping = True
        self._loop.wait()

    def kill(self) -> None:
        """Ends at once; the claim is rolled back with the work."""
        self._stopping = True
        self._loop.kill()

    def _run(self) -> None:
        settled: str | None = None
        rest = 0.0
        while not self._stopping:
            period = period_at(self.work, datetime.now(UTC))
            if rest > 0:
                rest -= _LOOK_SECONDS
            elif period is not None and period != settled:
                try:
                    self._once(period)
                    settled = period
                except Exception as error:
                    if classify(error) is Failure.TRANSIENT:
                        # As when another copy is at it for longer than we wait for its row.
                        _log.info("job_waits", job=self.work.name, period=period, error=describe(error))
                    else:
                        _log.error("job_failed", job=self.work.name, period=period, exc_info=error)
                    rest = min(_RETRY_SECONDS, self.work.seconds or _RETRY_SECONDS)
            eventlet.sleep(_LOOK_SECONDS)

    def _once(self, period: str) -> None:
        with self.database.transaction() as session:
            if not claim_period(session, self.work.name, period):
                return
            arguments: tuple[Any, ...] = (session,)
            if self.work.at is not None:
                arguments += (datetime.fromisoformat(period).date(),)
            call(self, self.target, self.work.limit, *arguments)
        _log.info("job_done", job=self.work.name, period=period)
