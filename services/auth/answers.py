"""What a sign-in gives: the principal, the access token, and the person as they see themselves."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contracts.principal import Principal, Scope, ScopeKind
from services.auth import secondfactor, sessions, tokens
from services.auth.access import held, is_administrator, principal_of
from services.auth.departments import Department
from services.auth.keys import Keyring
from services.auth.people import User
from services.auth.sessions import LoginSession
from services.auth.settings import Settings


def principal_for(user: User, family: LoginSession, settings: Settings) -> Principal:
    """What a person may do in this session. An administrator who has to sign in with two factors and has not may do
    nothing but set the second one up."""
    principal = principal_of(user, family.id)
    proofs = ("pwd", *(("otp",) if family.second_factor else ()), *(("hwk",) if family.kind == "mobile" else ()))
    changes: dict[str, Any] = {"authenticated_at": int(family.authenticated_at.timestamp()), "amr": proofs}
    if settings.second_factor_required and is_administrator(user) and not family.second_factor:
        changes |= {"roles": (), "permissions": (), "grants": (), "scope": Scope(kind=ScopeKind.OWN)}
    return principal.model_copy(update=changes)


def answer(
    session: Session, keyring: Keyring, settings: Settings, user: User, family: LoginSession, at: datetime
) -> dict[str, Any]:
    """The body of a successful sign-in or refresh."""
    idle = sessions.idle_limit(family.kind, administrator=is_administrator(user))
    return {
        **tokens.issue(keyring, principal_for(user, family, settings), at),
        "idle_seconds": int(idle.total_seconds()),
        "user": profile_of(session, user, settings),
    }


def profile_of(session: Session, user: User, settings: Settings) -> dict[str, Any]:
    """A person as they see themselves."""
    department = user.department
    ids = [UUID(part) for part in department.path.strip("/").split("/")]
    names: dict[UUID, str] = {}
    for id_, name in session.execute(select(Department.id, Department.name).where(Department.id.in_(ids))):
        names[id_] = name
    return {
        "id": str(user.id),
        "username": user.username,
        "name": user.name,
        "employee_no": user.employee_no,
        "post": user.post,
        "department": {
            "id": str(department.id),
            "name": department.name,
            "path": department.path,
            "full_name": "/".join(names[id_] for id_ in ids if id_ in names),
        },
        "roles": [{"code": entry.role, "name": entry.definition.name} for entry in held(user)],
        "must_change_password": user.must_change,
        "second_factor": secondfactor.enabled(session, user.id) is not None,
        "second_factor_required": settings.second_factor_required and is_administrator(user),
    }
