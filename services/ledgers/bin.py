"""The recycle bin of a ledger, for those who may delete: what was deleted, when and by whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit.directory import scope_clause
from kit.directory.tables import DirectoryDepartment, DirectoryPerson
from kit.query import Search
from services.ledgers.ledger import LedgerRow
from services.ledgers.reading import table_of
from services.ledgers.titles import titles_of


class DeletedRow(BaseModel):
    """One deleted row, by the words that people know it by."""

    id: UUID
    title: str
    dept_id: UUID
    dept_name: str | None
    deleted_at: datetime
    deleted_by_name: str | None
    version: int


class BinPage(BaseModel):
    """One page of the bin."""

    items: list[DeletedRow]
    total: int
    page: int
    size: int


def page_of(
    session: Session, who: Principal, row_class: type[LedgerRow], q: str | None, page: int, size: int
) -> BinPage:
    """What was deleted in the person's data scope, the newest first."""
    c = table_of(row_class).c
    values: dict[str, Any] = {}
    where = [c.deleted_at.is_not(None), scope_clause(who, c.dept_id, c.created_by)]
    searched = [c[key] for key, spec in row_class.fields.items() if spec.search and not spec.personal]
    if q and q.strip() and searched:
        search = Search(q.strip())
        values = search.values
        where.append(search.clause(searched, []))
    total = session.scalar(select(func.count()).select_from(table_of(row_class)).where(*where), values) or 0
    title_keys = row_class.ledger.row_title
    rows = session.execute(
        select(c.id, c.dept_id, DirectoryDepartment.name, c.deleted_at, DirectoryPerson.name, c.version,
               *(c[key] for key in title_keys))
        .outerjoin(DirectoryDepartment, DirectoryDepartment.id == c.dept_id)
        .outerjoin(DirectoryPerson, DirectoryPerson.id == c.updated_by)
        .where(*where)
        .order_by(c.deleted_at.desc(), c.id)
        .limit(size)
        .offset((page - 1) * size),
        values,
    ).all()  # fmt: skip
    titles = titles_of(session, row_class)
    items = [
        DeletedRow(
            id=id_, title=titles(named), dept_id=dept_id, dept_name=dept_name, deleted_at=at, deleted_by_name=by,
            version=version,
        )
        for id_, dept_id, dept_name, at, by, version, *named in rows
    ]  # fmt: skip
    return BinPage(items=items, total=total, page=page, size=size)
