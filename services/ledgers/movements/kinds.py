"""What an entry may be: the items of the ledger's dictionary. An item that somebody has added without a direction does
nothing to a stock, and is not offered."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from kit.db import today
from kit.directory import dictionary
from kit.directory.tables import DirectoryDictionaryItem
from kit.errors import NotFound
from kit.fields import offered
from services.ledgers.ledger import LedgerRow, Movements
from services.ledgers.movements.tables import DIRECTIONS


def declared(row_class: type[LedgerRow]) -> Movements:
    """What the ledger says of its stock; NotFound where it keeps none."""
    if row_class.ledger.movements is None:
        raise NotFound
    return row_class.ledger.movements


def direction_of(item: DirectoryDictionaryItem) -> str | None:
    """in, out or count; None for what is none of them."""
    direction = item.ext.get("direction")
    return direction if direction in DIRECTIONS else None


def labels(session: Session, movements: Movements) -> dict[str, str]:
    """What each kind is called, retired ones too."""
    return {item.value: item.label for item in dictionary(session, movements.kinds)}


def manifest(session: Session, row_class: type[LedgerRow]) -> dict[str, Any] | None:
    """What the web has to know of a ledger's stock."""
    movements = row_class.ledger.movements
    if movements is None:
        return None
    shortage = row_class.ledger.shortage
    return {
        "field": movements.field,
        "unit": movements.unit,
        # The number that the stock should not fall below.
        "limit": shortage.limit if shortage and shortage.field == movements.field else None,
        "kinds": [
            {"value": item.value, "label": item.label, "color": item.color, "direction": direction_of(item),
             "quick": item.ext.get("quick") is True,
             "enabled": direction_of(item) is not None and offered(item, today())}
            for item in dictionary(session, movements.kinds)
        ],
    }  # fmt: skip


__all__ = ["declared", "direction_of", "labels", "manifest"]
