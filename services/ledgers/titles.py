"""The words by which people know a row: in notices, in the recycle bin, on labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kit.db import today
from kit.directory import dictionaries
from kit.directory.tables import DirectoryDepartment
from kit.fields import Dictionary, Lookups, formatter
from services.ledgers.declaring import KEEPER
from services.ledgers.ledger import LedgerRow


def titles_of(session: Session, row_class: type[LedgerRow]) -> Callable[[Sequence[Any]], str]:
    """A function from the values of `row_title` to the row's title."""
    specs = [row_class.fields[key] for key in row_class.ledger.row_title]
    codes = [spec.dictionary for spec in specs if spec.dictionary]
    found = dictionaries(session, codes)
    lookups = Lookups(today=today(), dictionaries={code: Dictionary(code, found[code]) for code in codes})
    formats = [formatter(spec, lookups) for spec in specs]
    return lambda values: " ".join(str(f(v)) for f, v in zip(formats, values, strict=True) if v is not None)


def told_titles(session: Session, row_class: type[LedgerRow]) -> tuple[tuple[str, ...], Callable[[Sequence[Any]], str]]:
    """The fields that a notice says of a row, and a function from their values to its title: who keeps the thing stands
    behind its name, for whoever reads a notice asks next whom to call."""
    keys, title = row_class.ledger.row_title, titles_of(session, row_class)
    spec = row_class.fields.get(KEEPER)
    if spec is None:
        return keys, title

    def told(values: Sequence[Any]) -> str:
        *named, keeper = values
        return f"{title(named)}（{spec.title} {keeper}）" if keeper else title(named)

    return (*keys, KEEPER), told


def department_names(session: Session, ids: set[UUID]) -> dict[UUID, str]:
    """What these departments are called."""
    d = DirectoryDepartment
    return {row.id: row.name for row in session.execute(select(d.id, d.name).where(d.id.in_(ids)))}
