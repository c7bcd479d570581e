"""The tables of what is under way: uploads that were begun, and objects that are to be removed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import uuid7
from services.documents.library import MEGABYTE
from services.documents.models import Base

# Up to this size a file is sent in one piece; above it, in pieces of this size (architecture.md 4).
PART_SIZE = 16 * MEGABYTE


class Upload(Base):
    """A file on its way. Only completing it makes it a file that others see."""

    __tablename__ = "upload"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    library: Mapped[str]
    parent_id: Mapped[UUID | None]
    dept_id: Mapped[UUID | None]
    name: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    mime: Mapped[str]
    sha256: Mapped[str]
    part_sha256: Mapped[list[str] | None]
    on_conflict: Mapped[str]
    # Where the object will be for good, and the store's id of the multipart upload, which one piece does not need.
    object_key: Mapped[str] = mapped_column(unique=True)
    store_upload_id: Mapped[str | None]
    state: Mapped[str] = mapped_column(default="open", server_default="open")
    node_id: Mapped[UUID | None]
    refused_code: Mapped[str | None]
    created_by: Mapped[UUID]
    created_by_name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("state IN ('open', 'completed', 'aborted', 'expired', 'refused')", name="state"),
        Index("ix_upload_created_by", "created_by", "created_at"),
        Index("ix_upload_open", "expires_at", postgresql_where=text("state = 'open'")),
    )

    @property
    def incoming_key(self) -> str:
        """Where a file in one piece arrives. Its URL outlives its completion by minutes, so the object is copied away from
        there, inside the store, before it is looked at."""
        return f"incoming/{self.id}"

    @property
    def part_count(self) -> int:
        """In how many pieces the file is sent."""
        return -(-self.size // PART_SIZE)

    def bytes_of(self, number: int) -> int:
        """The bytes of piece `number`, counted from 1: all but the last are full."""
        return PART_SIZE if number < self.part_count else self.size - PART_SIZE * (self.part_count - 1)


class StaleObject(Base):
    """An object, or the pieces of one, that nothing needs any more: removed by the worker from `not_before` on, provided
    that no version refers to it then."""

    __tablename__ = "stale_object"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    key: Mapped[str]
    store_upload_id: Mapped[str | None]
    reason: Mapped[str]
    not_before: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
