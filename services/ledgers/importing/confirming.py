"""Writes what was shown: one transaction, all or nothing, and once however often it is asked for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg.errors import UniqueViolation
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit import audit
from kit.db import now
from kit.errors import Conflict, VersionConflict
from services.ledgers.changes import announce
from services.ledgers.importing import undoing
from services.ledgers.importing.loading import LONG, compare
from services.ledgers.importing.matching import Matching
from services.ledgers.importing.tables import ImportJob, ImportMatch, ImportRow

_MOST_NAMED = 100


class RowsChanged(Exception):
    """Somebody has changed rows since the preview. The job's preview has been made anew; `rows` are those concerned."""

    def __init__(self, rows: list[int]) -> None:
        self.rows = rows
        named = "、".join(str(row) for row in rows[:10])
        super().__init__(
            f"预览之后，第 {named} 行{'等 ' + str(len(rows)) + ' 行' if len(rows) > 10 else ''}对应的记录已被他人修改"
        )


def lock(session: Session, job_id: UUID) -> ImportJob | None:
    """The job, held until the transaction ends: a second confirmation waits here, and then finds it done."""
    return session.scalars(
        select(ImportJob).where(ImportJob.id == job_id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()


def check(job: ImportJob, only_valid: bool) -> None:
    """Refuses what cannot be confirmed."""
    if job.state == "cancelled":
        raise Conflict("导入已取消", code="import_cancelled")
    if job.state == "failed":
        raise Conflict(job.error_message or "导入失败", code="import_failed")
    if job.state == "mapping":
        raise Conflict("请先确认文件的列与系统字段的对应关系", code="import_needs_mapping")
    if job.state in ("undoing", "undone"):
        raise Conflict("导入已撤销，如需再次导入请重新上传文件", code="import_undone")
    if job.state in ("queued", "parsing"):
        raise Conflict("文件还在校验，请稍候", code="import_not_ready", retry_after=2)
    if job.swept_at is not None:
        raise Conflict("导入已超过 24 小时，请重新上传文件", code="import_expired")
    if job.invalid and not only_valid:
        raise Conflict(f"还有 {job.invalid} 行有错误，请改正后重新上传，或选择只导入正确的行", code="rows_invalid")
    if not job.valid:
        raise Conflict("没有可以导入的行", code="no_valid_rows")


def write(session: Session, job: ImportJob, principal: Principal) -> None:
    """Writes the right rows. Raises RowsChanged, having renewed the preview, when the ledger is not as it was shown."""
    matching = Matching.of(job)
    parameters = {"job": job.id, "user": principal.user_id}
    session.execute(LONG)
    session.execute(matching.lock(), {"job": job.id})
    _still_as_shown(session, job, matching, principal)
    undoing.keep_before(session, job, matching)
    try:
        updated = session.execute(matching.update(), parameters).rowcount  # type: ignore[attr-defined]
        created = session.execute(matching.create(), parameters).rowcount  # type: ignore[attr-defined]
    except IntegrityError as error:
        if not isinstance(error.orig, UniqueViolation):
            raise
        # Another transaction has written a row of the same key in this very moment.
        raise _just_changed() from error
    if (created, updated) != (job.created, job.updated):
        raise _just_changed()
    written = select(matching.row_class.id).where(matching.row_class.import_batch_id == job.id)
    announce(session, matching.row_class, list(session.scalars(written)), actor=principal.user_id)
    undoing.keep_after(session, job, matching)
    job.state, job.progress, job.confirmed_at, job.finished_at = "confirmed", 100, now(), now()
    audit.record(
        session,
        principal,
        f"ledgers:{job.slug}:import",
        "import",
        job.id,
        after={name: getattr(job, name) for name in ("created", "updated", "unchanged", "skipped", "cleared")},
        detail={"file": job.file_name, "sha256": job.sha256, "rows": job.rows, "only_valid": job.only_valid},
    )


def _just_changed() -> VersionConflict:
    return VersionConflict("数据刚被他人修改，请重新确认", code="rows_changed")


def _still_as_shown(session: Session, job: ImportJob, matching: Matching, principal: Principal) -> None:
    moved = sorted(session.scalars(matching.moved(), {"job": job.id}))
    if not moved:
        return
    compare(session, job, matching, principal, again=True)
    # What is now exactly as the file says is nobody's conflict.
    fine = set(
        session.scalars(
            select(ImportMatch.row_no)
            .join(ImportRow, (ImportRow.job_id == ImportMatch.job_id) & (ImportRow.row_no == ImportMatch.row_no))
            .where(ImportMatch.job_id == job.id, ImportMatch.action.in_(("unchanged", "skip")), ImportRow.ok)
        )
    )
    conflicts = [row for row in moved if row not in fine]
    if conflicts:
        raise RowsChanged(conflicts)


def waiting(session: Session) -> int:
    """How many jobs wait or are being worked on."""
    return (
        session.scalar(
            select(func.count())
            .select_from(ImportJob)
            .where(ImportJob.state.in_(("queued", "parsing", "confirming", "undoing")))
        )
        or 0
    )


def conflict_body(changed: RowsChanged) -> dict[str, Any]:
    """The details of a 409."""
    return {"rows": changed.rows[:_MOST_NAMED], "count": len(changed.rows)}
