"""The organisation: a tree of departments with materialised paths, and the names they once had."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.principal import Principal
from kit import audit
from kit.db import now, today, uuid7
from kit.errors import Conflict, FieldError, Invalid, NotFound, VersionConflict
from services.auth.models import Base

KINDS = {"company": "公司", "branch": "分公司", "department": "部门", "station": "场站", "team": "班组"}
MAX_DEPTH = 10


class Department(Base):
    """A department. `path` holds the ids from the root down, `/<root>/<id>/`; `version` grows with every change."""

    __tablename__ = "department"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("department.id"), index=True)
    path: Mapped[str] = mapped_column(unique=True)
    sort: Mapped[int] = mapped_column(default=0)
    closed_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint("path LIKE '%/' || id || '/'", name="path"),
        CheckConstraint("(parent_id IS NULL) = (path = '/' || id || '/')", name="root"),
        Index(
            "uq_department_sibling_name",
            "parent_id",
            "name",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("closed_on IS NULL"),
        ),
    )


class DepartmentName(Base):
    """A name that a department had, until `until`."""

    __tablename__ = "department_name"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"), index=True)
    name: Mapped[str]
    until: Mapped[datetime] = mapped_column(default=now)


def find(session: Session, department_id: UUID, *, version: int | None = None) -> Department:
    """The department; when a `version` is expected of it, for a change, and with the whole tree locked against others."""
    if version is not None:
        # Before any row: two changes that each held a row and wanted the tree would wait for each other for ever.
        _lock_tree(session)
    query = select(Department).where(Department.id == department_id)
    row = session.scalar(query.with_for_update() if version is not None else query)
    if row is None:
        raise NotFound
    if version is not None and row.version != version:
        raise VersionConflict(current=as_json(row))
    return row


def as_json(row: Department) -> dict[str, Any]:
    """A department as the API shows it."""
    return {
        "id": str(row.id),
        "code": row.code,
        "name": row.name,
        "kind": row.kind,
        "parent_id": str(row.parent_id) if row.parent_id else None,
        "path": row.path,
        "sort": row.sort,
        "closed_on": row.closed_on.isoformat() if row.closed_on else None,
        "version": row.version,
    }


def create(
    session: Session,
    principal: Principal | None,
    *,
    code: str,
    name: str,
    kind: str,
    parent_id: UUID | None,
    sort: int = 0,
    id_: UUID | None = None,
) -> Department:
    """A new department below `parent_id`."""
    _lock_tree(session)
    parent = _open_parent(session, parent_id)
    _refuse_taken(session, code=code, name=name, parent_id=parent_id)
    id_ = id_ or uuid7()
    path = f"{parent.path if parent else '/'}{id_}/"
    _refuse_too_deep(path)
    row = Department(id=id_, code=code, name=name, kind=kind, parent_id=parent_id, path=path, sort=sort, version=1)
    session.add(row)
    session.flush()
    audit.record(session, principal, "create", "department", row.id, after=as_json(row))
    return row


def change(session: Session, principal: Principal, row: Department, values: dict[str, Any]) -> list[Department]:
    """Renames, recodes, reorders or moves a department; the departments that are different now: itself, and when it moved
    also everything below."""
    before = as_json(row)
    _refuse_taken(session, code=values["code"], name=values["name"], parent_id=values["parent_id"], except_id=row.id)
    if values["name"] != row.name:
        session.add(DepartmentName(department_id=row.id, name=row.name))
    old_path, moved = row.path, values["parent_id"] != row.parent_id
    for key in ("code", "name", "kind", "sort"):
        setattr(row, key, values[key])
    row.version += 1
    changed = [row]
    if moved:
        changed += _move(session, row, values["parent_id"], old_path)
    session.flush()
    record_change(session, principal, "move" if moved else "update", "department", row.id, before, as_json(row))
    return changed


def close(session: Session, principal: Principal, row: Department, on: date | None) -> Department:
    """Closes a department from a day on, or opens it again with None. What points at it stays. One with open departments
    or active people in it is not closed: they would be nowhere."""
    from services.auth.people import User

    if on is not None:
        below = select(func.count()).where(Department.parent_id == row.id, Department.closed_on.is_(None))
        if session.scalar(below):
            raise Conflict("还有未关闭的下级单位", code="department_has_children")
        people = select(func.count()).where(User.department_id == row.id, User.disabled_at.is_(None))
        if count := session.scalar(people):
            raise Conflict(f"单位内还有 {count} 名在用人员，请先调整其所属单位", code="department_has_people")
    elif row.closed_on is not None:
        _open_parent(session, row.parent_id)
        _refuse_taken(session, code=row.code, name=row.name, parent_id=row.parent_id, except_id=row.id)
    before = as_json(row)
    row.closed_on, row.version = on, row.version + 1
    session.flush()
    record_change(session, principal, "close" if on else "reopen", "department", row.id, before, as_json(row))
    return row


def record_change(
    session: Session,
    principal: Principal | None,
    action: str,
    object_type: str,
    object_id: UUID | str,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    """An audit row with the changed fields only."""
    keys = [key for key in after if before.get(key) != after[key] and key != "version"]
    audit.record(
        session,
        principal,
        action,
        object_type,
        object_id,
        before={key: before.get(key) for key in keys},
        after={key: after[key] for key in keys},
    )


def _move(session: Session, row: Department, parent_id: UUID | None, old_path: str) -> list[Department]:
    parent = _open_parent(session, parent_id)
    if parent is not None and parent.path.startswith(old_path):
        raise Conflict("不能移动到自己或自己的下级单位之下", code="department_cycle")
    new_path = f"{parent.path if parent else '/'}{row.id}/"
    deepest = session.scalar(
        select(func.max(func.length(Department.path))).where(func.starts_with(Department.path, old_path))
    )
    _refuse_too_deep(new_path, extra=(deepest or len(old_path)) - len(old_path))
    row.parent_id, row.path = parent_id, new_path
    session.flush()
    below = session.scalars(
        update(Department)
        .where(func.starts_with(Department.path, old_path), Department.id != row.id)
        .values(path=new_path + func.substr(Department.path, len(old_path) + 1), version=Department.version + 1)
        .returning(Department),
        execution_options={"populate_existing": True},
    )
    return list(below)


def _lock_tree(session: Session) -> None:
    # Two moves at the same time, each right by itself, could make a circle.
    session.execute(select(func.pg_advisory_xact_lock(724002)))


def _open_parent(session: Session, parent_id: UUID | None) -> Department | None:
    if parent_id is None:
        return None
    parent = session.get(Department, parent_id, populate_existing=True)
    if parent is None:
        raise Invalid(errors=[FieldError(("body", "parent_id"), "not_found", "上级单位不存在")])
    if parent.closed_on is not None and parent.closed_on <= today():
        raise Conflict("上级单位已关闭", code="department_closed")
    return parent


def _refuse_too_deep(path: str, extra: int = 0) -> None:
    # Each level is an id of 36 characters and a slash.
    if (len(path) - 1 + extra) // 37 > MAX_DEPTH:
        raise Conflict(f"组织层级不能超过 {MAX_DEPTH} 级", code="department_too_deep")


def _refuse_taken(
    session: Session, *, code: str, name: str, parent_id: UUID | None, except_id: UUID | None = None
) -> None:
    others = select(Department.id).where(Department.id != except_id) if except_id else select(Department.id)
    errors = []
    if session.scalar(others.where(Department.code == code)):
        errors.append(FieldError(("body", "code"), "taken", f"编码 {code} 已被使用"))
    sibling = others.where(
        Department.name == name, Department.parent_id.is_not_distinct_from(parent_id), Department.closed_on.is_(None)
    )
    if session.scalar(sibling):
        errors.append(FieldError(("body", "name"), "taken", f"同一上级下已有“{name}”"))
    if errors:
        raise Invalid(errors=errors)
