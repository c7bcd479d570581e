"""Reading rows: what a row looks like as JSON, who may see it, and the list."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Label, Select, Table, case, func, select
from sqlalchemy.orm import Session, aliased

from contracts.principal import Principal
from kit.db import today
from kit.directory import scope_clause
from kit.directory.tables import DirectoryDepartment, DirectoryPerson
from kit.errors import NotFound
from kit.query import Counts, Filter, ListParams, ListQuery, as_json, condition, masked, page_json, search_clause
from services.ledgers.conditions import Columns
from services.ledgers.ledger import LedgerRow

PERSONAL = "ledgers:personal:read"
counts = Counts()


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


class RowReader:
    """Reads rows of one ledger for one person on one day."""

    def __init__(self, row_class: type[LedgerRow], principal: Principal, on: date | None = None) -> None:
        self.row_class = row_class
        self.table = table_of(row_class)
        self.principal = principal
        self.reveal = principal.may(PERSONAL)
        self.on = on or today()

    def project(self, source: FromClause) -> Select[Any]:
        """The columns that are shown, from a source with the table's columns."""
        department = aliased(DirectoryDepartment)
        return select(*self.columns(source.c), department.name.label("dept_name")).select_from(
            source.outerjoin(department, department.id == source.c.dept_id)
        )

    def columns(self, c: Any) -> list[Label[Any]]:
        """Every column of a row's JSON but the department's name."""
        shown: list[Label[Any]] = [c.id.label("id")]
        for key, spec in self.row_class.fields.items():
            if spec.computed:
                continue
            column = c[key]
            if spec.personal and not self.reveal:
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
        found += [self._condition(wanted) for wanted in query.filters]
        if query.q is not None:
            found.append(self._search(query.q))
        return found

    def _condition(self, wanted: Filter) -> ColumnElement[bool]:
        spec = self.row_class.fields[wanted.key]
        if wanted.op == "under":
            return self.table.c[wanted.key].in_(departments_under(wanted.value))
        column: ColumnElement[Any] | None = self.table.c.get(wanted.key)
        if column is None:
            column = status_sql(self.row_class, self.table.c, self.on)
            assert column is not None
        if spec.kind == "multi_choice":
            values = wanted.value if wanted.op == "in" else [wanted.value]
            return column.op("&&", is_comparison=True)(values)
        return condition(column, wanted)

    def _search(self, q: str) -> ColumnElement[bool]:
        searched = {key: spec for key, spec in self.row_class.fields.items() if spec.search}
        return search_clause(
            q,
            [self.table.c[key] for key, spec in searched.items() if not spec.personal],
            [self.table.c[key] for key, spec in searched.items() if spec.personal],
        )

    def page(self, session: Session, query: ListQuery) -> bytes:
        """The answer to a list request, as the bytes of its JSON."""
        where = self.where(query)
        items, found = page_json(session, self.table, where, query, self.project)
        if found and found < query.size:
            total = query.offset + found
        elif not found and query.page == 1:
            total = 0
        else:
            total = counts.total(session, self.table, where, self.row_class.ledger.slug, self._count_key(query))
        return f'{{"items":{items},"total":{total},"page":{query.page},"size":{query.size}}}'.encode()

    def _count_key(self, query: ListQuery) -> tuple[Any, ...]:
        scope = self.principal.scope
        filters = tuple((f.key, f.op, tuple(f.value) if isinstance(f.value, list) else f.value) for f in query.filters)
        return scope.kind, scope.department_ids, self.principal.user_id, self.on, query.q, filters

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
        items, found = session.execute(as_json(query.subquery("x"))).one()
        if not found:
            raise NotFound
        return str(items[1:-1])


def departments_under(id_: UUID) -> Select[Any]:
    """A department and everything below it, as a subquery."""
    top, below = aliased(DirectoryDepartment), aliased(DirectoryDepartment)
    return select(below.id).join(top, func.starts_with(below.path, top.path)).where(top.id == id_)


def params_of(row_class: type[LedgerRow]) -> ListParams:
    """How the ledger's query strings are read; compiled at start."""
    return ListParams(row_class.fields, row_class.ledger.default_sort)
