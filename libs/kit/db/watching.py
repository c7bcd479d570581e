"""Every transaction notes whether it has changed anything that a person would call a change (kit.audit.duty asks)."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session, sessionmaker

# Where a session remembers that it has told the audit trail, and a connection that something was changed.
AUDITED, _WROTE = "audited", "wrote"
_CHANGE = re.compile(r"\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+\"?(\w+)", re.IGNORECASE)
# Not what a person changed: the bus's tables, the trail's own, what makes a repeated request harmless.
_ACCOMPANY = frozenset(("outbox", "outbox_delivery", "audit_log", "idempotency_key", "period_claim"))


def watch(engine: Engine, sessions: sessionmaker[Session]) -> None:
    """Looks at every statement after it has run: one that met no row has changed nothing."""
    event.listen(sessions, "after_begin", _begun)
    event.listen(engine, "after_cursor_execute", _executed)


def has_written(session: Session) -> bool:
    """Whether the session's present transaction has changed anything."""
    session.flush()
    return session.in_transaction() and bool(session.connection().info.get(_WROTE))


def _begun(_session: Session, _transaction: Any, connection: Any) -> None:
    connection.info.pop(_WROTE, None)


def _executed(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
    found = _CHANGE.match(statement)
    if found is not None and cursor.rowcount != 0 and found[1] not in _ACCOMPANY:
        connection.info[_WROTE] = True
