"""What a long export keeps: the job as history, and its file for a day, in pieces."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from kit.sealing import SealedBytes, SealedJSON
from services.ledgers.models import Base

STATES = ("queued", "running", "done", "failed", "cancelled")


class ExportJob(Base):
    """One export of more rows than are answered at once. queued → running → done; or failed, or cancelled."""

    __tablename__ = "export_job"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str]
    file_name: Mapped[str]
    state: Mapped[str]
    # The list's own parameters, as they were asked for: somebody may have searched for a whole identity number.
    params: Mapped[list[Any]] = mapped_column(SealedJSON("export_job.params"))
    columns: Mapped[list[str]] = mapped_column(ARRAY(Text))
    principal: Mapped[dict[str, Any]]
    created_by: Mapped[UUID]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    progress: Mapped[int] = mapped_column(server_default="0", default=0)
    rows: Mapped[int] = mapped_column(server_default="0", default=0)
    bytes: Mapped[int] = mapped_column(server_default="0", default=0)
    # Whether whole identity numbers stand in the file: whoever has lost that permission since does not get it.
    personal: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    error_code: Mapped[str | None]
    error_message: Mapped[str | None]
    runner: Mapped[UUID | None]
    heartbeat_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(server_default="0", default=0)
    finished_at: Mapped[datetime | None]
    downloaded_at: Mapped[datetime | None]
    swept_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint(f"state IN ({', '.join(repr(state) for state in STATES)})", name="state"),
        Index("ix_export_job_created_by", "created_by", "created_at"),
        Index("ix_export_job_waiting", "created_at", postgresql_where=text("state IN ('queued', 'running')")),
        Index("ix_export_job_kept", "finished_at", postgresql_where=text("swept_at IS NULL")),
    )


class ExportPiece(Base):
    """A piece of the file, sealed: there may be whole identity numbers in it."""

    __tablename__ = "export_piece"

    job_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(SealedBytes("export_piece.content"))
