"""A small company, a dictionary of certificate kinds, and certificates as ledgers tells of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from contracts.events import DepartmentFact, LedgerRowsChanged, OrganisationChanged, RowChange
from kit.directory import DictionaryDeclaration, apply_dictionary, apply_organisation, changed, item
from services.reports.certificates.sources import LEDGERS

SPACE = UUID("5f0f4b3e-6d53-4a52-9d39-0f7d0d6d5a12")
SPECIAL = next(ledger for ledger in LEDGERS if ledger.leaf == "4.3")
SLUG = SPECIAL.slug
DEPARTMENTS = {"公司": (), "运行部": ("公司",), "一班": ("公司", "运行部"), "工程部": ("公司",), "旧部": ("公司",)}


def id_of(name: str) -> UUID:
    """The same id for the same name in every test."""
    return uuid5(SPACE, name)


def key(kind: str) -> str:
    """A column's key."""
    return f"{SLUG}:{kind}"


def fill(session: Session) -> None:
    """The company and the dictionary."""
    facts = [
        DepartmentFact(
            id=id_of(name),
            code=f"D{sort}",
            name=name,
            kind="department",
            parent_id=id_of(above[-1]) if above else None,
            path="/" + "".join(f"{id_of(step)}/" for step in (*above, name)),
            sort=sort,
            closed_on="2026-01-01" if name == "旧部" else None,
            version=1,
        )
        for sort, (name, above) in enumerate(DEPARTMENTS.items())
    ]
    apply_organisation(session, OrganisationChanged(departments=tuple(facts)))
    kinds = DictionaryDeclaration(
        code=SPECIAL.dictionary,
        name="证书类型",
        items=(
            item("operation", "特种作业操作证"),
            item("equipment", "特种设备作业人员证"),
            item("retired", "旧证", enabled=False),
        ),
    )
    for event in changed(kinds):
        apply_dictionary(session, event)


def certificate(
    name: str, department: str = "运行部", kind: str = "operation", version: int = 1, **more: Any
) -> RowChange:
    """A certificate as it is after a change; `deleted`, `owner_id` and facts may be given."""
    deleted, owner = more.pop("deleted", False), more.pop("owner_id", None)
    facts = {"cert_type": kind, "valid_to": "2030-01-01", **more}
    return RowChange(
        id=id_of(name),
        version=version,
        deleted=deleted,
        department_id=id_of(department),
        owner_id=owner,
        facts={} if deleted else facts,
    )


def told(*changes: RowChange, ledger: str = SLUG) -> LedgerRowsChanged:
    """One message."""
    return LedgerRowsChanged(ledger=ledger, changes=changes)
