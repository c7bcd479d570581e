"""How many rows of the ledgers use the items of a dictionary (kit.http.usage)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ARRAY, func, select
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit.directory import scope_clause
from kit.http.usage import Usage
from kit.sealing import by_value, is_sealed
from services.ledgers.catalogue import LEDGERS
from services.ledgers.ledger import LedgerRow
from services.ledgers.movements.tables import LedgerMovement


def count(session: Session, principal: Principal, dictionary: str, value: str | None) -> Sequence[Usage]:
    """Every field of every ledger that draws on the dictionary. Deleted rows do not count: they can be restored, and then
    still show the word."""
    found = [
        Usage(
            row_class.ledger.slug,
            row_class.ledger.title,
            spec.title,
            _counts(session, principal, row_class, key, value),
        )
        for row_class in LEDGERS
        for key, spec in row_class.fields.items()
        if spec.dictionary == dictionary and not spec.computed
    ]
    return found + [
        Usage(
            row_class.ledger.slug,
            row_class.ledger.title,
            "出入库类型",
            _kinds(session, principal, row_class, value),
        )
        for row_class in LEDGERS
        if row_class.ledger.movements is not None and row_class.ledger.movements.kinds == dictionary
    ]


def _kinds(session: Session, principal: Principal, row_class: type[LedgerRow], value: str | None) -> dict[str, int]:
    """Entries of deleted rows count too, for they stay."""
    c = row_class.__table__.c
    query = (
        select(LedgerMovement.kind, func.count())
        .join(row_class.__table__, c.id == LedgerMovement.row_id)
        .where(LedgerMovement.ledger == row_class.ledger.slug, scope_clause(principal, c.dept_id, c.created_by))
        .group_by(LedgerMovement.kind)
    )
    if value is not None:
        query = query.where(LedgerMovement.kind == value)
    return {str(kind): number for kind, number in session.execute(query)}


def _counts(
    session: Session, principal: Principal, row_class: type[LedgerRow], key: str, value: str | None
) -> dict[str, int]:
    column = row_class.__table__.c[key]
    # A field of several choices counts for each of them.
    item = func.unnest(column) if isinstance(column.type, ARRAY) else column
    rows = (
        select(item.label("item"))
        .where(row_class.__table__.c.deleted_at.is_(None), column.is_not(None))
        .where(scope_clause(principal, row_class.__table__.c.dept_id, row_class.__table__.c.created_by))
        .subquery()
    )
    # A sealed item is another token in each row; its hash is one.
    shown = func.min(rows.c.item) if is_sealed(column) else rows.c.item
    query = select(shown, func.count()).group_by(by_value(rows.c.item))
    if value is not None:
        query = query.where(rows.c.item == value)
    return {str(found): number for found, number in session.execute(query)}
