"""The due dates that a person may see, as one SQL relation over all ledgers.

A date is left out for the reasons for which it does not warn (services.ledgers.expiry): the row is retired, what was due
is done, or a newer row replaces it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, func, literal, not_, null, or_, select, union_all
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import Text

from contracts.principal import Principal
from kit.directory import scope_clause
from kit.directory.tables import DirectoryDictionaryItem
from services.ledgers.catalogue import LEDGERS
from services.ledgers.declaring import KEEPER
from services.ledgers.ledger import Expiry, LedgerRow
from services.ledgers.radar.tables import OtherDue
from services.ledgers.reading import departments_under, table_of
from services.ledgers.replaced import newer

# Whose name stands beside a date: the holder of a certificate, or who keeps a thing.
_PEOPLE = ("person_name", KEEPER)


@dataclass(frozen=True)
class Wanted:
    """Which dates: from the day `start` (None: everything overdue as well) to the day `until`."""

    start: date | None
    until: date
    source: str | None = None
    department: UUID | None = None
    # With the departments below it.
    below: bool = True
    # Whose name stands beside the date, the whole of it.
    person: str | None = None
    # A part of what a line says: name, number, kind, person.
    q: str | None = None


def seen_by(who: Principal, wanted: Wanted, on: date) -> CompoundSelect[Any] | Select[Any]:
    """(source, id, dept_id, person, field, label, due_on, words, path) of every date that this person may see; `words` are
    the values that make the title. None of them is personal."""
    branches = [
        _branch(row_class, expiry, who, wanted, on)
        for row_class in readable(who)
        if wanted.source in (None, row_class.ledger.slug)
        for expiry in row_class.ledger.expiry
    ]
    branches += _others(who, wanted)
    return union_all(*branches) if branches else _nothing()


def readable(who: Principal) -> Iterator[type[LedgerRow]]:
    """The ledgers with due dates that this person may read."""
    for row_class in LEDGERS:
        if row_class.ledger.expiry and who.may(f"ledgers:{row_class.ledger.slug}:read"):
            yield row_class


def _branch(row_class: type[LedgerRow], expiry: Expiry, who: Principal, wanted: Wanted, on: date) -> Select[Any]:
    ledger, c = row_class.ledger, table_of(row_class).c
    due = c[expiry.field]
    person = next((c[key] for key in _PEOPLE if key in row_class.fields), None)
    narrowed = who.narrowed(f"ledgers:{ledger.slug}:read")
    where = [c.deleted_at.is_(None), scope_clause(narrowed, c.dept_id, c.created_by), due <= wanted.until]
    if wanted.start is not None:
        where.append(due >= wanted.start)
    if wanted.department is not None:
        where.append(_within(c.dept_id, wanted.department, below=wanted.below))
    if wanted.person:
        where.append(person == wanted.person if person is not None else literal(False))
    if wanted.q:
        where.append(_says(row_class, wanted.q))
    if expiry.quiet_when is not None:
        where.append(not_(expiry.quiet_when.sql(c, on)))
    if ledger.superseded_by is not None:
        where.append(newer(table_of(row_class), ledger.superseded_by).is_(None))
    words = func.jsonb_build_array(*(c[key] for key in ledger.row_title), type_=JSONB)
    return select(
        literal(ledger.slug, Text).label("source"),
        c.id.label("id"),
        c.dept_id.label("dept_id"),
        (person if person is not None else null().cast(Text)).label("person"),
        literal(expiry.field, Text).label("field"),
        literal(row_class.fields[expiry.field].title, Text).label("label"),
        due.label("due_on"),
        words.label("words"),
        literal(f"/ledgers/{ledger.slug}", Text).label("path"),
    ).where(*where)


def _says(row_class: type[LedgerRow], q: str) -> ColumnElement[bool]:
    """Whether the words by which people know a row, or those that its ledger is searched by, have this part. Personal numbers
    are sealed, and are found in their ledger alone."""
    c, item = table_of(row_class).c, DirectoryDictionaryItem.__table__.c
    found: list[ColumnElement[bool]] = []
    for key, spec in row_class.fields.items():
        if spec.personal or not (spec.search or key in _PEOPLE or key in row_class.ledger.row_title):
            continue
        if spec.kind == "choice":
            named = select(item.value).where(
                item.dictionary == spec.dictionary, item.label.contains(q, autoescape=True)
            )
            found.append(c[key].in_(named))
        elif spec.kind != "day":
            found.append(c[key].contains(q, autoescape=True))
    return or_(*found)


def _within(column: ColumnElement[UUID], department: UUID, *, below: bool) -> ColumnElement[bool]:
    return column.in_(departments_under(literal(department))) if below else column == department


def _others(who: Principal, wanted: Wanted) -> list[Select[Any]]:
    c = OtherDue.__table__.c
    where = [c.due_on <= wanted.until]
    if wanted.start is not None:
        where.append(c.due_on >= wanted.start)
    if wanted.source is not None:
        where.append(c.resource == wanted.source)
    if wanted.department is not None:
        where.append(_within(c.dept_id, wanted.department, below=wanted.below))
    if wanted.person:
        where.append(c.person == wanted.person)
    if wanted.q:
        where.append(
            or_(*(func.coalesce(part, "").contains(wanted.q, autoescape=True) for part in (c.title, c.person)))
        )
    return [
        select(
            c.resource.label("source"),
            c.id.label("id"),
            c.dept_id.label("dept_id"),
            c.person.label("person"),
            c.field.label("field"),
            c.label.label("label"),
            c.due_on.label("due_on"),
            func.jsonb_build_array(c.title, type_=JSONB).label("words"),
            c.path.label("path"),
        ).where(*where, or_(*reached))
        for reached in [_reached(who)]
        if reached
    ]


def _reached(who: Principal) -> list[Any]:
    """Dates of other services: what is told here is reached by those who may read it there."""
    c = OtherDue.__table__.c
    return [
        and_(c.resource == resource, scope_clause(who.narrowed(f"{service}:{resource}:read"), c.dept_id))
        for service, resource in OTHERS
        if who.may(f"{service}:{resource}:read")
    ]


# What other services may tell: (service, resource). A new one is named here, so that nothing is shown by mistake.
OTHERS: tuple[tuple[str, str], ...] = (("documents", "documents"), ("workflow", "dangers"))


def _nothing() -> Select[Any]:
    """The relation without a row."""
    blank = null().cast(Text)
    names = ("source", "person", "field", "label", "path")
    nothing = select(
        *(blank.label(name) for name in names),
        OtherDue.__table__.c.id.label("id"),
        OtherDue.__table__.c.dept_id.label("dept_id"),
        OtherDue.__table__.c.due_on.label("due_on"),
        null().cast(JSONB).label("words"),
    ).where(literal(False))
    return cast("Select[Any]", nothing)
