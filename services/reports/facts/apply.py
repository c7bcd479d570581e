"""Facts from the bus into the table, and the way to fill it again."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from contracts.events import FactsRequested, LedgerRowsChanged
from kit.bus import emit
from services.reports.facts.models import LedgerFact

# One statement for a message of up to 500 changes. DISTINCT ON takes the newest where a message names a row twice, and
# gives the rows in the order of their ids, in which two messages applied at the same time lock them without a deadlock.
# The same version again is written again: after an upgrade a ledger may tell more facts of rows that did not change.
_UPSERT = text("""
    INSERT INTO ledger_fact (ledger, row_id, version, deleted, department_id, owner_id, facts)
    SELECT DISTINCT ON (id)
           CAST(:ledger AS text), id, version, deleted, department_id, owner_id,
           CASE WHEN deleted THEN '{}'::jsonb ELSE facts END
      FROM jsonb_to_recordset(:changes)
           AS change (id uuid, version int, deleted bool, department_id uuid, owner_id uuid, facts jsonb)
     ORDER BY id, version DESC
    ON CONFLICT (ledger, row_id) DO UPDATE
       SET version = excluded.version, deleted = excluded.deleted, department_id = excluded.department_id,
           owner_id = excluded.owner_id, facts = excluded.facts, heard_at = clock_timestamp()
     WHERE ledger_fact.version <= excluded.version
""").bindparams(bindparam("changes", type_=JSONB))


def take(session: Session, event: LedgerRowsChanged) -> None:
    """Takes over the rows of one message; the newest version of each wins."""
    if event.changes:
        changes = [change.model_dump(mode="json") for change in event.changes]
        session.execute(_UPSERT, {"ledger": event.ledger, "changes": changes})


def clear(session: Session, ledger: str | None = None) -> None:
    """Forgets the facts of one ledger, or of all."""
    session.execute(delete(LedgerFact).where(LedgerFact.ledger == ledger) if ledger else delete(LedgerFact))


def rebuild(session: Session, ledger: str | None = None) -> None:
    """Empties the facts and asks for them again, in one transaction: if the request cannot be written, nothing is lost. The
    figures are incomplete until the answers have arrived (a hundred thousand rows take some seconds)."""
    clear(session, ledger)
    emit(session, FactsRequested(ledger=ledger), aggregate=f"ledger:{ledger or '*'}")
