"""Closing warnings that no longer hold: the date changed, what was due is done, the row was deleted, retired, or replaced
by a newer one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Select,
    Uuid,
    and_,
    case,
    cast,
    delete,
    exists,
    false,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Session

from contracts.events import LedgerRowRenewed
from kit.bus import emit_all
from kit.db import today
from services.ledgers.ledger import Expiry, LedgerRow
from services.ledgers.reading import table_of
from services.ledgers.replaced import newer
from services.ledgers.warnings_table import WarningEmitted

# So many rows come from an import alone, and comparing them with the warnings takes longer than seeing whether there are any.
_MANY = 1_000


def settle(
    session: Session, row_class: type[LedgerRow], ids: Sequence[UUID] | None, *, on: date | None = None
) -> list[UUID]:
    """Closes the warnings of these rows, and of rows that they replace, as far as they no longer hold; of all rows of the
    ledger when `ids` is None. Emits LedgerRowRenewed once per row and field.

    Returns the rows whose replacement went away. Their version was raised: they warn again at the next scan, and whoever
    hears of it must be able to tell that this is newer than the closing."""
    reopened: list[UUID] = []
    for expiry in row_class.ledger.expiry:
        if ids is not None and len(ids) >= _MANY and not _warned(session, row_class.ledger.slug, expiry.field):
            continue
        reopened += _settle_field(session, row_class, expiry, ids, on or today())
    if reopened:
        table = table_of(row_class)
        session.execute(update(table).where(table.c.id.in_(reopened)).values(version=table.c.version + 1))
    return reopened


def _warned(session: Session, slug: str, field: str) -> bool:
    """Whether any row of the ledger has been warned about for this date. A first import need not be compared with what there
    is none of."""
    known = WarningEmitted.__table__.c
    return bool(session.scalar(select(exists().where(known.ledger == slug, known.due_field == field))))


def _settle_field(
    session: Session, row_class: type[LedgerRow], expiry: Expiry, ids: Sequence[UUID] | None, on: date
) -> list[UUID]:
    slug = row_class.ledger.slug
    known = WarningEmitted.__table__.c
    events: dict[UUID, LedgerRowRenewed] = {}
    gone: list[tuple[UUID, date]] = []
    replaced: dict[UUID, UUID] = {}
    reopened: list[UUID] = []
    for row in session.execute(_stale(row_class, expiry, ids, on)).all():
        id_, version, due_date, replaced_by, due, state, replacement = row
        if replaced_by is None:
            if state == "replaced":
                replaced[id_] = replacement
            else:
                gone.append((id_, due_date))
            events[id_] = LedgerRowRenewed(
                ledger=slug, row_id=id_, row_version=version, due_field=expiry.field,
                due_on=due if state == "changed" else None, reason=state,
            )  # fmt: skip
        elif state is None:
            gone.append((id_, due_date))
            reopened.append(id_)
        elif state == "replaced":
            replaced[id_] = replacement
        else:
            gone.append((id_, due_date))
    if gone:
        session.execute(
            delete(WarningEmitted).where(
                known.due_field == expiry.field, tuple_(known.row_id, known.due_date).in_(sorted(set(gone)))
            )
        )
    for id_, replacement in sorted(replaced.items()):
        session.execute(
            update(WarningEmitted)
            .where(known.row_id == id_, known.due_field == expiry.field)
            .values(replaced_by=replacement)
        )
    emit_all(session, ((events[id_], f"ledger-row:{id_}") for id_ in sorted(events)))
    return sorted(set(reopened))


def _stale(row_class: type[LedgerRow], expiry: Expiry, ids: Sequence[UUID] | None, on: date) -> Select[Any]:
    """Warnings whose row says something else by now: (row, version, date warned about, replaced_by, date now, state,
    replacement). `state` is null for a closed warning that holds again."""
    table, rule = table_of(row_class), row_class.ledger.superseded_by
    known, due = WarningEmitted.__table__.c, table.c[expiry.field]
    replacement = newer(table, rule) if rule else cast(null(), Uuid)
    retired = expiry.suppressed_when.sql(table.c, on) if expiry.suppressed_when else false()
    done = expiry.done_when.sql(table.c, on) if expiry.done_when else false()
    state = case(
        (table.c.deleted_at.is_not(None), literal("deleted")),
        (due.is_distinct_from(known.due_date), literal("changed")),
        (retired, literal("retired")),
        (done, literal("done")),
        (replacement.is_not(None), literal("replaced")),
        else_=null(),
    )
    found = (
        select(table.c.id, table.c.version, known.due_date, known.replaced_by, due.label("due"),
               state.label("state"), replacement.label("replacement"))
        .select_from(table.join(WarningEmitted.__table__, known.row_id == table.c.id))
        .where(known.ledger == row_class.ledger.slug, known.due_field == expiry.field)
    )  # fmt: skip
    if ids is not None:
        touched = func.any(list(ids))
        concerned = [known.row_id == touched, known.replaced_by == touched]
        if rule is not None:
            written = table.alias("written")
            equal = [written.c[key] == table.c[key] for key in rule.keys]
            concerned.append(select(written.c.id).where(written.c.id == touched, *equal).exists())
        found = found.where(or_(*concerned))
    x = found.subquery()
    # Open ones that no longer hold; closed ones that hold again, or that another row replaces now.
    holds_again = and_(x.c.replaced_by.is_not(None), or_(x.c.state.is_(None), x.c.state != "replaced",
                                                         x.c.replacement != x.c.replaced_by))  # fmt: skip
    return select(x).where(or_(and_(x.c.replaced_by.is_(None), x.c.state.is_not(None)), holds_again)).order_by(x.c.id)
