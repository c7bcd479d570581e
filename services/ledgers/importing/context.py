"""What the child needs to validate rows, as JSON: dictionaries, departments and where this person may write. The child gets
no database and no secrets; it gets this."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit.directory import department_by_name_or_code
from kit.fields import Departments, Dictionary, Lookups
from services.ledgers.ledger import LedgerRow
from services.ledgers.lookups import lookups_for


class Item(NamedTuple):
    """A dictionary item as it crossed."""

    value: str
    label: str
    enabled: bool
    parent_value: str | None
    aliases: list[str]
    ext: dict[str, Any]


class Unit(NamedTuple):
    """A department as it crossed."""

    id: UUID
    name: str


def pack(session: Session, principal: Principal, row_class: type[LedgerRow]) -> dict[str, Any]:
    """The lookups of one ledger for one person, as JSON."""
    words = department_by_name_or_code(session)
    lookups = lookups_for(session, row_class, principal)
    writable = lookups.departments.writable
    return {
        "today": lookups.today,
        "dictionaries": {
            code: [
                [
                    item.value,
                    item.label,
                    item.value not in dictionary.withdrawn,
                    item.parent_value,
                    list(item.aliases),
                    dict(item.ext),
                ]
                for item in dictionary.items.values()
            ]
            for code, dictionary in lookups.dictionaries.items()
        },
        "departments": {word: [str(row.id), row.name] for word, row in words.items()},
        "ambiguous": sorted(words.ambiguous),
        "writable": None if writable is None else [str(id_) for id_ in sorted(writable)],
    }


def unpack(context: dict[str, Any]) -> Lookups:
    """The same lookups, on the other side."""
    units: dict[str, Unit] = {}
    by_word = {
        word: units.setdefault(id_, Unit(UUID(id_), name)) for word, (id_, name) in context["departments"].items()
    }
    writable = context["writable"]
    return Lookups(
        today=date.fromisoformat(context["today"]),
        dictionaries={
            code: Dictionary(code, [Item(*item) for item in items]) for code, items in context["dictionaries"].items()
        },
        departments=Departments(
            by_word,
            ambiguous=context["ambiguous"],
            writable=None if writable is None else frozenset(map(UUID, writable)),
        ),
    )
