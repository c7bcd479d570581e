"""Once a row has entries, its number is changed by entries alone: the form, the batch and the import all ask here."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from kit.errors import FieldError, Invalid
from services.ledgers.ledger import LedgerRow
from services.ledgers.movements.tables import LedgerMovement

MOVED_ONLY = "moved_only"


def sentence(row_class: type[LedgerRow]) -> str:
    """Why the number stays as it is, and what to do."""
    assert row_class.ledger.movements is not None
    title = row_class.fields[row_class.ledger.movements.field].title
    return f"已启用出入库登记，{title}请用入库、领用或盘点修改"


def moved(row_id: ColumnElement[UUID]) -> ColumnElement[bool]:
    """Whether a row has entries."""
    return exists().where(LedgerMovement.row_id == row_id)


def refuse_change(session: Session, row: LedgerRow, changed: Collection[str]) -> None:
    """Invalid where a change would go past the entries. The row is locked, so that no entry is being made beside it."""
    movements = row.ledger.movements
    if movements is None or movements.field not in changed:
        return
    if session.scalar(select(exists().where(LedgerMovement.row_id == row.id))):
        message = sentence(type(row))
        raise Invalid(message, errors=[FieldError(("body", movements.field), MOVED_ONLY, message)])


__all__ = ["MOVED_ONLY", "moved", "refuse_change", "sentence"]
