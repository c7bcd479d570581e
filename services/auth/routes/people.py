"""People, their accounts and roles."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.concurrency import run_in_threadpool
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit import audit
from kit.directory import scope_clause
from kit.errors import NotFound
from kit.http.principal import CurrentPrincipal, require
from kit.http.session import SessionDep
from services.auth import accounts, people, sessions
from services.auth.access import Role
from services.auth.accounts import RoleAssignment
from services.auth.passwords import one_time_password
from services.auth.people import USERNAME, User
from services.auth.routes.edge import HashPoolDep, Moment
from services.auth.routes.organisation import Version

router = APIRouter(prefix="/api/auth", tags=["人员和角色"])

Text = Annotated[str, Field(min_length=1, max_length=50)]
Phone = Annotated[str, Field(pattern=r"^\+?[0-9-]{7,20}$")]


def _no_twins(ids: list[UUID]) -> list[UUID]:
    return list(dict.fromkeys(ids))


class UserIn(BaseModel):
    """What is said of a person."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: Text
    employee_no: Annotated[str, Field(min_length=1, max_length=32)] | None = None
    post: Text | None = None
    phone: Phone | None = None
    department_id: UUID


class NewUser(UserIn):
    """A new account."""

    username: Annotated[str, Field(pattern=USERNAME)]


class UserChange(UserIn):
    """A whole person after a change. A phone that is left out stays, since lists show it masked."""

    further_department_ids: Annotated[list[UUID], Field(max_length=50), AfterValidator(_no_twins)] | None = None
    version: Version


class Activation(BaseModel):
    """Enabling or disabling."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    reason: Annotated[str, Field(max_length=200)] | None = None
    version: Version


class Assignment(BaseModel):
    """A role for a person; `department_ids` for roles that reach chosen departments; dates for a delegation."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, Field(max_length=64)]
    department_ids: Annotated[list[UUID], Field(max_length=50)] = []
    valid_from: date | None = None
    valid_to: date | None = None


class Assignments(BaseModel):
    """All roles of a person."""

    model_config = ConfigDict(extra="forbid")

    roles: Annotated[list[Assignment], Field(max_length=30)]
    version: Version


class UserQuery(BaseModel):
    """Filters of the list of people."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[str, Field(max_length=50)] = ""
    department_id: UUID | None = None
    role: Annotated[str, Field(max_length=64)] | None = None
    active: bool | None = None
    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    size: Annotated[int, Field(ge=1, le=200)] = 20
    sort: Literal["username", "-username", "name", "-name", "employee_no", "-employee_no"] = "username"


def _visible(principal: Principal) -> Select[User]:
    return select(User).where(scope_clause(principal, User.department_id, User.id))


def _find(session: Session, principal: Principal, user_id: UUID, version: int | None = None) -> User:
    if session.scalar(_visible(principal).where(User.id == user_id)) is None:
        raise NotFound
    return people.find(session, user_id, version=version)


def _shown(row: User, principal: Principal) -> dict[str, Any]:
    return people.as_json(row, personal=principal.may("auth:personal:read"))


@router.get("/users", dependencies=[require("auth:users:read")])
def list_users(
    query: Annotated[UserQuery, Query()], session: SessionDep, principal: CurrentPrincipal
) -> dict[str, Any]:
    """People in the caller's data scope; phones are masked unless the caller may see personal data."""
    rows = _visible(principal)
    if query.q:
        columns = (User.username, User.name, User.employee_no)
        rows = rows.where(or_(*(column.icontains(query.q, autoescape=True) for column in columns)))
    if query.department_id:
        rows = rows.where(User.department_id == query.department_id)
    if query.role:
        rows = rows.where(User.roles.any(role=query.role))
    if query.active is not None:
        rows = rows.where(User.disabled_at.is_(None) if query.active else User.disabled_at.is_not(None))
    total = session.scalar(select(func.count()).select_from(rows.with_only_columns(User.id).subquery())) or 0
    column = getattr(User, query.sort.lstrip("-"))
    order = column.desc() if query.sort.startswith("-") else column.asc()
    page = rows.order_by(order.nulls_last(), User.id).limit(query.size).offset((query.page - 1) * query.size)
    items = [_shown(row, principal) for row in session.scalars(page).unique()]
    return {"items": items, "total": total, "page": query.page, "size": query.size}


@router.get("/users/{user_id}", dependencies=[require("auth:users:read")])
def read_user(user_id: UUID, session: SessionDep, principal: CurrentPrincipal) -> dict[str, Any]:
    """One person."""
    return _shown(_find(session, principal, user_id), principal)


@router.post("/users", dependencies=[require("auth:users:create")], status_code=201)
async def create_user(
    user: NewUser, session: SessionDep, principal: CurrentPrincipal, pool: HashPoolDep, at: Moment
) -> dict[str, Any]:
    """A new account. The answer holds the first password, once: it is good for 24 hours and for changing it."""
    secret = one_time_password()
    hashed = await pool.hash(secret)

    def effect() -> dict[str, Any]:
        row = accounts.create(session, principal, user.model_dump(), hashed, at)
        return {"user": _shown(row, principal), "one_time_password": secret, "expires_at": row.password_expires_at}

    return await run_in_threadpool(effect)


@router.put("/users/{user_id}", dependencies=[require("auth:users:update")])
def change_user(user_id: UUID, change: UserChange, session: SessionDep, principal: CurrentPrincipal) -> dict[str, Any]:
    """Changes a person."""
    row = _find(session, principal, user_id, change.version)
    values = change.model_dump(exclude={"version", "further_department_ids"})
    if "phone" not in change.model_fields_set:
        values.pop("phone")
    return _shown(accounts.change(session, principal, row, values, change.further_department_ids), principal)


@router.post("/users/{user_id}/disable", dependencies=[require("auth:users:update")])
def disable_user(
    user_id: UUID, change: Activation, session: SessionDep, principal: CurrentPrincipal, at: Moment
) -> dict[str, Any]:
    """Disables an account; it is refused everywhere within seconds."""
    row = _find(session, principal, user_id, change.version)
    return _shown(accounts.set_active(session, principal, row, at, change.reason, active=False), principal)


@router.post("/users/{user_id}/enable", dependencies=[require("auth:users:update")])
def enable_user(
    user_id: UUID, change: Activation, session: SessionDep, principal: CurrentPrincipal, at: Moment
) -> dict[str, Any]:
    """Enables it again."""
    row = _find(session, principal, user_id, change.version)
    return _shown(accounts.set_active(session, principal, row, at, None, active=True), principal)


@router.post("/users/{user_id}/reset-password", dependencies=[require("auth:users:update")])
async def reset_password(
    user_id: UUID,
    change: Activation,
    session: SessionDep,
    principal: CurrentPrincipal,
    pool: HashPoolDep,
    at: Moment,
) -> dict[str, Any]:
    """A one-time password, good for 15 minutes, in place of one that was forgotten."""
    secret = one_time_password()
    hashed = await pool.hash(secret)

    def effect() -> dict[str, Any]:
        row = _find(session, principal, user_id, change.version)
        row = accounts.set_first_password(session, principal, row, hashed, at)
        return {"user": _shown(row, principal), "one_time_password": secret, "expires_at": row.password_expires_at}

    return await run_in_threadpool(effect)


@router.put("/users/{user_id}/roles", dependencies=[require("auth:roles:update")])
def assign_roles(
    user_id: UUID, change: Assignments, session: SessionDep, principal: CurrentPrincipal
) -> dict[str, Any]:
    """Gives a person exactly these roles."""
    row = _find(session, principal, user_id, change.version)
    wanted = [
        RoleAssignment(entry.code, tuple(entry.department_ids), entry.valid_from, entry.valid_to)
        for entry in change.roles
    ]
    return _shown(accounts.assign_roles(session, principal, row, wanted), principal)


@router.get("/users/{user_id}/sessions", dependencies=[require("auth:sessions:read")])
def sessions_of(user_id: UUID, session: SessionDep, principal: CurrentPrincipal, at: Moment) -> dict[str, Any]:
    """A person's sessions."""
    row = _find(session, principal, user_id)
    live = sessions.live_sessions(session, row.id, at)
    return {"items": [entry.as_json(principal.session_id) for entry in live], "total": len(live)}


@router.delete("/users/{user_id}/sessions", dependencies=[require("auth:sessions:delete")])
def end_sessions_of(user_id: UUID, session: SessionDep, principal: CurrentPrincipal, at: Moment) -> dict[str, int]:
    """Ends all of a person's sessions."""
    row = _find(session, principal, user_id)
    ended = sessions.end_all(session, row.id, at, "ended_by_administrator")
    audit.record(session, principal, "end_sessions", "user", row.id, detail={"sessions": ended})
    return {"ended": ended}


@router.get("/roles", dependencies=[require("auth:roles:read")])
def list_roles(session: SessionDep) -> dict[str, Any]:
    """The roles with what they give."""
    rows = session.scalars(select(Role).order_by(Role.code)).all()
    items = [
        {
            "code": row.code,
            "name": row.name,
            "description": row.description,
            "scope": row.scope,
            "permissions": row.permissions,
            "administrator": None if row.administrator == "none" else row.administrator,
            "version": row.version,
        }
        for row in rows
    ]
    return {"items": items, "total": len(items)}
