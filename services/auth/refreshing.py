"""Staying signed in, and signing out: the decisions (reliability.md 3.3 S9)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from kit import audit
from services.auth import devices, sessions
from services.auth.access import is_administrator
from services.auth.answers import answer, principal_for
from services.auth.devices import MobileDevice
from services.auth.keys import Keyring
from services.auth.people import User
from services.auth.sessions import LoginSession, RefreshToken
from services.auth.settings import Settings
from services.auth.signin import Client, Refused, SignedIn, device_of, hashed, seconds_left, usable

# How long the answer to a refresh may be asked for again: it was lost on the way, or two tabs asked at the same time.
GRACE = timedelta(seconds=10)


def refresh(
    session: Session, token: str, client: Client, keyring: Keyring, settings: Settings, at: datetime
) -> SignedIn | Refused:
    """Takes a refresh token for the next one. Of any number of requests with the same token one moves the family on; those
    that come within ten seconds from the same device get that same successor, later ones end the session."""
    hashed_token = hashed(token)
    if not bound(session, token, client):
        # Somebody else's telephone, a browser's token, or a telephone's in a browser. It stays good for its owner: whoever
        # copied it cannot even use it up.
        return Refused()
    session_id = session.scalar(
        update(RefreshToken)
        .where(RefreshToken.token_hash == hashed_token, RefreshToken.used_at.is_(None))
        .values(used_at=at)
        .returning(RefreshToken.session_id)
    )
    fresh = session_id is not None
    if not fresh:
        used = session.get(RefreshToken, hashed_token, populate_existing=True)
        if used is None:
            return Refused()
        session_id, used_at = used.session_id, used.used_at
    family = session.get(LoginSession, session_id, with_for_update=True, populate_existing=True)
    user = session.get(User, family.user_id) if family else None
    if family is None or user is None or not family.alive(at) or not usable(user, settings):
        return Refused()
    successor = keyring.successor(token)
    if fresh:
        sessions.refuse_haste(session, family.id, at)
        session.add(RefreshToken(token_hash=hashed(successor), session_id=family.id, created_at=at))
        family.last_used_at = at
        family.idle_until = at + sessions.idle_limit(family.kind, administrator=is_administrator(user))
        if client.proof is not None:
            session.get_one(MobileDevice, family.device_id).last_used_at = at
    else:
        same_device = family.device_id == device_of(session, user.id, client, at)
        if used_at is None or at - used_at > GRACE or not same_device:
            principal = principal_for(user, family, settings)
            sessions.end(session, family, at, "refresh_token_reused")
            audit.record(session, principal, "refresh_token_reused", "session", family.id, result="refused")
            return Refused()
        if session.get(RefreshToken, hashed(successor)) is None:
            # The secret has been changed in these ten seconds; the old answer cannot be repeated.
            return Refused()
    session.flush()
    return SignedIn(answer(session, keyring, settings, user, family, at), successor, seconds_left(family, at))


def sign_out(session: Session, token: str, settings: Settings, at: datetime) -> None:
    """Ends the session that a refresh token belongs to, however old the token is; nothing happens for an unknown one."""
    row = session.get(RefreshToken, hashed(token))
    family = session.get(LoginSession, row.session_id, with_for_update=True) if row else None
    if family is None or family.ended_at is not None:
        return
    user = session.get_one(User, family.user_id)
    sessions.end(session, family, at, "logout")
    audit.record(session, principal_for(user, family, settings), "logout", "session", family.id)


def bound(session: Session, token: str, client: Client) -> bool:
    """Whether a refresh token belongs to where it comes from: to the telephone that shows the proof, or to a browser."""
    row = session.get(RefreshToken, hashed(token))
    family = session.get(LoginSession, row.session_id) if row else None
    if family is None:
        return False
    if client.proof is None:
        return family.kind == "web"
    device = devices.find(session, family.user_id, client.proof.thumbprint)
    return family.kind == "mobile" and device is not None and device.id == family.device_id
