"""A small company, and events about one certificate of one of its people."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from contracts.events import (
    DepartmentFact,
    LedgerRowExpiring,
    LedgerRowRenewed,
    OrganisationChanged,
    PersonFact,
    UserChanged,
)
from kit.directory import apply_organisation, apply_users
from services.workflow.notices.rules import seed_rules

SPACE = UUID("5f0f4b3e-6d53-4a52-9d39-0f7d0d6d5a11")
DUE = date(2026, 12, 23)


def id_of(name: str) -> UUID:
    """The same id for the same name in every test."""
    return uuid5(SPACE, name)


def department(name: str, parent: str = "") -> DepartmentFact:
    """A department below `parent` (two levels at most, below the company)."""
    chain = {
        "公司": ["公司"],
        "运行部": ["公司", "运行部"],
        "工程部": ["公司", "工程部"],
        "安全部": ["公司", "安全部"],
    }.get(name, ["公司", parent, name])
    return DepartmentFact(
        id=id_of(name),
        code=name,
        name=name,
        kind="department",
        parent_id=None,
        version=1,
        path="/" + "".join(f"{id_of(step)}/" for step in chain),
    )


def person(name: str, department: str, *roles: str, active: bool = True, version: int = 1) -> PersonFact:
    """A person of a department."""
    return PersonFact(
        id=id_of(name),
        username=name,
        name=name,
        department_id=id_of(department),
        roles=roles,
        active=active,
        version=version,
    )


PEOPLE = (
    person("登记人", "运行部", "worker"),
    person("运行安全员", "运行部", "safety_officer"),
    person("运行负责人", "运行部", "department_head"),
    person("工程安全员", "工程部", "safety_officer"),
    person("工程负责人", "工程部", "department_head"),
    person("安全管理", "安全部", "safety_management"),
    person("分管领导", "公司", "leader"),
    person("离职安全员", "运行部", "safety_officer", active=False),
)


def expiring(**changes: Any) -> LedgerRowExpiring:
    """The certificate of one person of 运行部 comes near its date."""
    values: dict[str, Any] = {
        "ledger": "special-operation-certificates",
        "ledger_title": "特种作业证书",
        "row_id": id_of("row"),
        "row_version": 1,
        "title": "张三 的 特种作业操作证（低压电工作业）",
        "department_id": id_of("运行部"),
        "owner_id": id_of("登记人"),
        "due_field": "valid_to",
        "due_label": "有效期止",
        "due_on": DUE,
        "threshold": 60,
        "level": "yellow",
        **changes,
    }
    return LedgerRowExpiring.model_validate(values)


def renewed(**changes: Any) -> LedgerRowRenewed:
    """The same certificate has another date."""
    values: dict[str, Any] = {
        "ledger": "special-operation-certificates",
        "row_id": id_of("row"),
        "row_version": 2,
        "due_field": "valid_to",
        "due_on": date(2032, 12, 23),
        "reason": "changed",
        **changes,
    }
    return LedgerRowRenewed.model_validate(values)


def fill(session: Session) -> None:
    """The company, its people, and the rules."""
    names = ("公司", "运行部", "工程部", "安全部")
    apply_organisation(
        session, OrganisationChanged(departments=(*(department(n) for n in names), department("一班", "运行部")))
    )
    apply_users(session, UserChanged(users=PEOPLE))
    seed_rules(session)
