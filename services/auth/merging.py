"""Closing, merging and opening again: what happens to whom, said beforehand, and never a row lost.

A merged department is closed and stands below the one that took it over. So every service goes on finding its rows by the
path, for whoever reaches the other one, and not one of millions of rows has to be rewritten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, any_, func, literal, or_, select
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit import audit
from kit.errors import Conflict, FieldError
from services.auth import formernames, kinds
from services.auth.departments import (
    Department,
    as_json,
    children_of,
    full_name_of,
    move,
    open_parent,
    record_change,
    refuse_kind,
    refuse_taken,
)
from services.auth.people import User, UserDepartment

_NAMED = 5


def belonging(department_id: UUID) -> ColumnElement[bool]:
    """People whose main or further department this is, disabled ones too, and those whose role reaches it by name."""
    from services.auth.access import UserRole

    return or_(
        User.department_id == department_id,
        User.further_departments.any(UserDepartment.department_id == department_id),
        User.roles.any(literal(department_id, Uuid) == any_(UserRole.department_ids)),
    )


def counts(session: Session, row: Department) -> dict[str, int]:
    """What stands in a department: the numbers that a confirmation names."""

    def people(*where: ColumnElement[bool]) -> int:
        return session.scalar(select(func.count()).select_from(User).where(*where)) or 0

    inside = select(Department.id).where(func.starts_with(Department.path, row.path))
    open_below = select(func.count()).where(
        func.starts_with(Department.path, row.path), Department.id != row.id, Department.closed_on.is_(None)
    )
    children = select(func.count()).where(Department.parent_id == row.id, Department.closed_on.is_(None))
    own = User.department_id == row.id
    return {
        "people": people(own, User.disabled_at.is_(None)),
        "disabled_people": people(own, User.disabled_at.is_not(None)),
        "further_people": people(User.further_departments.any(UserDepartment.department_id == row.id)),
        "people_below": people(User.department_id.in_(inside), User.disabled_at.is_(None)),
        "children": session.scalar(children) or 0,
        "departments_below": session.scalar(open_below) or 0,
    }


def closing_problems(session: Session, row: Department) -> list[FieldError]:
    """Why a department cannot be closed: what is open or active in it would be nowhere."""
    if row.parent_id is None:
        return [FieldError((), "department_is_root", "公司本身不能关闭")]
    if row.closed_on is not None:
        return [FieldError((), "department_closed", "单位已经关闭")]
    found, inside = [], counts(session, row)
    if inside["children"]:
        message = f"还有 {inside['children']} 个未关闭的下级单位，请先移动、合并或关闭"
        found.append(FieldError((), "department_has_children", message))
    if inside["people"]:
        message = f"单位内还有 {inside['people']} 名在用人员，请先调整其所属单位，或合并到其他单位"
        found.append(FieldError((), "department_has_people", message))
    return found


def merging_problems(session: Session, row: Department, target: Department) -> list[FieldError]:
    """Why a department cannot be merged into another."""
    if row.parent_id is None:
        return [FieldError((), "department_is_root", "公司本身不能并入其他单位")]
    if row.merged_into is not None:
        return [FieldError((), "department_merged", "单位已经并入其他单位")]
    if target.path.startswith(row.path):
        return [FieldError((), "department_cycle", "不能并入自己或自己的下级单位")]
    if target.closed_on is not None:
        return [FieldError((), "department_closed", f"“{target.name}”已关闭，不能并入")]
    mine = [child for child in children_of(session, row.id) if child.closed_on is None]
    theirs = {child.name for child in children_of(session, target.id, except_id=row.id) if child.closed_on is None}
    found = []
    if same := [child.name for child in mine if child.name in theirs]:
        message = f"“{target.name}”之下已有同名的下级单位：{_named(same)}，请先改名或合并"
        found.append(FieldError((), "department_names_clash", message))
    known = kinds.all_of(session)
    for child in mine:
        if wrong := kinds.problem(known, target.kind, child.kind, at=()):
            found.append(FieldError((), wrong.code, f"下级单位“{child.name}”不能随之并入：{wrong.message}"))
    return found


def refuse(problems: Sequence[FieldError]) -> None:
    """The first problem, as the answer to a request that should not have been made."""
    if problems:
        raise Conflict(problems[0].message, code=problems[0].code)


def close(session: Session, principal: Principal, row: Department, on: date) -> list[Department]:
    """Closes a department: it takes nothing new, and what points at it stays."""
    refuse(closing_problems(session, row))
    before = as_json(row)
    row.closed_on, row.version = on, row.version + 1
    session.flush()
    record_change(session, principal, "close", "department", row.id, before, as_json(row))
    return [row]


def reopen(session: Session, principal: Principal, row: Department) -> list[Department]:
    """Opens a department again. One that was merged goes back to where it stood; the people and departments that went over
    stay where they are, for what has been done with them since is not known."""
    if row.closed_on is None:
        return []
    before, full_name = as_json(row), full_name_of(session, row)
    merged = row.merged_into is not None
    home = row.former_parent_id if merged and row.former_parent_id else row.parent_id
    parent = open_parent(session, home)
    refuse_taken(session, code=row.code, name=row.name, parent_id=home, except_id=row.id)
    refuse_kind(session, parent, row.kind)
    if merged:
        formernames.note(session, principal, row.id, name=row.name, full_name=full_name, code=row.code, reason="reopen")
    row.merged_into, row.former_parent_id = None, None
    row.version += 1
    # Moved while it is closed: until it stands where it belongs, its name may be that of a new sibling.
    changed = [row, *(move(session, row, home) if home != row.parent_id else [])]
    row.closed_on = None
    session.flush()
    record_change(session, principal, "reopen", "department", row.id, before, as_json(row))
    return changed


def merge(
    session: Session, principal: Principal, row: Department, target: Department, on: date
) -> tuple[list[Department], list[User]]:
    """Merges a department into another: people and departments go over, it is closed and stands below the other one. The
    departments and the people that are different now."""
    refuse(merging_problems(session, row, target))
    before, full_name = as_json(row), full_name_of(session, row)
    inside = counts(session, row)
    changed: dict[UUID, Department] = {row.id: row}
    formernames.note(session, principal, row.id, name=row.name, full_name=full_name, code=row.code, reason="merge")
    row.closed_on = row.closed_on or on
    row.former_parent_id = row.parent_id
    row.version += 1
    if row.parent_id != target.id:
        changed |= {entry.id: entry for entry in move(session, row, target.id)}
    row.merged_into = target.id
    session.flush()
    for child in children_of(session, row.id):
        was = as_json(child)
        child_name = full_name_of(session, child)
        formernames.note(
            session, principal, child.id, name=child.name, full_name=child_name, code=child.code, reason="move"
        )
        if child.merged_into == row.id:
            # What had been merged into this one belongs to the other one now. Both at once: a merged one stands below
            # the one that took it over, and the database looks.
            child.merged_into = None
        child.version += 1
        changed |= {entry.id: entry for entry in (child, *move(session, child, target.id))}
        if was["merged_into"]:
            child.merged_into = target.id
        session.flush()
        record_change(session, principal, "move", "department", child.id, was, as_json(child))
    people = _take_over(session, principal, row.id, target.id)
    detail = {"into": str(target.id), "into_name": target.name, **inside}
    keys = ("closed_on", "parent_id", "merged_into")
    audit.record(
        session, principal, "merge", "department", row.id,
        before={key: before[key] for key in keys}, after={key: as_json(row)[key] for key in keys}, detail=detail,
    )  # fmt: skip
    return list(changed.values()), people


def _take_over(session: Session, principal: Principal, old: UUID, new: UUID) -> list[User]:
    """Everybody who belongs to a department belongs to the other one now: main, further, and by a role's choice."""
    users = list(
        session.scalars(select(User).where(belonging(old)).order_by(User.id).with_for_update(of=User)).unique()
    )
    for user in users:
        before = _belongs(user)
        if user.department_id == old:
            user.department_id = new
        further = dict.fromkeys(new if entry.department_id == old else entry.department_id
                                for entry in user.further_departments)  # fmt: skip
        known = {entry.department_id: entry for entry in user.further_departments}
        user.further_departments = [
            known.get(id_) or UserDepartment(user_id=user.id, department_id=id_)
            for id_ in further
            if id_ != user.department_id
        ]
        for grant in user.roles:
            if old in grant.department_ids:
                grant.department_ids = list(dict.fromkeys(new if id_ == old else id_ for id_ in grant.department_ids))
        user.version += 1
        record_change(session, principal, "move", "user", user.id, before, _belongs(user))
    session.flush()
    for user in users:
        session.refresh(user, ["department", "further_departments"])
    return users


def _belongs(user: User) -> dict[str, Any]:
    return {
        "department_id": str(user.department_id),
        "further_department_ids": [str(entry.department_id) for entry in user.further_departments],
        "roles": {grant.role: [str(id_) for id_ in grant.department_ids] for grant in user.roles},
    }


def _named(names: Sequence[str]) -> str:
    more = f"等 {len(names)} 个" if len(names) > _NAMED else ""
    return "、".join(names[:_NAMED]) + more
