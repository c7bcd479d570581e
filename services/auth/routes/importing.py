"""Departments and people as workbooks: template, export, import in two steps. The same shapes as the ledgers' imports."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Annotated, Any, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Body, File, Form, Query, Response, UploadFile
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field

from contracts.principal import Principal
from kit import audit
from kit.audit.duty import unaudited
from kit.db import today
from kit.errors import Invalid, TooLarge
from kit.excel.container import kind_of
from kit.excel.limits import LIMITS
from kit.excel.refusal import Refused
from kit.http.idempotency import OnceDep
from kit.http.limits import BodyLimit
from kit.http.principal import CurrentPrincipal, require
from kit.http.problems import problem_response
from kit.http.quota import Quota
from kit.http.recent import refuse_large_export
from kit.http.session import SessionDep
from services.auth.importing import exporting, jobs, reading
from services.auth.importing.subjects import DEPARTMENTS, USERS, Subject
from services.auth.passwords import one_time_password
from services.auth.people import User
from services.auth.routes.edge import HashPoolDep, Moment, SettingsDep
from services.auth.routes.people import UserFilters, chosen

router = APIRouter(prefix="/api/auth", tags=["组织机构和人员的导入导出"])
# The multipart frame comes on top of the file.
BODY_LIMIT = BodyLimit(r"/api/auth/(departments|users)/imports/?$", LIMITS.file_bytes + 64 * 1024)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_EXPORTED = 100_000
# The same limits as the ledgers' (reliability.md 3.9). An import counts when it is confirmed: whoever corrects a file seven
# times has imported it once.
UPLOADS = Quota("upload", 20, 60, "upload_per_minute", "上传过于频繁")
IMPORTS = Quota("import", 6, 3600, "import_per_hour", "导入过于频繁")
EXPORTS = Quota("export", 6, 60, "export_per_minute", "导出过于频繁")
BLANK = unaudited("a blank form, with the names of departments that everybody may know")


class Confirmation(BaseModel):
    """What is confirmed: the whole file, or only the rows that are right."""

    model_config = ConfigDict(extra="forbid")

    only_valid: bool = False


class RowsQuery(BaseModel):
    """Which wrong rows."""

    model_config = ConfigDict(extra="forbid")

    invalid: bool = True
    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    size: Annotated[int, Field(ge=1, le=200)] = 50


class HistoryQuery(BaseModel):
    """Which jobs of a history."""

    model_config = ConfigDict(extra="forbid")

    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    size: Annotated[int, Field(ge=1, le=200)] = 20


@router.get(
    "/departments/template.xlsx", dependencies=[require("auth:departments:import"), BLANK], response_class=Response
)
def departments_template(session: SessionDep, principal: CurrentPrincipal) -> Response:
    """The workbook for departments, with drop-downs."""
    return _workbook(exporting.build_template(session, principal, DEPARTMENTS), "组织机构导入模板.xlsx")


@router.get("/users/template.xlsx", dependencies=[require("auth:users:import"), BLANK], response_class=Response)
def users_template(session: SessionDep, principal: CurrentPrincipal) -> Response:
    """The workbook for people, with drop-downs."""
    return _workbook(exporting.build_template(session, principal, USERS), "人员账号导入模板.xlsx")


@router.get(
    "/departments/export.xlsx",
    dependencies=[require("auth:departments:export"), EXPORTS.dependency()],
    response_class=Response,
)
def export_departments(session: SessionDep, principal: CurrentPrincipal) -> Response:
    """The whole organisation, closed departments too."""
    content, rows = exporting.export_departments(session, DEPARTMENTS)
    audit.record(session, principal, "departments:export", "department", detail={"rows": rows})
    return _workbook(content, _dated(DEPARTMENTS))


@router.get(
    "/users/export.xlsx", dependencies=[require("auth:users:export"), EXPORTS.dependency()], response_class=Response
)
def export_users(
    query: Annotated[UserFilters, Query()], session: SessionDep, principal: CurrentPrincipal, settings: SettingsDep
) -> Response:
    """The people of the list, with its filters and data scope; phones are masked unless the caller may see them."""
    rows = chosen(principal, query).order_by(User.employee_no.nulls_last(), User.id).limit(MOST_EXPORTED + 1)
    users = session.scalars(rows).unique().all()
    if len(users) > MOST_EXPORTED:
        raise Invalid("导出不能超过 100,000 行，请先缩小查询范围", code="too_many_rows")
    refuse_large_export(settings, principal, len(users))
    personal = principal.may("auth:personal:read")
    content = exporting.export_people(session, USERS, users, personal=personal)
    detail = {"rows": len(users), "personal": personal, "query": query.model_dump(mode="json", exclude_defaults=True)}
    audit.record(session, principal, "users:export", "user", detail=detail)
    return _workbook(content, _dated(USERS))


@cache
def imports_of(subject: Subject) -> APIRouter:
    """The routes of one subject's imports."""
    imports = APIRouter(prefix=f"/api/auth/{subject.name}/imports", tags=["组织机构和人员的导入导出"])
    allowed = require(f"auth:{subject.name}:import")

    @imports.post("", status_code=201, dependencies=[allowed, UPLOADS.dependency()], response_model=None)
    def upload(
        session: SessionDep,
        principal: CurrentPrincipal,
        once: OnceDep,
        at: Moment,
        file: Annotated[UploadFile, File(description="xlsx，不超过 20 MB、5,000 行")],
        on_duplicate: Annotated[Literal["update", "skip", "error"], Form()] = "update",
    ) -> Response:
        """Checks a workbook whole and shows what it would do; nothing is written."""
        content = file.file.read(LIMITS.file_bytes + 1)
        if len(content) > LIMITS.file_bytes:
            raise TooLarge("文件超过 20 MB 上限，请拆分后再导入", code="file_too_large")
        name = (file.filename or "未命名.xlsx").replace("\0", "").rpartition("/")[2].rpartition("\\")[2][-200:]

        def effect() -> dict[str, Any]:
            try:
                kind_of(content[: 1024 * 1024], name)
                workbook = reading.read(subject, content, name)
            except Refused as error:
                raise reading.refused(error) from error
            job = jobs.start(
                session, principal, subject, workbook, content=content, file_name=name, on_duplicate=on_duplicate, at=at
            )
            return jobs.as_json(session, job)

        return once(effect)

    @imports.get("", dependencies=[allowed])
    def import_history(
        query: Annotated[HistoryQuery, Query()], session: SessionDep, principal: CurrentPrincipal
    ) -> dict[str, Any]:
        """One's own imports, newest first."""
        return jobs.history(session, principal, subject, query.page, query.size)

    @imports.get("/{import_id}", dependencies=[allowed])
    def read_import(import_id: UUID, session: SessionDep, principal: CurrentPrincipal) -> dict[str, Any]:
        """One import."""
        return jobs.as_json(session, jobs.find(session, principal, subject, import_id))

    @imports.get("/{import_id}/rows", dependencies=[allowed])
    def wrong_rows(
        import_id: UUID,
        query: Annotated[RowsQuery, Query()],
        session: SessionDep,
        principal: CurrentPrincipal,
    ) -> dict[str, Any]:
        """The wrong rows of an import."""
        job = jobs.find(session, principal, subject, import_id)
        return jobs.wrong_rows(session, job, query.page, query.size)

    @imports.get("/{import_id}/errors.xlsx", dependencies=[allowed], response_class=Response)
    def marked_workbook(import_id: UUID, session: SessionDep, principal: CurrentPrincipal) -> Response:
        """The file as it was sent, its wrong cells red, with 错误原因 in the last column."""
        job = jobs.find(session, principal, subject, import_id)
        kept = jobs.kept_file(session, job)
        audit.record(session, principal, f"{subject.name}:import.errors", "import", job.id)
        content = reading.marked(subject, kept.content, job.file_name, job.layout, kept.wrong)
        return _workbook(content, f"{job.file_name.removesuffix('.xlsx')}_错误.xlsx")

    @imports.post("/{import_id}/confirm", dependencies=[allowed, IMPORTS.dependency()], response_model=None)
    async def confirm(
        import_id: UUID,
        session: SessionDep,
        principal: CurrentPrincipal,
        pool: HashPoolDep,
        at: Moment,
        body: Annotated[Confirmation | None, Body()] = None,
    ) -> Any:
        """Writes the right rows. Repeated, it changes nothing and says the same. Accounts that are opened have a password that
        nobody knows."""
        hashed = await pool.hash(one_time_password()) if subject is USERS else ""
        return await run_in_threadpool(_confirm, session, principal, subject, import_id, body, hashed, at)

    @imports.delete("/{import_id}", dependencies=[allowed])
    def cancel(import_id: UUID, session: SessionDep, principal: CurrentPrincipal, at: Moment) -> dict[str, Any]:
        """Ends an import that has not been confirmed and removes what was uploaded."""
        job = jobs.find(session, principal, subject, import_id, lock=True)
        jobs.cancel(session, principal, job, at)
        return jobs.as_json(session, job, errors=False)

    return imports


def _confirm(
    session: SessionDep,
    principal: Principal,
    subject: Subject,
    import_id: UUID,
    body: Confirmation | None,
    hashed: str,
    at: datetime,
) -> Any:
    job = jobs.find(session, principal, subject, import_id, lock=True)
    done = jobs.confirm(session, principal, job, only_valid=bool(body and body.only_valid), hashed=hashed, at=at)
    if not done:
        # Answered rather than raised: the renewed preview has to be committed.
        return problem_response(409, "rows_changed", "数据已被他人修改", detail=job.error_message)
    return jobs.as_json(session, job)


def _dated(subject: Subject) -> str:
    return f"{subject.title}_{today():%Y%m%d}.xlsx"


def _workbook(content: bytes, name: str) -> Response:
    disposition = f"attachment; filename=\"export.xlsx\"; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, media_type=XLSX, headers={"Content-Disposition": disposition})
