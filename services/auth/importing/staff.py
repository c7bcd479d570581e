"""People from a workbook. Accounts that it opens have a password that nobody knows: an administrator gives each person a
one-time password when they come for it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit import audit
from kit.db import uuid7
from kit.fields import Departments, Wrong, is_masked
from services.auth import facts, people
from services.auth.departments import record_change
from services.auth.importing.places import departments_for
from services.auth.importing.planning import Plan, Row, settle
from services.auth.people import User, UserDepartment, seen_by

_SEPARATORS = re.compile(r"[、,，;；|\n]+")


def check(session: Session, plan: Plan, principal: Principal, on_duplicate: str) -> None:
    """Finds out what each row would do, and what stands against it."""
    by_number, by_id, by_name, seen = _known(session, principal, plan.rows)
    places = departments_for(session, principal)
    names: dict[str, int] = {}
    for row in plan.rows:
        _target(row, by_number, by_id, seen)
        _departments(row, places)
        _phone(row)
        _account(row, by_name, names)
        if row.ok and row.target is not None:
            settle(row, bool(_changes(row, plan)), on_duplicate, "employee_no", "工号")


def write(session: Session, principal: Principal, plan: Plan, hashed: str, at: datetime) -> None:
    """Writes the right rows. `hashed` is of a password that nobody knows; it has run out already."""
    written: list[tuple[User, dict[str, Any] | None]] = []
    for row in plan.rows:
        if not row.ok or row.action not in ("created", "updated"):
            continue
        user, before = row.target, None
        if user is None:
            user = User(id=uuid7(), version=1)
            session.add(user)
        else:
            before = people.as_json(user, personal=False)
            user.version += 1
        for key, value in _changes(row, plan).items():
            if key == "further":
                known = {entry.department_id: entry for entry in user.further_departments}
                user.further_departments = [
                    known.get(id_) or UserDepartment(user_id=user.id, department_id=id_) for id_ in value
                ]
            elif key == "account":
                user.username, user.password_hash = value, hashed
                user.must_change, user.password_expires_at = True, at
            else:
                setattr(user, key, value)
        written.append((user, before))
    session.flush()
    for user, before in written:
        session.refresh(user)
        after = people.as_json(user, personal=False)
        if before is None:
            audit.record(session, principal, "create", "user", user.id, after=after)
        else:
            record_change(session, principal, "update", "user", user.id, before, after)
    facts.users_changed(session, [user for user, _ in written])


def _known(
    session: Session, principal: Principal, rows: Iterable[Row]
) -> tuple[dict[str, User], dict[UUID, User], dict[str, User], set[UUID]]:
    """The people whom the file may mean: by number, by record, by user name; and which of them this person may see."""
    numbers = [row.values["employee_no"] for row in rows if row.values["employee_no"]]
    names = [row.values["username"] for row in rows if row.values["username"]]
    records = [row.record[0] for row in rows if row.record]
    wanted = or_(User.employee_no.in_(numbers), User.username.in_(names), User.id.in_(records))
    users = list(session.scalars(select(User).where(wanted)).unique())
    seen = select(User.id).where(wanted, seen_by(principal))
    return (
        {user.employee_no: user for user in users if user.employee_no},
        {user.id: user for user in users},
        {user.username: user for user in users if user.username},
        set(session.scalars(seen)),
    )


def _target(row: Row, by_number: dict[str, User], by_id: dict[UUID, User], seen: set[UUID]) -> None:
    by_key = by_number.get(row.values["employee_no"] or "")
    by_record = by_id.get(row.record[0]) if row.record else None
    if by_record is None and row.values["employee_no"] is None:
        row.wrong("employee_no", "required", "工号必填")
    if by_key is not None and by_record is not None and by_key is not by_record:
        row.wrong("employee_no", "taken", f"工号 {by_key.employee_no} 已被他人使用")
    target = by_key or by_record
    if target is not None and target.id not in seen:
        # Whoever is outside this person's reach must not be told apart from what may not be written there.
        row.wrong("employee_no", "exists_elsewhere", "已有工号相同的人员，但不在您的数据范围内，不能修改")
        return
    row.target = target


def _departments(row: Row, places: Departments) -> None:
    target: User | None = row.target
    held = {target.department_id} if target is not None else set()
    further_held = {entry.department_id for entry in target.further_departments} if target is not None else set()
    row.values["department_id"] = _find(row, "department", row.values["department"], places, held)
    found: list[UUID] = []
    for word in _SEPARATORS.split(row.values["further"] or ""):
        if word.strip():
            id_ = _find(row, "further", word.strip(), places, further_held)
            if id_ is not None and id_ not in found:
                found.append(id_)
    main = row.values["department_id"]
    if main is not None and main in found:
        row.wrong("further", "main_department_twice", "兼任单位不能与所属单位相同")
    row.values["further_ids"] = found


def _find(row: Row, key: str, word: str | None, places: Departments, held: set[UUID]) -> UUID | None:
    if word is None:
        return None
    found = places.find(word)
    if not isinstance(found, Wrong):
        return found
    # Where somebody is already they may stay, be it closed or out of reach: an export has to come in again.
    stays = [id_ for id_ in held if places.names.get(id_) == word or places.unique_names.get(id_) == word]
    if len(stays) == 1:
        return stays[0]
    row.wrong(key, found.code, found.message)
    return None


def _phone(row: Row) -> None:
    """A masked number in a row of our own export stands for what is stored."""
    code, _ = row.errors.get("phone", ("", ""))
    shown = row.texts.get("phone")
    if code != "masked" and not is_masked(shown):
        return
    target: User | None = row.target
    if target is not None and people.mask_phone(target.phone) == shown:
        row.errors.pop("phone", None)
        row.values["phone"] = target.phone
    else:
        row.errors["phone"] = ("masked", "号码是脱敏后的，请填写完整号码")


def _account(row: Row, by_name: dict[str, User], names: dict[str, int]) -> None:
    wanted, username, target = row.values["account"], row.values["username"], row.target
    row.values["opens"] = False
    if target is not None and target.has_account:
        if wanted is False:
            row.wrong("account", "account_not_withdrawn", "导入不会收回账号，请在人员账号页面操作")
        if username is not None and username != target.username:
            row.wrong("username", "username_fixed", f"已有用户名 {target.username}，不能修改")
        return
    if not wanted:
        if username is not None and (target is None or username != target.username):
            row.wrong("account", "account_word_missing", "填写了用户名，请在“开通账号”列填“是”，或清空用户名")
        return
    if target is not None and not target.active:
        row.wrong("account", "person_disabled", "人员已停用，请先启用")
        return
    if username is None:
        username = target.username if target is not None else None
    if username is None:
        row.wrong("username", "required", "开通账号时用户名必填")
        return
    if target is not None and target.username not in (None, username):
        row.wrong("username", "username_fixed", f"此人原来的用户名是 {target.username}，只能恢复原用户名")
    other = by_name.get(username)
    if other is not None and other is not target:
        row.wrong("username", "taken", f"用户名 {username} 已被使用")
    if (first := names.setdefault(username, row.number)) != row.number:
        row.wrong("username", "duplicate_in_file", f"第 {row.number} 行与第 {first} 行的用户名相同")
    row.values["username"], row.values["opens"] = username, True


def _changes(row: Row, plan: Plan) -> dict[str, Any]:
    """What is different from what is there; all that is given, for somebody new. A column that is not in the file changes
    nothing."""
    target: User | None = row.target
    values = row.values
    wanted: dict[str, Any] = {"name": values["name"], "department_id": values["department_id"]}
    if values["employee_no"] is not None:
        wanted["employee_no"] = values["employee_no"]
    wanted |= {key: values[key] for key in ("post", "phone") if key in plan.keys}
    changes = {key: value for key, value in wanted.items() if target is None or getattr(target, key) != value}
    have = {entry.department_id for entry in target.further_departments} if target is not None else set()
    if "further" in plan.keys and set(values["further_ids"]) != have:
        changes["further"] = values["further_ids"]
    elif values["department_id"] in have:
        changes["further"] = [id_ for id_ in have if id_ != values["department_id"]]
    if values["opens"]:
        changes["account"] = values["username"]
    return changes
