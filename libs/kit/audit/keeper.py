"""What goes on beside the service all the time: rows are sealed every second, and once a day the head is anchored. Runs as a
thread of the relay's process (kit.bus), any number of copies."""

from __future__ import annotations

import threading
from datetime import datetime

from sqlalchemy.orm import Session

from contracts.events import AuditAnchored
from kit import log
from kit.audit import chain
from kit.audit.anchoring import Anchor, drop_anchor
from kit.bus import emit
from kit.claims import claim_period
from kit.db import Database, today
from kit.settings import ServiceSettings

_log = log.get(__name__)
SECONDS = 1.0
_LOOK_FOR_DAY = 60
JOB = "audit-anchor"


class Keeper:
    """Seals and anchors the trail of one service."""

    def __init__(self, database: Database, settings: ServiceSettings) -> None:
        self._database = database
        self._settings = settings

    def run(self, stopping: threading.Event) -> None:
        """Until `stopping` is set; the database going away does not end it."""
        rounds = 0
        while True:
            pause = SECONDS
            try:
                self.seal()
                # After sealing, so that the first anchor of a new installation has something to say.
                if rounds % _LOOK_FOR_DAY == 0:
                    self.anchor_today()
            except Exception as error:
                pause = 10.0
                _log.warning("audit_waits", error=f"{type(error).__name__}: {error}"[:300], seconds=pause)
            rounds += 1
            if stopping.wait(pause):
                return

    def seal(self) -> int:
        """Everything that is committed now; how many rows."""
        total = 0
        while True:
            with self._database.transaction() as session:
                done = chain.seal(session, self._settings.service)
            total += done
            if done < chain.BATCH:
                return total

    def anchor_today(self) -> Anchor | None:
        """The day's anchor, unless it has been dropped."""
        with self._database.transaction() as session:
            # No link yet: the day stays unclaimed and the next round asks again.
            if chain.head(session, self._settings.service).position == 0:
                return None
            if not claim_period(session, JOB, today().isoformat()):
                return None
            return announce(session, self._settings)


def announce(session: Session, settings: ServiceSettings) -> Anchor | None:
    """Drops an anchor now and tells documents, which puts it into the object store."""
    anchor = drop_anchor(session, settings.service, settings.audit_anchor_dir)
    if anchor is not None:
        event = AuditAnchored(
            service=anchor.service, position=anchor.position, hash=anchor.hash, at=datetime.fromisoformat(anchor.at)
        )
        emit(session, event, aggregate=f"audit:{anchor.service}")
        _log.info("audit_anchored", position=anchor.position, hash=anchor.hash)
    return anchor


__all__ = ["Keeper", "announce"]
