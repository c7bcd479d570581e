"""The groups of rows in which something is wrong, as one statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, not_, null, select

from services.ledgers.ledger import Finding, LedgerRow
from services.ledgers.reading import table_of

# How many of the values that should be one are named.
NAMED = 5


def groups(row_class: type[LedgerRow], finding: Finding, on: date, where: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """The groups in which something is wrong, of the rows that `where` leaves: their keys, `rows` and `differing`."""
    c = table_of(row_class).c
    keys = [c[key] for key in finding.keys]
    where = [*where, *(key.is_not(None) for key in keys)]
    if finding.unless is not None:
        where.append(not_(finding.unless.sql(c, on)))
    differing = func.array_agg(func.distinct(c[finding.differ])) if finding.differ else null()
    found = select(*keys, func.count().label("rows"), differing.label("differing")).where(*where).group_by(*keys)
    if finding.lacks is not None:
        # Among all rows, also those that `where` leaves out: a leader entered by a colleague is a leader.
        other = table_of(row_class).alias()
        there = [other.c.deleted_at.is_(None), finding.lacks.sql(other.c, on)]
        if finding.unless is not None:
            there.append(not_(finding.unless.sql(other.c, on)))
        same = (other.c[key] == c[key] for key in finding.keys)
        found = found.where(not_(select(literal(1)).where(*there, *same).exists()))
    if finding.differ is not None:
        found = found.having(func.count(func.distinct(c[finding.differ])) > 1)
    return found
