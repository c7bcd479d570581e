"""What an import keeps while it lasts. The file and the wrong rows are personal data: sealed, and swept away a day after the
upload; the job itself stays as history."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, delete, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, deferred, mapped_column

from kit.db import now, uuid7
from kit.sealing import SealedBytes, SealedJSON
from services.auth.models import Base

STATES = ("ready", "confirmed", "failed", "cancelled")
KEPT = timedelta(hours=24)


class OrganisationImport(Base):
    """One upload of departments or people. ready → confirmed; or failed, or cancelled."""

    __tablename__ = "organisation_import"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    subject: Mapped[str]
    file_name: Mapped[str]
    sha256: Mapped[str]
    on_duplicate: Mapped[str]
    state: Mapped[str]
    only_valid: Mapped[bool] = mapped_column(default=False)
    # How the file was laid out: sheet, heading row, positions and titles of columns.
    layout: Mapped[dict[str, Any]] = mapped_column(default=dict)
    warnings: Mapped[list[Any]] = mapped_column(JSONB, default=list)
    rows: Mapped[int] = mapped_column(default=0)
    valid: Mapped[int] = mapped_column(default=0)
    invalid: Mapped[int] = mapped_column(default=0)
    created: Mapped[int] = mapped_column(default=0)
    updated: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    # What the plan came to, by row: whether the confirmation would still do what was shown.
    outcome: Mapped[str | None]
    error_code: Mapped[str | None]
    error_message: Mapped[str | None]
    created_by: Mapped[UUID]
    created_by_name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    confirmed_at: Mapped[datetime | None]
    swept_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint(f"state IN ({', '.join(repr(state) for state in STATES)})", name="state"),
        CheckConstraint("on_duplicate IN ('update', 'skip', 'error')", name="on_duplicate"),
        CheckConstraint("subject IN ('departments', 'users')", name="subject"),
        Index("ix_organisation_import_subject", "subject", "created_at"),
        Index("ix_organisation_import_unswept", "created_at", postgresql_where=text("swept_at IS NULL")),
    )


class OrganisationImportFile(Base):
    """The file as it came, and its wrong rows: `[{row, values, errors}]`."""

    __tablename__ = "organisation_import_file"

    job_id: Mapped[UUID] = mapped_column(primary_key=True)
    content: Mapped[bytes] = deferred(mapped_column(SealedBytes("organisation_import_file.content")))
    wrong: Mapped[Any] = mapped_column(SealedJSON("organisation_import_file.wrong"), default=list)


def sweep(session: Session, at: datetime) -> int:
    """Removes what was uploaded more than a day ago; how many jobs it was."""
    old = select(OrganisationImport.id).where(
        OrganisationImport.created_at < at - KEPT, OrganisationImport.swept_at.is_(None)
    )
    ids = list(session.scalars(old.limit(100).with_for_update(skip_locked=True)))
    session.execute(delete(OrganisationImportFile).where(OrganisationImportFile.job_id.in_(ids)))
    session.execute(update(OrganisationImport).where(OrganisationImport.id.in_(ids)).values(swept_at=at))
    return len(ids)
