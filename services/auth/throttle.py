"""Guessing is made slow. Failures are counted by the name that was typed, whether such an account exists or not, so that
neither the answer nor the waiting time tells which names exist (reliability.md 3.1 S4)."""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Index, delete, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import DateTime

from kit.db import uuid7
from kit.errors import TooMany
from services.auth.models import Base

CONSECUTIVE, CONSECUTIVE_LOCK = 5, timedelta(minutes=15)
HOURLY, HOURLY_LOCK = 10, timedelta(hours=1)
ADDRESS_PER_MINUTE = 100


class LoginThrottle(Base):
    """Failures for one typed name. A device that has signed in as this person before is counted by itself: an outsider
    who guesses cannot lock out the officer on duty."""

    __tablename__ = "login_throttle"

    key: Mapped[str] = mapped_column(primary_key=True)
    consecutive: Mapped[int] = mapped_column(default=0)
    recent: Mapped[list[datetime]] = mapped_column(ARRAY(DateTime(timezone=True)), default=list)
    locked_until: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(index=True)


class LoginAttempt(Base):
    """One attempt from an address, for the limit per address. Names and passwords are not kept here."""

    __tablename__ = "login_attempt"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    address: Mapped[str]
    at: Mapped[datetime]
    failed: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (Index("ix_login_attempt_address", "address", "at"), Index("ix_login_attempt_at", "at"))


def typed_name(username: str) -> str:
    """The name as it is looked up: full-width letters and capitals are what an input method makes of it."""
    return unicodedata.normalize("NFKC", username).strip().casefold()


def key_of(name: str, device: UUID | None) -> str:
    """The counter of a typed name. It is hashed, for people type their password into the wrong box."""
    text = f"{name}|{device}" if device else name
    return hashlib.sha256(text.encode()).hexdigest()


def refuse_flood(session: Session, address: str | None, now: datetime) -> None:
    """At most so many attempts a minute from one address; a whole branch sits behind one, so it is not few."""
    if address is None:
        return
    recent = select(func.count()).where(LoginAttempt.address == address, LoginAttempt.at > now - timedelta(minutes=1))
    if (session.scalar(recent) or 0) >= ADDRESS_PER_MINUTE:
        raise TooMany("该网络登录过于频繁，请稍后再试", retry_after=60)


def note_attempt(session: Session, address: str | None, now: datetime, *, failed: bool) -> None:
    """Counts this attempt for its address."""
    if address is not None:
        session.add(LoginAttempt(address=address, at=now, failed=failed))


def locked_row(session: Session, key: str, now: datetime) -> LoginThrottle:
    """The counter, locked for this transaction: attempts that run at the same time are judged one after the other."""
    session.execute(
        insert(LoginThrottle).values(key=key, consecutive=0, recent=[], updated_at=now).on_conflict_do_nothing()
    )
    return session.scalars(select(LoginThrottle).where(LoginThrottle.key == key).with_for_update()).one()


def seconds_locked(row: LoginThrottle, now: datetime) -> int | None:
    """How much longer the counter is locked, or None."""
    if row.locked_until is None or row.locked_until <= now:
        return None
    return max(1, int((row.locked_until - now).total_seconds()))


def failed(row: LoginThrottle, now: datetime, *, lock: timedelta = CONSECUTIVE_LOCK) -> None:
    """One more failure; locks when it was one too many, for `lock` when it was the fifth in a row."""
    row.consecutive += 1
    row.recent = [*(at for at in row.recent if at > now - timedelta(hours=1)), now]
    row.updated_at = now
    if len(row.recent) >= HOURLY:
        row.locked_until, row.recent, row.consecutive = now + HOURLY_LOCK, [], 0
    elif row.consecutive >= CONSECUTIVE:
        row.locked_until, row.consecutive = now + lock, 0


def succeeded(row: LoginThrottle, now: datetime) -> None:
    """Forgets the failures."""
    row.consecutive, row.recent, row.locked_until, row.updated_at = 0, [], None, now


def sweep(session: Session, now: datetime) -> None:
    """Removes what no limit looks at any more."""
    session.execute(delete(LoginAttempt).where(LoginAttempt.at < now - timedelta(hours=1)))
    session.execute(delete(LoginThrottle).where(LoginThrottle.updated_at < now - timedelta(days=1)))
