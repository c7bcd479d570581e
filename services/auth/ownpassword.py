"""Changing one's own password: what has to hold before it is changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi.concurrency import run_in_threadpool
from sqlalchemy.orm import Session
from starlette.responses import Response

from contracts.principal import Principal
from kit import audit
from kit.errors import FieldError, Invalid, NotFound
from kit.http.problems import problem_response
from services.auth import passwords, signin
from services.auth.access import principal_of
from services.auth.keys import Keyring
from services.auth.passwords import HashPool
from services.auth.people import User
from services.auth.policy import Profile
from services.auth.throttle import failed, key_of, locked_row, seconds_locked, succeeded


async def change(
    session: Session,
    principal: Principal,
    current: str,
    new: str,
    *,
    profile: Profile,
    pool: HashPool,
    keyring: Keyring,
    at: datetime,
) -> dict[str, Any] | Response:
    """Changes the password; returns a new access token, or the refusal of a wrong present password, which is returned
    since its count has to be committed. Invalid is raised for a new password that is not good. All hashing comes first,
    while no connection is held."""

    def read() -> tuple[str | None, list[str], list[FieldError]]:
        user = session.get(User, principal.user_id)
        if user is None:
            raise NotFound
        own = user.username, user.name, user.employee_no
        found = user.password_hash, signin.former_hashes(session, user, profile)
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
        refused = _judge(session, principal, right, at)
        if refused is not None:
            return refused
        if errors:
            raise Invalid(errors=errors)
        user = session.get_one(User, principal.user_id, with_for_update={"of": User})
        signin.set_password(session, user, new_hash, principal, at)
        return signin.answer(session, keyring, user, principal_of(user, principal.session_id), at)

    return await run_in_threadpool(decide)


def _judge(session: Session, principal: Principal, right: bool, at: datetime) -> Response | None:
    # Who has somebody's open browser must not be able to guess the password there.
    counter = locked_row(session, key_of(f"password:{principal.username}", None), at)
    waiting = seconds_locked(counter, at)
    if right and not waiting:
        succeeded(counter, at)
        return None
    if not waiting:
        failed(counter, at)
    audit.record(session, principal, "change_password", "user", principal.user_id, result="failed")
    wrong = FieldError(("body", "current_password"), "current_password_wrong", "当前密码不正确")
    return problem_response(422, wrong.code, wrong.message, errors=[wrong], retry_after=seconds_locked(counter, at))
