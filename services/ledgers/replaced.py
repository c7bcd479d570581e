"""Which row has taken the place of another one: a certificate issued again, the examination of the year after."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Table, and_, literal_column, select, true

from services.ledgers.conditions import Columns
from services.ledgers.ledger import Newer


def some_newer(table: Table, rule: Newer, columns: Columns) -> Select[Any]:
    """One row if anything replaces the one with these `columns`, else none. The index of the keys and the date answers it
    without a look at the table, so that a list can afford it.

    The 1 is written into the text: for a limit that it does not know PostgreSQL keeps no plan."""
    other = table.alias("newer")
    one: ColumnElement[int] = literal_column("1")
    return select(one.label("one")).where(_newer(other, rule, columns)).limit(one)


def replacement(
    table: Table, rule: Newer, columns: Columns, seen: Callable[[Columns], ColumnElement[bool]] = lambda _: true()
) -> ColumnElement[Any]:
    """The id of the row that replaces the one with these `columns`, or null: the newest of those with equal keys and a later
    date that is `seen`. Whether a row is replaced does not depend on who asks; what it is replaced by can be told only to who
    may see that."""
    other = table.alias("newer")
    found = select(other.c.id).where(_newer(other, rule, columns), seen(other.c))
    return found.order_by(other.c[rule.by].desc(), other.c.id).limit(1).scalar_subquery()


def newer(table: Table, rule: Newer) -> ColumnElement[Any]:
    """The same of a row of `table`."""
    return replacement(table, rule, table.c)


def _newer(other: FromClause, rule: Newer, columns: Columns) -> ColumnElement[bool]:
    equal = [other.c[key] == columns[key] for key in rule.keys]
    return and_(*equal, other.c[rule.by] > columns[rule.by], other.c.deleted_at.is_(None))
