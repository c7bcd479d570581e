"""An organisation for tests: departments, people and dictionaries in the directory tables, and principals of its people.
It takes its data; which departments there are is the business of the tests that use it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy.orm import Session

from contracts.events import DepartmentFact, OrganisationChanged, PersonFact, UserChanged
from contracts.principal import Grant, Principal, Scope, ScopeKind
from kit.directory import DictionaryDeclaration, apply_dictionary, apply_organisation, apply_users, changed


@dataclass(frozen=True)
class RoleGrant:
    """What a role gives: grant patterns and the reach of its data scope."""

    permissions: tuple[str, ...]
    scope: ScopeKind


class Company:
    """Departments, people and roles, with short ways to what a test needs."""

    def __init__(
        self,
        departments: Sequence[DepartmentFact],
        people: Sequence[PersonFact],
        roles: Mapping[str, RoleGrant],
        dictionaries: Sequence[DictionaryDeclaration] = (),
    ) -> None:
        self.departments = tuple(departments)
        self.people = tuple(people)
        self.roles = dict(roles)
        self.dictionaries = tuple(dictionaries)

    def load(self, session: Session, dictionaries: Iterable[DictionaryDeclaration] = ()) -> None:
        """Fills the directory tables as events would, and flushes; the caller commits."""
        apply_organisation(session, OrganisationChanged(departments=self.departments))
        apply_users(session, UserChanged(users=self.people))
        for declaration in (*self.dictionaries, *dictionaries):
            for event in changed(declaration):
                apply_dictionary(session, event)

    def department(self, name_or_code: str) -> DepartmentFact:
        """The department of this code or name."""
        return next(fact for fact in self.departments if name_or_code in (fact.code, fact.name))

    def department_id(self, name_or_code: str) -> UUID:
        """Its id."""
        return self.department(name_or_code).id

    def person(self, username: str) -> PersonFact:
        """The person of this user name."""
        return next(fact for fact in self.people if fact.username == username)

    def principal(self, username: str) -> Principal:
        """The principal of one of the company's people, with what their roles give."""
        fact = self.person(username)
        return self._principal(fact, fact.roles)

    def member(self, department: str, *roles: str) -> Principal:
        """A principal made up for a department, with these roles."""
        department_id = self.department_id(department)
        name = f"{department}-{'-'.join(roles)}"
        fact = PersonFact(
            id=uuid5(NAMESPACE_URL, name),
            username=name,
            name=name,
            department_id=department_id,
            roles=roles,
            version=1,
        )
        return self._principal(fact, roles)

    def _principal(self, fact: PersonFact, roles: Sequence[str]) -> Principal:
        anchors = (fact.department_id,) if fact.department_id else ()
        anchored = (ScopeKind.SUBTREE, ScopeKind.DEPARTMENT, ScopeKind.CHOSEN)
        by_scope: dict[Scope, dict[str, None]] = {}
        for code in roles:
            kind = self.roles[code].scope
            scope = Scope(kind=kind, department_ids=anchors if kind in anchored else ())
            by_scope.setdefault(scope, {}).update(dict.fromkeys(self.roles[code].permissions))
        grants = tuple(Grant(permissions=tuple(texts), scope=scope) for scope, texts in by_scope.items())
        return Principal(
            user_id=fact.id,
            username=fact.username,
            name=fact.name,
            session_id=uuid5(NAMESPACE_URL, f"session:{fact.id}"),
            department_id=fact.department_id,
            roles=tuple(roles),
            permissions=tuple(dict.fromkeys(text for grant in grants for text in grant.permissions)),
            scope=Scope.union(by_scope),
            grants=grants if len(grants) > 1 else (),
            version=fact.version,
        )
