"""What rows are validated against: this service's copy of dictionaries and departments, and where the caller may write."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contracts.principal import Principal, ScopeKind
from kit.db import today
from kit.directory import DepartmentNames, departments, dictionaries, scope_clause
from kit.directory.tables import DirectoryDepartment
from kit.fields import Departments, Dictionary, Lookups
from services.ledgers.ledger import LedgerRow


def lookups_for(session: Session, row_class: type[LedgerRow], principal: Principal) -> Lookups:
    """The lookups of one ledger for one person."""
    return Lookups(
        today=today(),
        dictionaries={
            code: Dictionary(code, items, today())
            for code, items in dictionaries(session, row_class.dictionaries()).items()
        },
        departments=departments_for(session, principal),
    )


def departments_for(session: Session, principal: Principal) -> Departments:
    """All departments by what people write, and those among them in which the person may put a row."""
    every = departments(session)
    names = DepartmentNames([row for row in every if row.closed_on is None], every)
    return Departments(
        names,
        ambiguous=names.ambiguous,
        writable=writable_departments(session, principal),
        closed=[row for row in every if row.closed_on is not None],
    )


def writable_departments(session: Session, principal: Principal) -> frozenset[UUID] | None:
    """None stands for all of them. With the scope 本人 it is one's own department: kit.directory.in_scope, as a set."""
    kinds = {scope.kind for scope in (principal.scope, *principal.scope.also)}
    if ScopeKind.COMPANY in kinds:
        return None
    reach = scope_clause(principal, DirectoryDepartment.id)
    ids = set(session.scalars(select(DirectoryDepartment.id).where(reach)))
    if ScopeKind.OWN in kinds and principal.department_id is not None:
        ids.add(principal.department_id)
    return frozenset(ids)
