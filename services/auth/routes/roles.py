"""Roles, who holds them, what they add up to for one person, and the two-person requests for the three offices."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from contracts.principal import Principal
from kit import audit
from kit.directory import scope_clause
from kit.errors import Conflict, NotFound
from kit.http.days import Day
from kit.http.idempotency import OnceDep
from kit.http.principal import CurrentPrincipal, require, signed_in
from kit.http.recent import recent
from kit.http.session import SessionDep
from services.auth import accounts, effective, people, permissions, roleediting, rolerequests
from services.auth.access import Role, UserRole
from services.auth.granting import RoleAssignment
from services.auth.people import User
from services.auth.routes.edge import Moment
from services.auth.routes.organisation import Version

router = APIRouter(prefix="/api/auth", tags=["角色权限"])

Code = Annotated[str, Path(max_length=64, pattern=r"^[a-z][a-z0-9_]*$")]
Reason = Annotated[str, Field(min_length=2, max_length=200)]
AtVersion = Annotated[int, Query(ge=1, le=2**31 - 1)]


class RoleIn(BaseModel):
    """What a role is made of."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: Annotated[str, Field(min_length=1, max_length=50)]
    description: Annotated[str, Field(max_length=200)] = ""
    scope: Literal["company", "subtree", "department", "own", "chosen"]
    permissions: Annotated[
        list[Annotated[str, Field(max_length=1000)]],
        Field(max_length=300),
        AfterValidator(lambda patterns: list(dict.fromkeys(patterns))),
    ]
    delegable: bool = False


class NewRole(RoleIn):
    """A role of the company's own."""

    code: Annotated[str, Field(max_length=64, pattern=r"^[a-z][a-z0-9_]*$")]


class RoleChange(RoleIn):
    """A whole role after a change."""

    version: Version


class Grant(BaseModel):
    """One role for one person."""

    model_config = ConfigDict(extra="forbid")

    user_id: UUID
    department_ids: Annotated[list[UUID], Field(max_length=50)] = []
    valid_from: Day | None = None
    valid_to: Day | None = None


class RequestIn(BaseModel):
    """A wish to give or take one of the three offices."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    user_id: UUID
    role: Annotated[str, Field(max_length=64)]
    action: Literal["grant", "remove"]
    reason: Reason


class Decision(BaseModel):
    """What somebody says about a request."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    remark: Annotated[str, Field(max_length=200)] | None = None


class HolderQuery(BaseModel):
    """A page of the people who hold a role."""

    model_config = ConfigDict(extra="forbid")

    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    size: Annotated[int, Field(ge=1, le=200)] = 20


def person(session: Session, principal: Principal, user_id: UUID, *, lock: bool = False) -> User:
    """A person in the caller's reach; as missing as any other outside it."""
    visible = select(User.id).where(User.id == user_id, scope_clause(principal, User.department_id, User.id))
    query = select(User).where(User.id.in_(visible))
    row = session.scalar(query.with_for_update(of=User) if lock else query)
    if row is None:
        raise NotFound
    return row


def shown(session: Session, row: Role) -> dict[str, Any]:
    """A role with the number of its holders."""
    return roleediting.as_json(row, roleediting.holders(session, row.code).get(row.code, 0))


@router.get("/permissions", dependencies=[require("auth:roles:read")])
def list_permissions(session: SessionDep) -> dict[str, Any]:
    """Everything there is to permit, by service and resource: the rows and columns of the matrix."""
    return {"services": permissions.catalogue(session)}


@router.get("/roles", dependencies=[require("auth:roles:read")])
def list_roles(session: SessionDep) -> dict[str, Any]:
    """The roles with what they give; retired ones last."""
    numbers = roleediting.holders(session)
    rows = session.scalars(select(Role).order_by(Role.retired_at.is_not(None), Role.administrator == "none", Role.code))
    items = [roleediting.as_json(row, numbers.get(row.code, 0)) for row in rows]
    return {"items": items, "total": len(items)}


@router.get("/roles/{code}", dependencies=[require("auth:roles:read")])
def read_role(code: Code, session: SessionDep) -> dict[str, Any]:
    """One role; for a seeded one also what it was seeded with."""
    row = roleediting.find(session, code)
    seed = roleediting.SEEDS.get(code)
    return shown(session, row) | {"seed": roleediting.seed_values(seed) if seed else None}


@router.post("/roles", dependencies=[require("auth:roles:create"), recent()], status_code=201)
def create_role(role: NewRole, session: SessionDep, principal: CurrentPrincipal, once: OnceDep) -> Response:
    """A role of the company's own."""
    values = role.model_dump(exclude={"code"})
    return once(lambda: shown(session, roleediting.create(session, principal, role.code, values)))


@router.put("/roles/{code}", dependencies=[require("auth:roles:update"), recent()])
def change_role(code: Code, change: RoleChange, session: SessionDep, principal: CurrentPrincipal) -> dict[str, Any]:
    """Changes a role; whoever holds it works with the new grants within seconds."""
    row = roleediting.find(session, code, change.version)
    return shown(session, roleediting.change(session, principal, row, change.model_dump(exclude={"version"})))


@router.post("/roles/{code}/reset", dependencies=[require("auth:roles:update"), recent()])
def reset_role(code: Code, version: AtVersion, session: SessionDep, principal: CurrentPrincipal) -> dict[str, Any]:
    """A seeded role as it was seeded."""
    return shown(session, roleediting.reset(session, principal, roleediting.find(session, code, version)))


@router.post("/roles/{code}/retire", dependencies=[require("auth:roles:delete"), recent()])
def retire_role(
    code: Code, version: AtVersion, session: SessionDep, principal: CurrentPrincipal, at: Moment
) -> dict[str, Any]:
    """Retires a role: it gives nothing any more."""
    return shown(session, roleediting.set_retired(session, principal, roleediting.find(session, code, version), at))


@router.post("/roles/{code}/restore", dependencies=[require("auth:roles:delete"), recent()])
def restore_role(code: Code, version: AtVersion, session: SessionDep, principal: CurrentPrincipal) -> dict[str, Any]:
    """Brings a retired role back, with its holders."""
    return shown(session, roleediting.set_retired(session, principal, roleediting.find(session, code, version), None))


@router.get("/roles/{code}/holders", dependencies=[require("auth:roles:read")])
def list_holders(
    code: Code, query: Annotated[HolderQuery, Query()], session: SessionDep, principal: CurrentPrincipal
) -> dict[str, Any]:
    """The people who hold a role, in the caller's reach."""
    roleediting.find(session, code)
    rows = (
        select(User, UserRole)
        .join(UserRole, UserRole.user_id == User.id)
        .where(UserRole.role == code, scope_clause(principal, User.department_id, User.id))
    )
    total = session.scalar(select(func.count()).select_from(rows.with_only_columns(User.id).subquery())) or 0
    page = rows.order_by(User.name, User.id).limit(query.size).offset((query.page - 1) * query.size)
    items = [
        {
            "user": {
                "id": str(user.id),
                "name": user.name,
                "username": user.username,
                "department": {"id": str(user.department.id), "name": user.department.name},
                "active": user.active,
                "version": user.version,
            },
            **entry.as_json(),
            "granted_at": entry.granted_at.isoformat(),
        }
        for user, entry in session.execute(page).unique()
    ]
    return {"items": items, "total": total, "page": query.page, "size": query.size}


@router.post("/roles/{code}/holders", dependencies=[require("auth:roles:update"), recent()])
def grant_role(code: Code, grant: Grant, session: SessionDep, principal: CurrentPrincipal) -> dict[str, Any]:
    """Gives one role to a person, or gives it with other departments or dates; their other roles stay."""
    row = person(session, principal, grant.user_id, lock=True)
    wanted = RoleAssignment(code, tuple(grant.department_ids), grant.valid_from, grant.valid_to)
    others = [entry for entry in assignments(row) if entry.code != code]
    accounts.assign_roles(session, principal, row, [*others, wanted])
    return people.as_json(row, personal=False)


@router.delete("/roles/{code}/holders/{user_id}", dependencies=[require("auth:roles:update"), recent()])
def revoke_role(code: Code, user_id: UUID, session: SessionDep, principal: CurrentPrincipal) -> dict[str, Any]:
    """Takes one role from a person."""
    row = person(session, principal, user_id, lock=True)
    others = [entry for entry in assignments(row) if entry.code != code]
    if len(others) == len(row.roles):
        raise Conflict(f"{row.name}没有此角色", code="nothing_to_change")
    accounts.assign_roles(session, principal, row, others)
    return people.as_json(row, personal=False)


def assignments(row: User) -> list[RoleAssignment]:
    """What a person holds, as it would be given."""
    return [RoleAssignment(e.role, tuple(e.department_ids), e.valid_from, e.valid_to) for e in row.roles]


@router.get("/users/{user_id}/effective-permissions", dependencies=[require("auth:roles:read")])
def read_effective_permissions(
    user_id: UUID, session: SessionDep, principal: CurrentPrincipal, at: Moment
) -> dict[str, Any]:
    """Everything that one person may do, and why."""
    row = person(session, principal, user_id)
    audit.record(session, principal, "read_permissions", "user", row.id)
    return effective.of_person(session, row, at)


@router.get("/me/effective-permissions", dependencies=[signed_in()])
def read_my_permissions(session: SessionDep, principal: CurrentPrincipal, at: Moment) -> dict[str, Any]:
    """Everything that the caller may do, and why."""
    return effective.of_person(session, people.find(session, principal.user_id), at)


@router.get("/me/permission-words", dependencies=[signed_in()])
def read_permission_words(session: SessionDep) -> dict[str, Any]:
    """What permissions are called: everybody reads their own, and which one a page asks for."""
    return {"services": permissions.catalogue(session)}


@router.get("/role-requests", dependencies=[require("auth:role-requests:read")])
def list_requests(session: SessionDep, at: Moment) -> dict[str, Any]:
    """The newest requests, those that wait first."""
    items = [row.as_json(at) for row in rolerequests.latest(session)]
    return {"items": items, "total": len(items)}


@router.post("/role-requests", dependencies=[require("auth:roles:update")], status_code=201)
def ask_for_role(
    wish: RequestIn, session: SessionDep, principal: CurrentPrincipal, at: Moment, once: OnceDep
) -> Response:
    """Asks for one of the three offices to be given or taken; another administrator decides."""

    def effect() -> dict[str, Any]:
        row = person(session, principal, wish.user_id, lock=True)
        request = rolerequests.ask(session, principal, row, wish.role, wish.action, wish.reason, at)
        return request.as_json(at)

    return once(effect)


@router.post("/role-requests/{request_id}/approve", dependencies=[require("auth:role-requests:approve"), recent()])
def approve_request(
    request_id: UUID, decision: Decision, session: SessionDep, principal: CurrentPrincipal, at: Moment
) -> dict[str, Any]:
    """The second person agrees: the office is given or taken now, under all the rules that hold today."""
    row = rolerequests.find(session, request_id, at)
    rolerequests.decide(session, principal, row, "approved", decision.remark, at)
    holder = person(session, principal, row.user_id, lock=True)
    wanted = [entry for entry in assignments(holder) if entry.code != row.role]
    if row.action == "grant":
        wanted.append(RoleAssignment(row.role))
    accounts.assign_roles(session, principal, holder, wanted, confirmed=True)
    return row.as_json(at)


@router.post("/role-requests/{request_id}/refuse", dependencies=[require("auth:role-requests:approve")])
def refuse_request(
    request_id: UUID, decision: Decision, session: SessionDep, principal: CurrentPrincipal, at: Moment
) -> dict[str, Any]:
    """The second person does not agree."""
    row = rolerequests.find(session, request_id, at)
    rolerequests.decide(session, principal, row, "refused", decision.remark, at)
    return row.as_json(at)


@router.post("/role-requests/{request_id}/withdraw", dependencies=[require("auth:roles:update")])
def withdraw_request(request_id: UUID, session: SessionDep, principal: CurrentPrincipal, at: Moment) -> dict[str, Any]:
    """Whoever asked takes it back."""
    row = rolerequests.find(session, request_id, at)
    rolerequests.decide(session, principal, row, "withdrawn", None, at)
    return row.as_json(at)
