"""The audit trail: who did what, to what, from where, with what result. Written in the transaction of the action, so that
an action without its audit row cannot happen (reliability.md 3.2, 安全审计). The runtime role may only INSERT and SELECT."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.principal import Principal
from kit.db.base import KitBase


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from; the HTTP edge sets it, workers and the command line leave it empty."""

    address: str | None = None
    user_agent: str | None = None
    trace_id: str | None = None


origin: ContextVar[Origin] = ContextVar("origin", default=Origin())


class AuditLog(KitBase):
    """One action. `before` and `after` hold the changed fields only; personal numbers are masked by the caller."""

    __tablename__ = "audit_log"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
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

    __table_args__ = (
        Index("ix_audit_log_object", "object_type", "object_id", "id"),
        Index("ix_audit_log_user", "user_id", "id"),
        Index("ix_audit_log_at", "at"),
    )


def record(
    session: Session,
    principal: Principal | None,
    action: str,
    object_type: str,
    object_id: UUID | str | None = None,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    result: str = "ok",
    detail: Mapping[str, Any] | None = None,
    username: str | None = None,
) -> None:
    """Adds one audit row to the caller's transaction. `principal` is None for what the system does by itself and for
    failed sign-ins, where `username` says what was typed."""
    source = origin.get()
    session.add(
        AuditLog(
            user_id=principal.user_id if principal else None,
            username=principal.username if principal else username,
            session_id=principal.session_id if principal else None,
            action=action,
            object_type=object_type,
            object_id=str(object_id) if object_id is not None else None,
            result=result,
            before=dict(before) if before else None,
            after=dict(after) if after else None,
            detail=dict(detail) if detail else None,
            address=source.address,
            user_agent=source.user_agent,
            trace_id=source.trace_id,
        )
    )
