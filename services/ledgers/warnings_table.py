"""What has been warned about."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from services.ledgers.models import Base

OVERDUE = -1


class WarningEmitted(Base):
    """A warning was emitted for this date of this row at this threshold. It is removed when it no longer holds, so that the
    date warns again when it comes back; a replaced row's warning stays, closed, with the row that replaced it."""

    __tablename__ = "warning_emitted"

    row_id: Mapped[UUID] = mapped_column(primary_key=True)
    due_field: Mapped[str] = mapped_column(primary_key=True)
    due_date: Mapped[date] = mapped_column(primary_key=True)
    threshold: Mapped[int] = mapped_column(primary_key=True)
    ledger: Mapped[str]
    replaced_by: Mapped[UUID | None] = mapped_column(index=True)
    emitted_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        Index("ix_warning_emitted_open", "ledger", "due_field", postgresql_where=text("replaced_by IS NULL")),
    )
