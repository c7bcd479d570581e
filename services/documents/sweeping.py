"""What is no longer needed is removed: uploads that were given up, what has been in the recycle bin for thirty days, and
objects that nothing refers to. Every step can be repeated; the store is asked first and the database told afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from kit import audit, log
from kit.objects import ObjectStore
from services.documents.trash import KEPT as BIN_KEPT
from services.documents.tree import FileVersion, Node
from services.documents.upload import StaleObject, Upload
from services.documents.uploads import KEPT as UPLOAD_KEPT
from services.documents.uploads import discard

_log = log.get(__name__)

# An object outlives the last row that named it by so long: a database restored from a backup finds its files (S24).
OBJECT_KEPT = timedelta(days=30)
BATCH = 500


def expire_uploads(session: Session, at: datetime) -> int:
    """Gives up uploads that were not completed in a day."""
    uploads = session.scalars(
        select(Upload)
        .where(Upload.state == "open", Upload.expires_at < at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for upload in uploads:
        upload.state = "expired"
        discard(session, upload, "expired")
    return len(uploads)


def purge_bin(session: Session, at: datetime) -> int:
    """Removes what was deleted more than thirty days ago, for good. Its objects follow later."""
    ids = select(Node.id).where(Node.deleted_at < at - BIN_KEPT)
    for version in session.scalars(select(FileVersion).where(FileVersion.node_id.in_(ids))):
        session.add(StaleObject(key=version.object_key, reason="purged", not_before=at + OBJECT_KEPT))
    session.flush()
    gone = session.execute(
        delete(Node)
        .where(Node.deleted_at < at - BIN_KEPT)
        .returning(Node.id, Node.name, Node.library)
        .execution_options(synchronize_session=False)
    ).all()
    for row in gone:
        audit.record(session, None, "node.purge", "node", row.id, before={"name": row.name, "library": row.library})
    return len(gone)


def remove_objects(session: Session, store: ObjectStore, at: datetime) -> int:
    """Removes the objects whose time has come. One that a version refers to is never removed, whatever the list says."""
    rows = session.scalars(
        select(StaleObject).where(StaleObject.not_before <= at).limit(BATCH).with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        if session.scalar(select(exists().where(FileVersion.object_key == row.key))):
            _log.error("stale_object_in_use", key=row.key, reason=row.reason)
        else:
            if row.store_upload_id is not None:
                store.abort_multipart(row.key, row.store_upload_id)
            store.delete(row.key)
        session.delete(row)
    return len(rows)


def remove_strays(session: Session, store: ObjectStore, at: datetime) -> int:
    """Removes what the store has and no upload knows: left by a request whose transaction did not end well."""
    before = at - UPLOAD_KEPT - timedelta(hours=1)
    count = 0
    for key, upload_id in store.unfinished(before=before):
        if not session.scalar(select(exists().where(Upload.object_key == key, Upload.state == "open"))):
            store.abort_multipart(key, upload_id)
            count += 1
    for key in store.keys("incoming/", before=before):
        store.delete(key)
        count += 1
    return count
