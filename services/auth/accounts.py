"""What an administrator does to accounts: create, change, disable, give roles, set a new first password."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import false, or_, select
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit import audit
from kit.db import uuid7
from kit.errors import Conflict, FieldError, Forbidden, Invalid
from services.auth import facts, granting, people, sessions
from services.auth.access import UserRole
from services.auth.departments import Department, record_change
from services.auth.granting import RoleAssignment
from services.auth.people import PasswordHistory, User, UserDepartment

FIRST_PASSWORD_LIFE = timedelta(hours=24)
RESET_PASSWORD_LIFE = timedelta(minutes=15)


def create(
    session: Session,
    principal: Principal | None,
    values: dict[str, Any],
    hashed: str | None,
    at: datetime,
    further: Sequence[UUID] = (),
) -> User:
    """A new person: with a user name and a first password that has to be changed, or without an account. Roles are given
    separately."""
    _check_department(session, values["department_id"])
    _refuse_taken(session, values)
    row = User(id=uuid7(), **values, version=1)
    if hashed is not None:
        row.password_hash, row.must_change, row.password_expires_at = hashed, True, at + FIRST_PASSWORD_LIFE
    session.add(row)
    session.flush()
    _set_further(session, row, further)
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
    # A main department that was a further one until now is only the main one.
    _set_further(
        session, row, [entry.department_id for entry in row.further_departments] if further is None else further
    )
    return _changed(session, principal, row, "update", before)


def give_account(
    session: Session, principal: Principal | None, row: User, username: str, hashed: str, at: datetime
) -> User:
    """An account for somebody who has none, with a first password that has to be changed. A name that the person has had
    before is theirs for good."""
    if row.has_account:
        raise Conflict("已有账号", code="has_account")
    if not row.active:
        raise Conflict("人员已停用，请先启用", code="person_disabled")
    if row.username is not None and row.username != username:
        message = f"此人原来的用户名是 {row.username}，只能恢复原用户名"
        raise Invalid(errors=[FieldError(("body", "username"), "username_fixed", message)])
    _refuse_taken(session, {"username": username}, except_id=row.id)
    before = people.as_json(row, personal=False)
    row.username, row.password_hash, row.must_change = username, hashed, True
    row.password_expires_at = at + FIRST_PASSWORD_LIFE
    return _changed(session, principal, row, "give_account", before)


def withdraw_account(session: Session, principal: Principal, row: User, at: datetime) -> User:
    """Takes the account away; the person stays. Sessions end everywhere within seconds."""
    if row.id == principal.user_id:
        raise Conflict("不能收回自己的账号", code="own_account")
    if not row.has_account:
        raise Conflict("没有账号", code="no_account")
    before = people.as_json(row, personal=False)
    # Kept among the former ones: with a new account, the old password must not come back.
    session.add(PasswordHistory(user_id=row.id, password_hash=row.password_hash, at=at))
    row.password_hash, row.password_expires_at, row.must_change = None, None, False
    sessions.end_all(session, row.id, at, "account_withdrawn")
    return _changed(session, principal, row, "withdraw_account", before)


def set_active(
    session: Session, principal: Principal, row: User, at: datetime, reason: str | None, *, active: bool
) -> User:
    """Disables an account, which ends its sessions everywhere within seconds, or enables it again."""
    if not active and row.id == principal.user_id:
        raise Conflict("不能停用自己的账号", code="own_account")
    before = people.as_json(row, personal=False)
    row.disabled_at = None if active else at
    row.enabled_at = at if active else row.enabled_at
    row.disabled_reason = None if active else reason
    if not active:
        sessions.end_all(session, row.id, at, "disabled")
    return _changed(session, principal, row, "enable" if active else "disable", before)


def set_first_password(session: Session, principal: Principal | None, row: User, hashed: str, at: datetime) -> User:
    """A one-time password in place of one that was forgotten; all sessions end."""
    if principal is not None and row.id == principal.user_id:
        raise Conflict("请用“修改密码”更改自己的密码", code="own_account")
    if not row.has_account:
        raise Conflict("此人没有账号，请先开通账号", code="no_account")
    if row.password_hash:
        session.add(PasswordHistory(user_id=row.id, password_hash=row.password_hash, at=at))
    before = people.as_json(row, personal=False)
    row.password_hash, row.must_change = hashed, True
    row.password_expires_at = at + RESET_PASSWORD_LIFE
    sessions.end_all(session, row.id, at, "password_reset")
    return _changed(session, principal, row, "reset_password", before)


def assign_roles(
    session: Session,
    principal: Principal | None,
    row: User,
    wanted: Sequence[RoleAssignment],
    *,
    confirmed: bool = False,
) -> User:
    """The roles of a person, all of them. Nobody changes their own; nobody holds two kinds of administrator. The three
    offices change only when a second administrator has `confirmed` it (services.auth.rolerequests)."""
    if principal is not None and row.id == principal.user_id:
        raise Forbidden("不能更改自己的角色", code="own_account")
    before = people.as_json(row, personal=False)
    roles = granting.check(session, None if confirmed else principal, row, wanted)
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


def _set_further(session: Session, row: User, further: Sequence[UUID]) -> None:
    known = {entry.department_id: entry for entry in row.further_departments}
    wanted = [id_ for id_ in dict.fromkeys(further) if id_ != row.department_id]
    for id_ in wanted:
        if id_ not in known:
            _check_department(session, id_, "further_department_ids")
    if set(wanted) != set(known):
        row.further_departments = [
            known.get(id_) or UserDepartment(user_id=row.id, department_id=id_) for id_ in wanted
        ]


def _check_department(session: Session, department_id: UUID, field: str = "department_id") -> None:
    row = session.get(Department, department_id)
    if row is None or row.closed_on is not None:
        raise Invalid(errors=[FieldError(("body", field), "not_found", "单位不存在或已关闭")])


def _refuse_taken(session: Session, values: dict[str, Any], except_id: UUID | None = None) -> None:
    same = or_(
        User.username == values["username"] if values.get("username") else false(),
        User.employee_no == values["employee_no"] if values.get("employee_no") else false(),
    )
    query = select(User.username, User.employee_no).where(same)
    if except_id is not None:
        query = query.where(User.id != except_id)
    errors = []
    for username, employee_no in session.execute(query):
        if username and username == values.get("username"):
            errors.append(FieldError(("body", "username"), "taken", "用户名已被使用"))
        if employee_no and employee_no == values.get("employee_no"):
            errors.append(FieldError(("body", "employee_no"), "taken", "工号已被使用"))
    if errors:
        raise Invalid(errors=errors)
