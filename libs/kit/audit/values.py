"""What the values of a row are called by people: items of dictionaries, fields, departments and people by their names. The
row itself stays as it was written; its words are those of today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kit.audit.tables import AuditLog
from kit.audit.words import VALUES, Words
from kit.directory.tables import DirectoryDepartment, DirectoryPerson

# An export names thousands of rows; nobody reads them one by one.
_MOST_NAMED = 20
Spoken = dict[str, dict[str, str]]


def spoken(session: Session, rows: Sequence[AuditLog], words: Words) -> list[Spoken]:
    """For each row, the words of its values by key, as far as there are any."""
    of = words.values(session)
    parts = [list(_values(row)) for row in rows]
    names = _names(session, {value for part in parts for _, value in part})
    found = []
    for row, part in zip(rows, parts, strict=True):
        known, said = of(row.object_type, row.object_id), Spoken()
        for key, value in part:
            word = known.get(key, {}).get(value) or VALUES.get(key, {}).get(value) or names.get(value)
            if word is not None:
                said.setdefault(key, {})[value] = word
        found.append(said)
    return found


def _values(row: AuditLog) -> Iterator[tuple[str, str]]:
    for part in (row.before, row.after, row.detail):
        for key, value in (part or {}).items():
            several: list[Any] = value[:_MOST_NAMED] if isinstance(value, list) else [value]
            yield from ((key, one) for one in several if isinstance(one, str))


def _names(session: Session, values: set[str]) -> Mapping[str, str]:
    ids = {id_ for value in values if (id_ := _id(value)) is not None}
    if not ids:
        return {}
    return {
        str(row.id): row.name
        for table in (DirectoryDepartment, DirectoryPerson)
        for row in session.execute(select(table.id, table.name).where(table.id.in_(ids)))
    }


def _id(text: str) -> UUID | None:
    if len(text) != 36:
        return None
    try:
        return UUID(text)
    except ValueError:
        return None
