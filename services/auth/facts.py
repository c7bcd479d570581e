"""What auth tells everyone. A change is emitted in its own transaction, and put into auth's own copy in the same one, so
that auth's data scope never lags behind its tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from contracts.events import DepartmentFact, DictionaryChanged, OrganisationChanged, PersonFact, UserChanged
from kit.bus import emit
from kit.directory import apply_dictionary, apply_organisation, apply_users
from kit.directory.declare import parts
from services.auth import sessions, tables  # noqa: F401  tables: every mapped class
from services.auth.access import held, lent
from services.auth.delegation import Delegation, borrowed_by, borrowers_of
from services.auth.departments import Department
from services.auth.dictionaries import Dictionary, DictionaryItem, items_of
from services.auth.people import User, mask_phone

T = TypeVar("T")
# A message holds 64 KiB; a department with a deep path is half a kilobyte.
PER_MESSAGE = 80


def departments_changed(session: Session, rows: Sequence[Department]) -> None:
    """Tells that these departments are new or different."""
    for portion in _portions(rows):
        event = OrganisationChanged(
            departments=tuple(
                DepartmentFact(
                    id=row.id,
                    code=row.code,
                    name=row.name,
                    kind=row.kind,
                    parent_id=row.parent_id,
                    path=row.path,
                    sort=row.sort,
                    closed_on=row.closed_on,
                    merged_into=row.merged_into,
                    version=row.version,
                )
                for row in portion
            )
        )
        emit(session, event, aggregate="organisation")
        apply_organisation(session, event)


def users_changed(session: Session, rows: Sequence[User]) -> None:
    """Tells that these people are new or different, and refuses the tokens that were issued before. Whoever has a role on
    loan from them is different as well: it reaches as far as the lender's does."""
    known = {row.id for row in rows}
    further = borrowers_of(session, list(known)) - known
    borrowers = session.scalars(select(User).where(User.id.in_(further))).unique().all() if further else []
    for borrower in borrowers:
        borrower.version += 1
    session.flush()
    everybody = [*rows, *borrowers]
    for portion in _portions(everybody):
        event = UserChanged(users=_people(session, portion))
        emit(session, event, aggregate="users")
        apply_users(session, event)
    sessions.outdate(session, [(row.id, row.version) for row in everybody])


def dictionary_changed(session: Session, dictionary: Dictionary, items: Iterable[DictionaryItem]) -> None:
    """Tells that these items are new or different."""
    for portion in parts([row.fact() for row in items]):
        event = DictionaryChanged(
            dictionary=dictionary.code, name=dictionary.name, version=dictionary.version, items=portion
        )
        emit(session, event, aggregate=f"dictionary:{dictionary.code}")
        apply_dictionary(session, event)


def role_dates_passed(session: Session, users: Sequence[User]) -> None:
    """Somebody's roles began or ended with the day: they are told as a change, and their tokens are outdated."""
    for user in users:
        user.version += 1
    session.flush()
    users_changed(session, users)


def republish(session: Session) -> dict[str, int]:
    """Tells everything again, for a service that has lost its copy. Nothing changes where the copy is right, since facts
    carry their versions. Returns how many of each were told."""
    departments = session.scalars(select(Department).order_by(Department.path)).all()
    users = session.scalars(select(User).order_by(User.id)).all()
    dictionaries = session.scalars(select(Dictionary).order_by(Dictionary.code)).all()
    departments_changed(session, departments)
    for portion in _portions(users):
        emit(session, UserChanged(users=_people(session, portion)), aggregate="users")
    for dictionary in dictionaries:
        dictionary_changed(session, dictionary, items_of(session, dictionary.code))
    return {"departments": len(departments), "users": len(users), "dictionaries": len(dictionaries)}


def outdate_role(session: Session, role: str) -> None:
    """A role means something else now: everybody who holds it, or has it on loan, gets a new token."""
    loans = select(Delegation.borrower_id).where(Delegation.role == role, Delegation.begun, ~Delegation.ended)
    rows = session.execute(
        update(User)
        .where(or_(User.roles.any(role=role), User.id.in_(loans)))
        .values(version=User.version + 1)
        .returning(User.id, User.version)
    ).all()
    sessions.outdate(session, [(row.id, row.version) for row in rows])


def _people(session: Session, rows: Sequence[User]) -> tuple[PersonFact, ...]:
    loans = borrowed_by(session, [row.id for row in rows])
    return tuple(_person(row, [entry.role for loan in loans.get(row.id, ()) for entry in lent(loan)]) for row in rows)


def _person(row: User, on_loan: Sequence[str]) -> PersonFact:
    return PersonFact(
        id=row.id,
        username=row.username or "",
        name=row.name,
        employee_no=row.employee_no,
        department_id=row.department_id,
        further_department_ids=tuple(entry.department_id for entry in row.further_departments),
        post=row.post,
        phone_masked=mask_phone(row.phone),
        roles=tuple(dict.fromkeys([*(entry.role for entry in held(row)), *on_loan])),
        active=row.active,
        version=row.version,
    )


def _portions(rows: Sequence[T]) -> Iterator[list[T]]:
    source = iter(rows)
    while portion := list(islice(source, PER_MESSAGE)):
        yield portion
