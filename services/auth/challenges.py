"""The moment between a right password and the second factor: a short-lived token that says whose password was right, and
is worth nothing without a code."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from kit.db import uuid7
from services.auth.models import Base

LIFE = timedelta(minutes=5)
TRIES = 5


class SignInChallenge(Base):
    """A sign-in that waits for its second factor. `thumbprint` binds a telephone's to its key."""

    __tablename__ = "sign_in_challenge"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    # The version of the person whose password was right: a change since then makes the challenge void.
    user_version: Mapped[int]
    device_id: Mapped[UUID | None]
    thumbprint: Mapped[str | None]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    tries: Mapped[int] = mapped_column(default=0)


def issue(
    session: Session, user_id: UUID, user_version: int, device_id: UUID | None, thumbprint: str | None, at: datetime
) -> str:
    """A token for the second step."""
    token = secrets.token_hex(32)
    session.add(
        SignInChallenge(
            token_hash=_hash(token),
            user_id=user_id,
            user_version=user_version,
            device_id=device_id,
            thumbprint=thumbprint,
            expires_at=at + LIFE,
        )
    )
    return token


def take(session: Session, token: str, thumbprint: str | None, at: datetime) -> SignInChallenge | None:
    """The challenge of a token, locked and with this try counted; None when it is not good (any more)."""
    row = session.scalar(select(SignInChallenge).where(SignInChallenge.token_hash == _hash(token)).with_for_update())
    if row is None or row.expires_at <= at or row.tries >= TRIES or row.thumbprint != thumbprint:
        return None
    row.tries += 1
    return row


def sweep(session: Session, at: datetime) -> None:
    """Forgets those whose time is over."""
    session.execute(delete(SignInChallenge).where(SignInChallenge.expires_at < at))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
