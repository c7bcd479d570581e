"""Everything that one person may do, and why: each permission with the roles and loans that give it, how far each reaches
and until when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from contracts.principal import Scope, ScopeKind
from kit.db.clock import COMPANY_ZONE
from services.auth import permissions
from services.auth.access import UserRole, borrowed, grant_of, held
from services.auth.departments import Department
from services.auth.people import User

SCOPES = {
    ScopeKind.COMPANY: "全公司",
    ScopeKind.SUBTREE: "本单位及下级",
    ScopeKind.DEPARTMENT: "本单位",
    ScopeKind.OWN: "本人",
    ScopeKind.CHOSEN: "指定单位",
}


@dataclass(frozen=True, slots=True)
class Source:
    """Something that gives permissions: a role held, or one on loan."""

    kind: str
    entry: UserRole
    owner: User
    valid_from: str | None
    valid_to: str | None


def of_person(session: Session, user: User, at: datetime) -> dict[str, Any]:
    """The answer of the page, as of now. Somebody who may not sign in may do nothing, whatever they hold; the sources are
    shown all the same."""
    sources = list(_sources(user, at))
    names = _department_names(session, sources)
    known = permissions.every(session)
    shown: dict[str, dict[str, Any]] = {}
    for place, source in enumerate(sources):
        for permission in permissions.covered(source.entry.definition.permissions, known):
            entry = shown.setdefault(
                permission.name,
                {
                    "permission": permission.name,
                    "service": permission.service_title,
                    "resource": permission.resource_title,
                    "verb": permission.verb_title,
                    "planned": permission.planned,
                    "sources": [],
                },
            )
            entry["sources"].append(place)
    return {
        "user": {
            "id": str(user.id),
            "name": user.name,
            "username": user.username,
            "department": user.department.name,
            "active": user.active,
        },
        "blocked": "disabled" if not user.active else "must_change_password" if user.must_change else None,
        "sources": [_source_json(source, names) for source in sources],
        "later": [
            {"code": entry.role, "name": entry.definition.name, "valid_from": _day(entry.valid_from)}
            for entry in user.roles
            if entry.valid_from is not None and entry.valid_from > at.astimezone(COMPANY_ZONE).date()
        ],
        "permissions": list(shown.values()),
    }


def _sources(user: User, at: datetime) -> Iterator[Source]:
    for entry in held(user, at.astimezone(COMPANY_ZONE).date()):
        yield Source("role", entry, user, _day(entry.valid_from), _day(entry.valid_to))
    for loan, entry in borrowed(user, at):
        yield Source("delegation", entry, loan.lender, loan.starts_at.isoformat(), loan.ends_at.isoformat())


def _department_names(session: Session, sources: list[Source]) -> dict[Any, str]:
    ids = {id_ for source in sources for id_ in grant_of(source.owner, source.entry).scope.department_ids}
    query = select(Department.id, Department.name).where(Department.id.in_(ids))
    names: dict[Any, str] = dict(session.execute(query).all()) if ids else {}
    return names


def _source_json(source: Source, names: dict[Any, str]) -> dict[str, Any]:
    scope: Scope = grant_of(source.owner, source.entry).scope
    return {
        "kind": source.kind,
        "role": {"code": source.entry.role, "name": source.entry.definition.name},
        "from": {"id": str(source.owner.id), "name": source.owner.name} if source.kind == "delegation" else None,
        "scope": {
            "kind": scope.kind,
            "title": SCOPES[scope.kind],
            "departments": [names[id_] for id_ in scope.department_ids if id_ in names],
        },
        "valid_from": source.valid_from,
        "valid_to": source.valid_to,
        "permissions": list(source.entry.definition.permissions),
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
