"""The audit trail's tables, in every service's database. The runtime role may add to them and read them; only what waits to
be sealed may be taken away (kit.audit.protect)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kit.db.base import KitBase


class AuditLog(KitBase):
    """One action. `before` and `after` hold the changed fields only; personal numbers are masked by the caller. The id is
    made by the application (UUIDv7: it grows with time), so that `mac` can cover it and no row can be copied."""

    __tablename__ = "audit_log"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    user_id: Mapped[UUID | None]
    username: Mapped[str | None]
    session_id: Mapped[UUID | None]
    action: Mapped[str]
    object_type: Mapped[str]
    object_id: Mapped[str | None]
    result: Mapped[str]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    detail: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    address: Mapped[str | None]
    user_agent: Mapped[str | None]
    trace_id: Mapped[str | None]
    mac: Mapped[bytes | None] = mapped_column(LargeBinary)

    __table_args__ = (
        Index("ix_audit_log_object", "object_type", "object_id", "id"),
        Index("ix_audit_log_user", "user_id", "id"),
        Index("ix_audit_log_action", "action", "id"),
    )


class AuditPending(KitBase):
    """A row of the trail that the chain does not hold yet. A trigger writes it in the transaction of the action, the keeper
    takes it away in the transaction that seals the row."""

    __tablename__ = "audit_pending"

    audit_id: Mapped[UUID] = mapped_column(primary_key=True)


class AuditChain(KitBase):
    """One link: hash = SHA256(hash before ‖ canonical row). Positions have no gaps; their order is that of sealing."""

    __tablename__ = "audit_chain"

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    audit_id: Mapped[UUID] = mapped_column(unique=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class AuditAnchor(KitBase):
    """A chain's head as it was told to others: this row is our own copy, the witnesses are outside the database."""

    __tablename__ = "audit_anchor"

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
