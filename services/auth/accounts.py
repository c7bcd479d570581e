"""What an administrator does to accounts: create, change, disable, give roles, set a new first password."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import false, or_, select
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit import audit
from kit.db import today, uuid7
from kit.errors import Conflict, FieldError, Forbidden, Invalid
from services.auth import facts, people, sessions
from services.auth.access import Role, UserRole
from services.auth.departments import Department, record_change
from services.auth.people import PasswordHistory, User, UserDepartment

FIRST_PASSWORD_LIFE = timedelta(hours=24)
RESET_PASSWORD_LIFE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class RoleAssignment:
    """A role to give."""

    code: str
    department_ids: tuple[UUID, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None


def create(session: Session, principal: Principal | None, values: dict[str, Any], hashed: str, at: datetime) -> User:
    """A new account with a first password that has to be changed. Roles are given separately."""
    _check_department(session, values["department_id"])
    _refuse_taken(session, values)
    row = User(
        id=uuid7(),
        **values,
        password_hash=hashed,
        must_change=True,
        password_expires_at=at + FIRST_PASSWORD_LIFE,
        version=1,
    )
    session.add(row)
    session.flush()
    session.refresh(row)
    audit.record(session, principal, "create", "user", row.id, after=people.as_json(row, personal=False))
    facts.users_changed(session, [row])
    return row


def change(
    session: Session, principal: Principal, row: User, values: dict[str, Any], further: Sequence[UUID] | None
) -> User:
    """Changes what an account says of a person. Another department changes what they may see, so their tokens are
    outdated and their open sessions get new ones."""
    before = people.as_json(row, personal=False)
    if values["department_id"] != row.department_id:
        _check_department(session, values["department_id"])
    _refuse_taken(session, values, except_id=row.id)
    for key, value in values.items():
        setattr(row, key, value)
    if further is not None:
        for id_ in further:
            _check_department(session, id_)
        known = {entry.department_id: entry for entry in row.further_departments}
        row.further_departments = [
            known.get(id_) or UserDepartment(user_id=row.id, department_id=id_)
            for id_ in dict.fromkeys(further)
            if id_ != values["department_id"]
        ]
    return _changed(session, principal, row, "update", before)


def set_active(
    session: Session, principal: Principal, row: User, at: datetime, reason: str | None, *, active: bool
) -> User:
    """Disables an account, which ends its sessions everywhere within seconds, or enables it again."""
    if not active and row.id == principal.user_id:
        raise Conflict("不能停用自己的账号", code="own_account")
    before = people.as_json(row, personal=False)
    row.disabled_at = None if active else at
    row.disabled_reason = None if active else reason
    if not active:
        sessions.end_all(session, row.id, at, "disabled")
    return _changed(session, principal, row, "enable" if active else "disable", before)


def set_first_password(session: Session, principal: Principal | None, row: User, hashed: str, at: datetime) -> User:
    """A one-time password in place of one that was forgotten; all sessions end."""
    if principal is not None and row.id == principal.user_id:
        raise Conflict("请用“修改密码”更改自己的密码", code="own_account")
    if row.password_hash:
        session.add(PasswordHistory(user_id=row.id, password_hash=row.password_hash, at=at))
    before = people.as_json(row, personal=False)
    row.password_hash, row.must_change = hashed, True
    row.password_expires_at = at + RESET_PASSWORD_LIFE
    sessions.end_all(session, row.id, at, "password_reset")
    return _changed(session, principal, row, "reset_password", before)


def assign_roles(session: Session, principal: Principal | None, row: User, wanted: Sequence[RoleAssignment]) -> User:
    """The roles of an account, all of them. Nobody changes their own; nobody holds two kinds of administrator."""
    if principal is not None and row.id == principal.user_id:
        raise Forbidden("不能更改自己的角色", code="own_account")
    before = people.as_json(row, personal=False)
    roles = {role.code: role for role in session.scalars(select(Role).where(Role.code.in_([w.code for w in wanted])))}
    errors = []
    for place, entry in enumerate(wanted):
        if entry.code not in roles:
            errors.append(FieldError(("body", "roles", place, "code"), "not_found", f"没有角色 {entry.code}"))
        elif roles[entry.code].scope == "chosen" and not entry.department_ids:
            errors.append(FieldError(("body", "roles", place, "department_ids"), "missing", "请选择单位"))
        if entry.valid_from and entry.valid_to and entry.valid_to < entry.valid_from:
            errors.append(FieldError(("body", "roles", place, "valid_to"), "date_order", "结束日期不能早于开始日期"))
    if len({entry.code for entry in wanted}) < len(wanted):
        errors.append(FieldError(("body", "roles"), "duplicate", "同一角色只能出现一次"))
    kinds = {roles[entry.code].administrator for entry in wanted if entry.code in roles} - {"none"}
    if len(kinds) > 1:
        errors.append(
            FieldError(("body", "roles"), "administrators_separated", "系统、安全、审计三类管理员不能由同一账号兼任")
        )
    if errors:
        raise Invalid(errors=errors)
    known = {entry.role: entry for entry in row.roles}
    # Those that go have to be gone before others come: the index on administrators is checked row by row.
    row.roles = [known[entry.code] for entry in wanted if entry.code in known]
    session.flush()
    for entry in wanted:
        held = known.get(entry.code)
        if held is None:
            held = UserRole(
                role=entry.code,
                administrator=roles[entry.code].administrator,
                granted_by=principal.user_id if principal else None,
            )
            row.roles.append(held)
        held.department_ids = list(entry.department_ids)
        held.valid_from, held.valid_to = entry.valid_from, entry.valid_to
    session.flush()
    session.refresh(row, ["roles"])
    return _changed(session, principal, row, "assign_roles", before)


def _changed(session: Session, principal: Principal | None, row: User, action: str, before: dict[str, Any]) -> User:
    row.version += 1
    session.flush()
    session.refresh(row)
    record_change(session, principal, action, "user", row.id, before, people.as_json(row, personal=False))
    facts.users_changed(session, [row])
    return row


def _check_department(session: Session, department_id: UUID) -> None:
    row = session.get(Department, department_id)
    if row is None or (row.closed_on is not None and row.closed_on <= today()):
        raise Invalid(errors=[FieldError(("body", "department_id"), "not_found", "单位不存在或已关闭")])


def _refuse_taken(session: Session, values: dict[str, Any], except_id: UUID | None = None) -> None:
    same = or_(
        User.username == values["username"] if "username" in values else false(),
        User.employee_no == values["employee_no"] if values.get("employee_no") else false(),
    )
    query = select(User.username, User.employee_no).where(same)
    if except_id is not None:
        query = query.where(User.id != except_id)
    errors = []
    for username, employee_no in session.execute(query):
        if username == values.get("username"):
            errors.append(FieldError(("body", "username"), "taken", "用户名已被使用"))
        if employee_no and employee_no == values.get("employee_no"):
            errors.append(FieldError(("body", "employee_no"), "taken", "工号已被使用"))
    if errors:
        raise Invalid(errors=errors)
