"""Everything workflow reacts to."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from contracts.events import LedgerFindingFound, LedgerRowExpiring, LedgerRowRenewed, LedgerRowShort
from kit import log
from kit.worker import DirectoryWorker, daily, every, handles
from services.workflow.notices import handlers as notices

_log = log.get(__name__)


class WorkflowWorker(DirectoryWorker):
    """Index of the service's reactions, and of what it does by the clock."""

    name = "workflow"

    @handles(LedgerRowExpiring)
    def warn(self, session: Session, event: LedgerRowExpiring) -> None:
        """A notice for each person whom the rules name."""
        notices.warn(session, event)

    @handles(LedgerRowShort)
    def warn_of_shortage(self, session: Session, event: LedgerRowShort) -> None:
        """A notice that a stock has fallen below its minimum."""
        notices.warn_of_shortage(session, event)

    @handles(LedgerFindingFound)
    def warn_of_finding(self, session: Session, event: LedgerFindingFound) -> None:
        """A notice that several rows together are not right."""
        notices.warn_of_finding(session, event)

    @handles(LedgerRowRenewed)
    def close_notices(self, session: Session, event: LedgerRowRenewed) -> None:
        """What the renewal answers is closed."""
        notices.renew(session, event)

    @every(minutes=1, name="notice-heal")
    def find_missing_recipients(self, session: Session) -> None:
        """Notices for which somebody was missing are looked at again."""
        notices.heal(session)

    @daily("07:00", name="notice-escalation")
    def escalate(self, session: Session, on: date) -> None:
        """What nobody has handled for some days is told to those above."""
        _log.info("notices_escalated", on=on.isoformat(), notices=notices.escalate(session, on))
