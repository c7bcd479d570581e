"""Sessions: a family of refresh tokens, of which only the newest is good, and the feed of what has been ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, delete, func, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from kit.db import now, uuid7
from kit.errors import TooMany
from kit.http.revocation import REMEMBER_SECONDS
from services.auth.models import Base

Kind = Literal["web", "mobile"]

# Idle and absolute limits (reliability.md 3.2 and 3.3 S9).
IDLE: dict[Kind, timedelta] = {"web": timedelta(minutes=30), "mobile": timedelta(days=14)}
ABSOLUTE: dict[Kind, timedelta] = {"web": timedelta(hours=12), "mobile": timedelta(days=30)}
# Of the three administrators, whatever they use.
ADMINISTRATOR_IDLE = timedelta(minutes=15)
DEVICE_LIFE = timedelta(days=90)
REFRESHES_PER_MINUTE = 30
# A transaction that ends a session may commit a little after the clock it wrote; the feed looks back by this much, longer
# than any transaction may last.
FEED_OVERLAP = timedelta(seconds=60)
KEEP_ENDED = timedelta(days=30)


class LoginSession(Base):
    """One sign-in of one person. It ends by sign-out, by being idle, by its age, by reuse of an old token, or by an
    administrator."""

    __tablename__ = "login_session"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    kind: Mapped[str] = mapped_column(default="web")
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    idle_until: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]
    address: Mapped[str | None]
    user_agent: Mapped[str | None]
    # A known browser, or for a mobile session the device whose key it is bound to.
    device_id: Mapped[UUID | None]
    # The last proof of who is there, and whether it was made with two factors.
    authenticated_at: Mapped[datetime]
    second_factor: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        CheckConstraint("kind IN ('web', 'mobile')", name="kind"),
        Index("ix_login_session_live", "user_id", "created_at", postgresql_where=text("ended_at IS NULL")),
    )

    def alive(self, at: datetime) -> bool:
        """Whether the session may be used at this moment."""
        return self.ended_at is None and at < self.idle_until and at < self.expires_at

    def as_json(self, current: UUID | None = None) -> dict[str, Any]:
        """As the API shows it."""
        return {
            "id": str(self.id),
            "created_at": self.created_at.isoformat(),
            "last_used_at": self.last_used_at.isoformat(),
            "expires_at": self.expires_at.isoformat(),
            "kind": self.kind,
            "second_factor": self.second_factor,
            "address": self.address,
            "user_agent": self.user_agent,
            "current": self.id == current,
        }


class RefreshToken(Base):
    """One token of a family, as the SHA-256 of what the client holds."""

    __tablename__ = "refresh_token"

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("login_session.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class KnownDevice(Base):
    """A browser that has signed in as a person before."""

    __tablename__ = "known_device"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Revocation(Base):
    """Something that ended while tokens for it may still be about."""

    __tablename__ = "revocation"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    at: Mapped[datetime] = mapped_column(default=now, index=True)
    session_id: Mapped[UUID | None]
    user_id: Mapped[UUID | None]
    min_version: Mapped[int | None]


def open_session(
    session: Session,
    user_id: UUID,
    at: datetime,
    *,
    kind: Kind,
    most: int,
    administrator: bool,
    second_factor: bool,
    device_id: UUID | None,
    address: str | None,
    user_agent: str | None,
) -> LoginSession:
    """A new session; the oldest ones of its kind make room for it, so that no more than `most` are left."""
    live = [row for row in live_sessions(session, user_id, at) if row.kind == kind]
    for surplus in live[most - 1 :]:
        end(session, surplus, at, "replaced")
    row = LoginSession(
        id=uuid7(),
        kind=kind,
        user_id=user_id,
        created_at=at,
        last_used_at=at,
        idle_until=at + idle_limit(kind, administrator=administrator),
        expires_at=at + ABSOLUTE[kind],
        authenticated_at=at,
        second_factor=second_factor,
        device_id=device_id,
        address=address,
        user_agent=user_agent,
    )
    session.add(row)
    session.flush()
    return row


def idle_limit(kind: str, *, administrator: bool) -> timedelta:
    """How long a session may be left alone."""
    limit = IDLE["mobile" if kind == "mobile" else "web"]
    return min(limit, ADMINISTRATOR_IDLE) if administrator else limit


def refuse_haste(session: Session, session_id: UUID, at: datetime) -> None:
    """At most so many refreshes a minute in one session: a client that asks more often is out of order, or not ours."""
    query = select(func.count()).where(
        RefreshToken.session_id == session_id, RefreshToken.created_at > at - timedelta(minutes=1)
    )
    if (session.scalar(query) or 0) >= REFRESHES_PER_MINUTE:
        raise TooMany("登录续期过于频繁，请稍后再试", retry_after=60)


def live_sessions(session: Session, user_id: UUID, at: datetime) -> list[LoginSession]:
    """The person's sessions that may be used now, newest first."""
    query = (
        select(LoginSession)
        .where(
            LoginSession.user_id == user_id,
            LoginSession.ended_at.is_(None),
            LoginSession.idle_until > at,
            LoginSession.expires_at > at,
        )
        .order_by(LoginSession.created_at.desc(), LoginSession.id.desc())
    )
    return list(session.scalars(query))


def end(session: Session, row: LoginSession, at: datetime, reason: str) -> None:
    """Ends a session, and tells every service."""
    if row.ended_at is not None:
        return
    row.ended_at, row.end_reason = at, reason
    session.add(Revocation(session_id=row.id))
    session.flush()


def end_all(session: Session, user_id: UUID, at: datetime, reason: str, *, keep: UUID | None = None) -> int:
    """Ends every session of a person but `keep`; how many there were."""
    rows = [row for row in live_sessions(session, user_id, at) if row.id != keep]
    for row in rows:
        end(session, row, at, reason)
    return len(rows)


def outdate(session: Session, users: Sequence[tuple[UUID, int]]) -> None:
    """Tokens of these people issued before the given version are refused from now on; their sessions go on, and get a new
    token by themselves."""
    session.add_all(Revocation(user_id=id_, min_version=version) for id_, version in users)
    session.flush()


def feed(session: Session, since: datetime | None) -> dict[str, Any]:
    """What was ended after `since` (see kit.http.revocation.RevocationFeed)."""
    moment: datetime = session.scalar(select(func.clock_timestamp())) or now()
    oldest = moment - timedelta(seconds=REMEMBER_SECONDS)
    start = max(oldest, since - FEED_OVERLAP) if since else oldest
    rows = session.scalars(select(Revocation).where(Revocation.at >= start)).all()
    users: dict[str, int] = {}
    for row in rows:
        if row.user_id is not None:
            users[str(row.user_id)] = max(users.get(str(row.user_id), 0), row.min_version or 0)
    return {
        "cursor": moment.isoformat(),
        "sessions": [str(row.session_id) for row in rows if row.session_id is not None],
        "users": users,
    }


def close_expired(session: Session, at: datetime) -> int:
    """Marks the sessions that ended by themselves. Their last access token has run out with them or before, so no service
    has to be told."""
    result = session.execute(
        update(LoginSession)
        .where(LoginSession.ended_at.is_(None), or_(LoginSession.idle_until <= at, LoginSession.expires_at <= at))
        .values(ended_at=func.least(LoginSession.idle_until, LoginSession.expires_at), end_reason="expired")
        .returning(LoginSession.id)
    )
    return len(result.all())


def sweep(session: Session, at: datetime) -> None:
    """Removes what is of no use any more: old sessions with their tokens, the feed's past, forgotten devices."""
    session.execute(delete(LoginSession).where(LoginSession.ended_at < at - KEEP_ENDED))
    session.execute(delete(Revocation).where(Revocation.at < at - timedelta(seconds=4 * REMEMBER_SECONDS)))
    session.execute(delete(KnownDevice).where(KnownDevice.expires_at < at))
