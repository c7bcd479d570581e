"""What follows when rows were written, whoever wrote them (a form, an import, an undo): others are told the facts, warnings
that no longer hold are closed. In the transaction of the writing, and for any number of rows in a few statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Select, Uuid, any_, case, literal, null, select
from sqlalchemy.orm import Session

from contracts.events import LedgerRowsChanged, RowChange
from kit.bus import emit_all, split
from kit.db import today
from services.ledgers import expiry
from services.ledgers.ledger import LedgerRow
from services.ledgers.reading import counts, table_of

# Rows read at a time, so that an import of 100,000 does not stand in memory a second time.
_PORTION = 5_000


def announce(session: Session, row_class: type[LedgerRow], ids: Sequence[UUID], *, actor: UUID | None = None) -> None:
    """Call after every write of rows, with their ids, before the transaction ends; deleted and restored ones too."""
    session.flush()
    reopened = expiry.settle(session, row_class, ids)
    tell(session, row_class, [*ids, *reopened], actor=actor)
    counts.forget(row_class.ledger.slug)


def tell(session: Session, row_class: type[LedgerRow], ids: Sequence[UUID], *, actor: UUID | None = None) -> None:
    """Emits the facts of these rows."""
    table = table_of(row_class)
    for start in range(0, len(ids), _PORTION):
        # One array rather than 5,000 parameters, and all rows at once rather than one by one.
        portion = literal(ids[start : start + _PORTION], ARRAY(Uuid))
        query = facts_query(row_class, today()).where(table.c.id == any_(portion))
        _emit(session, row_class, session.execute(query).all(), actor)


def republish(session: Session, row_classes: Iterable[type[LedgerRow]]) -> None:
    """Emits the facts of every row, the deleted ones too (`FactsRequested` says why)."""
    for row_class in row_classes:
        rows = session.execute(
            facts_query(row_class, today()).order_by(table_of(row_class).c.id),
            execution_options={"yield_per": _PORTION},
        )
        for portion in rows.partitions():
            _emit(session, row_class, portion, None)


def facts_query(row_class: type[LedgerRow], on: date) -> Select[Any]:
    """(id, version, deleted, dept_id, created_by, *facts) of rows."""
    c = table_of(row_class).c
    return select(
        c.id, c.version, c.deleted_at.is_not(None).label("deleted"), c.dept_id, c.created_by, *_facts(row_class, on)
    )


def _facts(row_class: type[LedgerRow], on: date) -> Iterator[ColumnElement[Any]]:
    c, ledger = table_of(row_class).c, row_class.ledger
    for key in ledger.facts:
        unless = ledger.facts_unless.get(key)
        column: ColumnElement[Any] = c[key]
        yield (case((unless.sql(c, on), null()), else_=column) if unless else column).label(f"fact_{key}")
    for key, condition in ledger.fact_conditions.items():
        yield condition.sql(c, on).label(f"fact_{key}")


def _emit(session: Session, row_class: type[LedgerRow], rows: Iterable[Any], actor: UUID | None) -> None:
    slug = row_class.ledger.slug
    names = (*row_class.ledger.facts, *row_class.ledger.fact_conditions)
    changes = [
        RowChange(
            id=row[0], version=row[1], deleted=row[2], department_id=row[3], owner_id=row[4],
            facts={} if row[2] else dict(zip(names, row[5:], strict=True)),
        )
        for row in rows
    ]  # fmt: skip
    parts = (LedgerRowsChanged(ledger=slug, changes=part) for part in split(changes))
    emit_all(session, ((event, f"ledger:{slug}") for event in parts), actor=actor)
