"""Departments."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from kit.db import today
from kit.directory import departments as in_order
from kit.errors import FieldError, Invalid, NotFound
from kit.http.days import Day
from kit.http.idempotency import OnceDep
from kit.http.principal import CurrentPrincipal, require, signed_in
from kit.http.session import SessionDep
from services.auth import departments, facts, formernames, merging
from services.auth.departments import Department
from services.auth.effects import Action, effects

router = APIRouter(prefix="/api/auth/departments", tags=["组织机构"])

READ, CHANGE = require("auth:departments:read"), require("auth:departments:update")
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]


class DepartmentOut(BaseModel):
    """A department. `path` holds the ids from the root down. One that was merged is closed, names the one that took it
    over, and stands below it."""

    id: UUID
    code: str
    name: str
    kind: str
    parent_id: UUID | None
    path: str
    sort: int
    closed_on: date | None
    merged_into: UUID | None
    version: int


class DepartmentList(BaseModel):
    """All departments, a parent before its children."""

    items: list[DepartmentOut]
    total: int


class DepartmentIn(BaseModel):
    """What a department is made of. `kind` is an item of the dictionary `department_kind`."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    code: Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[A-Za-z0-9_-]+$")]
    # A slash separates the levels of a full name; a name may not hold one.
    name: Annotated[str, Field(min_length=1, max_length=50, pattern=r"^[^/\x00-\x1f]+$")]
    kind: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
    parent_id: UUID | None = None
    sort: Annotated[int, Field(strict=True, ge=0, le=1_000_000)] = 0


class DepartmentChange(DepartmentIn):
    """A whole department after a change; another `parent_id` moves it with everything below."""

    version: Version


class Place(BaseModel):
    """Where a department is put: below which parent, and before which of its children; behind them all with null."""

    model_config = ConfigDict(extra="forbid")

    parent_id: UUID
    before_id: UUID | None = None
    version: Version


class Closing(BaseModel):
    """From which day a department is closed; today when it is not said."""

    model_config = ConfigDict(extra="forbid")

    on: Day | None = None
    version: Version


class Merging(BaseModel):
    """The department that takes this one over."""

    model_config = ConfigDict(extra="forbid")

    target_id: UUID
    version: Version


class Reopening(BaseModel):
    """Opens a closed department again."""

    model_config = ConfigDict(extra="forbid")

    version: Version


class FormerName(BaseModel):
    """What a department was called from when until when, and why not any more."""

    name: str
    full_name: str
    code: str
    since: datetime
    until: datetime
    reason: str
    reason_label: str
    changed_by_name: str | None


class FormerNames(BaseModel):
    """The names of a department, newest first, without the present one."""

    items: list[FormerName]
    total: int


class Blocker(BaseModel):
    """Why something cannot be done."""

    code: str
    message: str


class Effects(BaseModel):
    """What a change will do: sentences to confirm, the numbers in them, and what stands against it."""

    sentences: list[str]
    blockers: list[Blocker]
    people: int
    disabled_people: int
    further_people: int
    people_below: int
    children: int
    departments_below: int


class EffectsQuery(BaseModel):
    """Which change is meant; `target_id` is the one that takes over, or the new parent."""

    model_config = ConfigDict(extra="forbid")

    action: Action
    target_id: UUID | None = None


class Search(BaseModel):
    """What to look for."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[str, Field(min_length=1, max_length=50)]


class FormerNameHit(BaseModel):
    """A department that once was called so."""

    department_id: UUID
    names: list[str]


class FormerNameHits(BaseModel):
    """What a search among former names found."""

    items: list[FormerNameHit]
    total: int


@router.get("", dependencies=[signed_in()], response_model=DepartmentList)
def list_departments(session: SessionDep) -> dict[str, Any]:
    """The whole tree: everybody may know it, since every form names departments."""
    rows = in_order(session)
    return {"items": rows, "total": len(rows)}


@router.get("/former-names", dependencies=[READ], response_model=FormerNameHits)
def search_former_names(query: Annotated[Search, Query()], session: SessionDep) -> dict[str, Any]:
    """The departments that once had a name with this text in it: who looks for an old name finds the department."""
    found = formernames.matching(session, query.q.strip())
    return {"items": [{"department_id": id_, "names": names} for id_, names in found.items()], "total": len(found)}


@router.get("/{department_id}/names", dependencies=[READ], response_model=FormerNames)
def former_names(department_id: UUID, session: SessionDep) -> dict[str, Any]:
    """The names that a department once had, newest first, each with from when until when."""
    row = departments.find(session, department_id)
    items = formernames.history(session, department_id, row.created_at)
    return {"items": items, "total": len(items)}


@router.get("/{department_id}/effects", dependencies=[READ], response_model=Effects)
def show_effects(department_id: UUID, query: Annotated[EffectsQuery, Query()], session: SessionDep) -> dict[str, Any]:
    """What closing, merging, moving or opening again will do, before it is confirmed."""
    row = departments.find(session, department_id)
    if query.target_id is None and query.action in ("merge", "move"):
        raise Invalid(errors=[FieldError(("query", "target_id"), "missing", "请选择目标单位")])
    target = _target(session, query.target_id, ("query", "target_id")) if query.target_id else None
    return effects(session, row, query.action, target)


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


@router.put("/{department_id}", dependencies=[CHANGE], response_model=DepartmentOut)
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


@router.post("/{department_id}/place", dependencies=[CHANGE], response_model=DepartmentOut)
def place_department(
    department_id: UUID, place: Place, session: SessionDep, principal: CurrentPrincipal
) -> dict[str, Any]:
    """Puts a department somewhere in the order of a parent's children, moving it there when it stands elsewhere."""
    row = departments.find(session, department_id, version=place.version)
    if row.parent_id is None:
        raise NotFound
    changed = departments.place(session, principal, row, place.parent_id, place.before_id)
    facts.departments_changed(session, changed)
    return departments.as_json(row)


@router.post("/{department_id}/merge", dependencies=[CHANGE], response_model=DepartmentOut)
def merge_department(
    department_id: UUID, merging_: Merging, session: SessionDep, principal: CurrentPrincipal
) -> dict[str, Any]:
    """Merges a department into another: its people and what stands below it go over, it is closed, and everything that
    points at it belongs to the other one from now on."""
    row = departments.find(session, department_id, version=merging_.version)
    target = _target(session, merging_.target_id, ("body", "target_id"))
    changed, people = merging.merge(session, principal, row, target, today())
    facts.departments_changed(session, changed)
    facts.users_changed(session, people)
    return departments.as_json(row)


@router.post("/{department_id}/close", dependencies=[CHANGE], response_model=DepartmentOut)
def close_department(
    department_id: UUID, closing: Closing, session: SessionDep, principal: CurrentPrincipal
) -> dict[str, Any]:
    """Closes a department: it takes no new rows; what points at it stays."""
    row = departments.find(session, department_id, version=closing.version)
    on = closing.on or today()
    if on > today():
        raise Invalid(errors=[FieldError(("body", "on"), "date_in_future", "关闭日期不能晚于今天")])
    facts.departments_changed(session, merging.close(session, principal, row, on))
    return departments.as_json(row)


@router.post("/{department_id}/reopen", dependencies=[CHANGE], response_model=DepartmentOut)
def reopen_department(
    department_id: UUID, reopening: Reopening, session: SessionDep, principal: CurrentPrincipal
) -> dict[str, Any]:
    """Opens it again; one that was merged goes back to where it stood."""
    row = departments.find(session, department_id, version=reopening.version)
    facts.departments_changed(session, merging.reopen(session, principal, row))
    return departments.as_json(row)


def _target(session: Session, department_id: UUID, at: tuple[str, str]) -> Department:
    row = session.get(Department, department_id)
    if row is None:
        raise Invalid(errors=[FieldError(at, "not_found", "目标单位不存在")])
    return row
