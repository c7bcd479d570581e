"""Facts from the bus into the copy. Each is one upsert in which the newest version wins, so that neither order nor
repetition of events matters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from contracts.events import DictionaryChanged, OrganisationChanged, UserChanged
from kit.db import KitBase
from kit.directory.tables import (
    DirectoryDepartment,
    DirectoryDictionary,
    DirectoryDictionaryItem,
    DirectoryPerson,
)


def apply_organisation(session: Session, event: OrganisationChanged) -> None:
    """Takes over departments."""
    _upsert(session, DirectoryDepartment, ("id",), [fact.model_dump() for fact in event.departments])


def apply_users(session: Session, event: UserChanged) -> None:
    """Takes over people."""
    _upsert(
        session,
        DirectoryPerson,
        ("id",),
        [_row(fact.model_dump(), "roles", "further_department_ids") for fact in event.users],
    )


def apply_dictionary(session: Session, event: DictionaryChanged) -> None:
    """Takes over a dictionary's items. An item without a version of its own has that of the event."""
    head = {"code": event.dictionary, "name": event.name, "version": event.version}
    _upsert(session, DirectoryDictionary, ("code",), [head])
    items = [
        _row(fact.model_dump(), "aliases") | {"dictionary": event.dictionary, "version": fact.version or event.version}
        for fact in event.items
    ]
    _upsert(session, DirectoryDictionaryItem, ("dictionary", "value"), items)


def _row(fact: dict[str, Any], *arrays: str) -> dict[str, Any]:
    return fact | {array: list(fact[array]) for array in arrays}


def _upsert(session: Session, table: type[KitBase], keys: tuple[str, ...], rows: Iterable[dict[str, Any]]) -> None:
    newest: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: row["version"]):
        # One statement may not touch a row twice; an event that names an id twice means its newest state.
        newest[tuple(row[key] for key in keys)] = row
    if not newest:
        return
    # Locks are taken in the order of the keys, so that two events applied at the same time cannot deadlock.
    statement = insert(table).values([newest[key] for key in sorted(newest)])
    names = [column.name for column in table.__table__.columns if column.name not in keys]
    session.execute(
        statement.on_conflict_do_update(
            index_elements=list(keys),
            set_={name: statement.excluded[name] for name in names},
            where=table.__table__.c.version < statement.excluded["version"],
        ),
        execution_options={"synchronize_session": False},
    )
    # What the session has already read of these tables is old now.
    for known in list(session.identity_map.values()):
        if isinstance(known, table):
            session.expire(known)
