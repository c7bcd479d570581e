"""Warnings about due dates (domain.md 1.3): one engine for all ledgers, working in sets.

`scan` emits what is due and has not been emitted; `settle` closes what no longer holds, after every write of rows. Both
are idempotent: what has been emitted stands in `warning_emitted`, unique per (row, field, date, threshold)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Date, and_, case, func, literal, not_, null, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from contracts.events import LedgerRowExpiring
from contracts.events.ledgers import WarningLevel
from kit.bus import emit_all
from kit.db import today
from kit.directory import dictionaries
from services.ledgers import warn_days
from services.ledgers.catalogue import LEDGERS
from services.ledgers.ledger import Expiry, LedgerRow
from services.ledgers.reading import table_of
from services.ledgers.replaced import newer
from services.ledgers.settling import settle
from services.ledgers.titles import told_titles
from services.ledgers.warnings_table import OVERDUE, WarningEmitted

__all__ = ["level_of", "scan", "settle"]

# Rows warned about in one statement.
_PORTION = 5_000
_FIRST = UUID(int=0)


def scan(session: Session, on: date | None = None, row_classes: Iterable[type[LedgerRow]] = LEDGERS) -> int:
    """Emits LedgerRowExpiring for every due date that has crossed a threshold on the day `on`, only the most severe one
    where several were crossed since the last scan. Returns how many were emitted; a second scan emits none."""
    on = on or today()
    count = 0
    for row_class in row_classes:
        # A row that was changed while an earlier scan was under way may have been warned about with its old date.
        settle(session, row_class, None, on=on)
        count += _warn(session, row_class, on)
    return count


def warn_again(session: Session, row_class: type[LedgerRow], ids: Sequence[UUID]) -> int:
    """Warns about these rows without waiting for the next scan: whoever takes a delete back expects the warning that the
    delete had closed to be there again. Returns how many were emitted."""
    return _warn(session, row_class, today(), ids)


def _warn(session: Session, row_class: type[LedgerRow], on: date, ids: Sequence[UUID] | None = None) -> int:
    count = 0
    for expiry in row_class.ledger.expiry:
        for fresh in _emitted(session, row_class, expiry, on, ids):
            events = list(_events(session, row_class, expiry, fresh, on))
            emit_all(session, ((event, f"ledger-row:{event.row_id}") for event in events))
            count += len(events)
    return count


# Days that remain in the levels of domain.md 1.3.
RED_DAYS, ORANGE_DAYS = 7, 30


def level_of(remaining: int) -> WarningLevel:
    """The level of domain.md 1.3 by the days that remain; 0 is the last day on which it still holds."""
    if remaining < 0:
        return "overdue"
    return "red" if remaining <= RED_DAYS else "orange" if remaining <= ORANGE_DAYS else "yellow"


def _emitted(
    session: Session, row_class: type[LedgerRow], expiry: Expiry, on: date, ids: Sequence[UUID] | None
) -> Iterator[list[tuple[UUID, int]]]:
    """Writes what is due and new, and yields (row id, threshold) in portions, ordered by id; of all rows if `ids` is
    None."""
    table, known = table_of(row_class), WarningEmitted.__table__.c
    due = table.c[expiry.field]
    threshold, furthest = _threshold(session, row_class, expiry, due, on)
    as_severe = (
        select(literal(1))
        .where(
            known.row_id == table.c.id,
            known.due_field == expiry.field,
            known.due_date == due,
            known.threshold <= threshold,
        )
        .exists()
    )
    wanted = [
        table.c.deleted_at.is_(None),
        or_(due <= on + timedelta(days=furthest), _within(due, table.c.warn_days, on)),
        threshold.is_not(None),
        not_(as_severe),
    ]
    if ids is not None:
        wanted.append(table.c.id.in_(ids))
    if expiry.quiet_when is not None:
        wanted.append(not_(expiry.quiet_when.sql(table.c, on)))
    if row_class.ledger.superseded_by is not None:
        wanted.append(newer(table, row_class.ledger.superseded_by).is_(None))
    last = _FIRST
    while True:
        rows = (
            select(table.c.id, literal(expiry.field), due, threshold, literal(row_class.ledger.slug))
            .where(*wanted, table.c.id > last)
            .order_by(table.c.id)
            .limit(_PORTION)
        )
        target = ["row_id", "due_field", "due_date", "threshold", "ledger"]
        added = insert(WarningEmitted).from_select(target, rows).on_conflict_do_nothing()
        fresh = session.execute(added.returning(WarningEmitted.row_id, WarningEmitted.threshold)).all()
        if not fresh:
            return
        pairs = sorted((row[0], row[1]) for row in fresh)
        yield pairs
        last = pairs[-1][0]


def _within(due: ColumnElement[Any], days: ColumnElement[Any], on: date) -> ColumnElement[bool]:
    """Whether the date is at most the row's own number of days away."""
    return and_(days.is_not(None), due <= literal(on, Date).op("+")(days))


def _threshold(
    session: Session, row_class: type[LedgerRow], expiry: Expiry, due: ColumnElement[Any], on: date
) -> tuple[ColumnElement[Any], int]:
    """The most severe threshold that the date has crossed, null for none, and the furthest threshold of all but rows' own.
    An item of a dictionary may have thresholds of its own."""

    earlier = table_of(row_class).c.warn_days

    def crossed(days: Sequence[int]) -> ColumnElement[Any]:
        # A row's own days say when the first warning comes; nearer thresholds stay, further ones do not warn before it.
        nearest_first = [
            (and_(due <= on + timedelta(days=n), or_(earlier.is_(None), earlier > n)), literal(n)) for n in sorted(days)
        ]
        return case((due < on, literal(OVERDUE)), *nearest_first, (_within(due, earlier, on), earlier), else_=null())

    # A date without a dictionary of its own asks for one that has no name, and no items.
    code = row_class.fields[expiry.warn_days_of].dictionary or "" if expiry.warn_days_of else ""
    found = dictionaries(session, (warn_days.CODE, code))
    usable = {item.value: warn_days.usable(item.ext.get("warn_days")) for item in found[code]}
    own = {value: days for value, days in usable.items() if days}
    general = warn_days.of_ledger(found[warn_days.CODE], row_class, expiry)
    furthest = max((*general, *(n for days in own.values() for n in days)))
    default = crossed(general)
    if not own:
        return default, furthest
    kind = table_of(row_class).c[expiry.warn_days_of or ""]
    return case(*((kind == value, crossed(days)) for value, days in own.items()), else_=default), furthest


def _events(
    session: Session, row_class: type[LedgerRow], expiry: Expiry, fresh: Sequence[tuple[UUID, int]], on: date
) -> Iterator[LedgerRowExpiring]:
    ledger, c = row_class.ledger, table_of(row_class).c
    thresholds = dict(fresh)
    said, titles = told_titles(session, row_class)
    rows = session.execute(
        select(c.id, c.version, c.dept_id, c.created_by, c[expiry.field], *(c[key] for key in said)).where(
            c.id == func.any(list(thresholds))
        )
    )
    for id_, version, dept_id, owner, due, *named in sorted(rows, key=lambda row: row[0]):
        yield LedgerRowExpiring(
            ledger=ledger.slug,
            ledger_title=ledger.title,
            row_id=id_,
            row_version=version,
            title=titles(named),
            department_id=dept_id,
            owner_id=owner,
            due_field=expiry.field,
            due_label=row_class.fields[expiry.field].title,
            due_on=due,
            threshold=thresholds[id_],
            level=level_of((due - on).days),
        )
