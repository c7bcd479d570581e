"""Which row has taken the place of another one: a certificate issued again, the examination of the year after."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, select, true

from services.ledgers.conditions import Columns
from services.ledgers.ledger import Newer


def replacement(
    table: Table, rule: Newer, columns: Columns, seen: Callable[[Columns], ColumnElement[bool]] = lambda _: true()
) -> Select[Any]:
    """The id of the row that replaces the one with these `columns`, or no row: the newest of those with equal keys and a
    later date that is `seen`. Whether a row is replaced does not depend on who asks; what it is replaced by can be told only to
    who may see that."""
    other = table.alias("newer")
    return (
        select(other.c.id)
        .where(
            *(other.c[key] == columns[key] for key in rule.keys),
            other.c[rule.by] > columns[rule.by],
            other.c.deleted_at.is_(None),
            seen(other.c),
        )
        .order_by(other.c[rule.by].desc(), other.c.id)
        .limit(1)
    )


def newer(table: Table, rule: Newer) -> ColumnElement[Any]:
    """The same of a row of `table`, as a value; null for none."""
    return replacement(table, rule, table.c).scalar_subquery()
