"""Idempotency-Key: the same POST sent twice is done once. Browsers themselves re-send a POST on a connection that was
cut (measured, frontend.md 4), so a client that cannot bear two effects sends a key.

The row is written in the transaction of the effect: either both are there or neither is (reliability.md 3.12)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header, Request
from fastapi.encoders import jsonable_encoder
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column
from starlette.responses import JSONResponse, Response

from kit.db.base import KitBase
from kit.errors import Invalid
from kit.http.principal import CurrentPrincipal
from kit.http.session import SessionDep
from kit.sealing import SealedJSON


class IdempotencyKey(KitBase):
    """What was answered to a key; the unique row is also the lock that makes a concurrent repetition wait."""

    __tablename__ = "idempotency_key"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[str]
    status: Mapped[int | None]
    # Whatever was answered, with its personal values: sealed where the service has keys.
    body: Mapped[Any | None] = mapped_column(SealedJSON("idempotency_key.body"))
    at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)


class Once:
    """Runs an effect once per key. Without a key it simply runs it."""

    def __init__(self, session: Session, user_id: UUID, key: str | None, request_hash: str) -> None:
        self.session = session
        self.user_id = user_id
        self.key = key
        self.request_hash = request_hash

    def __call__(self, effect: Callable[[], Any], status: int = 201) -> Response:
        """The effect's answer, or the answer of the first time with the header `Idempotent-Replayed: true`."""
        if self.key is None:
            return JSONResponse(jsonable_encoder(effect()), status)
        claimed = self.session.execute(
            insert(IdempotencyKey)
            .values(user_id=self.user_id, key=self.key, request_hash=self.request_hash)
            .on_conflict_do_nothing()
            .returning(IdempotencyKey.key)
        ).first()
        if claimed is None:
            return self._replay()
        body = jsonable_encoder(effect())
        row = self.session.get_one(IdempotencyKey, (self.user_id, self.key))
        row.status, row.body = status, body
        return JSONResponse(body, status)

    def _replay(self) -> Response:
        row = self.session.scalars(
            select(IdempotencyKey).where(IdempotencyKey.user_id == self.user_id, IdempotencyKey.key == self.key)
        ).one()
        if row.request_hash != self.request_hash:
            raise Invalid("同一个 Idempotency-Key 不能用于不同的请求", code="idempotency_key_reused")
        return JSONResponse(row.body, row.status or 200, headers={"Idempotent-Replayed": "true"})


def get_once(
    request: Request,
    session: SessionDep,
    principal: CurrentPrincipal,
    idempotency_key: Annotated[str | None, Header(max_length=64, pattern=r"^[\x21-\x7e]+$")] = None,
) -> Once:
    """The dependency. The hash covers method, path, query and the JSON body as parsed by the route."""
    return Once(session, principal.user_id, idempotency_key, request_fingerprint(request))


def request_fingerprint(request: Request) -> str:
    """Hash of what was asked. The body has been read by the framework before dependencies run; Starlette keeps it."""
    body: bytes = getattr(request, "_body", b"")
    parts = [request.method, request.url.path, request.url.query, hashlib.sha256(body).hexdigest()]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


OnceDep = Annotated[Once, Depends(get_once)]
