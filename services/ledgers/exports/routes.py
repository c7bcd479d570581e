"""Long exports over HTTP: asked for, watched, fetched, given up. Each person sees their own and nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Request
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session
from starlette.responses import Response, StreamingResponse

from contracts.principal import Principal
from kit import audit
from kit.db import Database, now, uuid7
from kit.errors import Conflict, Forbidden, Gone, NotFound, TooMany
from kit.http.idempotency import OnceDep
from kit.http.principal import CurrentPrincipal, signed_in
from kit.http.recent import refuse_large_export
from kit.http.session import SessionDep
from services.ledgers.exporting import MAY_EXPORT, MOST_ROWS, asked, counted, too_many
from services.ledgers.exports import jobs
from services.ledgers.exports.tables import ExportJob, ExportPiece
from services.ledgers.importing.target import known_ledger, ledger_class
from services.ledgers.quotas import EXPORTS
from services.ledgers.reading import PERSONAL, RowReader
from services.ledgers.workbooks import XLSX, disposition, file_name

router = APIRouter(prefix="/api/ledgers", tags=["导入导出"])
MOST_WAITING, MOST_LISTED = 3, 50


def job_json(job: ExportJob) -> dict[str, Any]:
    """A job as the web sees it."""
    return {
        "id": job.id,
        "slug": job.slug,
        "title": ledger_class(job.slug).ledger.title,
        "file_name": job.file_name,
        "state": job.state,
        "progress": job.progress,
        "rows": job.rows,
        "bytes": job.bytes,
        "created_at": job.created_at,
        "finished_at": job.finished_at,
        "kept_until": job.finished_at + jobs.KEPT if job.state == "done" and job.finished_at else None,
        "downloaded_at": job.downloaded_at,
        "expired": job.swept_at is not None,
        "error": {"code": job.error_code, "message": job.error_message} if job.error_code else None,
    }


@router.post(
    "/{slug}/exports", status_code=201, dependencies=[MAY_EXPORT, EXPORTS.dependency()], summary="后台导出",
    response_model=None,
)  # fmt: skip
def start(
    slug: str,
    request: Request,
    tasks: BackgroundTasks,
    session: SessionDep,
    principal: CurrentPrincipal,
    once: OnceDep,
) -> Response:
    """Takes the list's parameters, as export.xlsx does. The file is kept for 24 hours and given to nobody else."""
    row_class = known_ledger(slug)
    params = request.query_params.multi_items()
    query, fields = asked(row_class, params)
    rows = counted(session, RowReader(row_class, principal), query, MOST_ROWS)
    if rows > MOST_ROWS:
        raise too_many()
    refuse_large_export(request.app.state.settings, principal, rows)
    waiting = select(func.count()).where(
        ExportJob.created_by == principal.user_id, ExportJob.state.in_(("queued", "running"))
    )
    if (session.scalar(waiting) or 0) >= MOST_WAITING:
        raise TooMany("您已有多个导出正在进行，请等它们完成", code="export_queue_full", retry_after=30)

    def effect() -> dict[str, Any]:
        job = ExportJob(
            id=uuid7(), slug=slug, file_name=file_name(row_class.ledger.title), state="queued",
            params=[list(pair) for pair in params], columns=[spec.key for spec in fields],
            principal=principal.model_dump(mode="json"), created_by=principal.user_id, created_at=now(), rows=rows,
            progress=0, bytes=0, attempts=0, personal=False,
        )  # fmt: skip
        session.add(job)
        session.flush()
        audit.record(session, principal, f"ledgers:{slug}:export.start", "export", job.id, detail={"rows": rows})
        return job_json(job)

    tasks.add_task(jobs.ring, request.app)
    return once(effect)


@router.get("/_exports", name="ledgers_exports", dependencies=[signed_in()], summary="我的导出")
def mine(session: SessionDep, principal: CurrentPrincipal) -> dict[str, Any]:
    """One's own exports of every ledger, the newest first."""
    found = session.scalars(
        select(ExportJob)
        .where(ExportJob.created_by == principal.user_id)
        .order_by(ExportJob.created_at.desc())
        .limit(MOST_LISTED)
    )
    return {"items": [job_json(job) for job in found]}


@router.get("/{slug}/exports/{export_id}", dependencies=[MAY_EXPORT], summary="导出进度")
def show(slug: str, export_id: UUID, session: SessionDep, principal: CurrentPrincipal) -> dict[str, Any]:
    """How far it is."""
    return job_json(_find(session, principal, slug, export_id))


@router.get(
    "/{slug}/exports/{export_id}/file", dependencies=[MAY_EXPORT], summary="下载导出的文件", response_model=None
)
def fetch(
    slug: str, export_id: UUID, request: Request, session: SessionDep, principal: CurrentPrincipal
) -> StreamingResponse:
    """The workbook. Whoever has lost the permission for whole identity numbers since does not get a file with them."""
    job = _find(session, principal, slug, export_id)
    if job.state != "done":
        raise Conflict("导出还没有完成", code="export_not_ready", retry_after=2)
    if job.swept_at is not None or (job.finished_at is not None and job.finished_at + jobs.KEPT < now()):
        raise Gone("导出的文件只保留 24 小时，请重新导出", code="export_expired")
    if job.personal and not principal.may(PERSONAL):
        raise Forbidden("文件含有完整的个人信息，您已没有查看权限，请重新导出", code="personal_export")
    job.downloaded_at = now()
    audit.record(
        session, principal, f"ledgers:{slug}:export.download", "export", job.id,
        detail={"rows": job.rows, "personal": job.personal},
    )  # fmt: skip
    headers = {**disposition(job.file_name), "Content-Length": str(job.bytes)}
    return StreamingResponse(_pieces(request.app.state.database, job.id), media_type=XLSX, headers=headers)


@router.delete("/{slug}/exports/{export_id}", dependencies=[MAY_EXPORT], summary="取消或删除导出")
def drop(slug: str, export_id: UUID, session: SessionDep, principal: CurrentPrincipal) -> dict[str, Any]:
    """Ends an export that runs; removes the file of one that is done."""
    job = _find(session, principal, slug, export_id, lock=True)
    if job.state in ("queued", "running"):
        job.state, job.finished_at, job.runner = "cancelled", now(), None
        audit.record(session, principal, f"ledgers:{slug}:export.cancel", "export", job.id)
    elif job.swept_at is None:
        job.swept_at = now()
        session.execute(delete(ExportPiece).where(ExportPiece.job_id == job.id))
        audit.record(session, principal, f"ledgers:{slug}:export.drop", "export", job.id)
    return job_json(job)


def _find(session: Session, principal: Principal, slug: str, id_: UUID, *, lock: bool = False) -> ExportJob:
    """A job of this person; 404 otherwise, as for one that never was."""
    known_ledger(slug)
    query = select(ExportJob).where(
        ExportJob.id == id_, ExportJob.slug == slug, ExportJob.created_by == principal.user_id
    )
    job = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if job is None:
        raise NotFound
    return job


def _pieces(database: Database, job_id: UUID) -> Iterator[bytes]:
    """One piece in memory at a time, and no transaction open while a slow line takes it."""
    number = 0
    while True:
        with database.session() as session:
            content = session.scalar(
                select(ExportPiece.content).where(ExportPiece.job_id == job_id, ExportPiece.number == number)
            )
        if content is None:
            return
        yield content
        number += 1
