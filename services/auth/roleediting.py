"""Making and changing roles. A seeded role that somebody changed is theirs until they reset it; upgrades leave it alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit import audit
from kit.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, VersionConflict
from services.auth import facts, permissions
from services.auth.access import Role, UserRole
from services.auth.departments import record_change
from services.auth.people import User
from services.auth.roles import ROLES, RoleSeed

SEEDS: dict[str, RoleSeed] = {entry.code: entry for entry in ROLES}
FIELDS = ("name", "description", "scope", "permissions", "delegable")


def seed_values(entry: RoleSeed) -> dict[str, Any]:
    """What a role is made of as it is seeded."""
    return {
        "name": entry.name,
        "description": entry.description,
        "scope": entry.scope.value,
        "permissions": list(entry.permissions),
        "delegable": entry.delegable,
    }


def as_json(row: Role, holders: int) -> dict[str, Any]:
    """A role as the API shows it; `seeded` when it can be reset, `office` when it is one of the three administrators'."""
    return {
        "code": row.code,
        "name": row.name,
        "description": row.description,
        "scope": row.scope,
        "permissions": list(row.permissions),
        "delegable": row.delegable,
        "administrator": None if row.administrator == "none" else row.administrator,
        "seeded": row.code in SEEDS,
        "customised": row.customised,
        "retired_at": row.retired_at.isoformat() if row.retired_at else None,
        "holders": holders,
        "version": row.version,
    }


def holders(session: Session, code: str | None = None) -> dict[str, int]:
    """How many people hold each role."""
    query = select(UserRole.role, func.count()).group_by(UserRole.role)
    if code is not None:
        query = query.where(UserRole.role == code)
    numbers: dict[str, int] = dict(session.execute(query).all())
    return numbers


def find(session: Session, code: str, version: int | None = None) -> Role:
    """A role; locked when it is going to change."""
    query = select(Role).where(Role.code == code)
    row = session.scalar(query if version is None else query.with_for_update())
    if row is None:
        raise NotFound
    if version is not None and row.version != version:
        raise VersionConflict(current=as_json(row, holders(session, code).get(code, 0)))
    return row


def create(session: Session, principal: Principal, code: str, values: dict[str, Any]) -> Role:
    """A role of the company's own."""
    errors = []
    if session.get(Role, code) is not None:
        errors.append(FieldError(("body", "code"), "taken", f"编码 {code} 已被使用"))
    errors += _taken(session, values["name"])
    if errors:
        raise Invalid(errors=errors)
    permissions.check(session, values["permissions"])
    row = Role(code=code, administrator="none", customised=True, **values)
    session.add(row)
    session.flush()
    audit.record(session, principal, "create", "role", code, after=_said(row))
    return row


def change(session: Session, principal: Principal, row: Role, values: dict[str, Any]) -> Role:
    """Changes a role; everybody who holds it has a new token within seconds. The offices of the three administrators are
    fixed: who could widen their own office would be all three."""
    _refuse_office(row)
    errors = _taken(session, values["name"], row.code)
    if errors:
        raise Invalid(errors=errors)
    permissions.check(session, values["permissions"])
    _refuse_lost_departments(session, row, values["scope"])
    return _changed(session, principal, row, values, "update", customised=True)


def reset(session: Session, principal: Principal, row: Role) -> Role:
    """A seeded role as it was seeded; from now on upgrades change it again."""
    _refuse_office(row)
    seed = SEEDS.get(row.code)
    if seed is None:
        raise Conflict("自建角色没有初始设置可恢复", code="not_seeded")
    values = seed_values(seed)
    errors = _taken(session, values["name"], row.code)
    if errors:
        raise Invalid(errors=errors)
    _refuse_lost_departments(session, row, values["scope"])
    return _changed(session, principal, row, values, "reset", customised=False)


def set_retired(session: Session, principal: Principal, row: Role, at: datetime | None) -> Role:
    """A retired role gives nothing any more and can be given to nobody; restored, it is what it was."""
    _refuse_office(row)
    if (at is None) == (row.retired_at is None):
        return row
    before = _said(row)
    row.retired_at = at
    row.version += 1
    session.flush()
    record_change(session, principal, "restore" if at is None else "retire", "role", row.code, before, _said(row))
    people = session.scalars(select(User).where(User.roles.any(role=row.code))).unique().all()
    for person in people:
        person.version += 1
    session.flush()
    facts.users_changed(session, people)
    return row


def _changed(
    session: Session, principal: Principal, row: Role, values: dict[str, Any], action: str, *, customised: bool
) -> Role:
    before = _said(row)
    for key in FIELDS:
        setattr(row, key, values[key])
    row.customised = customised
    row.version += 1
    session.flush()
    record_change(session, principal, action, "role", row.code, before, _said(row))
    facts.outdate_role(session, row.code)
    return row


def _said(row: Role) -> dict[str, Any]:
    retired = row.retired_at.isoformat() if row.retired_at else None
    return {key: getattr(row, key) for key in FIELDS} | {"customised": row.customised, "retired_at": retired}


def _refuse_office(row: Role) -> None:
    if row.administrator != "none":
        raise Forbidden("三员角色由系统规定，不能更改", code="administrator_role_fixed")


def _taken(session: Session, name: str, except_code: str | None = None) -> Sequence[FieldError]:
    other = session.scalar(select(Role.code).where(Role.name == name))
    if other is None or other == except_code:
        return []
    return [FieldError(("body", "name"), "taken", f"名称“{name}”已被使用")]


def _refuse_lost_departments(session: Session, row: Role, scope: str) -> None:
    """With the scope 指定单位 everybody who holds the role needs chosen departments; without, some would reach nothing and
    nobody would notice."""
    if scope != "chosen" or row.scope == "chosen":
        return
    without = select(func.count()).where(UserRole.role == row.code, func.cardinality(UserRole.department_ids) == 0)
    number = session.scalar(without) or 0
    if number:
        message = f"有 {number} 人拥有此角色但没有指定单位，请先为他们选择单位"
        raise Invalid(errors=[FieldError(("body", "scope"), "departments_missing", message)])
