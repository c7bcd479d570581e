"""One page of a list as JSON text, made by PostgreSQL: no object and no model per row (architecture.md 4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Table, Text, cast, func, literal_column, select
from sqlalchemy.orm import Session

from kit.query.params import Filter, ListQuery, Sort

# From here on the page's ids are found first, by the index alone, and its rows fetched afterwards.
_DEEP = 1000

Project = Callable[[FromClause], Select[Any]]


def condition(column: ColumnElement[Any], wanted: Filter) -> ColumnElement[bool]:
    """One filter as SQL; `under` is the caller's to translate, for it knows the departments."""
    found: ColumnElement[bool]
    match wanted.op:
        case "gte":
            found = column >= wanted.value
        case "lte":
            found = column <= wanted.value
        case "in":
            found = column.in_(wanted.value)
        case _:
            found = column == wanted.value
    return found


def order(source: Any, sorts: Sequence[Sort]) -> list[ColumnElement[Any]]:
    """The order, made whole by the id, which follows the first key's direction: so an index on (key, id) serves both
    directions. Blank values count as the greatest, in either direction: a validity without an end is the longest."""
    keys = [source[sort.key].desc() if sort.descending else source[sort.key] for sort in sorts]
    return [*keys, source["id"].desc() if sorts[0].descending else source["id"]]


def page_json(
    session: Session, table: Table, where: Sequence[ColumnElement[bool]], query: ListQuery, project: Project
) -> tuple[str, int]:
    """The page's rows as a JSON array, and how many there are. `project` makes the shown columns from a source that has
    the table's columns."""
    inner: Select[Any]
    if query.offset < _DEEP:
        inner = select(table).where(*where).order_by(*order(table.c, query.sorts))
        inner = inner.limit(query.size).offset(query.offset)
    else:
        ids = select(table.c.id).where(*where).order_by(*order(table.c, query.sorts))
        found = ids.limit(query.size).offset(query.offset).subquery("ids")
        inner = select(table).join(found, found.c.id == table.c.id)
    rows = inner.subquery("page")
    shown = project(rows).order_by(*order(rows.c, query.sorts)).subquery("x")
    row = session.execute(as_json(shown)).one()
    return row[0], row[1]


def as_json(shown: FromClause) -> Select[str, int]:
    """(JSON array, count) of a subquery named x."""
    array = func.coalesce(func.json_agg(literal_column("x")), literal_column("'[]'::json"))
    return select(cast(array, Text), func.count()).select_from(shown)
