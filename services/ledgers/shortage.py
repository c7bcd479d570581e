"""Stock below its minimum: told once for each fall, when the row is written, and closed when it has risen again. Unlike a
due date nothing happens here by the calendar, so there is no scan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, delete, func, literal, not_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.events import LedgerRowRenewed, LedgerRowShort
from kit.bus import emit_all
from kit.db import today
from services.ledgers.conditions import Below
from services.ledgers.ledger import LedgerRow, Shortage
from services.ledgers.models import Base
from services.ledgers.reading import table_of
from services.ledgers.titles import told_titles


class ShortageTold(Base):
    """A fall that has been told and not yet made good."""

    __tablename__ = "shortage_told"

    row_id: Mapped[UUID] = mapped_column(primary_key=True)
    ledger: Mapped[str]
    fell_on: Mapped[date]


def settle(session: Session, row_class: type[LedgerRow], ids: Sequence[UUID]) -> None:
    """Call after rows were written: tells which of them are short now, and which no longer are."""
    rule = row_class.ledger.shortage
    if rule is None or not ids:
        return
    _close(session, row_class, rule, ids)
    _tell(session, row_class, rule, ids)


def _short(row_class: type[LedgerRow], rule: Shortage, on: date) -> Any:
    c = table_of(row_class).c
    conditions = [c.deleted_at.is_(None), Below(rule.field, rule.limit).sql(c, on)]
    if rule.unless is not None:
        conditions.append(not_(rule.unless.sql(c, on)))
    return and_(*conditions)


def _tell(session: Session, row_class: type[LedgerRow], rule: Shortage, ids: Sequence[UUID]) -> None:
    c, ledger, on = table_of(row_class).c, row_class.ledger, today()
    fallen = select(c.id, literal(ledger.slug), literal(on)).where(
        c.id == func.any(list(ids)), _short(row_class, rule, on)
    )
    told = insert(ShortageTold).from_select(["row_id", "ledger", "fell_on"], fallen).on_conflict_do_nothing()
    new = sorted(session.scalars(told.returning(ShortageTold.row_id)))
    if not new:
        return
    said, titles = told_titles(session, row_class)
    rows = session.execute(
        select(c.id, c.version, c.dept_id, c.created_by, c[rule.field], c[rule.limit],
               *(c[key] for key in said)).where(c.id == func.any(new)).order_by(c.id)
    )  # fmt: skip
    events = [
        LedgerRowShort(
            ledger=ledger.slug, ledger_title=ledger.title, row_id=id_, row_version=version, title=titles(named),
            department_id=dept_id, owner_id=owner, field=rule.field, label=row_class.fields[rule.field].title,
            value=_plain(value), limit_label=row_class.fields[rule.limit].title, limit=_plain(limit), fell_on=on,
        )
        for id_, version, dept_id, owner, value, limit, *named in rows
    ]  # fmt: skip
    emit_all(session, ((event, f"ledger-row:{event.row_id}") for event in events))


def _close(session: Session, row_class: type[LedgerRow], rule: Shortage, ids: Sequence[UUID]) -> None:
    c, slug, on = table_of(row_class).c, row_class.ledger.slug, today()
    retired = rule.unless.sql(c, on) if rule.unless is not None else literal(False)
    reason = case((c.deleted_at.is_not(None), "deleted"), (retired, "retired"), else_="refilled")
    risen = session.execute(
        select(c.id, c.version, reason)
        .join(ShortageTold, ShortageTold.row_id == c.id)
        .where(c.id == func.any(list(ids)), not_(_short(row_class, rule, on)))
        .order_by(c.id)
    ).all()
    if not risen:
        return
    session.execute(delete(ShortageTold).where(ShortageTold.row_id.in_([row[0] for row in risen])))
    events = [
        LedgerRowRenewed(ledger=slug, row_id=id_, row_version=version, due_field=rule.field, due_on=None, reason=why)
        for id_, version, why in risen
    ]
    emit_all(session, ((event, f"ledger-row:{event.row_id}") for event in events))


def _plain(number: Decimal | int) -> str:
    return format(Decimal(number).normalize(), "f")
