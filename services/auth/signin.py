"""Signing in, staying signed in, and changing the password: the decisions. Routes only carry them."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit import audit
from services.auth import facts, passwords, sessions, tokens
from services.auth.access import held, is_administrator, principal_of
from services.auth.departments import Department
from services.auth.keys import Keyring
from services.auth.people import PasswordHistory, User, by_username
from services.auth.policy import POLICIES, Profile
from services.auth.sessions import ADMINISTRATOR_IDLE, DEVICE_LIFE, IDLE, KnownDevice, LoginSession, RefreshToken
from services.auth.throttle import failed, key_of, locked_row, note_attempt, seconds_locked, succeeded, typed_name

# How long the answer to a refresh may be asked for again: it was lost on the way, or two tabs asked at the same time.
GRACE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Client:
    """Where a request comes from."""

    address: str | None
    user_agent: str | None
    device_token: str | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """What was typed, and what is known about it before the password has been checked."""

    name: str
    user_id: UUID | None
    password_hash: str | None
    device_id: UUID | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A success: the answer's body, and the cookies' content."""

    body: dict[str, Any]
    refresh_token: str
    refresh_seconds: int
    device_token: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal. Its form is the same for an unknown name, a wrong password, a locked and a disabled account;
    `retry_after` depends on the typed name alone, whether it exists or not."""

    retry_after: int | None = None


def look_up(session: Session, username: str, client: Client, at: datetime) -> Candidate:
    """Reads what is needed to check a password. The caller gives the connection back before the check, which takes long."""
    name = typed_name(username)
    user = by_username(session, name)
    device = _device(session, user, client, at)
    return Candidate(
        name, user.id if user else None, user.password_hash if user else None, device.id if device else None
    )


def decide(
    session: Session,
    candidate: Candidate,
    right: bool,
    renewed_hash: str | None,
    client: Client,
    keyring: Keyring,
    at: datetime,
    *,
    profile: Profile,
    demo_allowed: bool,
) -> SignedIn | Refused:
    """Judges an attempt whose password has been checked. The counter's row is locked meanwhile: of many attempts at the
    same time the sixth is refused even if it guessed right."""
    note_attempt(session, client.address, at)
    counter = locked_row(session, key_of(candidate.name, candidate.device_id), at)
    waiting = seconds_locked(counter, at)
    user = session.get(User, candidate.user_id) if candidate.user_id else None
    if user is None or waiting or not right or not _usable(user, at, demo_allowed=demo_allowed):
        if not waiting:
            failed(counter, at)
        reason = "locked" if waiting else "unknown" if user is None else "password" if not right else "unusable"
        # What was typed is written down only when it names an account; otherwise it may be somebody's password.
        audit.record(
            session,
            None,
            "login",
            "user",
            user.id if user else None,
            result="failed",
            detail={"reason": reason},
            username=user.username if user else None,
        )
        return Refused(retry_after=seconds_locked(counter, at))
    succeeded(counter, at)
    if renewed_hash:
        user.password_hash = renewed_hash
    if passwords.expired(user.password_changed_at, profile, at) and not user.demo:
        user.must_change = True
    user.last_login_at = at
    device_token, device_id = None, candidate.device_id
    if device_id is None:
        device_token = secrets.token_hex(32)
        device_id = _remember_device(session, user, device_token, at)
    family = sessions.open_session(
        session,
        user.id,
        at,
        administrator=is_administrator(user),
        device_id=device_id,
        address=client.address,
        user_agent=client.user_agent,
    )
    token = secrets.token_hex(32)
    session.add(RefreshToken(token_hash=_hash(token), session_id=family.id, created_at=at))
    principal = principal_of(user, family.id)
    audit.record(session, principal, "login", "user", user.id)
    return SignedIn(answer(session, keyring, user, principal, at), token, _seconds(family, at), device_token)


def refresh(
    session: Session, token: str, client: Client, keyring: Keyring, at: datetime, *, demo_allowed: bool
) -> SignedIn | Refused:
    """Takes a refresh token for the next one. Of any number of requests with the same token one moves the family on; those
    that come within ten seconds from the same device get that same successor, later ones end the session."""
    hashed = _hash(token)
    session_id = session.scalar(
        update(RefreshToken)
        .where(RefreshToken.token_hash == hashed, RefreshToken.used_at.is_(None))
        .values(used_at=at)
        .returning(RefreshToken.session_id)
    )
    fresh = session_id is not None
    if not fresh:
        used = session.get(RefreshToken, hashed, populate_existing=True)
        if used is None:
            return Refused()
        session_id, used_at = used.session_id, used.used_at
    family = session.get(LoginSession, session_id, with_for_update=True, populate_existing=True)
    user = session.get(User, family.user_id) if family else None
    if family is None or user is None or not family.alive(at) or not _usable(user, at, demo_allowed=demo_allowed):
        return Refused()
    successor = keyring.successor(token)
    if fresh:
        session.add(RefreshToken(token_hash=_hash(successor), session_id=family.id, created_at=at))
        idle = ADMINISTRATOR_IDLE if is_administrator(user) else IDLE
        family.last_used_at, family.idle_until = at, at + idle
    else:
        same_device = family.device_id == _device_id(session, user, client, at)
        if used_at is None or at - used_at > GRACE or not same_device:
            principal = principal_of(user, family.id)
            sessions.end(session, family, at, "refresh_token_reused")
            audit.record(session, principal, "refresh_token_reused", "session", family.id, result="refused")
            return Refused()
        if session.get(RefreshToken, _hash(successor)) is None:
            # The secret has been changed in these ten seconds; the old answer cannot be repeated.
            return Refused()
    session.flush()
    principal = principal_of(user, family.id)
    return SignedIn(answer(session, keyring, user, principal, at), successor, _seconds(family, at))


def sign_out(session: Session, token: str, at: datetime) -> None:
    """Ends the session that a refresh token belongs to, however old the token is; nothing happens for an unknown one."""
    row = session.get(RefreshToken, _hash(token))
    family = session.get(LoginSession, row.session_id, with_for_update=True) if row else None
    if family is None or family.ended_at is not None:
        return
    user = session.get_one(User, family.user_id)
    sessions.end(session, family, at, "logout")
    audit.record(session, principal_of(user, family.id), "logout", "session", family.id)


def set_password(session: Session, user: User, hashed: str, principal: Principal, at: datetime) -> None:
    """The person's new password. Their other sessions end; this one goes on with a new token."""
    if user.password_hash:
        session.add(PasswordHistory(user_id=user.id, password_hash=user.password_hash, at=at))
    user.password_hash, user.password_changed_at = hashed, at
    user.must_change, user.password_expires_at = False, None
    user.version += 1
    sessions.end_all(session, user.id, at, "password_changed", keep=principal.session_id)
    audit.record(session, principal, "change_password", "user", user.id)
    session.flush()
    facts.users_changed(session, [user])


def former_hashes(session: Session, user: User, profile: Profile) -> list[str]:
    """The hashes that a new password must not match: the present one and, by the profile, those before it."""
    count = POLICIES[profile].remembered
    if not count:
        return [user.password_hash] if user.password_hash else []
    past = session.scalars(
        select(PasswordHistory.password_hash)
        .where(PasswordHistory.user_id == user.id)
        .order_by(PasswordHistory.at.desc(), PasswordHistory.id.desc())
        .limit(count - 1)
    )
    return [*([user.password_hash] if user.password_hash else []), *past]


def answer(session: Session, keyring: Keyring, user: User, principal: Principal, at: datetime) -> dict[str, Any]:
    """The body of a successful sign-in or refresh."""
    return {**tokens.issue(keyring, principal, at), "user": profile_of(session, user)}


def profile_of(session: Session, user: User) -> dict[str, Any]:
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
    }


def _usable(user: User, at: datetime, *, demo_allowed: bool) -> bool:
    expired = user.password_expires_at is not None and user.password_expires_at <= at
    return user.active and not expired and (demo_allowed or not user.demo)


def _device(session: Session, user: User | None, client: Client, at: datetime) -> KnownDevice | None:
    if user is None or not client.device_token:
        return None
    query = select(KnownDevice).where(
        KnownDevice.token_hash == _hash(client.device_token),
        KnownDevice.user_id == user.id,
        KnownDevice.expires_at > at,
    )
    return session.scalar(query)


def _device_id(session: Session, user: User, client: Client, at: datetime) -> UUID | None:
    device = _device(session, user, client, at)
    return device.id if device else None


def _remember_device(session: Session, user: User, token: str, at: datetime) -> UUID:
    device = KnownDevice(user_id=user.id, token_hash=_hash(token), created_at=at, expires_at=at + DEVICE_LIFE)
    session.add(device)
    session.flush()
    return device.id


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _seconds(family: LoginSession, at: datetime) -> int:
    return max(1, int((min(family.idle_until, family.expires_at) - at).total_seconds()))
