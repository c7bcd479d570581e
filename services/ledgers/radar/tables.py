"""Due dates of other services, as they told them; and who has a calendar to subscribe to."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, func
from sqlalchemy.orm import Mapped, mapped_column

from services.ledgers.models import Base


class OtherDue(Base):
    """One due date of a document, a rectification and the like (contracts.events.DueDateTold)."""

    __tablename__ = "other_due"

    resource: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    field: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str]
    title: Mapped[str]
    person: Mapped[str | None]
    dept_id: Mapped[UUID]
    # Null where nothing is due any more: the row stays, so that an older telling that comes late is known to be older.
    due_on: Mapped[date | None]
    path: Mapped[str]
    version: Mapped[int]

    __table_args__ = (Index("ix_other_due_due_on", "due_on"),)


class CalendarLink(Base):
    """A person's calendar feed. The link is a credential: only its hash is kept, and a new one ends the old one."""

    __tablename__ = "calendar_link"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    secret_sha256: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    used_at: Mapped[datetime | None]
