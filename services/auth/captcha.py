"""A puzzle for the machine instead of one for the eyes: after some failures a sign-in has to bring a proof of work, which a
browser finds in a moment and a guesser has to find for every guess (docs/decisions/0010-proof-of-work.md).

The protocol is ALTCHA's, made and checked by its library: the challenge is signed, so that nothing is kept for one that
nobody solves; one that was solved is good once."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from datetime import datetime, timedelta
from typing import Any

import altcha
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from kit.errors import AppError
from services.auth.models import Base
from services.auth.throttle import LoginAttempt, LoginThrottle, key_of

LIFE = timedelta(minutes=5)
# Failures from one address count for this long.
ADDRESS_WINDOW = timedelta(minutes=15)
ALGORITHM = "SHA-256"
MOST_CHARACTERS = 2_000


class CaptchaRequired(AppError):
    """The sign-in has to bring a solved challenge of GET /api/auth/captcha."""

    status, code, title = 401, "captcha_required", "请先完成安全验证"


class SpentChallenge(Base):
    """A challenge that was solved and used, until it would have expired anyway."""

    __tablename__ = "spent_challenge"

    signature: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


def challenge(secret: bytes, work: int, at: datetime) -> dict[str, Any]:
    """A new challenge: find the number between `work` and twice that whose hash begins like this. Its bounds keep the
    slowest phone's wait short; a search for leading zeros has none."""
    made = altcha.create_challenge(
        ALGORITHM,
        cost=1,
        counter=work + secrets.randbelow(work),
        expires_at=at + LIFE,
        hmac_secret=secret,
        hmac_key_secret=_key_secret(secret),
    )
    return {"parameters": made.parameters.to_dict(), "signature": made.signature}


def demanded(
    session: Session, name: str, device: Any, address: str | None, at: datetime, *, after: int, address_after: int
) -> bool:
    """Whether this sign-in needs a proof: the typed name has failed some times since it last succeeded, or many sign-ins
    from this address have failed lately. As little as the lock does it say whether the name exists."""
    counter = session.get(LoginThrottle, key_of(name, device))
    recent = [moment for moment in counter.recent if moment > at - timedelta(hours=1)] if counter else []
    if len(recent) >= after:
        return True
    if address is None:
        return False
    query = select(func.count()).where(
        LoginAttempt.address == address, LoginAttempt.failed, LoginAttempt.at > at - ADDRESS_WINDOW
    )
    return (session.scalar(query) or 0) >= address_after


def solved(solution: str | None, secret: bytes) -> str | None:
    """The signature of the challenge that this solves; None when it solves none of ours, or one that has expired."""
    if not solution or len(solution) > MOST_CHARACTERS:
        return None
    try:
        if not altcha.verify_solution(solution, secret, hmac_key_secret=_key_secret(secret)).verified:
            return None
        signature: str = json.loads(base64.b64decode(solution))["challenge"]["signature"]
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        # The library looks into what strangers send; what it stumbles over is no solution.
        return None
    return signature


def spend(session: Session, signature: str, at: datetime) -> bool:
    """Whether the solved challenge is used for the first time. Of two requests with one solution the second waits, and is
    refused."""
    spent = session.execute(
        insert(SpentChallenge)
        .values(signature=signature, expires_at=at + LIFE)
        .on_conflict_do_nothing()
        .returning(SpentChallenge.signature)
    )
    return spent.first() is not None


def sweep(session: Session, at: datetime) -> None:
    """Forgets what has expired."""
    session.execute(delete(SpentChallenge).where(SpentChallenge.expires_at < at - LIFE))


def _key_secret(secret: bytes) -> bytes:
    return hashlib.sha256(b"captcha key" + secret).digest()
