"""The bus's tables, in every service's database (reliability.md 2.1)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, text
from sqlalchemy.dialects.postgresql import BYTEA
from sqlalchemy.orm import Mapped, mapped_column

from kit.db.base import KitBase

# What one event may carry; files and lists of thousands have no business in it.
MAX_EVENT_BYTES = 65536


class Outbox(KitBase):
    """One event, written in the transaction of what it tells about. `id` is the CloudEvents id."""

    __tablename__ = "outbox"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    type: Mapped[str]
    aggregate: Mapped[str]
    data: Mapped[dict[str, Any]]
    actor: Mapped[UUID | None]
    trace_id: Mapped[str | None]
    occurred_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())

    __table_args__ = (
        CheckConstraint(f"octet_length(data::text) <= {MAX_EVENT_BYTES}", name="size"),
        Index("ix_outbox_type_occurred_at", "type", "occurred_at"),
    )


class OutboxDelivery(KitBase):
    """One subscriber's copy of an event: pending → sent → acked. Acked means that the subscriber has stored it."""

    __tablename__ = "outbox_delivery"

    event_id: Mapped[UUID] = mapped_column(ForeignKey("outbox.id", ondelete="CASCADE"), primary_key=True)
    subscriber: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(server_default="pending")
    attempts: Mapped[int] = mapped_column(server_default="0")
    next_at: Mapped[datetime] = mapped_column(server_default=func.now())
    sent_at: Mapped[datetime | None]
    acked_at: Mapped[datetime | None]
    last_error: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("state IN ('pending', 'sent', 'acked', 'dropped')", name="state"),
        Index("ix_outbox_delivery_due", "subscriber", "next_at", postgresql_where=text("state IN ('pending', 'sent')")),
    )


class Inbox(KitBase):
    """An event that has arrived for a subscriber of this service, once: ready → done, or dead after too many failures."""

    __tablename__ = "inbox"

    subscriber: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    type: Mapped[str]
    aggregate: Mapped[str]
    body: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(server_default="ready")
    attempts: Mapped[int] = mapped_column(server_default="0")
    next_at: Mapped[datetime] = mapped_column(server_default=func.now())
    error: Mapped[str | None]
    received_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    done_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("state IN ('ready', 'done', 'dead', 'dropped')", name="state"),
        Index("ix_inbox_ready", "subscriber", "next_at", postgresql_where=text("state = 'ready'")),
        Index("ix_inbox_dead", "received_at", postgresql_where=text("state = 'dead'")),
    )


class InboxQuarantine(KitBase):
    """A message that could not be read, whole, as it came. `id` is made from the queue and the bytes, so that a message
    which is sent again and again is one row; `subscriber` is whose queue it was, `content_type` what it called itself."""

    __tablename__ = "inbox_quarantine"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    queue: Mapped[str]
    subscriber: Mapped[str]
    content_type: Mapped[str | None]
    raw: Mapped[bytes] = mapped_column(BYTEA)
    headers: Mapped[dict[str, Any] | None]
    reason: Mapped[str]
    times: Mapped[int] = mapped_column(server_default="1")
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
