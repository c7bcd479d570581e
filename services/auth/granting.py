"""Giving and taking roles: what has to hold before somebody's roles become others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contracts.principal import Principal, ScopeKind
from kit.db import today
from kit.errors import Conflict, FieldError, Invalid
from services.auth.access import Role
from services.auth.departments import Department
from services.auth.people import User

_ANCHORED = (ScopeKind.CHOSEN, ScopeKind.SUBTREE, ScopeKind.DEPARTMENT)


@dataclass(frozen=True, slots=True)
class RoleAssignment:
    """A role to give. `department_ids` anchor its scope at other departments than the person's own."""

    code: str
    department_ids: tuple[UUID, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None


def check(
    session: Session, principal: Principal | None, row: User, wanted: Sequence[RoleAssignment]
) -> dict[str, Role]:
    """The roles that are named, when a person may hold exactly these; Invalid with every reason otherwise. Seeds and the
    command line (`principal` is None) may give the three offices; everybody else asks a second administrator."""
    roles = {role.code: role for role in session.scalars(select(Role).where(Role.code.in_([w.code for w in wanted])))}
    held = {entry.role for entry in row.roles}
    departments = _open_departments(session, wanted)
    errors = []
    for place, entry in enumerate(wanted):
        role = roles.get(entry.code)
        if role is None:
            errors.append(FieldError(("body", "roles", place, "code"), "not_found", f"没有角色 {entry.code}"))
            continue
        if role.retired_at is not None and entry.code not in held:
            errors.append(FieldError(("body", "roles", place, "code"), "retired", f"角色“{role.name}”已停用，不能授予"))
        errors += _wrong_departments(place, role, entry, departments)
        if entry.valid_from and entry.valid_to and entry.valid_to < entry.valid_from:
            errors.append(FieldError(("body", "roles", place, "valid_to"), "date_order", "结束日期不能早于开始日期"))
    if len({entry.code for entry in wanted}) < len(wanted):
        errors.append(FieldError(("body", "roles"), "duplicate", "同一角色只能出现一次"))
    offices = {entry.code for entry in wanted if entry.code in roles and roles[entry.code].administrator != "none"}
    if len({roles[code].administrator for code in offices}) > 1:
        errors.append(
            FieldError(("body", "roles"), "administrators_separated", "系统、安全、审计三类管理员不能由同一账号兼任")
        )
    if errors:
        raise Invalid(errors=errors)
    if principal is not None:
        _refuse_alone(row, wanted, offices)
    return roles


def _refuse_alone(row: User, wanted: Sequence[RoleAssignment], offices: set[str]) -> None:
    """The three offices stay exactly as they are, dates included: a changed date gives or takes one as well."""
    before = {(entry.role, entry.valid_from, entry.valid_to) for entry in row.roles if entry.administrator != "none"}
    after = {(entry.code, entry.valid_from, entry.valid_to) for entry in wanted if entry.code in offices}
    if before != after:
        raise Conflict("授予或收回三员角色须由另一名管理员确认，请在“角色权限”中提交申请", code="second_person_needed")


def _open_departments(session: Session, wanted: Sequence[RoleAssignment]) -> set[UUID]:
    ids = {id_ for entry in wanted for id_ in entry.department_ids}
    rows = session.scalars(select(Department).where(Department.id.in_(ids))) if ids else ()
    return {row.id for row in rows if row.closed_on is None or row.closed_on > today()}


def _wrong_departments(place: int, role: Role, entry: RoleAssignment, open_: set[UUID]) -> list[FieldError]:
    loc = ("body", "roles", place, "department_ids")
    if role.scope == ScopeKind.CHOSEN and not entry.department_ids:
        return [FieldError(loc, "missing", "请选择单位")]
    if entry.department_ids and ScopeKind(role.scope) not in _ANCHORED:
        return [FieldError(loc, "scope_fixed", f"角色“{role.name}”的数据范围不按单位划分，不能选择单位")]
    if not set(entry.department_ids) <= open_:
        return [FieldError(loc, "not_found", "单位不存在或已关闭")]
    return []
