"""Whole personal values are shown only with a permission, and every time that they are leaves an audit row `personal.read`:
who was shown which rows of which ledger, before they are shown."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit import audit
from kit.db import Database
from kit.looks import Looks
from services.ledgers.ledger import LedgerRow
from services.ledgers.reading import RowReader

_IDS = re.compile(rb'\{"id":"([0-9a-f-]{36})"')
looks = Looks()


async def page_shown(database: Database, reader: RowReader, query: str, items: bytes) -> None:
    """Notes that a page of a list with whole values (`items`, its rows) is about to be sent; committed before it is."""
    if not reader.reveal or not reader.personal.fields:
        return
    seen = (reader.principal.session_id, reader.row_class.ledger.slug, query, items)
    if looks.again(*seen):
        return
    ids = [found.decode() for found in _IDS.findall(items)]
    if not ids:
        return

    def note() -> None:
        with database.transaction() as session:
            rows_shown(session, reader.row_class, reader.principal, ids, query=query)

    await asyncio.to_thread(note)
    looks.remember(*seen)


def row_shown(session: Session, row_class: type[LedgerRow], principal: Principal, id_: UUID) -> None:
    """Notes that one row, or its history, is about to be sent; in the request's own transaction."""
    reader = RowReader(row_class, principal)
    if reader.reveal and reader.personal.fields:
        rows_shown(session, row_class, principal, [str(id_)])


def rows_shown(
    session: Session, row_class: type[LedgerRow], principal: Principal, ids: Sequence[str], *, query: str | None = None
) -> None:
    """The audit row itself."""
    fields = list(RowReader(row_class, principal).personal.fields)
    audit.record(
        session, principal, "personal.read", f"ledger:{row_class.ledger.slug}", ids[0] if len(ids) == 1 else None,
        detail={"rows": len(ids), "ids": list(ids), "fields": fields, **({"query": query} if query else {})},
    )  # fmt: skip
