"""The organisation: a tree of departments with materialised paths. Nothing is ever removed from it: a department is
renamed, moved, closed or merged, and what points at it stays."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, func, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.principal import Principal
from kit import audit
from kit.db import today, uuid7
from kit.errors import Conflict, FieldError, Invalid, NotFound, VersionConflict
from services.auth import formernames, kinds
from services.auth.models import Base

MAX_DEPTH = 10


class Department(Base):
    """A department. `path` holds the ids from the root down, `/<root>/<id>/`; `version` grows with every change. One that
    was merged is closed and stands below the one that took it over, so that whoever reaches that one reaches its rows
    too; `former_parent_id` is where it stood before, should it be opened again."""

    __tablename__ = "department"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("department.id"), index=True)
    path: Mapped[str] = mapped_column(unique=True)
    sort: Mapped[int] = mapped_column(default=0)
    closed_on: Mapped[date | None]
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("department.id"), index=True)
    former_parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("department.id"))
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        CheckConstraint("path LIKE '%/' || id || '/'", name="path"),
        CheckConstraint("(parent_id IS NULL) = (path = '/' || id || '/')", name="root"),
        CheckConstraint("merged_into IS NULL OR (closed_on IS NOT NULL AND parent_id = merged_into)", name="merged"),
        Index(
            "uq_department_sibling_name",
            "parent_id",
            "name",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("closed_on IS NULL"),
        ),
    )


def find(session: Session, department_id: UUID, *, version: int | None = None) -> Department:
    """The department; when a `version` is expected of it, for a change, and with the whole tree locked against others."""
    if version is not None:
        # Before any row: two changes that each held a row and wanted the tree would wait for each other for ever.
        lock_tree(session)
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
        "merged_into": str(row.merged_into) if row.merged_into else None,
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
    lock_tree(session)
    parent = open_parent(session, parent_id)
    refuse_taken(session, code=code, name=name, parent_id=parent_id)
    refuse_kind(session, parent, kind)
    id_ = id_ or uuid7()
    path = f"{parent.path if parent else '/'}{id_}/"
    refuse_too_deep(path)
    row = Department(id=id_, code=code, name=name, kind=kind, parent_id=parent_id, path=path, sort=sort, version=1)
    session.add(row)
    session.flush()
    audit.record(session, principal, "create", "department", row.id, after=as_json(row))
    return row


def change(session: Session, principal: Principal | None, row: Department, values: dict[str, Any]) -> list[Department]:
    """Renames, recodes, reorders or moves a department; the departments that are different now: itself, and when it moved
    also everything below."""
    if row.merged_into is not None:
        raise Conflict("单位已并入其他单位，请先恢复", code="department_merged")
    before, full_name = as_json(row), full_name_of(session, row)
    refuse_taken(session, code=values["code"], name=values["name"], parent_id=values["parent_id"], except_id=row.id)
    moved = values["parent_id"] != row.parent_id
    if moved or values["kind"] != row.kind:
        parent = open_parent(session, values["parent_id"])
        # Before the kinds: whoever drops a department on one below it is told of that, and not of a rule.
        refuse_cycle(row, parent)
        refuse_kind(session, parent, values["kind"], of=row)
    reason = (
        "move"
        if moved
        else "rename"
        if values["name"] != row.name
        else "recode"
        if values["code"] != row.code
        else None
    )
    if reason:
        formernames.note(session, principal, row.id, name=row.name, full_name=full_name, code=row.code, reason=reason)
    for key in ("code", "name", "kind", "sort"):
        setattr(row, key, values[key])
    row.version += 1
    changed = [row]
    if moved:
        changed += move(session, row, values["parent_id"])
    session.flush()
    record_change(session, principal, "move" if moved else "update", "department", row.id, before, as_json(row))
    return changed


def full_name_of(session: Session, row: Department) -> str:
    """The names from the root down."""
    ids = [UUID(part) for part in row.path.strip("/").split("/")]
    found = session.execute(select(Department.id, Department.name).where(Department.id.in_(ids)))
    names: dict[UUID, str] = dict(found.all())
    return "/".join(names[id_] for id_ in ids if id_ in names)


def place(
    session: Session, principal: Principal, row: Department, parent_id: UUID, before_id: UUID | None
) -> list[Department]:
    """Puts a department before one of its siblings, or behind them all; with another parent it moves there first. Those
    whose number in the order is different now are changed as well."""
    changed: dict[UUID, Department] = {}
    if parent_id != row.parent_id:
        values = {"code": row.code, "name": row.name, "kind": row.kind, "sort": row.sort, "parent_id": parent_id}
        changed = {entry.id: entry for entry in change(session, principal, row, values)}
    siblings = children_of(session, parent_id, except_id=row.id)
    at = next((place for place, entry in enumerate(siblings) if entry.id == before_id), None)
    if before_id is not None and at is None:
        raise Invalid(errors=[FieldError(("body", "before_id"), "not_found", "要排在其前的单位不在同一上级之下")])
    siblings.insert(len(siblings) if at is None else at, row)
    for number, entry in enumerate(siblings, start=1):
        # Ten apart, so that an import or a form can put one between.
        if entry.sort != number * 10:
            before = as_json(entry)
            entry.sort = number * 10
            if entry.id not in changed:
                entry.version += 1
            changed[entry.id] = entry
            record_change(session, principal, "reorder", "department", entry.id, before, as_json(entry))
    session.flush()
    return list(changed.values())


def children_of(session: Session, parent_id: UUID, *, except_id: UUID | None = None) -> list[Department]:
    """The departments directly below one, in order, closed ones too."""
    query = select(Department).where(Department.parent_id == parent_id)
    if except_id is not None:
        query = query.where(Department.id != except_id)
    return list(session.scalars(query.order_by(Department.sort, Department.code)))


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


def move(session: Session, row: Department, parent_id: UUID | None) -> list[Department]:
    """Puts a department with everything below it under another parent; those below it, which are different now too."""
    parent, old_path = open_parent(session, parent_id), row.path
    refuse_cycle(row, parent)
    new_path = f"{parent.path if parent else '/'}{row.id}/"
    deepest = session.scalar(
        select(func.max(func.length(Department.path))).where(func.starts_with(Department.path, old_path))
    )
    refuse_too_deep(new_path, extra=(deepest or len(old_path)) - len(old_path))
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


def lock_tree(session: Session) -> None:
    """Holds the whole tree against other changes until the transaction ends."""
    # Two moves at the same time, each right by itself, could make a circle.
    session.execute(select(func.pg_advisory_xact_lock(724002)))


def open_parent(session: Session, parent_id: UUID | None) -> Department | None:
    """The department that is to be somebody's parent; it has to be there and open."""
    if parent_id is None:
        return None
    parent = session.get(Department, parent_id, populate_existing=True)
    if parent is None:
        raise Invalid(errors=[FieldError(("body", "parent_id"), "not_found", "上级单位不存在")])
    if parent.closed_on is not None and parent.closed_on <= today():
        raise Conflict("上级单位已关闭", code="department_closed")
    return parent


def refuse_too_deep(path: str, extra: int = 0) -> None:
    """Refuses a path of more levels than the organisation may have; `extra` is the length of what stands below it."""
    # Each level is an id of 36 characters and a slash.
    if (len(path) - 1 + extra) // 37 > MAX_DEPTH:
        raise Conflict(f"组织层级不能超过 {MAX_DEPTH} 级", code="department_too_deep")


def refuse_cycle(row: Department, parent: Department | None) -> None:
    """Refuses a parent that is the department itself or stands below it."""
    if parent is not None and parent.path.startswith(row.path):
        raise Conflict("不能移动到自己或自己的下级单位之下", code="department_cycle")


def refuse_kind(session: Session, parent: Department | None, kind: str, *, of: Department | None = None) -> None:
    """Refuses a kind that may not stand below its parent, and for a department that is there already also one that may
    not hold what stands below it."""
    known = kinds.all_of(session)
    wrong = kinds.problem(known, parent.kind if parent else None, kind)
    if wrong is None and of is not None and kind != of.kind:
        below = select(Department.kind).where(Department.parent_id == of.id, Department.closed_on.is_(None)).distinct()
        for child in session.scalars(below):
            wrong = wrong or kinds.problem(known, kind, child)
    if wrong is not None:
        raise Invalid(errors=[wrong])


def refuse_taken(
    session: Session, *, code: str, name: str, parent_id: UUID | None, except_id: UUID | None = None
) -> None:
    """Refuses a code that another department has, and a name that an open sibling has."""
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
