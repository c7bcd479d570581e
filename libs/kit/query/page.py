"""One page of a list as JSON text, made by PostgreSQL: no object and no model per row (architecture.md 4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    FromClause,
    Table,
    Text,
    any_,
    bindparam,
    cast,
    func,
    literal_column,
    select,
)

from kit.query.count import EXACT
from kit.query.params import Filter, Sort
from kit.query.statements import AnySelect
from kit.sealing import by_value

# From here on the page's ids are found first, by the index alone, and its rows fetched afterwards.
_DEEP = 1000
# A search that finds no more is answered from one look at its rows; it is as far as totals are counted.
FEW = EXACT

Project = Callable[[FromClause], AnySelect]


def condition(column: ColumnElement[Any], wanted: Filter, name: str) -> ColumnElement[bool]:
    """One filter as SQL, its value a parameter called `name`; `under` is the caller's to translate, for it knows the
    departments."""
    found: ColumnElement[bool]
    # Of a sealed column, kit.query.params has hashed the value already: parameters go to the driver as they are.
    column = by_value(column)
    match wanted.op:
        case "gte":
            found = column >= bindparam(name, wanted.value, column.type)
        case "lte":
            found = column <= bindparam(name, wanted.value, column.type)
        case "in":
            found = column == any_(bindparam(name, wanted.value, ARRAY(column.type)))
        case _:
            found = column == bindparam(name, wanted.value, column.type)
    return found


def order(source: Any, sorts: Sequence[Sort]) -> list[ColumnElement[Any]]:
    """The order, made whole by the id, which follows the first key's direction: so an index on (key, id) serves both
    directions. Blank values count as the greatest, in either direction: a validity without an end is the longest."""
    keys = [source[sort.key].desc() if sort.descending else source[sort.key] for sort in sorts]
    return [*keys, source["id"].desc() if sorts[0].descending else source["id"]]


def page_statement(
    table: Table,
    where: Sequence[ColumnElement[bool]],
    sorts: Sequence[Sort],
    project: Project,
    *,
    size: int,
    first: bool,
    deep: bool,
) -> AnySelect:
    """(the page's rows as a JSON array, how many there are), with the parameter `skip` but for the first page. `project`
    makes the shown columns from a source that has the table's columns.

    The size is written into the text: for a number of rows that it does not know PostgreSQL keeps no plan."""
    inner: AnySelect
    inner = select(table.c.id if deep else table).where(*where).order_by(*order(table.c, sorts))
    inner = inner.limit(literal_column(str(int(size))))
    if not first:
        inner = inner.offset(bindparam("skip", None, BigInteger))
    if deep:
        ids = inner.subquery("ids")
        inner = select(table).join(ids, ids.c.id == table.c.id)
    rows = inner.subquery("page")
    return as_json(project(rows).order_by(*order(rows.c, sorts)).subquery("x"))


def hits_statement(
    table: Table, where: Sequence[ColumnElement[bool]], sorts: Sequence[Sort], project: Project, *, size: int
) -> AnySelect:
    """(the page's rows as a JSON array, how many rows there are in all), for a search that finds few: its rows are fetched
    once, for the count and for the page. When the count is over FEW, the page means nothing: use the other statement."""
    # Only what orders them is carried along: ten thousand whole rows would be megabytes.
    keys = dict.fromkeys(["id", *(sort.key for sort in sorts)])
    hits = select(*(table.c[key] for key in keys)).where(*where).limit(literal_column(str(FEW + 1))).cte("hits")
    page_of = select(hits.c.id).order_by(*order(hits.c, sorts)).limit(literal_column(str(int(size))))
    ids = page_of.offset(bindparam("skip", None, BigInteger)).subquery("ids")
    rows = select(table).join(ids, ids.c.id == table.c.id).subquery("page")
    page = as_json(project(rows).order_by(*order(rows.c, sorts)).subquery("x")).subquery("made")
    return select(page.c[0], select(func.count()).select_from(hits).scalar_subquery())


def is_deep(offset: int) -> bool:
    """Whether a page's ids should be found first."""
    return offset >= _DEEP


def as_json(shown: FromClause) -> AnySelect:
    """(JSON array, count) of a subquery named x."""
    array = func.coalesce(func.json_agg(literal_column("x")), literal_column("'[]'::json"))
    return select(cast(array, Text), func.count()).select_from(shown)
