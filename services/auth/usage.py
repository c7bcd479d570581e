"""How many of auth's own rows use the items of a dictionary (kit.http.usage)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit.directory import scope_clause
from kit.http.usage import Usage
from services.auth import kinds
from services.auth.departments import Department


def count(session: Session, principal: Principal, dictionary: str, value: str | None) -> Sequence[Usage]:
    """Departments by their kind; closed ones count, for they still have it."""
    if dictionary != kinds.CODE:
        return ()
    query = (
        select(Department.kind, func.count()).where(scope_clause(principal, Department.id)).group_by(Department.kind)
    )
    if value is not None:
        query = query.where(Department.kind == value)
    counts: dict[str, int] = dict(session.execute(query).all())
    return [Usage("departments", "组织机构", "单位类型", counts)]
