"""The second factor: a time-based code (RFC 6238) from an app on the person's phone, and ten recovery codes for the day
when the phone is gone (reliability.md 3.1 S6)."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

import pyotp
import segno
from sqlalchemy import BigInteger, ForeignKey, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from kit.db import uuid7
from kit.sealing import Sealed
from services.auth.models import Base

ISSUER = "安全生产平台"
STEP_SECONDS = 30
# A phone's clock may be one step off, to either side.
WINDOW = (0, -1, 1)
RECOVERY_CODES = 10
# Without 0/o, 1/l/i: codes are copied from paper. 24 letters of 31 are 119 bits, so that SHA-256 is enough to keep them
# (ASVS 5.0 6.5.2 asks for a password hash only below 112).
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _LETTERS = 4, 6


class SecondFactor(Base):
    """A person's secret, sealed. It counts from the moment that a first code has shown the app to have it."""

    __tablename__ = "second_factor"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True)
    secret: Mapped[str] = mapped_column(Sealed("second_factor.secret"))
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    # The newest step of which a code was taken; neither it nor one before it is good again.
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)


class RecoveryCode(Base):
    """A code that replaces the phone once, as its SHA-256."""

    __tablename__ = "recovery_code"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(unique=True)
    used_at: Mapped[datetime | None]


def enabled(session: Session, user_id: UUID) -> SecondFactor | None:
    """The person's second factor, if it counts."""
    row = session.get(SecondFactor, user_id)
    return row if row is not None and row.confirmed_at is not None else None


def begin(session: Session, user_id: UUID, at: datetime) -> SecondFactor:
    """A new secret that waits for its first code. The one before it, if it counts, has to be taken away first."""
    row = session.get(SecondFactor, user_id, with_for_update=True)
    if row is None:
        row = SecondFactor(user_id=user_id, secret=pyotp.random_base32(), created_at=at)
        session.add(row)
    elif row.confirmed_at is None:
        row.secret, row.created_at, row.last_step = pyotp.random_base32(), at, 0
    session.flush()
    return row


def address(row: SecondFactor, username: str) -> str:
    """What the QR code says: the otpauth URI that every authenticator app reads."""
    return pyotp.TOTP(row.secret, name=username, issuer=ISSUER).provisioning_uri()


def qr_code(text: str) -> str:
    """A QR code as SVG, black on white in either theme."""
    return segno.make(text, error="m").svg_inline(scale=4, border=4, dark="#000", light="#fff", omitsize=True)


def take(session: Session, user_id: UUID, code: str, at: datetime, *, recovery: bool = True) -> str | None:
    """Takes a code of the app, or where `recovery` allows it a recovery code: `otp`, `recovery`, or None when it is not
    good. Each is good once, however many requests bring it at the same time."""
    row = session.get(SecondFactor, user_id, with_for_update=True, populate_existing=True)
    if row is None:
        return None
    text = "".join(char for char in code.casefold() if char.isalnum())
    if text.isdecimal() and text.isascii():
        step = _step(row.secret, text, at)
        if step is None or step <= row.last_step:
            return None
        row.last_step = step
        return "otp"
    if not recovery or row.confirmed_at is None:
        return None
    used = session.execute(
        update(RecoveryCode)
        .where(RecoveryCode.user_id == user_id, RecoveryCode.code_hash == _hash(text), RecoveryCode.used_at.is_(None))
        .values(used_at=at)
        .returning(RecoveryCode.id)
    )
    return "recovery" if used.first() is not None else None


def confirm(session: Session, row: SecondFactor, at: datetime) -> list[str]:
    """Makes the second factor count; the recovery codes, which are shown this once."""
    row.confirmed_at = at
    return new_recovery_codes(session, row.user_id)


def new_recovery_codes(session: Session, user_id: UUID) -> list[str]:
    """Ten new recovery codes in place of those before."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(user_id=user_id, code_hash=_hash(code.replace("-", ""))) for code in codes)
    session.flush()
    return codes


def codes_left(session: Session, user_id: UUID) -> int:
    """How many recovery codes are unused."""
    query = select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return session.scalar(query) or 0


def remove(session: Session, user_id: UUID) -> None:
    """Takes the second factor away, with its recovery codes."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    session.execute(delete(SecondFactor).where(SecondFactor.user_id == user_id))
    session.expire_all()


def _step(secret: str, code: str, at: datetime) -> int | None:
    """The step whose code this is. Every candidate is compared, so that the time tells nothing."""
    totp, now = pyotp.TOTP(secret), int(at.timestamp()) // STEP_SECONDS
    found = [step for step in (now + shift for shift in WINDOW) if _same(totp.generate_otp(step), code)]
    return max(found) if found else None


def _same(left: str, right: str) -> bool:
    return secrets.compare_digest(left.encode(), right.encode())


def _recovery_code() -> str:
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS)) for _ in range(_GROUPS))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
