"""`safework rebuild reports`: the facts once more, from their source."""

from __future__ import annotations

from kit.db import Database
from services.reports.facts.apply import rebuild as rebuild_facts
from services.reports.settings import Settings


def rebuild(settings: Settings, ledger: str | None = None) -> None:
    """Empties the facts and sends `FactsRequested`; the services answer over the bus. The same one command in all three
    deployments, since it needs no other service's database."""
    database = Database(settings)
    try:
        with database.transaction() as session:
            rebuild_facts(session, ledger)
    finally:
        database.close()
