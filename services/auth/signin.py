"""Signing in: the decisions. Routes only carry them."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from kit import audit
from services.auth import captcha, challenges, devices, passwords, secondfactor, sessions
from services.auth.access import is_administrator
from services.auth.answers import answer, principal_for
from services.auth.devices import Proof
from services.auth.keys import Keyring
from services.auth.people import User, by_username
from services.auth.sessions import DEVICE_LIFE, KnownDevice, LoginSession, RefreshToken
from services.auth.settings import Settings
from services.auth.throttle import failed, key_of, locked_row, note_attempt, seconds_locked, succeeded, typed_name


@dataclass(frozen=True, slots=True)
class Client:
    """Where a request comes from. A telephone shows a proof of its key, and says what it is called."""

    address: str | None
    user_agent: str | None
    device_token: str | None
    proof: Proof | None = None
    device_name: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What was typed, and what is known about it before the password has been checked."""

    name: str
    user_id: UUID | None
    password_hash: str | None
    device_id: UUID | None
    captcha: str | None = None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A success: the answer's body, and what the cookies or a telephone hold."""

    body: dict[str, Any]
    refresh_token: str
    refresh_seconds: int
    device_token: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal. Its form is the same for an unknown name, a wrong password, a locked and a disabled account;
    `retry_after` depends on the typed name alone, whether it exists or not."""

    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class PuzzleUnsolved:
    """The proof of work has been used before."""


@dataclass(frozen=True, slots=True)
class NeedsCode:
    """The password is right; a code of the second factor has to come with this token."""

    challenge: str


@dataclass(frozen=True, slots=True)
class CodeRefused:
    """The code is not good. `over` says that the whole sign-in has to begin anew."""

    over: bool = False
    retry_after: int | None = None


def look_up(
    session: Session,
    username: str,
    solution: str | None,
    client: Client,
    keyring: Keyring,
    settings: Settings,
    at: datetime,
) -> Candidate:
    """Reads what is needed to check a password; CaptchaRequired when a proof of work has to come along. The caller gives
    the connection back before the check, which takes long."""
    name = typed_name(username)
    user = by_username(session, name)
    device = device_of(session, user.id, client, at) if user else None
    demanded = captcha.demanded(
        session, name, device, client.address, at,
        after=settings.captcha_after, address_after=settings.captcha_address_after,
    )  # fmt: skip
    signature = captcha.solved(solution, keyring.derived("captcha")) if demanded else None
    if demanded and signature is None:
        raise captcha.CaptchaRequired
    return Candidate(
        name,
        user.id if user else None,
        user.password_hash if user else None,
        device,
        signature,
    )


def decide(
    session: Session,
    candidate: Candidate,
    right: bool,
    renewed_hash: str | None,
    client: Client,
    keyring: Keyring,
    settings: Settings,
    at: datetime,
) -> SignedIn | Refused | NeedsCode | PuzzleUnsolved:
    """Judges an attempt whose password has been checked. The counter's row is locked meanwhile: of many attempts at the
    same time the sixth is refused even if it guessed right."""
    if client.proof is not None:
        devices.spend(session, client.proof, at)
    if candidate.captcha and not captcha.spend(session, candidate.captcha, at):
        note_attempt(session, client.address, at, failed=False)
        _refusal(session, None, "captcha")
        return PuzzleUnsolved()
    counter = locked_row(session, key_of(candidate.name, candidate.device_id), at)
    waiting = seconds_locked(counter, at)
    # Locked as well: a one-time password lets in one of two who bring it at the same time.
    user = session.get(User, candidate.user_id, with_for_update={"of": User}) if candidate.user_id else None
    if user is None or waiting or not right or not _may_sign_in(user, at, settings):
        if not waiting:
            failed(counter, at)
        note_attempt(session, client.address, at, failed=True)
        reason = "locked" if waiting else "unknown" if user is None else "password" if not right else "unusable"
        _refusal(session, user, reason)
        return Refused(retry_after=seconds_locked(counter, at))
    note_attempt(session, client.address, at, failed=False)
    succeeded(counter, at)
    if renewed_hash:
        user.password_hash = renewed_hash
    if secondfactor.enabled(session, user.id) is not None:
        audit.record(session, None, "login", "user", user.id, result="pending", username=user.username)
        thumbprint = client.proof.thumbprint if client.proof else None
        return NeedsCode(challenges.issue(session, user.id, user.version, candidate.device_id, thumbprint, at))
    return _complete(session, user, candidate.device_id, client, keyring, settings, at, second_factor=False)


def second_step(
    session: Session, token: str, code: str, client: Client, keyring: Keyring, settings: Settings, at: datetime
) -> SignedIn | CodeRefused:
    """Ends a sign-in with a code. Five tries for each right password, and five in a row for the person, whose password
    somebody else may know."""
    challenge = challenges.take(session, token, client.proof.thumbprint if client.proof else None, at)
    if challenge is None:
        _refusal(session, None, "challenge")
        return CodeRefused(over=True)
    user = session.get_one(User, challenge.user_id, with_for_update={"of": User})
    counter = locked_row(session, key_of(f"second-factor:{user.id}", challenge.device_id), at)
    waiting = seconds_locked(counter, at)
    if not _may_sign_in(user, at, settings) or user.version != challenge.user_version:
        session.delete(challenge)
        _refusal(session, user, "unusable")
        return CodeRefused(over=True)
    used = None if waiting else secondfactor.take(session, user.id, code, at)
    if used is None:
        if not waiting:
            failed(counter, at, lock=challenges.LIFE)
        _refusal(session, user, "locked" if waiting else "second_factor")
        return CodeRefused(over=challenge.tries >= challenges.TRIES, retry_after=seconds_locked(counter, at))
    succeeded(counter, at)
    device_id = challenge.device_id
    session.delete(challenge)
    if used == "recovery":
        audit.record(session, None, "use_recovery_code", "user", user.id, username=user.username)
    return _complete(session, user, device_id, client, keyring, settings, at, second_factor=True)


def _complete(
    session: Session,
    user: User,
    device_id: UUID | None,
    client: Client,
    keyring: Keyring,
    settings: Settings,
    at: datetime,
    *,
    second_factor: bool,
) -> SignedIn:
    if user.password_expires_at is not None:
        # A one-time password has done what it is for; its holder now chooses one of their own.
        user.password_expires_at = at
    if passwords.expired(user.password_changed_at, settings.password_profile, at) and not user.demo:
        user.must_change = True
    user.last_login_at = at
    device_token, device = None, None
    if client.proof is not None:
        device = devices.register(session, user.id, client.proof, client.device_name, at)
        device_id = device.id
    elif device_id is None:
        device_token = secrets.token_hex(32)
        device_id = _remember_device(session, user, device_token, at)
    family = sessions.open_session(
        session,
        user.id,
        at,
        kind="mobile" if device else "web",
        most=settings.mobile_sessions if device else settings.web_sessions,
        administrator=is_administrator(user),
        second_factor=second_factor,
        device_id=device_id,
        address=client.address,
        user_agent=client.user_agent,
    )
    token = secrets.token_hex(32)
    session.add(RefreshToken(token_hash=hashed(token), session_id=family.id, created_at=at))
    principal = principal_for(user, family, settings)
    audit.record(session, principal, "login", "user", user.id, detail={"amr": list(principal.amr)})
    body = answer(session, keyring, settings, user, family, at)
    if device:
        body["device"] = device.as_json(device.id)
    return SignedIn(body, token, seconds_left(family, at), device_token)


def _refusal(session: Session, user: User | None, reason: str) -> None:
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


def usable(user: User, settings: Settings) -> bool:
    """Whether the person's sessions may go on."""
    return user.active and (settings.embedded or not user.demo)


def _may_sign_in(user: User, at: datetime, settings: Settings) -> bool:
    expired = user.password_expires_at is not None and user.password_expires_at <= at
    return usable(user, settings) and not expired


def device_of(session: Session, user_id: UUID, client: Client, at: datetime) -> UUID | None:
    """The browser or telephone of a request, if the person has used it before."""
    if client.proof is not None:
        device = devices.find(session, user_id, client.proof.thumbprint)
        return device.id if device else None
    if not client.device_token:
        return None
    query = select(KnownDevice.id).where(
        KnownDevice.token_hash == hashed(client.device_token),
        KnownDevice.user_id == user_id,
        KnownDevice.expires_at > at,
    )
    return session.scalar(query)


def _remember_device(session: Session, user: User, token: str, at: datetime) -> UUID:
    device = KnownDevice(user_id=user.id, token_hash=hashed(token), created_at=at, expires_at=at + DEVICE_LIFE)
    session.add(device)
    session.flush()
    return device.id


def hashed(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def seconds_left(family: LoginSession, at: datetime) -> int:
    """How long the refresh token of a session is good."""
    return max(1, int((min(family.idle_until, family.expires_at) - at).total_seconds()))
