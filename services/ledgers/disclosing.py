"""Whole personal values are shown only with a permission, and every time that they are leaves an audit row `personal.read`:
who was shown which rows of which ledger, before they are shown.

The same page asked for again in the same session within a minute is the same look: lists are fetched again when somebody
comes back to them, and a second row about it would tell nothing."""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit import audit
from kit.db import Database
from services.ledgers.ledger import LedgerRow
from services.ledgers.reading import RowReader

SECONDS = 60.0
_MOST = 10_000
_IDS = re.compile(rb'\{"id":"([0-9a-f-]{36})"')


class Looks:
    """What each session was shown a moment ago, in this process."""

    def __init__(self) -> None:
        self._until: OrderedDict[bytes, float] = OrderedDict()
        self._lock = threading.Lock()

    def again(self, *what: Any) -> bool:
        """Whether it was shown already."""
        with self._lock:
            return self._until.get(_key(what), 0.0) > time.monotonic()

    def remember(self, *what: Any) -> None:
        """It has been shown, and that stands in the audit trail."""
        with self._lock:
            self._until[_key(what)] = time.monotonic() + SECONDS
            self._until.move_to_end(_key(what))
            while len(self._until) > _MOST:
                self._until.popitem(last=False)

    def clear(self) -> None:
        """Forgets everything; for tests."""
        with self._lock:
            self._until.clear()


looks = Looks()


def _key(what: Sequence[Any]) -> bytes:
    # Hashed, for a query may name a person.
    return hashlib.sha256(repr(what).encode()).digest()


def page_shown(database: Database, reader: RowReader, query: str, page: bytes) -> None:
    """Notes that a page of a list with whole values is about to be sent; committed before it is."""
    if not reader.reveal or not reader.personal.fields:
        return
    ids = [found.decode() for found in _IDS.findall(page)]
    seen = (reader.principal.session_id, reader.row_class.ledger.slug, query, ids)
    if not ids or looks.again(*seen):
        return
    with database.transaction() as session:
        rows_shown(session, reader.row_class, reader.principal, ids, query=query)
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
