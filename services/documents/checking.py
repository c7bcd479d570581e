"""The whole file's SHA-256, compared in the background.

A file in one piece is checked by the store on arrival. Of one in several pieces no S3 store knows the SHA-256 as a whole, so
the worker reads it once, and until then nobody can download it: what comes back is what went in, or nothing."""

from __future__ import annotations

import hashlib
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from kit import audit, log
from kit.db import now
from kit.objects import ObjectStore
from services.documents.completing import show
from services.documents.tree import FileVersion, Node

_log = log.get(__name__)
_CHUNK = 1024 * 1024
# Between two signs of life to the database, which ends a transaction that has been idle for 30 s.
_SIGN_OF_LIFE = 64


def check(session: Session, store: ObjectStore, version_id: UUID) -> None:
    """Compares a version with the SHA-256 that was declared, and shows or refuses it. A version that is gone, or has been
    checked already, is left alone."""
    version = session.scalar(
        select(FileVersion).where(FileVersion.id == version_id, FileVersion.state == "checking").with_for_update()
    )
    if version is None:
        return
    digest = hashlib.sha256()
    for number, chunk in enumerate(store.stream(version.object_key, _CHUNK)):
        digest.update(chunk)
        if number % _SIGN_OF_LIFE == _SIGN_OF_LIFE - 1:
            session.execute(text("SELECT 1"))
    node = session.get_one(Node, version.node_id, with_for_update=True)
    good = digest.hexdigest() == version.sha256
    version.state = "ready" if good else "refused"
    version.checked_at = now()
    if good:
        # Two versions may have been checked in either order: the newer one is shown.
        if version.version_no >= (node.version_no or 0) or node.state != "ready":
            show(node, version)
    elif version.version_no == node.version_no:
        node.state = "refused"
    if node.pending_version_no == version.version_no:
        node.pending_version_no = None
    # A good check changes nothing that a person could be in the middle of changing: whoever renames or deletes the file in
    # this moment is not told that somebody else was faster.
    if not good:
        node.version += 1
        _log.warning("document_refused", node=str(node.id), version_no=version.version_no)
        audit.record(
            session,
            None,
            "file.check",
            "node",
            node.id,
            result="refused",
            detail={"version_no": version.version_no, "declared": version.sha256, "found": digest.hexdigest()},
        )


def overdue(session: Session, *, limit: int = 20) -> list[UUID]:
    """Versions that should have been checked long ago: their event died. The oldest first."""
    return list(
        session.scalars(
            select(FileVersion.id)
            .where(FileVersion.state == "checking", FileVersion.created_at < text("now() - interval '10 minutes'"))
            .order_by(FileVersion.created_at)
            .limit(limit)
        )
    )
