"""The entries. They are added and never changed: one that was wrong is taken back by another one that says so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Numeric, func
from sqlalchemy.orm import Mapped, mapped_column

from kit.db import uuid7
from kit.fields import NotFuture, bind, day, text, textarea
from services.ledgers.models import Base

DIRECTIONS = ("in", "out", "count")


class LedgerMovement(Base):
    """One entry. `amount` is what somebody wrote, of a count what was found; `before` and `after` are the row's number around
    it. What its kind did then is kept in `direction`, for a dictionary may change. `reverses` is the entry that this one
    takes back."""

    __tablename__ = "ledger_movement"

    # May be made by the client, so that its clock decides nothing here: the order of a row's entries is `row_version`.
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    ledger: Mapped[str]
    row_id: Mapped[UUID]
    row_version: Mapped[int]
    kind: Mapped[str]
    direction: Mapped[str]
    amount: Mapped[Decimal] = mapped_column(Numeric)
    before: Mapped[Decimal] = mapped_column(Numeric)
    after: Mapped[Decimal] = mapped_column(Numeric)
    happened_on: Mapped[date] = day("日期", example="2026-01-05")
    person: Mapped[str] = text("经办人", max_length=50, example="李四")
    purpose: Mapped[str | None] = text("用途", max_length=200)
    voucher: Mapped[str | None] = text("单号", max_length=50)
    remark: Mapped[str | None] = textarea("备注", max_length=500)
    reverses: Mapped[UUID | None] = mapped_column(unique=True)
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())

    __table_args__ = (
        CheckConstraint(f"direction IN ({', '.join(repr(one) for one in DIRECTIONS)})", name="direction"),
        CheckConstraint("amount >= 0 AND before >= 0 AND after >= 0", name="not_below_zero"),
        Index("uq_ledger_movement_row_version", "row_id", "row_version", unique=True),
        Index("ix_ledger_movement_register", "ledger", "happened_on", "created_at"),
    )


RULES = (NotFuture("happened_on"),)
# What people write beside kind and amount.
FIELDS = bind(LedgerMovement, RULES)

_REFUSE = """
CREATE OR REPLACE FUNCTION refuse_movement_change() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  RAISE EXCEPTION '出入库记录只能追加，不能修改或删除' USING ERRCODE = 'insufficient_privilege';
END $body$"""


def standing() -> Iterator[str]:
    """The SQL that keeps entries as they are (kit.db.migrate makes it anew after every migration)."""
    yield _REFUSE
    yield (
        "CREATE OR REPLACE TRIGGER refuse_movement_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_movement "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_movement_change()"
    )


__all__ = ["DIRECTIONS", "FIELDS", "RULES", "LedgerMovement", "standing"]
