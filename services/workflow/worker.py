"""Everything workflow reacts to."""

from __future__ import annotations

from sqlalchemy.orm import Session

from contracts.events import LedgerRowExpiring, LedgerRowRenewed
from kit.worker import DirectoryWorker, every, handles
from services.workflow.notices import handlers as notices


class WorkflowWorker(DirectoryWorker):
    """Index of the service's reactions, and of what it does by the clock."""

    name = "workflow"

    @handles(LedgerRowExpiring)
    def warn(self, session: Session, event: LedgerRowExpiring) -> None:
        """A notice for each person whom the rules name."""
        notices.warn(session, event)

    @handles(LedgerRowRenewed)
    def close_notices(self, session: Session, event: LedgerRowRenewed) -> None:
        """What the renewal answers is closed."""
        notices.renew(session, event)

    @every(minutes=1, name="notice-heal")
    def find_missing_recipients(self, session: Session) -> None:
        """Notices for which somebody was missing are looked at again."""
        notices.heal(session)
