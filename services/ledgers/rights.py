"""What somebody may do with one row: for other services, which keep things that belong to it."""

from __future__ import annotations

from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit.errors import NotFound
from services.ledgers.ledger import LedgerRow
from services.ledgers.reading import table_of, visible
from services.ledgers.titles import titles_of


class Rights(BaseModel):
    """The verbs, and the words by which people know the row."""

    title: str
    read: bool
    update: bool
    delete: bool


def of(session: Session, who: Principal, row_class: type[LedgerRow], id_: UUID) -> Rights:
    """Each verb with the data scope of the roles that give it; NotFound where the row does not exist for the person."""
    c = table_of(row_class).c
    row = session.execute(
        select(*(c[key] for key in row_class.ledger.row_title)).where(c.id == id_, *visible(row_class, who))
    ).one_or_none()
    if row is None:
        raise NotFound

    def may(verb: str) -> bool:
        needed = f"ledgers:{row_class.ledger.slug}:{verb}"
        if not who.may(needed):
            return False
        reach = visible(row_class, who.narrowed(needed))
        return session.scalar(select(c.id).where(c.id == id_, *reach)) is not None

    return Rights(title=titles_of(session, row_class)(row), read=True, update=may("update"), delete=may("delete"))
