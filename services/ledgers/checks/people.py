"""Whom a check means: by identity number, or by account. Ledgers know no accounts; an account is matched by name and
department, and strictly: what could be two people is nobody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.orm import Session

from kit.directory.tables import DirectoryPerson
from services.ledgers.catalogue import CERTIFICATES
from services.ledgers.ledger import LedgerRow
from services.ledgers.reading import table_of

# A place in the company by which a ledger's row can be a person's: name and department.
Place = tuple[str, UUID]


def held_by(row_class: type[LedgerRow], numbers: Sequence[str]) -> ColumnElement[bool]:
    """The rows of these people. Identity numbers are sealed: what is compared are their keyed hashes (kit.sealing)."""
    condition: ColumnElement[bool] = table_of(row_class).c.id_number.in_(list(numbers))
    return condition


def places_of(session: Session, user_ids: Sequence[UUID]) -> dict[UUID, Place]:
    """Name and department of each active account that nobody shares both with."""
    if not user_ids:
        return {}
    people = session.execute(
        select(DirectoryPerson.id, DirectoryPerson.name, DirectoryPerson.department_id).where(
            DirectoryPerson.id.in_(user_ids), DirectoryPerson.active, DirectoryPerson.department_id.is_not(None)
        )
    ).all()
    places: dict[UUID, Place] = {id_: (name, dept) for id_, name, dept in people if dept is not None}
    if not places:
        return {}
    shared = {
        (name, dept)
        for name, dept in session.execute(
            select(DirectoryPerson.name, DirectoryPerson.department_id)
            .where(
                DirectoryPerson.active,
                tuple_(DirectoryPerson.name, DirectoryPerson.department_id).in_(list(set(places.values()))),
            )
            .group_by(DirectoryPerson.name, DirectoryPerson.department_id)
            .having(func.count() > 1)
        )
    }
    return {id_: place for id_, place in places.items() if place not in shared}


def numbers_at(session: Session, places: Sequence[Place]) -> dict[Place, set[str]]:
    """The identity numbers that the certificate ledgers have for a name in a department. More than one means that there
    are two people of that name, and nobody can tell which of them has the account."""
    found: dict[Place, set[str]] = defaultdict(set)
    if not places:
        return found
    for row_class in CERTIFICATES:
        c = table_of(row_class).c
        query = select(c.person_name, c.dept_id, c.id_number).where(
            c.deleted_at.is_(None), tuple_(c.person_name, c.dept_id).in_(list(set(places)))
        )
        for name, dept, number in session.execute(query):
            found[(name, dept)].add(number)
    return found
