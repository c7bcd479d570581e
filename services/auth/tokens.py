"""Issues access tokens, and judges those that come back to auth itself."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import uuid4

from joserfc import jws
from sqlalchemy import select

from contracts.principal import Principal
from kit.db import Database, now
from kit.http.tokens import ALGORITHM, ISSUER, TOKEN_TYPE, claims_of
from services.auth.keys import Keyring
from services.auth.people import User
from services.auth.sessions import LoginSession

LIFE_SECONDS = 600
AUDIENCE = ["auth", "documents", "ledgers", "workflow", "reports"]


def issue(keyring: Keyring, principal: Principal, at: datetime) -> dict[str, Any]:
    """A signed access token for the principal, in the shape of the answer to a sign-in."""
    kid, key = keyring.signing()
    moment = int(at.timestamp())
    claims = {
        **claims_of(principal),
        "iss": ISSUER,
        "aud": AUDIENCE,
        "iat": moment,
        "nbf": moment,
        "exp": moment + LIFE_SECONDS,
        "jti": uuid4().hex,
    }
    header = {"alg": ALGORITHM, "typ": TOKEN_TYPE, "kid": kid}
    body = json.dumps(claims, ensure_ascii=False, separators=(",", ":")).encode()
    token = jws.serialize_compact(header, body, key, algorithms=[ALGORITHM])
    return {"access_token": token, "token_type": "Bearer", "expires_in": LIFE_SECONDS}


class DatabaseRevocations:
    """Auth asks its own database instead of its feed: what was ended is refused at once."""

    waits = True

    def __init__(self, database: Database) -> None:
        self._database = database

    def refuses(self, principal: Principal, *, write: bool) -> bool:
        """Whether the session has ended or the person has changed since the token was issued."""
        query = (
            select(User.version, User.disabled_at, LoginSession.ended_at, LoginSession.expires_at)
            .join(LoginSession, LoginSession.user_id == User.id)
            .where(User.id == principal.user_id, LoginSession.id == principal.session_id)
        )
        with self._database.session() as session:
            row = session.execute(query).one_or_none()
        if row is None:
            return True
        version, disabled_at, ended_at, expires_at = row
        return principal.version < version or disabled_at is not None or ended_at is not None or expires_at <= now()
