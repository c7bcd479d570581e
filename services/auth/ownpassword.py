"""Changing one's own password, and saying once more who one is: what has to hold."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi.concurrency import run_in_threadpool
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from contracts.principal import Principal
from kit import audit
from kit.errors import FieldError, Invalid, NotFound
from kit.http.problems import problem_response
from services.auth import facts, passwords, secondfactor, sessions
from services.auth.answers import answer
from services.auth.keys import Keyring
from services.auth.passwords import HashPool
from services.auth.people import PasswordHistory, User
from services.auth.policy import POLICIES, Profile
from services.auth.sessions import LoginSession
from services.auth.settings import Settings
from services.auth.throttle import failed, key_of, locked_row, seconds_locked, succeeded


async def change(
    session: Session,
    principal: Principal,
    current: str,
    new: str,
    *,
    settings: Settings,
    pool: HashPool,
    keyring: Keyring,
    at: datetime,
) -> dict[str, Any] | Response:
    """Changes the password; returns a new access token, or the refusal of a wrong present password, which is returned
    since its count has to be committed. Invalid is raised for a new password that is not good. All hashing comes first,
    while no connection is held."""
    profile = settings.password_profile

    def read() -> tuple[str | None, list[str], list[FieldError]]:
        user = session.get(User, principal.user_id)
        if user is None:
            raise NotFound
        own = user.username, user.name, user.employee_no
        found = user.password_hash, former_hashes(session, user, profile)
        session.rollback()
        return (*found, passwords.weaknesses(new, profile, own_words=own))

    hashed, former, errors = await run_in_threadpool(read)
    right, _ = await pool.verify(current, hashed)
    new_hash = ""
    if right and not errors:
        if await pool.any_of(new, former):
            errors = [FieldError(("body", "new_password"), "password_reused", "不能使用当前或最近用过的密码")]
        else:
            new_hash = await pool.hash(new)

    def decide() -> dict[str, Any] | Response:
        refused = _judge(session, principal, right, at, "change_password", "current_password", "当前密码不正确")
        if refused is not None:
            return refused
        if errors:
            raise Invalid(errors=errors)
        user = session.get_one(User, principal.user_id, with_for_update={"of": User})
        family = session.get_one(LoginSession, principal.session_id, with_for_update=True)
        family.authenticated_at = at
        set_password(session, user, new_hash, principal, at)
        return answer(session, keyring, settings, user, family, at)

    return await run_in_threadpool(decide)


async def reauthenticate(
    session: Session,
    principal: Principal,
    password: str,
    code: str | None,
    *,
    settings: Settings,
    pool: HashPool,
    keyring: Keyring,
    at: datetime,
) -> dict[str, Any] | Response:
    """A new access token of the same session, whose proof is of this moment. Who has a second factor shows it as well;
    a wrong password or code counts like a failed change of the password."""

    def read() -> tuple[str | None, bool]:
        user = session.get(User, principal.user_id)
        if user is None:
            raise NotFound
        found = user.password_hash, secondfactor.enabled(session, user.id) is not None
        session.rollback()
        return found

    hashed, needs_code = await run_in_threadpool(read)
    right, _ = await pool.verify(password, hashed)

    def decide() -> dict[str, Any] | Response:
        locked = seconds_locked(locked_row(session, _counter(principal), at), at)
        if right and needs_code and not code and not locked:
            detail = {"reason": "code_missing"}
            audit.record(
                session, principal, "reauthenticate", "user", principal.user_id, result="failed", detail=detail
            )
            # Nothing has been guessed, and whoever does not know the password, or has to wait, is not told this.
            return problem_response(422, "second_factor_required", "请输入动态口令")
        good = right and (not needs_code or secondfactor.take(session, principal.user_id, code or "", at) is not None)
        field, message = ("code", "动态口令不正确或已用过") if right else ("password", "密码不正确")
        refused = _judge(session, principal, good, at, "reauthenticate", field, message)
        if refused is not None:
            return refused
        family = session.get_one(LoginSession, principal.session_id, with_for_update=True)
        family.authenticated_at = at
        family.second_factor = family.second_factor or needs_code
        user = session.get_one(User, principal.user_id)
        audit.record(session, principal, "reauthenticate", "session", family.id)
        return answer(session, keyring, settings, user, family, at)

    return await run_in_threadpool(decide)


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


def _counter(principal: Principal) -> str:
    return key_of(f"password:{principal.username}", None)


def _judge(
    session: Session, principal: Principal, right: bool, at: datetime, action: str, field: str, message: str
) -> Response | None:
    # Who has somebody's open browser must not be able to guess the password there.
    counter = locked_row(session, _counter(principal), at)
    waiting = seconds_locked(counter, at)
    if right and not waiting:
        succeeded(counter, at)
        return None
    if not waiting:
        failed(counter, at)
    audit.record(session, principal, action, "user", principal.user_id, result="failed")
    wrong = FieldError(("body", field), f"{field}_wrong", message)
    return problem_response(422, wrong.code, wrong.message, errors=[wrong], retry_after=seconds_locked(counter, at))
