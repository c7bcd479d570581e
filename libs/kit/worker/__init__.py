"""Workers: one class per service lists everything the service reacts to. The only place that knows Nameko and eventlet,
and it knows them only inside the worker's own process: importing a worker class imports neither.

    class LedgersWorker(DirectoryWorker):
        name = "ledgers"

        @handles(LedgerRowExpiring)
        def notify(self, session: Session, event: LedgerRowExpiring) -> None: ...

        @daily("06:00", name="expiry-scan")
        def scan(self, session: Session, on: date) -> None: ...
"""

from kit.worker.declare import Worker, daily, every, handles
from kit.worker.directory import DirectoryWorker
from kit.worker.start import main

__all__ = ["DirectoryWorker", "Worker", "daily", "every", "handles", "main"]
