"""What documents reacts to, and what it does by the clock."""

from __future__ import annotations

from datetime import date
from functools import cache

from sqlalchemy.orm import Session

from contracts.events import AuditAnchored, DocumentStored
from kit.db import now
from kit.objects import ObjectStore
from kit.worker import DirectoryWorker, daily, every, handles
from services.documents import anchors, checking, sweeping
from services.documents.settings import get_settings


@cache
def _store() -> ObjectStore:
    """One client per process: a worker instance is made for each event."""
    return ObjectStore(get_settings())


class DocumentsWorker(DirectoryWorker):
    """Beside its copy of the directory: comparing checksums, and sweeping."""

    name = "documents"

    @handles(DocumentStored, subscriber="documents.checks")
    def check_document(self, session: Session, event: DocumentStored) -> None:
        """Compares the SHA-256 of a file that came in several pieces."""
        checking.check(session, _store(), event.version_id)

    @handles(AuditAnchored, subscriber="documents.anchors")
    def keep_anchor(self, session: Session, event: AuditAnchored) -> None:
        """Puts the head of a service's audit chain where nobody can take it away."""
        anchors.keep(_store(), event)

    @every(minutes=10, name="documents-check-overdue")
    def check_overdue(self, session: Session) -> None:
        """What an event that died has left unchecked."""
        for version_id in checking.overdue(session):
            checking.check(session, _store(), version_id)

    @every(minutes=5, name="documents-remove-objects")
    def remove_objects(self, session: Session) -> None:
        """Objects that nothing refers to any more."""
        sweeping.remove_objects(session, _store(), now())

    @every(minutes=30, name="documents-expire-uploads")
    def expire_uploads(self, session: Session) -> None:
        """Uploads that were begun a day ago and not completed."""
        sweeping.expire_uploads(session, now())

    @daily("03:30", name="documents-sweep")
    def sweep(self, session: Session, on: date) -> None:
        """The recycle bin after thirty days, and what the store has and nobody knows."""
        sweeping.purge_bin(session, now())
        sweeping.remove_strays(session, _store(), now())
