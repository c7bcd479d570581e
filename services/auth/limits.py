"""Numbers that the company may change: items of the dictionary `identity_limits`, each with its basis."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.auth.declared import LIMITS
from services.auth.dictionaries import DictionaryItem


def number(session: Session, value: str) -> int:
    """The number of a limit as an administrator has set it, or as it is declared."""
    declared = next(item for item in LIMITS.items if item.value == value)
    ext = session.scalar(
        select(DictionaryItem.ext).where(DictionaryItem.dictionary == LIMITS.code, DictionaryItem.value == value)
    )
    chosen = (ext or {}).get("number")
    return chosen if isinstance(chosen, int) and chosen > 0 else int(declared.ext["number"])
