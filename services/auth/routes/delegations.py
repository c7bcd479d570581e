"""Lending one's own roles to somebody for some time."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import func, or_, select
from starlette.responses import Response

from kit.directory import scope_clause
from kit.http.idempotency import OnceDep
from kit.http.principal import CurrentPrincipal, require, signed_in
from kit.http.recent import recent
from kit.http.session import SessionDep
from services.auth import delegating, limits, people
from services.auth.access import UserRole
from services.auth.delegation import Delegation
from services.auth.people import User
from services.auth.routes.edge import Moment
from services.auth.routes.roles import person

router = APIRouter(prefix="/api/auth/delegations", tags=["角色委托"])


class DelegationIn(BaseModel):
    """What is lent to whom, from when to when, and why."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    role: Annotated[str, Field(max_length=64)]
    borrower_id: UUID
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    reason: Annotated[str, Field(min_length=2, max_length=200)]


class AllQuery(BaseModel):
    """A page of all delegations."""

    model_config = ConfigDict(extra="forbid")

    role: Annotated[str, Field(max_length=64)] | None = None
    user_id: UUID | None = None
    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    size: Annotated[int, Field(ge=1, le=200)] = 20


@router.get("/mine", dependencies=[signed_in()])
def list_mine(session: SessionDep, principal: CurrentPrincipal, at: Moment) -> dict[str, Any]:
    """What the caller lends and has on loan, which roles they may lend, and for how long at most."""
    me = people.find(session, principal.user_id)
    rows = session.scalars(delegating.of_person(me.id).limit(200)).unique()
    return {
        "items": [delegating.as_json(row, at) for row in rows],
        "roles": [{"code": entry.role, "name": entry.definition.name} for entry in delegating.may_lend(me)],
        "days": limits.number(session, "delegation_days"),
    }


@router.get("/candidates", dependencies=[signed_in()])
def list_candidates(
    session: SessionDep,
    principal: CurrentPrincipal,
    q: Annotated[str, Query(min_length=1, max_length=50)],
) -> dict[str, Any]:
    """People in the caller's reach to whom a role can be lent: they have an account and are none of the three
    administrators."""
    rows = session.scalars(
        select(User)
        .where(
            scope_clause(principal, User.department_id, User.id),
            User.id != principal.user_id,
            User.disabled_at.is_(None),
            User.password_hash.is_not(None),
            ~User.roles.any(UserRole.administrator != "none"),
            or_(*(column.icontains(q, autoescape=True) for column in (User.name, User.username, User.employee_no))),
        )
        .order_by(User.name, User.id)
        .limit(20)
    ).unique()
    items = [{"id": str(row.id), "name": row.name, "department": row.department.name} for row in rows]
    return {"items": items, "total": len(items)}


@router.get("", dependencies=[require("auth:roles:read")])
def list_all(
    query: Annotated[AllQuery, Query()], session: SessionDep, principal: CurrentPrincipal, at: Moment
) -> dict[str, Any]:
    """Every delegation whose lender is in the caller's reach, the newest first."""
    reach = select(User.id).where(scope_clause(principal, User.department_id, User.id))
    rows = select(Delegation).where(Delegation.lender_id.in_(reach))
    if query.role:
        rows = rows.where(Delegation.role == query.role)
    if query.user_id:
        rows = rows.where(or_(Delegation.lender_id == query.user_id, Delegation.borrower_id == query.user_id))
    total = session.scalar(select(func.count()).select_from(rows.with_only_columns(Delegation.id).subquery())) or 0
    page = rows.order_by(Delegation.starts_at.desc(), Delegation.id.desc())
    page = page.limit(query.size).offset((query.page - 1) * query.size)
    items = [delegating.as_json(row, at) for row in session.scalars(page).unique()]
    return {"items": items, "total": total, "page": query.page, "size": query.size}


@router.post("", dependencies=[signed_in(), recent()], status_code=201)
def delegate(
    wish: DelegationIn, session: SessionDep, principal: CurrentPrincipal, at: Moment, once: OnceDep
) -> Response:
    """Lends one of the caller's own roles to somebody in their reach."""

    def effect() -> dict[str, Any]:
        me = people.find(session, principal.user_id)
        borrower = person(session, principal, wish.borrower_id, lock=True)
        row = delegating.lend(
            session, principal, me, borrower, wish.role, wish.starts_at, wish.ends_at, wish.reason, at
        )
        return delegating.as_json(row, at)

    return once(effect)


@router.post("/{delegation_id}/withdraw", dependencies=[signed_in()])
def withdraw(delegation_id: UUID, session: SessionDep, principal: CurrentPrincipal, at: Moment) -> dict[str, Any]:
    """The lender takes back what they lent; those who give roles may end anybody's."""
    any_ = principal.may("auth:roles:update")
    row = delegating.find(session, delegation_id, lender=None if any_ else principal.user_id)
    return delegating.as_json(delegating.withdraw(session, principal, row, at), at)
