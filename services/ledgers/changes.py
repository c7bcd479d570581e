"""What follows when rows were written, whoever wrote them (a form, an import, an undo): others are told the facts, warnings
that no longer hold are closed. In the transaction of the writing, and for any number of rows in a few statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Numeric,
    Select,
    Text,
    Uuid,
    any_,
    case,
    cast,
    func,
    literal,
    literal_column,
    null,
    select,
)
from sqlalchemy.orm import Session

from contracts.events import LedgerRowsChanged
from kit.bus import emit_all
from kit.bus.tables import MAX_EVENT_BYTES
from kit.db import today
from services.ledgers import expiry, shortage
from services.ledgers.findings import notices as finding_notices
from services.ledgers.ledger import LedgerRow
from services.ledgers.reading import counts, table_of

# Rows read at a time, so that an import of 100,000 does not stand in memory a second time.
_PORTION = 5_000
# What one event may carry (contracts, kit.bus); the rest of the envelope needs some room.
_MOST_CHANGES, _ROOM = 500, MAX_EVENT_BYTES - 4096


def announce(session: Session, row_class: type[LedgerRow], ids: Sequence[UUID], *, actor: UUID | None = None) -> None:
    """Call after every write of rows, with their ids, before the transaction ends; deleted and restored ones too."""
    session.flush()
    reopened = expiry.settle(session, row_class, ids)
    shortage.settle(session, row_class, ids)
    finding_notices.settle(session, row_class)
    tell(session, row_class, [*ids, *reopened], actor=actor)
    counts.forget(row_class.ledger.slug)


def tell(session: Session, row_class: type[LedgerRow], ids: Sequence[UUID], *, actor: UUID | None = None) -> None:
    """Emits the facts of these rows."""
    table = table_of(row_class)
    for start in range(0, len(ids), _PORTION):
        # One array rather than 5,000 parameters, and all rows at once rather than one by one.
        portion = literal(ids[start : start + _PORTION], ARRAY(Uuid))
        query = changes_query(row_class, today()).where(table.c.id == any_(portion))
        _emit(session, row_class, session.scalars(query).all(), actor)


def republish(session: Session, row_classes: Iterable[type[LedgerRow]]) -> None:
    """Emits the facts of every row, the deleted ones too (`FactsRequested` says why)."""
    for row_class in row_classes:
        rows = session.scalars(
            changes_query(row_class, today()).order_by(table_of(row_class).c.id),
            execution_options={"yield_per": _PORTION},
        )
        for portion in rows.partitions():
            _emit(session, row_class, portion, None)


def changes_query(row_class: type[LedgerRow], on: date) -> Select[Any]:
    """Each row as the JSON of a RowChange, made by PostgreSQL: of an import of 100,000 rows, turning every column of every
    row into an object here, and into JSON again, was the longest part."""
    c = table_of(row_class).c
    deleted = c.deleted_at.is_not(None)
    facts = func.json_build_object(*(part for label, fact in _facts(row_class, on) for part in (label, fact)))
    change = func.json_build_object(
        "id", c.id, "version", c.version, "deleted", deleted, "department_id", c.dept_id, "owner_id", c.created_by,
        "facts", case((deleted, literal_column("'{}'::json")), else_=facts),
    )  # fmt: skip
    return select(cast(change, Text))


def _facts(row_class: type[LedgerRow], on: date) -> Iterator[tuple[str, ColumnElement[Any]]]:
    c, ledger = table_of(row_class).c, row_class.ledger
    for key in ledger.facts:
        unless = ledger.facts_unless.get(key)
        # Exact numbers travel as text: a number in JSON is a double to many a reader.
        column: ColumnElement[Any] = cast(c[key], Text) if isinstance(c[key].type, Numeric) else c[key]
        yield key, case((unless.sql(c, on), null()), else_=column) if unless else column
    for key, condition in ledger.fact_conditions.items():
        yield key, condition.sql(c, on)


def _emit(session: Session, row_class: type[LedgerRow], rows: Iterable[str], actor: UUID | None) -> None:
    slug = row_class.ledger.slug
    # Read through the contract, so that what does not fit it is not sent.
    events = (
        LedgerRowsChanged.model_validate_json(f'{{"ledger": "{slug}", "changes": [{", ".join(part)}]}}')
        for part in _parts(rows)
    )
    emit_all(session, ((event, f"ledger:{slug}") for event in events), actor=actor)


def _parts(rows: Iterable[str]) -> Iterator[list[str]]:
    """As many rows as one event may carry; a row is at most some hundred bytes."""
    part: list[str] = []
    room = _ROOM
    for row in rows:
        size = len(row.encode()) + 2
        if part and (len(part) >= _MOST_CHANGES or size > room):
            yield part
            part, room = [], _ROOM
        part.append(row)
        room -= size
    if part:
        yield part
