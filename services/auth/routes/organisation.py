"""Departments."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from starlette.responses import Response

from kit.db import today
from kit.directory import departments as in_order
from kit.errors import FieldError, Invalid, NotFound
from kit.http.idempotency import OnceDep
from kit.http.principal import CurrentPrincipal, require, signed_in
from kit.http.session import SessionDep
from services.auth import departments, facts
from services.auth.departments import Department, DepartmentName

router = APIRouter(prefix="/api/auth/departments", tags=["组织机构"])

Kind = Literal["company", "branch", "department", "station", "team"]
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]


class DepartmentOut(BaseModel):
    """A department. `path` holds the ids from the root down."""

    id: UUID
    code: str
    name: str
    kind: str
    parent_id: UUID | None
    path: str
    sort: int
    closed_on: date | None
    version: int


class DepartmentList(BaseModel):
    """All departments, a parent before its children."""

    items: list[DepartmentOut]
    total: int


class DepartmentIn(BaseModel):
    """What a department is made of."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    code: Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[A-Za-z0-9_-]+$")]
    # A slash separates the levels of a full name; a name may not hold one.
    name: Annotated[str, Field(min_length=1, max_length=50, pattern=r"^[^/\x00-\x1f]+$")]
    kind: Kind
    parent_id: UUID | None = None
    sort: Annotated[int, Field(ge=0, le=1_000_000)] = 0


class DepartmentChange(DepartmentIn):
    """A whole department after a change; another `parent_id` moves it with everything below."""

    version: Version


class Closing(BaseModel):
    """From which day a department is closed; today when it is not said."""

    model_config = ConfigDict(extra="forbid")

    on: date | None = None
    version: Version


class Reopening(BaseModel):
    """Opens a closed department again."""

    model_config = ConfigDict(extra="forbid")

    version: Version


@router.get("", dependencies=[signed_in()], response_model=DepartmentList)
def list_departments(session: SessionDep) -> dict[str, Any]:
    """The whole tree: everybody may know it, since every form names departments."""
    rows = in_order(session)
    return {"items": rows, "total": len(rows)}


@router.get("/{department_id}/names", dependencies=[require("auth:departments:read")])
def former_names(department_id: UUID, session: SessionDep) -> dict[str, Any]:
    """The names that a department once had, newest first."""
    departments.find(session, department_id)
    rows = session.scalars(
        select(DepartmentName)
        .where(DepartmentName.department_id == department_id)
        .order_by(DepartmentName.until.desc())
    )
    return {"items": [{"name": row.name, "until": row.until.isoformat()} for row in rows]}


@router.post("", dependencies=[require("auth:departments:create")], status_code=201, response_model=DepartmentOut)
def create_department(
    department: DepartmentIn, session: SessionDep, principal: CurrentPrincipal, once: OnceDep
) -> Response:
    """A new department."""

    def effect() -> dict[str, Any]:
        if department.parent_id is None and session.scalar(select(Department.id).where(Department.parent_id.is_(None))):
            raise Invalid(errors=[FieldError(("body", "parent_id"), "missing", "请选择上级单位")])
        row = departments.create(session, principal, **department.model_dump())
        facts.departments_changed(session, [row])
        return departments.as_json(row)

    return once(effect)


@router.put("/{department_id}", dependencies=[require("auth:departments:update")], response_model=DepartmentOut)
def change_department(
    department_id: UUID, change: DepartmentChange, session: SessionDep, principal: CurrentPrincipal
) -> dict[str, Any]:
    """Renames, recodes, reorders, moves."""
    row = departments.find(session, department_id, version=change.version)
    if change.parent_id is None and row.parent_id is not None:
        raise Invalid(errors=[FieldError(("body", "parent_id"), "missing", "请选择上级单位")])
    changed = departments.change(session, principal, row, change.model_dump(exclude={"version"}))
    facts.departments_changed(session, changed)
    return departments.as_json(row)


@router.post("/{department_id}/close", dependencies=[require("auth:departments:update")], response_model=DepartmentOut)
def close_department(
    department_id: UUID, closing: Closing, session: SessionDep, principal: CurrentPrincipal
) -> dict[str, Any]:
    """Closes a department: it takes no new rows; what points at it stays."""
    row = departments.find(session, department_id, version=closing.version)
    if row.parent_id is None:
        raise NotFound
    departments.close(session, principal, row, closing.on or today())
    facts.departments_changed(session, [row])
    return departments.as_json(row)


@router.post("/{department_id}/reopen", dependencies=[require("auth:departments:update")], response_model=DepartmentOut)
def reopen_department(
    department_id: UUID, reopening: Reopening, session: SessionDep, principal: CurrentPrincipal
) -> dict[str, Any]:
    """Opens it again."""
    row = departments.find(session, department_id, version=reopening.version)
    departments.close(session, principal, row, None)
    facts.departments_changed(session, [row])
    return departments.as_json(row)
