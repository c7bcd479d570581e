"""Data scope: THE one place where "which rows may this person see" becomes SQL (domain.md 1.1, reliability.md S14).

Every list, read, write, export, statistic and event handler adds `scope_clause` to its query. A row outside is answered
as a missing one."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, any_, false, func, literal, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from contracts.principal import Principal, Scope, ScopeKind
from kit.directory.tables import DirectoryDepartment

Column = ColumnElement[Any] | InstrumentedAttribute[Any]


def scope_clause(principal: Principal, dept_column: Column, owner_column: Column | None = None) -> ColumnElement[bool]:
    """The condition that a row lies in the principal's data scope. `dept_column` is the department that a row belongs
    to, `owner_column` the person who created it; without an owner column, the scope 本人 reaches nothing."""
    return or_(
        *(_reach(principal, part, dept_column, owner_column) for part in (principal.scope, *principal.scope.also))
    )


def scope_key(principal: Principal) -> Hashable:
    """Everything that `scope_clause` reads of a principal: two people with equal keys see the same rows, so that what was
    made for one of them (SQL text, a total) serves the other."""
    scopes = (principal.scope, *principal.scope.also)
    own = principal.user_id if any(scope.kind is ScopeKind.OWN for scope in scopes) else None
    return tuple((scope.kind, scope.department_ids) for scope in scopes), own


def _reach(principal: Principal, scope: Scope, dept_column: Column, owner_column: Column | None) -> ColumnElement[bool]:
    match scope.kind:
        case ScopeKind.COMPANY:
            return true()
        case ScopeKind.SUBTREE:
            # ARRAY(subquery) is evaluated once per statement, and `= ANY(array)` can use an index that begins with the
            # department; a semi-join against the department table cannot be combined with the list's order.
            anchor, below = aliased(DirectoryDepartment), aliased(DirectoryDepartment)
            ids = select(below.id).join(anchor, func.starts_with(below.path, anchor.path))
            return dept_column == any_(func.array(ids.where(anchor.id.in_(scope.department_ids)).scalar_subquery()))
        case ScopeKind.DEPARTMENT | ScopeKind.CHOSEN:
            return _one_of(scope.department_ids, dept_column) if scope.department_ids else false()
        case ScopeKind.OWN:
            return owner_column == principal.user_id if owner_column is not None else false()
    return false()


def _one_of(ids: tuple[UUID, ...], dept_column: Column) -> ColumnElement[bool]:
    # What belonged to a department that was merged into one of these belongs to that one now.
    merged = select(DirectoryDepartment.id).where(DirectoryDepartment.merged_into.in_(ids)).scalar_subquery()
    return dept_column == any_(func.array_cat(literal(list(ids), ARRAY(Uuid)), func.array(merged)))


def in_scope(session: Session, principal: Principal, dept_id: UUID) -> bool:
    """Whether the principal may put a row into a department, or read what belongs to the department as a whole. With the
    scope 本人 that is the person's own department: one may create rows there, and then sees one's own."""
    scopes = (principal.scope, *principal.scope.also)
    if any(scope.kind is ScopeKind.OWN for scope in scopes) and dept_id == principal.department_id:
        return True
    return bool(session.scalar(select(scope_clause(principal, literal(dept_id)))))
