"""People, their accounts and roles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.concurrency import run_in_threadpool
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from contracts.principal import Principal
from kit import audit
from kit.directory import in_scope
from kit.errors import FieldError, Invalid
from kit.http.days import Day
from kit.http.principal import CurrentPrincipal, require
from kit.http.recent import recent, refuse_stale
from kit.http.session import SessionDep
from services.auth import accounts, people, sessions
from services.auth.departments import Department
from services.auth.granting import RoleAssignment
from services.auth.passwords import one_time_password
from services.auth.people import USERNAME, User, UserDepartment
from services.auth.routes.edge import HashPoolDep, Moment
from services.auth.routes.organisation import Version

router = APIRouter(prefix="/api/auth", tags=["人员和角色"])

Text = Annotated[str, Field(min_length=1, max_length=50)]
Phone = Annotated[str, Field(max_length=24), AfterValidator(people.clean_phone)]


def _no_twins(ids: list[UUID]) -> list[UUID]:
    return list(dict.fromkeys(ids))


Username = Annotated[str, Field(pattern=USERNAME)]
Further = Annotated[list[UUID], Field(max_length=50), AfterValidator(_no_twins)]


class UserIn(BaseModel):
    """What is said of a person."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: Text
    employee_no: Annotated[str, Field(min_length=1, max_length=32)] | None = None
    post: Text | None = None
    phone: Phone | None = None
    # The main department: everybody has exactly one.
    department_id: UUID


class NewUser(UserIn):
    """A new person; with a user name they have an account."""

    username: Username | None = None
    further_department_ids: Further = []


class UserChange(UserIn):
    """A whole person after a change. A phone that is left out stays, since lists show it masked."""

    further_department_ids: Further | None = None
    version: Version


class NewAccount(BaseModel):
    """An account for somebody who has none."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    username: Username
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
    valid_from: Day | None = None
    valid_to: Day | None = None


class Assignments(BaseModel):
    """All roles of a person."""

    model_config = ConfigDict(extra="forbid")

    roles: Annotated[list[Assignment], Field(max_length=30)]
    version: Version


class UserFilters(BaseModel):
    """Filters of the list of people. `under` is a department with all below it; further departments count."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[str, Field(max_length=50)] = ""
    department_id: UUID | None = None
    under: UUID | None = None
    role: Annotated[str, Field(max_length=64)] | None = None
    active: bool | None = None
    account: bool | None = None


class UserQuery(UserFilters):
    """A page of the list."""

    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    size: Annotated[int, Field(ge=1, le=200)] = 20
    sort: Literal["username", "-username", "name", "-name", "employee_no", "-employee_no"] = "username"


def chosen(principal: Principal, query: UserFilters) -> Select[User]:
    """The people whom a list means, of those that exist for somebody."""
    rows = select(User).where(people.seen_by(principal))
    if query.q:
        columns = (User.username, User.name, User.employee_no, User.post)
        rows = rows.where(or_(*(column.icontains(query.q, autoescape=True) for column in columns)))
    if query.department_id:
        rows = rows.where(User.department_id == query.department_id)
    if query.under:
        top, below = aliased(Department), aliased(Department)
        inside = select(below.id).join(top, func.starts_with(below.path, top.path)).where(top.id == query.under)
        further = User.further_departments.any(UserDepartment.department_id.in_(inside))
        rows = rows.where(or_(User.department_id.in_(inside), further))
    if query.role:
        rows = rows.where(User.roles.any(role=query.role))
    if query.active is not None:
        rows = rows.where(User.disabled_at.is_(None) if query.active else User.disabled_at.is_not(None))
    if query.account is not None:
        rows = rows.where(User.password_hash.is_not(None) if query.account else User.password_hash.is_(None))
    return rows


def _within(session: Session, principal: Principal, *fields: tuple[str, Sequence[UUID]]) -> None:
    """Refuses departments that the caller does not reach, before anybody is put there."""
    for field, ids in fields:
        for id_ in ids:
            if not in_scope(session, principal, id_):
                message = "单位不存在或不在您的数据范围内"
                raise Invalid(errors=[FieldError(("body", field), "department_out_of_scope", message)])


def _find(session: Session, principal: Principal, user_id: UUID, version: int | None = None) -> User:
    people.refuse_unseen(session, principal, user_id)
    return people.find(session, user_id, version=version)


def _note(session: Session, principal: Principal, ids: list[str]) -> None:
    """Whole phones are about to be shown: who was shown whose."""
    if ids and principal.may("auth:personal:read"):
        object_id = ids[0] if len(ids) == 1 else None
        audit.record(session, principal, "personal.read", "user", object_id, detail={"rows": len(ids), "ids": ids})


def _shown(row: User, principal: Principal) -> dict[str, Any]:
    return people.as_json(row, personal=principal.may("auth:personal:read"))


@router.get("/users", dependencies=[require("auth:users:read")])
def list_users(
    query: Annotated[UserQuery, Query()], session: SessionDep, principal: CurrentPrincipal
) -> dict[str, Any]:
    """People in the caller's data scope; phones are masked unless the caller may see personal data."""
    rows = chosen(principal, query)
    total = session.scalar(select(func.count()).select_from(rows.with_only_columns(User.id).subquery())) or 0
    column = getattr(User, query.sort.lstrip("-"))
    order = column.desc() if query.sort.startswith("-") else column.asc()
    page = rows.order_by(order.nulls_last(), User.id).limit(query.size).offset((query.page - 1) * query.size)
    items = [_shown(row, principal) for row in session.scalars(page).unique()]
    _note(session, principal, [item["id"] for item in items if item["phone"]])
    return {"items": items, "total": total, "page": query.page, "size": query.size}


@router.get("/users/{user_id}", dependencies=[require("auth:users:read")])
def read_user(user_id: UUID, session: SessionDep, principal: CurrentPrincipal) -> dict[str, Any]:
    """One person."""
    row = _find(session, principal, user_id)
    _note(session, principal, [str(row.id)] if row.phone else [])
    return _shown(row, principal)


@router.post("/users", dependencies=[require("auth:users:create")], status_code=201)
async def create_user(
    user: NewUser, session: SessionDep, principal: CurrentPrincipal, pool: HashPoolDep, at: Moment
) -> dict[str, Any]:
    """A new person. With a user name they have an account, and the answer holds its first password, once: it is good for
    24 hours and for changing it."""
    secret = one_time_password() if user.username else None
    hashed = await pool.hash(secret) if secret else None

    def effect() -> dict[str, Any]:
        _within(
            session,
            principal,
            ("department_id", [user.department_id]),
            ("further_department_ids", user.further_department_ids),
        )
        values = user.model_dump(exclude={"further_department_ids"})
        row = accounts.create(session, principal, values, hashed, at, user.further_department_ids)
        return {"user": _shown(row, principal), "one_time_password": secret, "expires_at": row.password_expires_at}

    return await run_in_threadpool(effect)


@router.post("/users/{user_id}/account", dependencies=[require("auth:users:update"), recent()], status_code=201)
async def give_account(
    user_id: UUID,
    account: NewAccount,
    session: SessionDep,
    principal: CurrentPrincipal,
    pool: HashPoolDep,
    at: Moment,
) -> dict[str, Any]:
    """An account for somebody who has none; the answer holds the first password, once."""
    secret = one_time_password()
    hashed = await pool.hash(secret)

    def effect() -> dict[str, Any]:
        row = _find(session, principal, user_id, account.version)
        row = accounts.give_account(session, principal, row, account.username, hashed, at)
        return {"user": _shown(row, principal), "one_time_password": secret, "expires_at": row.password_expires_at}

    return await run_in_threadpool(effect)


@router.delete("/users/{user_id}/account", dependencies=[require("auth:users:update")])
def withdraw_account(
    user_id: UUID,
    version: Annotated[int, Query(ge=1, le=2**31 - 1)],
    session: SessionDep,
    principal: CurrentPrincipal,
    at: Moment,
) -> dict[str, Any]:
    """Takes an account away; the person stays, and the user name stays theirs."""
    row = _find(session, principal, user_id, version)
    return _shown(accounts.withdraw_account(session, principal, row, at), principal)


@router.put("/users/{user_id}", dependencies=[require("auth:users:update")])
def change_user(
    user_id: UUID, change: UserChange, session: SessionDep, principal: CurrentPrincipal, at: Moment
) -> dict[str, Any]:
    """Changes a person."""
    row = _find(session, principal, user_id, change.version)
    known = {row.department_id, *(entry.department_id for entry in row.further_departments)}
    _within(
        session,
        principal,
        ("department_id", [] if change.department_id in known else [change.department_id]),
        ("further_department_ids", [id_ for id_ in change.further_department_ids or () if id_ not in known]),
    )
    values = change.model_dump(exclude={"version", "further_department_ids"})
    if "phone" not in change.model_fields_set:
        values.pop("phone")
    elif change.phone != row.phone:
        # A telephone number is a way into an account (reliability.md S7).
        refuse_stale(principal, at)
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


@router.post("/users/{user_id}/reset-password", dependencies=[require("auth:users:update"), recent()])
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


@router.put("/users/{user_id}/roles", dependencies=[require("auth:roles:update"), recent()])
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


@router.delete("/users/{user_id}/sessions", dependencies=[require("auth:sessions:delete"), recent()])
def end_sessions_of(user_id: UUID, session: SessionDep, principal: CurrentPrincipal, at: Moment) -> dict[str, int]:
    """Ends all of a person's sessions."""
    row = _find(session, principal, user_id)
    ended = sessions.end_all(session, row.id, at, "ended_by_administrator")
    audit.record(session, principal, "end_sessions", "user", row.id, detail={"sessions": ended})
    return {"ended": ended}
