"""What auth starts with: the roles, and in the embedded demo the demo company. Repeating it changes nothing."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from contracts.events import DictionaryDeclared
from kit.db import Database, now
from services.auth import declaring, demo, departments, dictionaries, facts, kinds, passwords, tables  # noqa: F401  tables: every mapped class
from services.auth.access import Role, UserRole
from services.auth.declared import DICTIONARIES
from services.auth.departments import Department
from services.auth.people import User
from services.auth.roleediting import seed_values
from services.auth.roles import ROLES
from services.auth.settings import Settings


def seed(settings: Settings) -> None:
    """Writes what is missing. Demo accounts are refused outside the embedded demo."""
    if settings.demo_password is not None and not settings.embedded:
        raise RuntimeError("演示账号只能用于本机演示环境：请去掉 SAFEWORK_DEMO_PASSWORD")
    database = Database(settings)
    try:
        with database.transaction() as session:
            seed_roles(session)
            seed_kinds(session)
            seed_dictionaries(session)
            if settings.demo_password is not None:
                seed_demo(session, settings.demo_password.get_secret_value())
    finally:
        database.close()


def seed_roles(session: Session) -> None:
    """The roles of domain.md 1.1; those that an administrator changed stay as they are."""
    known = {role.code: role for role in session.scalars(select(Role))}
    names = {role.name: role.code for role in known.values()}
    for entry in ROLES:
        values = {**seed_values(entry), "administrator": entry.administrator or "none"}
        if names.get(entry.name, entry.code) != entry.code:
            # The company has a role of its own by this name; the code says which of the two it is.
            values["name"] = f"{entry.name}（{entry.code}）"
        role = known.get(entry.code)
        if role is None:
            session.add(Role(code=entry.code, **values))
        elif not role.customised and any(getattr(role, key) != value for key, value in values.items()):
            for key, value in values.items():
                setattr(role, key, value)
            role.version += 1
            session.flush()
            facts.outdate_role(session, role.code)
    session.flush()


def seed_dictionaries(session: Session) -> None:
    """What belongs to no service in particular, declared by auth itself: no message has to travel."""
    for declaration in DICTIONARIES:
        event = DictionaryDeclared(
            service=Settings.service,
            dictionary=declaration.code,
            name=declaration.name,
            revision=declaration.revision,
            editable=declaration.editable,
            parent=declaration.parent,
            items=declaration.ordered(),
        )
        changed = declaring.take_declaration(session, event)
        if changed:
            facts.dictionary_changed(session, dictionaries.find(session, event.dictionary), changed)


def seed_kinds(session: Session) -> None:
    """The kinds of departments, which auth itself relies on: declared like those of other services, but at once, for the
    first departments are made in the same breath."""
    event = kinds.declared()
    changed = declaring.take_declaration(session, event)
    if changed:
        facts.dictionary_changed(session, dictionaries.find(session, event.dictionary), changed)


def seed_demo(session: Session, password: str) -> None:
    """The demo company's departments and people, all with one password. A changed password is taken over; a department or
    a person that was changed by hand stays."""
    codes = {entry.code: entry.id for entry in demo.DEPARTMENTS}
    fresh_departments = []
    for place, entry in enumerate(demo.DEPARTMENTS):
        if session.get(Department, entry.id) is None:
            row = departments.create(
                session,
                None,
                code=entry.code,
                name=entry.name,
                kind=entry.kind,
                parent_id=codes[entry.parent] if entry.parent else None,
                sort=(place + 1) * 10,
                id_=entry.id,
            )
            fresh_departments.append(row)
    facts.departments_changed(session, fresh_departments)

    known = {row.id: row for row in session.scalars(select(User).where(User.demo)).unique()}
    fresh_people = [_add_person(session, entry) for entry in demo.PEOPLE if entry.id not in known]
    session.flush()
    for person in fresh_people:
        session.refresh(person)
    facts.users_changed(session, fresh_people)

    sample = next((row.password_hash for row in known.values() if row.password_hash), None)
    # Hashing is slow on purpose; one look says whether the password is still the same.
    same = sample is not None and passwords.verify_now(password, sample)
    for person in fresh_people if same else [*known.values(), *fresh_people]:
        person.password_hash, person.password_changed_at = passwords.hash_now(password), now()
    session.flush()


def _add_person(session: Session, entry: demo.DemoPerson) -> User:
    administrators = {role.code: role.administrator or "none" for role in ROLES}
    row = User(
        id=entry.id,
        username=entry.username,
        name=entry.name,
        employee_no=entry.employee_no,
        post=entry.post,
        department_id=next(department.id for department in demo.DEPARTMENTS if department.code == entry.department),
        demo=True,
        roles=[UserRole(role=code, administrator=administrators[code]) for code in entry.roles],
    )
    session.add(row)
    return row
