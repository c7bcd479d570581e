"""Everything reports reacts to."""

from __future__ import annotations

from sqlalchemy.orm import Session

from contracts.events import LedgerRowsChanged
from kit.worker import DirectoryWorker, handles
from services.reports.facts import apply


class ReportsWorker(DirectoryWorker):
    """Index of the service's reactions."""

    name = "reports"

    @handles(LedgerRowsChanged)
    def take_facts(self, session: Session, event: LedgerRowsChanged) -> None:
        """The rows that statistics are made of."""
        apply.take(session, event)

    def clear(self, session: Session, subscriber: str) -> None:
        """Before a replay from the producers' outboxes."""
        apply.clear(session)
