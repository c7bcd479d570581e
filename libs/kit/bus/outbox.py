"""Emitting: an event is written in the transaction of what it tells about."""

from __future__ import annotations

from uuid import UUID

from contracts.events import Event
from contracts.subscriptions import subscribers_of
from sqlalchemy.orm import Session

from kit.audit import origin
from kit.bus.tables import Outbox, OutboxDelivery
from kit.db import uuid7


def emit(session: Session, event: Event, *, aggregate: str, actor: UUID | None = None) -> UUID:
    """Writes the event and a delivery row for each subscriber into the caller's transaction; returns its id. There is no
    way to send an event without a session, so none can be sent of what was then rolled back."""
    id_ = uuid7()
    session.add(
        Outbox(
            id=id_,
            type=event.type,
            aggregate=aggregate,
            data=event.model_dump(mode="json"),
            actor=actor,
            trace_id=origin.get().trace_id,
        )
    )
    session.flush()
    session.add_all(OutboxDelivery(event_id=id_, subscriber=name) for name in subscribers_of(type(event)))
    return id_
