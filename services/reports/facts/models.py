"""The fact table."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from services.reports.models import Base


class LedgerFact(Base):
    """One row of a ledger as it was last heard of. A deleted row stays with its version, so that an older message that
    comes late cannot bring it back."""

    __tablename__ = "ledger_fact"

    ledger: Mapped[str] = mapped_column(primary_key=True)
    row_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    deleted: Mapped[bool]
    department_id: Mapped[UUID]
    owner_id: Mapped[UUID | None]
    facts: Mapped[dict[str, Any]]
    heard_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())

    __table_args__ = (
        Index("ix_ledger_fact_department", "ledger", "department_id", postgresql_where=text("NOT deleted")),
    )
