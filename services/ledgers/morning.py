"""What the ledgers tell every morning, and `safework scan` at any time."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from sqlalchemy.orm import Session

from services.ledgers import expiry
from services.ledgers.findings import notices


class Told(NamedTuple):
    """How many of each were new."""

    warnings: int
    findings: int


def scan(session: Session, on: date) -> Told:
    """Due dates that have crossed a threshold, and groups of rows that are not right; a second scan tells nothing."""
    return Told(expiry.scan(session, on), notices.scan(session, on))
