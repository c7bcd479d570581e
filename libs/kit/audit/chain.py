"""The hash chain over a service's audit rows.

Not in the action's transaction: the next hash needs the one before, so that all writes of a service would stand in one
queue. Each action's transaction leaves a note of its row in audit_pending (a trigger does); what is committed is put into
the chain by whoever holds the lock, in any number of copies of the relay. Nothing is concluded from ids or times, neither of
which follow the order of commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select, text
from sqlalchemy.orm import Session

from kit.audit import canonical
from kit.audit.tables import AuditChain, AuditLog, AuditPending

BATCH = 1000
_LOCK = text("SELECT pg_try_advisory_xact_lock(724003)")


@dataclass(frozen=True, slots=True)
class Head:
    """The last link."""

    position: int
    hash: bytes
    sealed_at: datetime | None = None


def head(session: Session, service: str) -> Head:
    """The chain's last link; position 0 when there is none yet."""
    row = session.execute(
        select(AuditChain.position, AuditChain.hash, AuditChain.sealed_at).order_by(AuditChain.position.desc()).limit(1)
    ).first()
    return Head(row.position, row.hash, row.sealed_at) if row else Head(0, canonical.genesis(service))


def seal(session: Session, service: str, limit: int = BATCH) -> int:
    """Puts up to `limit` committed rows into the chain; how many. Zero when another copy is at it. The caller commits."""
    if not session.scalar(_LOCK):
        return 0
    columns = [getattr(AuditLog, name) for name in canonical.CONTENT]
    # A note whose row is gone stays: `verify` tells of it.
    rows = session.execute(
        select(*columns, AuditLog.mac)
        .join(AuditPending, AuditPending.audit_id == AuditLog.id)
        .order_by(AuditPending.audit_id)
        .limit(limit)
    ).all()
    if not rows:
        return 0
    last = head(session, service)
    links = []
    for position, row in enumerate(rows, last.position + 1):
        last = Head(position, canonical.link(last.hash, canonical.content(row[:-1]), row.mac))
        links.append({"position": position, "audit_id": row.id, "hash": last.hash})
    session.execute(insert(AuditChain), links)
    session.execute(delete(AuditPending).where(AuditPending.audit_id.in_([link["audit_id"] for link in links])))
    return len(rows)


def waiting(session: Session) -> int:
    """How many committed rows are not sealed yet."""
    return session.scalar(select(func.count()).select_from(AuditPending)) or 0
