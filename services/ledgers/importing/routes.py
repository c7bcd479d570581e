"""Imports over HTTP: upload, look, confirm; cancel, history, marked workbook."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from fastapi import APIRouter, BackgroundTasks, Body, File, Form, Header, Query, Request, Response, UploadFile
from fastapi.encoders import jsonable_encoder
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import delete, func, literal, or_, select
from sqlalchemy.orm import Session

from contracts.principal import Principal, ScopeKind
from kit import audit
from kit.db import now
from kit.errors import Conflict, FieldError, Forbidden, NotFound, TooLarge, TooMany
from kit.excel.container import kind_of
from kit.excel.limits import LIMITS
from kit.excel.refusal import Refused
from kit.http.idempotency import OnceDep
from kit.http.limits import BodyLimit
from kit.http.principal import CurrentPrincipal, require
from kit.http.problems import problem_response
from kit.http.session import SessionDep
from services.ledgers.importing import confirming, jobs, marked
from services.ledgers.importing.columns import Presenter
from services.ledgers.importing.contents import looked_into, without_cells
from services.ledgers.importing.loading import AT_ONCE_ROWS
from services.ledgers.importing.preview import job_json, rows_json
from services.ledgers.importing.tables import ImportFile, ImportJob, ImportMatch, ImportRow
from services.ledgers.importing.target import known_ledger
from services.ledgers.importing.uploading import at_once, may_be_about, new_job, refused
from services.ledgers.lookups import lookups_for
from services.ledgers.quotas import IMPORTS, UPLOADS
from services.ledgers.workbooks import answer

router = APIRouter(prefix="/api/ledgers/{slug}/imports", tags=["导入导出"])
# The multipart frame comes on top of the file.
BODY_LIMIT = BodyLimit(r"/api/ledgers/[^/]+/imports/?$", LIMITS.file_bytes + 64 * 1024)
MOST_WAITING = 20
MAY_IMPORT = require("ledgers:{slug}:import")


class Confirmation(BaseModel):
    """What is confirmed: the whole file, or only the rows that are right."""

    model_config = ConfigDict(extra="forbid")

    only_valid: bool = False


class RowsQuery(BaseModel):
    """Which rows of a preview."""

    model_config = ConfigDict(extra="forbid")

    invalid: bool = False
    what: Literal["invalid", "created", "updated", "unchanged", "skipped", "corrected"] | None = None
    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    size: Annotated[int, Field(ge=1, le=200)] = 50


class HistoryQuery(BaseModel):
    """Which jobs of a history."""

    model_config = ConfigDict(extra="forbid")

    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    size: Annotated[int, Field(ge=1, le=200)] = 20


@router.post(
    "",
    status_code=201,
    dependencies=[MAY_IMPORT, UPLOADS.dependency()],
    summary="批量导入：上传并校验",
    response_model=None,
)
def upload(
    slug: str,
    request: Request,
    tasks: BackgroundTasks,
    session: SessionDep,
    principal: CurrentPrincipal,
    once: OnceDep,
    file: Annotated[UploadFile, File(description="xlsx，不超过 20 MB、100,000 行")],
    on_duplicate: Annotated[Literal["update", "skip", "error"], Form()] = "update",
    blank_cells: Annotated[
        Literal["keep", "clear"],
        Form(description="已有记录的空白单元格：keep 保留系统中的内容，clear 清空系统中的内容"),
    ] = "keep",
    import_by: Annotated[
        int | None,
        Form(ge=-(2**31), lt=2**31, description="整个文件的年份（仅限按年份编制的台账）：留空则按文件中的列"),
    ] = None,
) -> Response:
    """Up to 500 rows are validated at once (state `ready`); longer files are `queued` and validated in the background."""
    row_class = known_ledger(slug)
    if import_by is not None:
        may_be_about(row_class, import_by)
    content = file.file.read(LIMITS.file_bytes + 1)
    if len(content) > LIMITS.file_bytes:
        raise TooLarge("文件超过 20 MB 上限，请拆分后再导入", code="file_too_large")
    name = (file.filename or "未命名.xlsx").replace("\0", "").rpartition("/")[2].rpartition("\\")[2][-200:]
    try:
        kind_of(content[: 1024 * 1024], name)
    except Refused as error:
        raise refused(error) from error
    if confirming.waiting(session) >= MOST_WAITING:
        raise TooMany("正在处理的导入过多，请稍后再试", code="import_queue_full", retry_after=30)

    def effect() -> dict[str, Any]:
        job = new_job(session, principal, slug, name, content, on_duplicate, blank_cells, import_by)
        at_once(session, job, content, principal)
        return job_json(session, job, principal)

    # Rung after the commit: before it, there would be nothing to find.
    tasks.add_task(jobs.ring, request.app)
    return once(effect)


def find(session: Session, principal: Principal, slug: str, id_: UUID, *, lock: bool = False) -> ImportJob:
    """A job of this person; 404 otherwise, as for one that never was."""
    job = confirming.lock(session, id_) if lock else session.get(ImportJob, id_)
    if job is None or job.slug != slug or not _visible(principal, job):
        raise NotFound
    if lock and job.created_by != principal.user_id:
        raise Forbidden("只有上传者本人可以确认或取消这次导入", code="not_the_uploader")
    return job


def _visible(principal: Principal, job: ImportJob) -> bool:
    return job.created_by == principal.user_id or _sees_all(principal)


def _sees_all(principal: Principal) -> bool:
    return any(scope.kind is ScopeKind.COMPANY for scope in (principal.scope, *principal.scope.also))


@router.get("", dependencies=[MAY_IMPORT], summary="导入历史")
def history(
    slug: str, session: SessionDep, principal: CurrentPrincipal, query: Annotated[HistoryQuery, Query()]
) -> dict[str, Any]:
    """Imports of this ledger, the newest first: one's own, and everybody's with the scope of the whole company."""
    known_ledger(slug)
    mine = (ImportJob.slug == slug) & or_(ImportJob.created_by == principal.user_id, literal(_sees_all(principal)))
    total = session.scalar(select(func.count()).select_from(ImportJob).where(mine))
    jobs = session.scalars(
        select(ImportJob)
        .where(mine)
        .order_by(ImportJob.created_at.desc(), ImportJob.id.desc())
        .offset((query.page - 1) * query.size)
        .limit(query.size)
    )
    items = [job_json(session, job, errors=False) for job in jobs]
    return {"items": items, "total": total, "page": query.page, "size": query.size}


@router.get("/{import_id}", dependencies=[MAY_IMPORT], summary="导入进度与校验结果", response_model=None)
def show(
    slug: str,
    import_id: UUID,
    session: SessionDep,
    principal: CurrentPrincipal,
    if_none_match: Annotated[str | None, Header(max_length=200)] = None,
) -> Response:
    """The job with its numbers, warnings and the first 1,000 wrong cells. While it runs it is asked for every second: with
    the `ETag` of the last answer, an answer that would be the same is 304 and has no body."""
    known_ledger(slug)
    job = find(session, principal, slug, import_id)
    content = orjson.dumps(jsonable_encoder(without_cells(principal, job, job_json(session, job, principal))))
    mark = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    if if_none_match == mark:
        return Response(status_code=304, headers={"ETag": mark})
    return Response(content, media_type="application/json", headers={"ETag": mark})


@router.get("/{import_id}/rows", dependencies=[MAY_IMPORT], summary="导入预览的行")
def rows(
    slug: str,
    import_id: UUID,
    session: SessionDep,
    principal: CurrentPrincipal,
    query: Annotated[RowsQuery, Query()],
) -> dict[str, Any]:
    """A page of the file's rows with their errors by field and, for rows that are there, the values before and after;
    `what` gives those of one kind only, `invalid=1` is the same as `what=invalid`."""
    row_class = known_ledger(slug)
    job = find(session, principal, slug, import_id)
    looked_into(session, principal, job)
    present = Presenter(row_class.input_fields(), lookups_for(session, row_class, principal))
    what = "invalid" if query.invalid else query.what
    return rows_json(session, job, principal, present, what=what, page=query.page, size=query.size)


@router.get(
    "/{import_id}/errors.xlsx", dependencies=[MAY_IMPORT], summary="下载标红的错误文件", response_class=Response
)
def errors_workbook(slug: str, import_id: UUID, session: SessionDep, principal: CurrentPrincipal) -> Response:
    """The rows as they were sent, wrong cells in red with a comment, the reasons in the last column."""
    known_ledger(slug)
    job = find(session, principal, slug, import_id)
    looked_into(session, principal, job)
    if job.state in ("queued", "parsing", "failed"):
        raise Conflict("文件没有校验结果", code="import_not_ready")
    audit.record(session, principal, f"ledgers:{slug}:import.errors", "import", job.id, detail={"rows": job.invalid})
    try:
        content = marked.build(session, job)
    except Refused as error:
        raise refused(error) from error
    return answer(content, f"{job.file_name.removesuffix('.xlsx')}_错误.xlsx")


@router.post("/{import_id}/confirm", dependencies=[MAY_IMPORT], summary="确认导入", response_model=None)
def confirm(
    slug: str,
    import_id: UUID,
    request: Request,
    tasks: BackgroundTasks,
    session: SessionDep,
    principal: CurrentPrincipal,
    body: Annotated[Confirmation | None, Body()] = None,
) -> Any:
    """Writes the rows. Repeated, it changes nothing and says the same; more than 500 rows are written in the background."""
    known_ledger(slug)
    job = find(session, principal, slug, import_id, lock=True)
    if job.state in ("confirmed", "confirming"):
        return job_json(session, job, principal)
    only_valid = bool(body and body.only_valid)
    confirming.check(job, only_valid)
    IMPORTS.spend(request, principal.user_id)
    job.only_valid, job.error_code, job.error_message = only_valid, None, None
    if job.rows > AT_ONCE_ROWS:
        # The rights are those of now, not of the upload.
        job.state, job.progress, job.attempts = "confirming", 0, 0
        job.principal, job.runner, job.heartbeat_at = principal.model_dump(mode="json"), None, None
        audit.record(
            session, principal, f"ledgers:{slug}:import.confirm", "import", job.id,
            detail={"file": job.file_name, "rows": job.valid},
        )  # fmt: skip
        tasks.add_task(jobs.ring, request.app)
        return job_json(session, job, principal)
    try:
        confirming.write(session, job, principal)
    except confirming.RowsChanged as changed:
        # Answered rather than raised: the renewed preview has to be committed.
        audit.record(
            session, principal, f"ledgers:{slug}:import.confirm", "import", job.id, result="refused",
            detail={"file": job.file_name, "rows": len(changed.rows), "code": "rows_changed"},
        )  # fmt: skip
        errors = [FieldError(("row", row), "rows_changed", "对应的记录已被他人修改") for row in changed.rows[:100]]
        return problem_response(
            409, "rows_changed", "数据已被他人修改", detail=f"{changed}，请核对后重新确认", errors=errors
        )
    return job_json(session, job, principal)


@router.delete("/{import_id}", dependencies=[MAY_IMPORT], summary="取消导入")
def cancel(slug: str, import_id: UUID, session: SessionDep, principal: CurrentPrincipal) -> dict[str, Any]:
    """Ends a job that has not been confirmed and removes what was uploaded."""
    known_ledger(slug)
    job = find(session, principal, slug, import_id, lock=True)
    if job.state in ("confirming", "confirmed", "undoing", "undone"):
        raise Conflict("导入已确认，不能取消", code="import_confirmed")
    if job.state != "cancelled":
        job.state, job.finished_at, job.samples, job.corrections = "cancelled", now(), None, None
        for table in (ImportRow, ImportMatch, ImportFile):
            session.execute(delete(table).where(table.job_id == job.id))
        audit.record(session, principal, f"ledgers:{slug}:import.cancel", "import", job.id)
    return job_json(session, job, errors=False)
