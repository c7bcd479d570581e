"""A role that one person lends to another for some time: who stands in for whom, while it lasts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from kit.db import now, uuid7
from services.auth.models import Base
from services.auth.people import User


class Delegation(Base):
    """`lender` lends a role to `borrower`. What it gives is read from the lender's own grant each time a token is issued:
    a lender who loses the role has nothing left to lend. `begun` and `ended` say that everybody has been told so."""

    __tablename__ = "delegation"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    lender_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    borrower_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    role: Mapped[str]
    # Always `none`, by the foreign key's other half: an administrator's office cannot be lent, whoever writes here.
    administrator: Mapped[str] = mapped_column(default="none")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None]
    begun: Mapped[bool] = mapped_column(default=False)
    ended: Mapped[bool] = mapped_column(default=False)

    lender: Mapped[User] = relationship(foreign_keys=[lender_id], lazy="joined", innerjoin=True, viewonly=True)
    borrower: Mapped[User] = relationship(foreign_keys=[borrower_id], lazy="joined", innerjoin=True, viewonly=True)

    __table_args__ = (
        ForeignKeyConstraint(["role", "administrator"], ["role.code", "role.administrator"]),
        CheckConstraint("administrator = 'none'", name="no_administrator"),
        CheckConstraint("ends_at > starts_at", name="dates"),
        CheckConstraint("lender_id <> borrower_id", name="somebody_else"),
        Index("ix_delegation_open", "ends_at", postgresql_where=text("NOT ended")),
    )

    def active(self, at: datetime) -> bool:
        """Whether it holds at this moment."""
        return self.withdrawn_at is None and self.starts_at <= at < self.ends_at

    def state(self, at: datetime) -> str:
        """waiting, active, withdrawn or over."""
        if self.withdrawn_at is not None:
            return "withdrawn"
        return "waiting" if at < self.starts_at else "active" if at < self.ends_at else "over"


def borrowed_by(session: Session, people: Sequence[UUID], at: datetime | None = None) -> dict[UUID, list[Delegation]]:
    """What each of these people has on loan at a moment (now), from lenders whose accounts are in use."""
    moment = at or now()
    query = select(Delegation).where(
        Delegation.borrower_id.in_(people),
        ~Delegation.ended,
        Delegation.withdrawn_at.is_(None),
        Delegation.starts_at <= moment,
        Delegation.ends_at > moment,
    )
    found: dict[UUID, list[Delegation]] = {}
    for row in session.scalars(query.order_by(Delegation.id)).unique():
        if row.lender.active:
            found.setdefault(row.borrower_id, []).append(row)
    return found


def borrowers_of(session: Session, lenders: Sequence[UUID]) -> set[UUID]:
    """Who has something on loan from these people."""
    query = select(Delegation.borrower_id).where(Delegation.lender_id.in_(lenders), Delegation.begun, ~Delegation.ended)
    return set(session.scalars(query))
