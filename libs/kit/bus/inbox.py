"""Storing what arrives. A message is acknowledged only after its event, or its bytes, are in this database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session

from kit.bus.envelope import BadMessage, Envelope, decode
from kit.bus.receipts import Receipt
from kit.bus.tables import Inbox, InboxQuarantine
from kit.db import Database


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message as the broker gave it."""

    raw: bytes | str
    content_type: str | None
    headers: Mapping[str, Any]
    queue: str


def store(
    database: Database, subscriber: str, known: frozenset[str], arrivals: Sequence[Arrival]
) -> list[tuple[str, Receipt]]:
    """Stores a batch in one transaction and returns (producing service, receipt) pairs to send after it. Whatever cannot be
    stored as an event of a type in `known` is quarantined, whole. Raises only when the database is away."""
    events: list[tuple[Arrival, Envelope]] = []
    bad: list[tuple[Arrival, str]] = []
    receipts: list[tuple[str, Receipt]] = []
    for arrival in arrivals:
        try:
            envelope = decode(arrival.raw, arrival.content_type)
        except BadMessage as error:
            bad.append((arrival, error.reason))
            continue
        if envelope.type in known:
            events.append((arrival, envelope))
            receipts.append((envelope.service, Receipt(envelope.id, subscriber)))
        else:
            reason = f"unknown_type: {envelope.type}"
            bad.append((arrival, reason))
            receipts.append((envelope.service, Receipt(envelope.id, subscriber, "refused", reason)))
    try:
        with database.transaction() as session:
            insert_events(session, subscriber, [envelope for _, envelope in events])
            _quarantine(session, subscriber, bad)
    except DataError:
        if len(arrivals) == 1:
            return _store_what_postgres_refuses(database, subscriber, arrivals[0], receipts)
        # One of them holds what JSON allows and PostgreSQL does not (a NUL, a lone surrogate): each by itself, so that it
        # does not hold up the others.
        return [pair for arrival in arrivals for pair in store(database, subscriber, known, [arrival])]
    return receipts


def _store_what_postgres_refuses(
    database: Database, subscriber: str, arrival: Arrival, receipts: list[tuple[str, Receipt]]
) -> list[tuple[str, Receipt]]:
    reason = "not_storable"
    with database.transaction() as session:
        _quarantine(session, subscriber, [(arrival, reason)])
    return [(service, Receipt(r.event_id, r.subscriber, "refused", reason)) for service, r in receipts]


def insert_events(session: Session, subscriber: str, envelopes: Sequence[Envelope]) -> None:
    """Writes events as ready to be handled; those that are there already stay as they are."""
    rows = {
        (envelope.source, envelope.id): {
            "subscriber": subscriber,
            "source": envelope.source,
            "event_id": envelope.id,
            "type": envelope.type,
            "aggregate": envelope.subject,
            "body": envelope.model_dump(mode="json", exclude_none=True),
        }
        for envelope in envelopes
    }
    if rows:
        # In the order of the keys: two workers that store the same repeated events must not deadlock.
        ordered = [rows[key] for key in sorted(rows)]
        session.execute(insert(Inbox).on_conflict_do_nothing(), ordered)


def _quarantine(session: Session, subscriber: str, bad: Sequence[tuple[Arrival, str]]) -> None:
    for arrival, reason in bad:
        raw = arrival.raw if isinstance(arrival.raw, bytes) else arrival.raw.encode("utf-8", "surrogatepass")
        statement = insert(InboxQuarantine).values(
            id=quarantine_id(arrival.queue, raw),
            queue=arrival.queue,
            subscriber=subscriber,
            content_type=_clean(arrival.content_type) if arrival.content_type else None,
            raw=raw,
            headers=_headers(arrival.headers),
            reason=_clean(reason),
        )
        session.execute(
            statement.on_conflict_do_update(index_elements=["id"], set_={"times": InboxQuarantine.times + 1})
        )


def quarantine_id(queue: str, raw: bytes) -> UUID:
    """The same for the same bytes in the same queue: what is sent again is counted, not stored again."""
    return UUID(bytes=hashlib.sha256(queue.encode() + b"\0" + raw).digest()[:16])


def _clean(value: str) -> str:
    return value.replace("\x00", "�").encode("utf-8", "replace").decode()[:500]


def _headers(headers: Mapping[str, Any]) -> dict[str, str]:
    return {_clean(str(key)): _clean(json.dumps(value, default=repr)) for key, value in list(headers.items())[:50]}


__all__ = ["Arrival", "insert_events", "quarantine_id", "store"]
