"""Telephones: each makes a key of its own (ES256) that never leaves it, and shows with every sign-in and refresh that it
holds it (reliability.md 3.3 S9). A refresh token that was copied from one is worth nothing on another.

The proof is that of RFC 9449 (DPoP): a JWT in the header `DPoP`, with the public key in its header, for one method and one
address, good once."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from sqlalchemy import ForeignKey, Index, delete, select, text
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from kit.db import uuid7
from kit.errors import Unauthenticated
from services.auth.models import Base

ALGORITHM = "ES256"
PROOF_TYPE = "dpop+jwt"
# A telephone's clock may be this wrong; a proof is remembered for as long as it could be shown again.
CLOCK = timedelta(minutes=5)
MOST_CHARACTERS = 2_048
_REGISTRY = jws.JWSRegistry(algorithms=[ALGORITHM])


class MobileDevice(Base):
    """A telephone of a person, known by the thumbprint of its public key (RFC 7638)."""

    __tablename__ = "mobile_device"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    name: Mapped[str]
    public_key: Mapped[dict[str, Any]] = mapped_column(JSONB)
    thumbprint: Mapped[str]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoke_reason: Mapped[str | None]

    __table_args__ = (
        Index(
            "uq_mobile_device_live", "user_id", "thumbprint", unique=True, postgresql_where=text("revoked_at IS NULL")
        ),
        Index("ix_mobile_device_thumbprint", "thumbprint"),
    )

    def as_json(self, current: UUID | None = None) -> dict[str, Any]:
        """As the API shows it."""
        return {
            "id": str(self.id),
            "name": self.name,
            "created_at": self.created_at.isoformat(),
            "last_used_at": self.last_used_at.isoformat(),
            "current": self.id == current,
        }


class SpentProof(Base):
    """A proof that was shown; it is not good again."""

    __tablename__ = "spent_proof"

    key: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof whose form, signature, address and time are right."""

    thumbprint: str
    public_key: dict[str, Any]
    jti: str


class ProofRefused(Unauthenticated):
    """The device has not shown that it holds its key."""

    code = "device_proof_invalid"


def read_proof(header: str | None, method: str, address: str, at: datetime) -> Proof:
    """The proof in a request's header `DPoP`. Whether it is shown for the first time is asked by `spend`."""
    if not header or len(header) > MOST_CHARACTERS or header.count(".") != 2:
        raise ProofRefused("缺少设备证明")
    try:
        segment = header.split(".", 1)[0]
        head = json.loads(urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
        if set(head) != {"typ", "alg", "jwk"} or head["typ"] != PROOF_TYPE or head["alg"] != ALGORITHM:
            raise ProofRefused("设备证明格式错误")
        public = head["jwk"]
        # Exactly the public half: a client that sends its private key has none any more.
        if set(public) != {"kty", "crv", "x", "y"} or public["kty"] != "EC" or public["crv"] != "P-256":
            raise ProofRefused("设备证明格式错误")
        key = ECKey.import_key(public)
        payload = jws.deserialize_compact(header, key, algorithms=[ALGORITHM], registry=_REGISTRY).payload
        claims = json.loads(payload)
        issued, jti = claims["iat"], claims["jti"]
        right = (
            claims["htm"] == method
            and claims["htu"] == address
            and isinstance(issued, int)
            and abs(at.timestamp() - issued) <= CLOCK.total_seconds()
            and isinstance(jti, str)
            and 16 <= len(jti) <= 128
        )
        thumbprint = key.thumbprint()
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise ProofRefused("设备证明格式错误") from error
    if not right:
        raise ProofRefused("设备证明不适用于此请求，请核对手机时间")
    return Proof(thumbprint, public, jti)


def spend(session: Session, proof: Proof, at: datetime) -> None:
    """Refuses a proof that was shown before. Of two requests with one proof the second waits, and is refused."""
    key = hashlib.sha256(f"{proof.thumbprint}|{proof.jti}".encode()).hexdigest()
    spent = session.execute(
        insert(SpentProof).values(key=key, expires_at=at + 2 * CLOCK).on_conflict_do_nothing().returning(SpentProof.key)
    )
    if spent.first() is None:
        raise ProofRefused("设备证明已用过")


def find(session: Session, user_id: UUID, thumbprint: str) -> MobileDevice | None:
    """The person's telephone with this key."""
    query = select(MobileDevice).where(
        MobileDevice.user_id == user_id, MobileDevice.thumbprint == thumbprint, MobileDevice.revoked_at.is_(None)
    )
    return session.scalar(query)


def register(session: Session, user_id: UUID, proof: Proof, name: str, at: datetime) -> MobileDevice:
    """The telephone of a successful sign-in: the known one, or a new one. Two sign-ins at a time make one of it."""
    session.execute(
        insert(MobileDevice)
        .values(
            id=uuid7(),
            user_id=user_id,
            name=name,
            public_key=proof.public_key,
            thumbprint=proof.thumbprint,
            created_at=at,
            last_used_at=at,
        )
        .on_conflict_do_nothing()
    )
    row = find(session, user_id, proof.thumbprint)
    assert row is not None
    row.name, row.last_used_at = name, at
    return row


def live_devices(session: Session, user_id: UUID) -> list[MobileDevice]:
    """The person's telephones, the one used last first."""
    query = (
        select(MobileDevice)
        .where(MobileDevice.user_id == user_id, MobileDevice.revoked_at.is_(None))
        .order_by(MobileDevice.last_used_at.desc(), MobileDevice.id)
    )
    return list(session.scalars(query))


def sweep(session: Session, at: datetime) -> None:
    """Forgets proofs that are too old to be shown again."""
    session.execute(delete(SpentProof).where(SpentProof.expires_at < at))
