"""Lending a role (委托): a holder names somebody, a time and a reason; it begins and ends by itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit import audit
from kit.db import uuid7
from kit.errors import Conflict, FieldError, Invalid, NotFound
from services.auth import facts, limits
from services.auth.access import UserRole, grant_of, held, is_administrator
from services.auth.delegation import Delegation
from services.auth.people import User


def may_lend(lender: User) -> list[UserRole]:
    """The roles that a person holds and may lend. What is on loan to them cannot be lent on."""
    return [entry for entry in held(lender) if entry.definition.delegable]


def lend(
    session: Session,
    principal: Principal,
    lender: User,
    borrower: User,
    code: str,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    at: datetime,
) -> Delegation:
    """A new delegation. It is in force at once when its beginning is not in the future."""
    entry = next((entry for entry in held(lender) if entry.role == code), None)
    errors = []
    if entry is None:
        errors.append(FieldError(("body", "role"), "not_held", "只能委托自己拥有的角色"))
    elif not entry.definition.delegable:
        errors.append(FieldError(("body", "role"), "not_delegable", f"角色“{entry.definition.name}”不允许委托"))
    if borrower.id == lender.id:
        errors.append(FieldError(("body", "borrower_id"), "own_account", "不能委托给自己"))
    elif not borrower.active or borrower.password_hash is None:
        errors.append(FieldError(("body", "borrower_id"), "no_account", "受托人没有可用的账号"))
    elif is_administrator(borrower):
        errors.append(
            FieldError(("body", "borrower_id"), "administrator", "系统、安全、审计管理员不能接受业务角色的委托")
        )
    errors += _wrong_dates(session, starts_at, ends_at, at, entry)
    if errors:
        raise Invalid(errors=errors)
    _refuse_overlap(session, lender.id, borrower.id, code, starts_at, ends_at)
    row = Delegation(
        id=uuid7(),
        lender_id=lender.id,
        borrower_id=borrower.id,
        role=code,
        starts_at=starts_at,
        ends_at=ends_at,
        reason=reason,
        created_at=at,
        begun=starts_at <= at,
    )
    session.add(row)
    session.flush()
    session.refresh(row)
    audit.record(session, principal, "delegate", "delegation", row.id, after=_told(row))
    if row.begun:
        _changed(session, [borrower])
    return row


def withdraw(session: Session, principal: Principal, row: Delegation, at: datetime) -> Delegation:
    """Ends a delegation before its time, or one that has not begun."""
    if row.withdrawn_at is not None or row.ends_at <= at:
        raise Conflict("此委托已结束", code="delegation_over", current=as_json(row, at))
    began, row.withdrawn_at, row.withdrawn_by, row.ended = row.begun, at, principal.user_id, True
    session.flush()
    audit.record(session, principal, "withdraw_delegation", "delegation", row.id, before=_told(row))
    if began:
        _changed(session, [row.borrower])
    return row


def turn(session: Session, at: datetime) -> int:
    """Tells of the delegations that began or ended since it was last asked; how many. Called with every question for what
    has been revoked, so that what ended is refused everywhere as soon as anything else that ends (reliability.md S11): no
    timer of ours has to be alive for it. Each is told once, whoever asks first."""
    due = (
        select(Delegation)
        .where(
            ~Delegation.ended,
            or_(
                and_(~Delegation.begun, Delegation.starts_at <= at),
                Delegation.ends_at <= at,
            ),
        )
        .order_by(Delegation.id)
        .with_for_update(of=Delegation, skip_locked=True)
    )
    rows = session.scalars(due).unique().all()
    people: dict[UUID, User] = {}
    for row in rows:
        if row.begun or row.ends_at > at:
            people[row.borrower_id] = row.borrower
        if row.ends_at <= at:
            row.ended = True
        else:
            row.begun = True
        what = "delegation_ended" if row.ended else "delegation_began"
        audit.record(session, None, what, "delegation", row.id, after=_told(row))
    session.flush()
    _changed(session, list(people.values()))
    return len(rows)


def of_person(user_id: UUID) -> Select[Delegation]:
    """What somebody lends or has on loan, the newest first."""
    mine = or_(Delegation.lender_id == user_id, Delegation.borrower_id == user_id)
    return select(Delegation).where(mine).order_by(Delegation.starts_at.desc(), Delegation.id.desc())


def find(session: Session, delegation_id: UUID, *, lender: UUID | None) -> Delegation:
    """A delegation, locked; of this lender only, unless `lender` is None."""
    query = select(Delegation).where(Delegation.id == delegation_id).with_for_update(of=Delegation)
    row = session.scalar(query if lender is None else query.where(Delegation.lender_id == lender))
    if row is None:
        raise NotFound
    return row


def as_json(row: Delegation, at: datetime) -> dict[str, Any]:
    """As the API shows it. `effective` says whether the lender still has what is lent."""
    entry = next((entry for entry in held(row.lender) if entry.role == row.role), None)
    return {
        "id": str(row.id),
        "role": {"code": row.role, "name": entry.definition.name if entry else row.role},
        "lender": _person(row.lender),
        "borrower": _person(row.borrower),
        "starts_at": row.starts_at.isoformat(),
        "ends_at": row.ends_at.isoformat(),
        "reason": row.reason,
        "state": row.state(at),
        "effective": entry is not None and entry.definition.delegable and row.lender.active,
        "scope": grant_of(row.lender, entry).scope.model_dump(mode="json") if entry else None,
        "created_at": row.created_at.isoformat(),
        "withdrawn_at": row.withdrawn_at.isoformat() if row.withdrawn_at else None,
    }


def _person(user: User) -> dict[str, str]:
    return {"id": str(user.id), "name": user.name, "department": user.department.name}


def _told(row: Delegation) -> dict[str, Any]:
    return {
        "role": row.role,
        "lender": row.lender.username,
        "borrower": row.borrower.username,
        "starts_at": row.starts_at.isoformat(),
        "ends_at": row.ends_at.isoformat(),
        "reason": row.reason,
    }


def _changed(session: Session, people: list[User]) -> None:
    for person in people:
        person.version += 1
    session.flush()
    if people:
        facts.users_changed(session, people)


def _wrong_dates(
    session: Session, starts_at: datetime, ends_at: datetime, at: datetime, entry: UserRole | None
) -> list[FieldError]:
    longest, ahead = limits.number(session, "delegation_days"), limits.number(session, "delegation_ahead_days")
    if ends_at <= max(starts_at, at):
        return [FieldError(("body", "ends_at"), "date_order", "结束时间须晚于开始时间和当前时间")]
    if ends_at - starts_at > timedelta(days=longest):
        return [FieldError(("body", "ends_at"), "too_long", f"委托时间不能超过 {longest} 天")]
    if starts_at < at - timedelta(days=1):
        return [FieldError(("body", "starts_at"), "too_early", "开始时间不能早于今天")]
    if starts_at > at + timedelta(days=ahead):
        return [FieldError(("body", "starts_at"), "too_far", f"最早提前 {ahead} 天设置委托")]
    if entry is not None and entry.valid_to is not None and ends_at.date() > entry.valid_to:
        return [FieldError(("body", "ends_at"), "role_ends", f"您的角色有效期至 {entry.valid_to}，委托不能更长")]
    return []


def _refuse_overlap(
    session: Session, lender: UUID, borrower: UUID, code: str, starts_at: datetime, ends_at: datetime
) -> None:
    other = select(Delegation.id).where(
        Delegation.lender_id == lender,
        Delegation.borrower_id == borrower,
        Delegation.role == code,
        Delegation.withdrawn_at.is_(None),
        Delegation.starts_at < ends_at,
        Delegation.ends_at > starts_at,
    )
    if session.scalar(other.limit(1)) is not None:
        raise Conflict("这段时间内已将此角色委托给同一人", code="delegation_overlaps")
