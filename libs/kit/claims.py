"""A period is claimed by a unique row: a timer fires in every replica of a worker, and one of them does the work."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from kit.db.base import KitBase


class PeriodClaim(KitBase):
    """`job` was done, or is being done in an open transaction, for `period`."""

    __tablename__ = "period_claim"

    job: Mapped[str] = mapped_column(primary_key=True)
    period: Mapped[str] = mapped_column(primary_key=True)
    claimed_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


def claim_period(session: Session, job: str, period: str) -> bool:
    """True for exactly one of the transactions that ask for (`job`, `period`) and commit. A transaction that rolls back
    gives the period free; a rival waits for it, for the insert blocks on the unique row."""
    row = session.execute(
        insert(PeriodClaim).values(job=job, period=period).on_conflict_do_nothing().returning(PeriodClaim.job)
    )
    return row.first() is not None
