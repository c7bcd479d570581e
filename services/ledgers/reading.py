"""Reading rows: what a row looks like as JSON, who may see it, and the list."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Label,
    Select,
    String,
    Table,
    Text,
    Uuid,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import Session, aliased

from contracts.principal import Principal
from kit.db import today
from kit.db.reads import Reads
from kit.directory import scope_clause, scope_key
from kit.directory.tables import DirectoryDepartment, DirectoryPerson
from kit.errors import NotFound
from kit.query import (
    FEW,
    Counts,
    Filter,
    ListParams,
    ListQuery,
    PersonalColumns,
    Search,
    Statements,
    as_json,
    condition,
    every_statement,
    filter_name,
    hits_statement,
    is_deep,
    masked,
    page_statement,
    some_statement,
)
from services.ledgers.conditions import Columns
from services.ledgers.ledger import LedgerRow
from services.ledgers.movements import guard
from services.ledgers.replaced import replacement, some_newer

PERSONAL = "ledgers:personal:read"
counts = Counts()
statements = Statements()


def table_of(row_class: type[LedgerRow]) -> Table:
    """The ledger's table, typed."""
    table = row_class.__table__
    assert isinstance(table, Table)
    return table


def visible(row_class: type[LedgerRow], principal: Principal) -> list[ColumnElement[bool]]:
    """The rows that exist for this person."""
    columns = table_of(row_class).c
    return [columns.deleted_at.is_(None), scope_clause(principal, columns.dept_id, columns.created_by)]


def status_sql(row_class: type[LedgerRow], source: Columns, on: date) -> ColumnElement[str] | None:
    """The computed status, or None where a ledger has none."""
    status = row_class.ledger.status
    if status is None:
        return None
    whens = [(when.when.sql(source, on), when.value) for when in status.cases]
    return case(*whens, else_=status.otherwise)


def quiet_sql(
    row_class: type[LedgerRow], source: Columns, on: date, replaced: ColumnElement[bool] | None
) -> ColumnElement[list[str]]:
    """The watched dates of a row on which nobody has to act: it is out of use, what was due has been done, or a newer row
    has replaced it."""
    always = [] if replaced is None else [replaced]
    keys: list[Any] = []
    for expiry in row_class.ledger.expiry:
        why = [expiry.quiet_when.sql(source, on), *always] if expiry.quiet_when else always
        if why:
            keys.append(case((or_(*why), literal(expiry.field, Text))))
    return func.array_remove(array(keys, type_=Text()), null())


class Page(NamedTuple):
    """One page: its rows as a JSON array in UTF-8, and how many rows there are on all pages."""

    items: bytes
    total: int
    query: ListQuery

    def json(self) -> bytes:
        """The whole answer."""
        end = b',"total":%d,"page":%d,"size":%d}' % (self.total, self.query.page, self.query.size)
        return b"".join((b'{"items":', self.items, end))


class RowReader:
    """Reads rows of one ledger for one person on one day. `masked` hides personal numbers even from those who may see
    them."""

    def __init__(
        self, row_class: type[LedgerRow], principal: Principal, on: date | None = None, *, masked: bool = False
    ) -> None:
        self.row_class = row_class
        self.table = table_of(row_class)
        self.principal = principal
        self.reveal = principal.may(PERSONAL) and not masked
        self.personal = personal_columns(row_class, self.reveal)
        self.on = on or today()

    def project(self, source: FromClause) -> Select[Any]:
        """The columns that are shown, from a source with the table's columns."""
        department = aliased(DirectoryDepartment)
        tables: FromClause = source.outerjoin(department, department.id == source.c.dept_id)
        rule, replaced = self.row_class.ledger.superseded_by, None
        if rule is not None:
            newer = some_newer(self.table, rule, source.c).lateral("newer")
            tables, replaced = tables.outerjoin(newer, true()), newer.c[0].is_not(None)
        quiet = quiet_sql(self.row_class, source.c, self.on, replaced)
        shown = [*self.columns(source.c), quiet.label("quiet_keys"), department.name.label("dept_name")]
        if replaced is not None:
            shown.append(replaced.label("replaced"))
        return select(*shown).select_from(tables)

    def columns(self, c: Any) -> list[Label[Any]]:
        """Every column of a row's JSON that the row itself has."""
        shown: list[Label[Any]] = [c.id.label("id")]
        for key, spec in self.row_class.fields.items():
            if spec.computed:
                continue
            column = c[key]
            if spec.personal and not self.reveal:
                # Sealed ones stay as they are; `personal` masks them on the finished page.
                column = masked(spec, column)
            elif spec.kind == "decimal":
                column = func.trim_scale(column)
            shown.append(column.label(key))
        status = status_sql(self.row_class, c, self.on)
        if status is not None and self.row_class.ledger.status is not None:
            shown.append(status.label(self.row_class.ledger.status.key))
        return [*shown, *(c[key].label(key) for key in ("computed_keys", "version", "created_at", "updated_at"))]

    # -- the list -----------------------------------------------------------------------------------------------------

    def where(self, query: ListQuery) -> list[ColumnElement[bool]]:
        """The rows that a query means, of those that the person sees."""
        found = visible(self.row_class, self.principal)
        found += [self._condition(wanted, filter_name(place)) for place, wanted in enumerate(query.filters)]
        if query.search is not None:
            found.append(self._search(query.search))
        return found

    def _condition(self, wanted: Filter, name: str) -> ColumnElement[bool]:
        spec = self.row_class.fields[wanted.key]
        if wanted.op == "under":
            return self.table.c[wanted.key].in_(departments_under(bindparam(name, wanted.value, Uuid)))
        column: ColumnElement[Any] | None = self.table.c.get(wanted.key)
        if column is None:
            column = status_sql(self.row_class, self.table.c, self.on)
            assert column is not None
        if spec.kind == "multi_choice":
            values = bindparam(name, wanted.value, column.type if wanted.op == "in" else String)
            several = values if wanted.op == "in" else func.array_append(cast(None, column.type), values)
            return column.op("&&", is_comparison=True)(several)
        return condition(column, wanted, name)

    def _search(self, search: Search) -> ColumnElement[bool]:
        searched = {key: spec for key, spec in self.row_class.fields.items() if spec.search}
        return search.clause(
            [self.table.c[key] for key, spec in searched.items() if not spec.personal],
            [self.table.c[key] for key, spec in searched.items() if spec.personal],
        )

    async def page(self, reads: Reads, query: ListQuery) -> Page:
        """The answer to a list request."""
        shape = (*self._seen_as(), query.shape)
        if query.search is not None and query.search.indexed and not counts.large(self._group, self._key(query)):
            statement = statements.get(
                ("hits", self.reveal, query.size, *shape),
                lambda: hits_statement(self.table, self.where(query), query.sorts, self.project, size=query.size),
                one_plan=not query.filters,
            )
            items, hits = await statement.one(reads, {**query.values, "skip": query.offset})
            if int(hits) <= FEW:
                return Page(self.personal.page(items), int(hits), query)
        deep = is_deep(query.offset)
        first = not query.offset
        statement = statements.get(
            ("page", self.reveal, query.size, first, deep, *shape),
            lambda: page_statement(
                self.table, self.where(query), query.sorts, self.project, size=query.size, first=first, deep=deep
            ),
            one_plan=query.plain,
        )
        items, count = await statement.one(reads, {**query.values, "skip": query.offset})
        found = int(count)
        if found and found < query.size:
            total = query.offset + found
        elif not found and query.page == 1:
            total = 0
        else:
            total = await self._total(reads, query, shape)
        return Page(self.personal.page(items), total, query)

    def _seen_as(self) -> tuple[Any, ...]:
        """What of the person and the day shapes the SQL."""
        return self.row_class.ledger.slug, scope_key(self.principal), self.on

    async def _total(self, reads: Reads, query: ListQuery, shape: tuple[Any, ...]) -> int:
        def count(what: str, build: Callable[..., Select[int]]) -> Callable[[], Awaitable[int]]:
            async def run() -> int:
                made = statements.get((what, *shape), lambda: build(self.table, self.where(query)))
                return int((await made.one(reads, query.values))[0])

            return run

        return await counts.total(
            self._group, self._key(query), count("some", some_statement), count("every", every_statement)
        )

    @property
    def _group(self) -> str:
        return self.row_class.ledger.slug

    def _key(self, query: ListQuery) -> tuple[Any, ...]:
        values = tuple((f.key, f.op, tuple(f.value) if isinstance(f.value, list) else f.value) for f in query.filters)
        return (*self._seen_as(), query.q, values)

    # -- one row ------------------------------------------------------------------------------------------------------

    def row(self, session: Session, id_: UUID) -> str:
        """A row as JSON, with the names of who wrote it; NotFound when it is not there for this person."""
        source = select(self.table).where(self.table.c.id == id_, *visible(self.row_class, self.principal)).subquery()
        creator, editor = aliased(DirectoryPerson), aliased(DirectoryPerson)
        query = self.project(source).add_columns(
            creator.name.label("created_by_name"), editor.name.label("updated_by_name")
        )
        query = query.outerjoin(creator, creator.id == source.c.created_by)
        query = query.outerjoin(editor, editor.id == source.c.updated_by)
        if (rule := self.row_class.ledger.superseded_by) is not None:
            seen = replacement(
                self.table, rule, source.c, lambda c: scope_clause(self.principal, c["dept_id"], c["created_by"])
            )
            query = query.add_columns(seen.label("replaced_by"))
        if self.row_class.ledger.movements is not None:
            # The form shows a number as it is that entries alone may change.
            query = query.add_columns(guard.moved(source.c.id).label("moved"))
        items, found = session.execute(as_json(query.subquery("x"))).one()
        if not found:
            raise NotFound
        return self.personal.shown(str(items[1:-1]))


@cache
def personal_columns(row_class: type[LedgerRow], reveal: bool) -> PersonalColumns:
    """The ledger's sealed columns as one sees them; compiled once."""
    return PersonalColumns(row_class.fields, table_of(row_class), reveal=reveal)


def departments_under(id_: ColumnElement[UUID]) -> Select[Any]:
    """A department and everything below it, as a subquery."""
    top, below = aliased(DirectoryDepartment), aliased(DirectoryDepartment)
    return select(below.id).join(top, func.starts_with(below.path, top.path)).where(top.id == id_)


def params_of(row_class: type[LedgerRow]) -> ListParams:
    """How the ledger's query strings are read; compiled at start."""
    return ListParams(row_class.fields, row_class.ledger.default_sort)
