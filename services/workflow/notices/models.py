"""Four tables: who is warned (a rule), what is due (a subject), one warning about it (a notice), one person's copy of it."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from kit.db import uuid7
from services.workflow.models import Base


class NoticeRule(Base):
    """Who is warned at a level (domain.md 1.3). Data with its legal basis, seeded once; an administrator's changes stay.

    `recipient` is a role code, or `owner` for the person who made the row. `reach` says where the role is looked for:
    `after_days`
    is 0 for those who are warned at once; the others come in when the notice is still open after so many days.
    `row` the owner, `nearest` the row's department or its nearest ancestor in which somebody holds the role, `company`
    everybody who holds it."""

    __tablename__ = "notice_rule"

    kind: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[str] = mapped_column(primary_key=True)
    recipient: Mapped[str] = mapped_column(primary_key=True)
    reach: Mapped[str]
    basis: Mapped[str]
    after_days: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    enabled: Mapped[bool] = mapped_column(server_default=text("true"))

    __table_args__ = (
        CheckConstraint("reach IN ('row', 'nearest', 'company')", name="reach"),
        CheckConstraint("after_days BETWEEN 0 AND 365", name="after_days"),
        CheckConstraint("level IN ('yellow', 'orange', 'red', 'overdue')", name="level"),
    )


class NoticeSubject(Base):
    """One due date of one row, and the newest renewal that was heard of. The renewal stays here as a tombstone: a warning
    that it overtook on the way must not become an open notice. The row is also the lock that makes the events of one
    subject follow one another."""

    __tablename__ = "notice_subject"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    service: Mapped[str]
    type: Mapped[str]
    ref_id: Mapped[UUID]
    due_field: Mapped[str]
    renewed_version: Mapped[int | None]
    renewed_due_on: Mapped[date | None]
    renewed_reason: Mapped[str | None]

    __table_args__ = (UniqueConstraint("service", "type", "ref_id", "due_field"),)


class Notice(Base):
    """One warning: a due date of a subject crossed a threshold. Unique, however often the event arrives. The sentence that
    people read is composed when they read it, for the days that remain change every day."""

    __tablename__ = "notice"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    subject_id: Mapped[UUID] = mapped_column(ForeignKey("notice_subject.id"))
    kind: Mapped[str]
    due_on: Mapped[date]
    threshold: Mapped[int]
    level: Mapped[str]
    row_version: Mapped[int]
    title: Mapped[str]
    type_title: Mapped[str]
    due_label: Mapped[str]
    # What the list is searched by for a notice that is about several rows.
    search: Mapped[str | None]
    department_id: Mapped[UUID]
    owner_id: Mapped[UUID | None]
    vacant: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    # The longest `after_days` whose people have been told.
    escalated: Mapped[int] = mapped_column(server_default=text("0"), default=0)
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    closed_at: Mapped[datetime | None]
    close_reason: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint("subject_id", "due_on", "threshold"),
        Index("ix_notice_vacant", "id", postgresql_where=text("vacant <> '{}' AND closed_at IS NULL")),
    )


class NoticeRecipient(Base):
    """One person's copy. `reason` says why they got it: a recipient of the rules, or `fallback`. `closed_at` repeats the
    notice's, so that the bell's count is answered from one index."""

    __tablename__ = "notice_recipient"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    notice_id: Mapped[UUID] = mapped_column(ForeignKey("notice.id", ondelete="CASCADE"), primary_key=True)
    reason: Mapped[str]
    notified_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    read_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_notice_recipient_notice_id", "notice_id"),
        Index("ix_notice_recipient_newest", "person_id", text("notified_at DESC"), text("notice_id DESC")),
        Index(
            "ix_notice_recipient_unread", "person_id", postgresql_where=text("read_at IS NULL AND closed_at IS NULL")
        ),
    )
