"""Emitting: an event is written in the transaction of what it tells about."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Text, bindparam, cast, func, insert, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from contracts.events import Event
from contracts.subscriptions import subscribers_of
from kit.audit import origin
from kit.bus.tables import MAX_EVENT_BYTES, Outbox, OutboxDelivery
from kit.db import uuid7

# What relays listen on; only a wake-up, for they poll as well.
CHANNEL = "outbox"

T = TypeVar("T", bound=BaseModel)

_OUTBOX: Any = Outbox.__table__


class EventTooLarge(ValueError):
    """An event's data is over 64 KiB: it carries what it should only name, or a list that `split` should have cut."""


def emit(session: Session, event: Event, *, aggregate: str, actor: UUID | None = None) -> UUID:
    """Writes the event and a delivery row for each subscriber into the caller's transaction; returns its id. There is no
    way to send an event without a session, so none can be sent of what was then rolled back. `aggregate` names what the
    event is about (`ledger:fire-facilities`)."""
    return emit_all(session, [(event, aggregate)], actor=actor)[0]


def emit_all(session: Session, events: Iterable[tuple[Event, str]], *, actor: UUID | None = None) -> list[UUID]:
    """The same for many (event, aggregate) pairs, in a number of statements that does not depend on how many they are."""
    rows: list[dict[str, Any]] = []
    deliveries: list[dict[str, Any]] = []
    trace_id = origin.get().trace_id
    for event, aggregate in events:
        # Serialised once, by pydantic, and handed to PostgreSQL as text: an import tells of 100,000 rows.
        data = event.model_dump_json()
        if _printed(data) > MAX_EVENT_BYTES:
            size = _size(json.loads(data))
            if size > MAX_EVENT_BYTES:
                raise EventTooLarge(f"{event.type} {aggregate}: {size} bytes, {MAX_EVENT_BYTES} allowed")
        id_ = uuid7()
        rows.append(
            {"id": id_, "type": event.type, "aggregate": aggregate, "json": data, "actor": actor, "trace_id": trace_id}
        )
        deliveries += [{"event_id": id_, "subscriber": name} for name in subscribers_of(type(event))]
    if rows:
        session.execute(insert(_OUTBOX).values(data=cast(bindparam("json", type_=Text), JSONB)), rows)
    if deliveries:
        session.execute(insert(OutboxDelivery), deliveries)
        session.execute(select(func.pg_notify(CHANNEL, "")))
    return [row["id"] for row in rows]


def split(items: Iterable[T], *, most: int = 500, most_bytes: int = MAX_EVENT_BYTES - 4096) -> Iterator[tuple[T, ...]]:
    """Cuts the facts of a batched event (`LedgerRowsChanged.changes`) into parts that each fit into one event: at most
    `most` of them, and small enough. A single item that is too large comes alone, for `emit` to refuse."""
    part: list[T] = []
    room = most_bytes
    for item in items:
        size = _printed(item.model_dump_json()) + 2
        if part and (len(part) >= most or size > room):
            yield tuple(part)
            part, room = [], most_bytes
        part.append(item)
        room -= size
    if part:
        yield tuple(part)


def _printed(data: str) -> int:
    """At most so many bytes when PostgreSQL prints it, with a space after each colon and comma; cheap, and never less."""
    return len(data.encode("utf-8", "surrogatepass")) + data.count(":") + data.count(",")


def _size(data: Any) -> int:
    # As PostgreSQL prints jsonb, with a space after each colon and comma: the check on the table counts those bytes.
    return len(json.dumps(data, ensure_ascii=False).encode("utf-8", "surrogatepass"))
