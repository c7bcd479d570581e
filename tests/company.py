"""The demo company for the tests of every service: `company.load(session)`, `company.officer("工程部")`."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.events import DepartmentFact, PersonFact
from contracts.principal import Principal
from kit.directory import DictionaryDeclaration
from kit.testing.company import Company, RoleGrant
from services.auth import demo
from services.auth.roles import ROLES

_IDS = {entry.code: entry.id for entry in demo.DEPARTMENTS}

COMPANY = Company(
    departments=[
        DepartmentFact(
            id=entry.id,
            code=entry.code,
            name=entry.name,
            kind=entry.kind,
            parent_id=_IDS[entry.parent] if entry.parent else None,
            path=demo.path_of(entry.code),
            sort=(place + 1) * 10,
            version=1,
        )
        for place, entry in enumerate(demo.DEPARTMENTS)
    ],
    people=[
        PersonFact(
            id=entry.id,
            username=entry.username,
            name=entry.name,
            employee_no=entry.employee_no,
            department_id=_IDS[entry.department],
            post=entry.post,
            roles=entry.roles,
            version=1,
        )
        for entry in demo.PEOPLE
    ],
    roles={role.code: RoleGrant(role.permissions, role.scope) for role in ROLES},
)


def load(session: Session, dictionaries: Iterable[DictionaryDeclaration] = ()) -> None:
    """Fills the directory tables with the demo company and these dictionaries; the caller commits."""
    COMPANY.load(session, dictionaries)


def department_id(name_or_code: str) -> UUID:
    """The id of a department."""
    return COMPANY.department_id(name_or_code)


def person(username: str) -> PersonFact:
    """One of the demo's people."""
    return COMPANY.person(username)


def principal(username: str) -> Principal:
    """What one of the demo's people may do, as their token would say it."""
    return COMPANY.principal(username)


def officer(department: str) -> Principal:
    """A 部门安全员 of a department (and of what is below it)."""
    return COMPANY.member(department, "safety_officer")


def head(department: str) -> Principal:
    """A 部门负责人."""
    return COMPANY.member(department, "department_head")


def worker(department: str) -> Principal:
    """A 普通员工."""
    return COMPANY.member(department, "worker")


def safety() -> Principal:
    """The 公司安全管理部 account."""
    return COMPANY.principal("safety")


def leader() -> Principal:
    """The 分管领导 account."""
    return COMPANY.principal("leader")
