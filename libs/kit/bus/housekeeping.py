"""What is kept, and how long: see BusSettings.outbox_days."""

from __future__ import annotations

from sqlalchemy import text

from kit.bus.settings import BusSettings
from kit.db import Database

# In small transactions, so that nobody waits for them.
_ROWS = 5000
_STATEMENTS = (
    """
    DELETE FROM outbox WHERE id IN (
      SELECT o.id FROM outbox o
       WHERE o.occurred_at < now() - make_interval(days => :outbox_days)
         AND NOT EXISTS (
           SELECT FROM outbox_delivery d WHERE d.event_id = o.id AND d.state IN ('pending', 'sent'))
       LIMIT :rows)
    """,
    """
    DELETE FROM inbox WHERE (subscriber, source, event_id) IN (
      SELECT subscriber, source, event_id FROM inbox
       WHERE state IN ('done', 'dropped') AND received_at < now() - make_interval(days => :inbox_days)
       LIMIT :rows)
    """,
)


def purge(database: Database, settings: BusSettings) -> int:
    """Removes old rows that are finished with; what is pending, dead or quarantined stays however old it is. Returns how
    many rows went."""
    removed = 0
    for statement in _STATEMENTS:
        while True:
            with database.transaction() as session:
                result = session.execute(
                    text(statement),
                    {"outbox_days": settings.outbox_days, "inbox_days": settings.inbox_days, "rows": _ROWS},
                )
                count: int = result.rowcount  # type: ignore[attr-defined]
            removed += count
            if count < _ROWS:
                break
    return removed
