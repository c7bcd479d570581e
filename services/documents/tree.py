"""The tables of the tree: folders and files, and a file's versions."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import uuid7
from services.documents.models import Base

MAX_DEPTH = 10


class Node(Base):
    """A folder or a file. `path` is the materialised path of ids, `/<root>/<child>/`, and ends with the node's own.

    `state` is about the version that is current: `ready`, `checking` while its SHA-256 is being compared, `refused` when
    the comparison failed. A new version of a file that is there becomes the current one only when it has been checked; until
    then `pending_version_no` names it."""

    __tablename__ = "node"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    library: Mapped[str]
    kind: Mapped[str]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("node.id"))
    dept_id: Mapped[UUID | None]
    name: Mapped[str]
    name_key: Mapped[str]
    path: Mapped[str]
    remark: Mapped[str | None]

    state: Mapped[str] = mapped_column(server_default="ready", default="ready")
    version_no: Mapped[int | None]
    pending_version_no: Mapped[int | None]
    size: Mapped[int | None] = mapped_column(BigInteger)
    mime: Mapped[str | None]
    sha256: Mapped[str | None]

    version: Mapped[int] = mapped_column(server_default="1", default=1)
    created_by: Mapped[UUID]
    created_by_name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_by: Mapped[UUID]
    updated_by_name: Mapped[str]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    # What one deletion took along shares `deletion_id`, the id of the node that was deleted: undoing it brings back exactly that.
    deletion_id: Mapped[UUID | None]
    deleted_at: Mapped[datetime | None]
    deleted_by: Mapped[UUID | None]
    deleted_by_name: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("kind IN ('folder', 'file')", name="kind"),
        CheckConstraint("state IN ('ready', 'checking', 'refused')", name="state"),
        CheckConstraint("(kind = 'file') = (version_no IS NOT NULL)", name="file_has_version"),
        CheckConstraint("parent_id <> id", name="parent"),
        # The root has no parent and a company-wide library no department, and names are unique there as well.
        Index(
            "ux_node_name",
            "library",
            "dept_id",
            "parent_id",
            "name_key",
            unique=True,
            postgresql_where=text("deleted_at IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_node_parent_id", "parent_id"),
        Index("ix_node_path", "path", postgresql_ops={"path": "text_pattern_ops"}),
        Index("ix_node_deleted_at", "deleted_at", postgresql_where=text("deleted_at IS NOT NULL")),
        Index("ix_node_deletion_id", "deletion_id", postgresql_where=text("deletion_id IS NOT NULL")),
    )

    @property
    def is_folder(self) -> bool:
        """Whether other nodes can be in it."""
        return self.kind == "folder"

    @property
    def ancestors(self) -> list[UUID]:
        """The ids of the folders above, from the top."""
        return [UUID(part) for part in self.path.strip("/").split("/")[:-1]]


class FileVersion(Base):
    """One version of a file. Never changed, but for its state: its object is written once and under a key of its own."""

    __tablename__ = "file_version"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    node_id: Mapped[UUID] = mapped_column(ForeignKey("node.id", ondelete="CASCADE"))
    version_no: Mapped[int]
    object_key: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int] = mapped_column(BigInteger)
    mime: Mapped[str]
    sha256: Mapped[str]
    state: Mapped[str]
    created_by: Mapped[UUID] = mapped_column(index=True)
    created_by_name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    checked_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("node_id", "version_no"),
        CheckConstraint("state IN ('ready', 'checking', 'refused')", name="state"),
        CheckConstraint("size > 0", name="size"),
        Index("ix_file_version_checking", "created_at", postgresql_where=text("state = 'checking'")),
    )
