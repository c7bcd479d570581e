"""Everything the ledgers react to."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from contracts.events import DueDateTold, FactsRequested
from kit import log
from kit.worker import DirectoryWorker, daily, handles, main
from services.ledgers import changes, morning
from services.ledgers.catalogue import BY_SLUG, LEDGERS
from services.ledgers.radar import telling

_log = log.get(__name__)


class LedgersWorker(DirectoryWorker):
    """Copies of departments, people and dictionaries; the daily scan; facts for statistics on request."""

    name = "ledgers"

    @handles(FactsRequested)
    def republish(self, session: Session, event: FactsRequested) -> None:
        """Tells the facts of every row again; of a ledger that this release does not have, nothing."""
        wanted = LEDGERS if event.ledger is None else [BY_SLUG[event.ledger]] if event.ledger in BY_SLUG else []
        changes.republish(session, wanted)

    @handles(DueDateTold)
    def tell(self, session: Session, event: DueDateTold) -> None:
        """A due date of another service, for the radar."""
        telling.apply(session, event)

    @daily("06:00", name="expiry-scan")
    def scan(self, session: Session, on: date) -> None:
        """Warns about due dates (domain.md 1.3) and about what is wrong with several rows together."""
        told = morning.scan(session, on)
        _log.info("expiry_scan", on=on.isoformat(), warnings=told.warnings, findings=told.findings)


if __name__ == "__main__":
    main(LedgersWorker)
