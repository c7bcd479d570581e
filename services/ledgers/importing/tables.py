"""What an import keeps while it lasts. Rows and files are personal data: they are swept away a day after the upload, the job
itself stays as history."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, deferred, mapped_column
from sqlalchemy.types import Text

from kit.sealing import SealedBytes, SealedJSON
from services.ledgers.models import Base

STATES = (
    "queued", "parsing", "mapping", "ready", "confirming", "confirmed", "undoing", "undone", "failed", "cancelled",
)  # fmt: skip


class ImportJob(Base):
    """One upload. queued → parsing → ready → confirming → confirmed; or failed, or cancelled. From parsing it may come to
    `mapping`, where somebody says what strange headings mean, and back; confirmed may become undoing → undone."""

    __tablename__ = "import_job"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str]
    file_name: Mapped[str]
    sha256: Mapped[str]
    on_duplicate: Mapped[str]
    # Whether a blank cell of a row that the ledger has leaves what stands there (keep), or blanks it (clear).
    blank_cells: Mapped[str] = mapped_column(server_default="keep", default="keep")
    state: Mapped[str]
    # What the whole file is about, where the person has said so (Ledger.import_by): each row is of it.
    import_by: Mapped[int | None]
    # What the child was told of the person who sent the file, and who that is: rights are looked at again when it is
    # processed in the background.
    principal: Mapped[dict[str, Any]]
    created_by: Mapped[UUID]
    created_by_name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    # How the file was laid out: sheet, heading row, positions and titles of columns.
    layout: Mapped[dict[str, Any] | None]
    keys: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    warnings: Mapped[list[Any] | None] = mapped_column(JSONB(none_as_null=True))
    # What is asked about this file's headings and words, what the person has said, and what was remembered
    # (importing/mapping.py): {questions, given, used, recalled}.
    mapping: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    # The first values of its columns, by their letters, for who says what the headings mean.
    samples: Mapped[dict[str, Any] | None] = mapped_column(SealedJSON("import_job.samples"))
    # What somebody has put right on the page (importing/correcting.py).
    corrections: Mapped[dict[str, Any] | None] = mapped_column(SealedJSON("import_job.corrections"))
    progress: Mapped[int] = mapped_column(server_default="0")
    rows: Mapped[int] = mapped_column(server_default="0")
    valid: Mapped[int] = mapped_column(server_default="0")
    invalid: Mapped[int] = mapped_column(server_default="0")
    created: Mapped[int] = mapped_column(server_default="0")
    updated: Mapped[int] = mapped_column(server_default="0")
    unchanged: Mapped[int] = mapped_column(server_default="0")
    skipped: Mapped[int] = mapped_column(server_default="0")
    # How many cells with something in them the updates would leave blank.
    cleared: Mapped[int] = mapped_column(server_default="0", default=0)
    only_valid: Mapped[bool] = mapped_column(server_default=text("false"))
    error_code: Mapped[str | None]
    error_message: Mapped[str | None]
    # Who is at it, and when they were last heard of: a job whose runner is silent is taken up by another.
    runner: Mapped[UUID | None]
    heartbeat_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(server_default="0")
    confirmed_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    swept_at: Mapped[datetime | None]
    # Whether it can still be undone, and what an undo did: {deleted, restored, refused: [{row_id, title, code, message}]}.
    undoable: Mapped[bool] = mapped_column(server_default=text("false"), default=False)
    undone_at: Mapped[datetime | None]
    undone_by_name: Mapped[str | None]
    undo: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))

    __table_args__ = (
        CheckConstraint(f"state IN ({', '.join(repr(state) for state in STATES)})", name="state"),
        CheckConstraint("on_duplicate IN ('update', 'skip', 'error')", name="on_duplicate"),
        CheckConstraint("blank_cells IN ('keep', 'clear')", name="blank_cells"),
        Index("ix_import_job_slug_created_at", "slug", "created_at"),
        Index(
            "ix_import_job_waiting",
            "created_at",
            postgresql_where=text("state IN ('queued', 'parsing', 'confirming', 'undoing')"),
        ),
        Index("ix_import_job_undoable", "confirmed_at", postgresql_where=text("undoable")),
    )


class ImportFile(Base):
    """The file as it came: parsed again for the error workbook, and by another runner when the first one died."""

    __tablename__ = "import_file"

    job_id: Mapped[UUID] = mapped_column(primary_key=True)
    content: Mapped[bytes] = deferred(mapped_column(SealedBytes("import_file.content")))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)


class ImportRow(Base):
    """One row of the file. `vals` are the values of the ledger's fields, in their order, as JSON; for a wrong row, `texts`
    has the cells as the person wrote them and `errors` what is wrong, by field. No foreign key to the job: it would be
    looked up for each of 100,000 rows of a COPY."""

    __tablename__ = "import_row"

    job_id: Mapped[UUID] = mapped_column(primary_key=True)
    row_no: Mapped[int] = mapped_column(primary_key=True)
    ok: Mapped[bool]
    vals: Mapped[Any] = mapped_column(JSONB)
    # The tokens of the sealed fields, in the fields' order, made for the ledger's own columns; in `vals` they are null.
    sealed: Mapped[list[str | None] | None] = mapped_column(ARRAY(Text), info={"tokens": True})
    # The fields that a rule has filled.
    filled: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    # The fields whose cell is blank, where blank cells keep what the ledger has (ImportJob.blank_cells).
    blank: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    # From the hidden column of a workbook that we exported: which row this was, in which version.
    record_id: Mapped[UUID | None]
    record_version: Mapped[int | None]
    # Masked numbers stand for what is stored: {field: mask}.
    masked: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    texts: Mapped[dict[str, Any] | None] = mapped_column(SealedJSON("import_row.texts"))
    errors: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))

    __table_args__ = (Index("ix_import_row_wrong", "job_id", "row_no", postgresql_where=text("NOT ok")),)


class ImportMatch(Base):
    """A row of the file that the ledger already has: which one, in which version, and what is to happen to it."""

    __tablename__ = "import_match"

    job_id: Mapped[UUID] = mapped_column(primary_key=True)
    row_no: Mapped[int] = mapped_column(primary_key=True)
    target_id: Mapped[UUID]
    target_version: Mapped[int]
    action: Mapped[str]
    # Outside the data scope of the person who imports; inside is true.
    reachable: Mapped[bool]


class ImportEffect(Base):
    """A row that an import has written, in the version that it left; for a changed one, the row as it was, as JSON. Kept a
    day for an undo. Personal values stand in it as they stand in the row: sealed."""

    __tablename__ = "import_effect"

    job_id: Mapped[UUID] = mapped_column(primary_key=True)
    row_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), info={"tokens": True})


class ImportMapping(Base):
    """What a department has said once about a heading or a word of its files, for its next file. `owner_id` is the
    department, or the person where somebody belongs to none: what one department means is never applied to another.

    `kind` heading: `written` means `field`, or nothing at all when `field` is blank. `kind` word: in `field`, `written`
    means the value `target`."""

    __tablename__ = "import_mapping"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[UUID]
    slug: Mapped[str]
    kind: Mapped[str]
    field: Mapped[str] = mapped_column(server_default="")
    # How the word is compared (kit.fields.text.key_of), and how it was written.
    word: Mapped[str]
    written: Mapped[str]
    target: Mapped[str] = mapped_column(server_default="")
    created_by_name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint("kind IN ('heading', 'word')", name="kind"),
        # A heading means one thing; a word means one thing in each field.
        Index("uq_import_mapping_heading", "owner_id", "slug", "word", unique=True,
              postgresql_where=text("kind = 'heading'")),
        Index("uq_import_mapping_word", "owner_id", "slug", "field", "word", unique=True,
              postgresql_where=text("kind = 'word'")),
    )  # fmt: skip
