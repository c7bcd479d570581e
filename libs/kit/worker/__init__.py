"""Workers: one class per service lists everything the service reacts to. The only place that knows Nameko and eventlet,
and it knows them only inside the worker's own process: importing a worker class imports neither.

    class LedgersWorker(DirectoryWorker):
        name = "ledgers"

        @handles(LedgerRowExpiring)
        def notify(self, session: Session, event: LedgerRowExpiring) -> None: ...

        @daily("06:00", name="expiry-scan")
        def scan(self, session: Session, on: date) -> None: ...
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kit.worker.declare import Worker, daily, every, handles
from kit.worker.start import main

if TYPE_CHECKING:
    from kit.worker.directory import DirectoryWorker

__all__ = ["DirectoryWorker", "Worker", "daily", "every", "handles", "main"]


def __getattr__(name: str) -> Any:
    # Imported when it is asked for: the directory brings SQLAlchemy along, and the process that only calls `main` is
    # replaced by another before it could use it.
    if name == "DirectoryWorker":
        from kit.worker.directory import DirectoryWorker

        return DirectoryWorker
    raise AttributeError(name)
