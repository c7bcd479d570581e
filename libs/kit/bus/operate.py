"""What an operator does with events that did not get through: look, try again, drop, send again, rebuild. Every change is
audited in its own transaction (reliability.md 2.5, 2.7)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from contracts.events import event_class
from contracts.subscriptions import SUBSCRIBERS
from kit.audit import record
from kit.bus.envelope import BadMessage, decode
from kit.bus.inbox import insert_events
from kit.bus.monitor import STUCK_ATTEMPTS
from kit.bus.outbox import CHANNEL
from kit.bus.tables import Inbox, InboxQuarantine, Outbox, OutboxDelivery
from kit.errors import Conflict, Invalid, NotFound

Kind = Literal["dead", "waiting", "quarantined", "undelivered"]


@dataclass(frozen=True, slots=True)
class Item:
    """One event, or one unreadable message, that needs a look. `dead` and `waiting` (failed, to be tried again) stand in this
    service's inbox, `undelivered` in its outbox."""

    kind: Kind
    id: UUID
    subscriber: str
    type: str | None
    aggregate: str | None
    attempts: int
    at: datetime
    error: str | None

    def numbers(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"id": str(self.id), "at": self.at.isoformat()}


def listing(session: Session, *, subscriber: str | None = None, limit: int = 200) -> list[Item]:
    """What did not go smoothly, the oldest first: dead, failed and waiting, quarantined, sent many times or refused."""
    items: list[Item] = []
    stuck = OutboxDelivery.state.in_(("pending", "sent")) & (
        (OutboxDelivery.attempts >= STUCK_ATTEMPTS) | OutboxDelivery.last_error.is_not(None)
    )
    failing = (Inbox.state == "dead") | ((Inbox.state == "ready") & Inbox.error.is_not(None))
    inbox = select(Inbox).where(failing).order_by(Inbox.received_at, Inbox.event_id).limit(limit)
    outbox = (
        select(OutboxDelivery, Outbox)
        .join(Outbox, Outbox.id == OutboxDelivery.event_id)
        .where(stuck)
        .order_by(Outbox.occurred_at, Outbox.id)
        .limit(limit)
    )
    quarantine = select(InboxQuarantine).order_by(InboxQuarantine.at).limit(limit)
    if subscriber is not None:
        inbox = inbox.where(Inbox.subscriber == subscriber)
        outbox = outbox.where(OutboxDelivery.subscriber == subscriber)
        quarantine = quarantine.where(InboxQuarantine.subscriber == subscriber)
    for row in session.scalars(inbox):
        kind: Kind = "dead" if row.state == "dead" else "waiting"
        items.append(
            Item(kind, row.event_id, row.subscriber, row.type, row.aggregate, row.attempts, row.received_at, row.error)
        )
    for delivery, event in session.execute(outbox):
        items.append(
            Item(
                "undelivered",
                event.id,
                delivery.subscriber,
                event.type,
                event.aggregate,
                delivery.attempts,
                event.occurred_at,
                delivery.last_error,
            )
        )
    for bad in session.scalars(quarantine):
        items.append(Item("quarantined", bad.id, bad.subscriber, None, bad.queue, bad.times, bad.at, bad.reason))
    return sorted(items, key=lambda item: (item.at, item.id))[:limit]


def show(session: Session, id_: UUID) -> list[dict[str, Any]]:
    """Everything that this service knows of an event or a quarantined message; raises NotFound."""
    found: list[dict[str, Any]] = []
    if event := session.get(Outbox, id_):
        deliveries = session.scalars(select(OutboxDelivery).where(OutboxDelivery.event_id == id_))
        found.append({"where": "outbox", **_row(event), "deliveries": [_row(each) for each in deliveries]})
    found += [{"where": "inbox", **_row(row)} for row in session.scalars(select(Inbox).where(Inbox.event_id == id_))]
    if bad := session.get(InboxQuarantine, id_):
        found.append({"where": "quarantine", **_row(bad), "raw": bad.raw.decode("utf-8", "backslashreplace")})
    if not found:
        raise NotFound(f"没有编号为 {id_} 的事件或消息")
    return found


def retry(session: Session, ids: Sequence[UUID] | None, *, by: str, subscriber: str | None = None) -> int:
    """Tries again at once: dead and waiting events are handled again with all their attempts, undelivered ones are sent
    again, quarantined messages are read again. `ids` None means everything that is dead (of `subscriber`). Returns how
    many; raises NotFound when an id fits nothing, Conflict when a message still cannot be read."""
    if ids is None:
        query = select(Inbox.event_id).where(Inbox.state == "dead").distinct()
        ids = session.scalars(query.where(Inbox.subscriber == subscriber) if subscriber else query).all()
    count = 0
    for id_ in ids:
        done = _retry_inbox(session, id_, subscriber) + _retry_outbox(session, id_, subscriber)
        done += _retry_quarantine(session, id_)
        if not done:
            raise NotFound(f"{id_} 不在失败、待投递或隔离之列")
        record(session, None, "bus.retry", "event", id_, username=by, detail={"subscriber": subscriber, "rows": done})
        count += done
    return count


def _retry_inbox(session: Session, id_: UUID, subscriber: str | None) -> int:
    statement = update(Inbox).where(Inbox.event_id == id_, Inbox.state.in_(("dead", "ready")))
    if subscriber is not None:
        statement = statement.where(Inbox.subscriber == subscriber)
    return _count(session, statement.values(state="ready", attempts=0, next_at=func.now()))


def _retry_outbox(session: Session, id_: UUID, subscriber: str | None) -> int:
    statement = update(OutboxDelivery).where(
        OutboxDelivery.event_id == id_, OutboxDelivery.state.in_(("pending", "sent"))
    )
    if subscriber is not None:
        statement = statement.where(OutboxDelivery.subscriber == subscriber)
    count = _count(session, statement.values(state="pending", attempts=0, next_at=func.now(), last_error=None))
    if count:
        session.execute(select(func.pg_notify(CHANNEL, "")))
    return count


def _retry_quarantine(session: Session, id_: UUID) -> int:
    bad = session.get(InboxQuarantine, id_)
    if bad is None:
        return 0
    try:
        envelope = decode(bad.raw, bad.content_type)
        if event_class(envelope.type) is None:
            raise BadMessage(f"unknown_type: {envelope.type}")
    except BadMessage as error:
        raise Conflict(f"消息仍无法识别：{error.reason}", code="message_unreadable") from error
    insert_events(session, bad.subscriber, [envelope])
    session.delete(bad)
    return 1


def drop(session: Session, ids: Sequence[UUID], *, reason: str, by: str, subscriber: str | None = None) -> int:
    """Gives events up for good: they are marked, not removed; a quarantined message is removed, and the audit trail keeps
    its checksum. Returns how many; raises NotFound when an id fits nothing, Invalid without a reason."""
    if not reason.strip():
        raise Invalid("请说明放弃的原因", code="reason_missing")
    count = 0
    for id_ in ids:
        inbox = update(Inbox).where(Inbox.event_id == id_, Inbox.state.in_(("dead", "ready"))).values(state="dropped")
        outbox = (
            update(OutboxDelivery)
            .where(OutboxDelivery.event_id == id_, OutboxDelivery.state.in_(("pending", "sent")))
            .values(state="dropped")
        )
        if subscriber is not None:
            inbox = inbox.where(Inbox.subscriber == subscriber)
            outbox = outbox.where(OutboxDelivery.subscriber == subscriber)
        detail: dict[str, Any] = {"reason": reason, "subscriber": subscriber}
        if bad := session.get(InboxQuarantine, id_):
            detail |= {"sha256": hashlib.sha256(bad.raw).hexdigest(), "bytes": len(bad.raw), "queue": bad.queue}
        done = _count(session, inbox) + _count(session, outbox)
        done += _count(session, delete(InboxQuarantine).where(InboxQuarantine.id == id_))
        if not done:
            raise NotFound(f"{id_} 不在失败、待投递或隔离之列")
        record(session, None, "bus.drop", "event", id_, username=by, detail=detail)
        count += done
    return count


def types_of(subscriber: str, pattern: str = "*") -> list[str]:
    """The event types that a subscriber is listed for and that fit `pattern` (`cn.gas.ledger.*`); raises Invalid when there
    is none."""
    found = [
        event.type for event, names in SUBSCRIBERS.items() if subscriber in names and fnmatchcase(event.type, pattern)
    ]
    if not found:
        raise Invalid(f"订阅方 {subscriber} 没有订阅符合 {pattern} 的事件", code="nothing_subscribed")
    return found


def replay(
    session: Session,
    subscriber: str,
    *,
    by: str,
    pattern: str = "*",
    since: datetime | None = None,
    until: datetime | None = None,
) -> int:
    """On the producer's database: sends events to a subscriber again, with the same ids. What the subscriber still knows as
    done stays done, unless its side has been cleared by `rebuild` before. Returns how many."""
    types = types_of(subscriber, pattern)
    session.execute(text("SET LOCAL statement_timeout = '10min'"))
    result = session.execute(
        text(
            """
            INSERT INTO outbox_delivery (event_id, subscriber)
            SELECT id, :subscriber FROM outbox
             WHERE type = ANY(:types)
               AND (CAST(:since AS timestamptz) IS NULL OR occurred_at >= :since)
               AND (CAST(:until AS timestamptz) IS NULL OR occurred_at < :until)
            ON CONFLICT (event_id, subscriber) DO UPDATE
               SET state = 'pending', attempts = 0, next_at = now(), sent_at = NULL, acked_at = NULL, last_error = NULL
            """
        ),
        {"subscriber": subscriber, "types": types, "since": since, "until": until},
    )
    count: int = result.rowcount  # type: ignore[attr-defined]
    session.execute(select(func.pg_notify(CHANNEL, "")))
    detail = {
        "types": types,
        "since": since and since.isoformat(),
        "until": until and until.isoformat(),
        "events": count,
    }
    record(session, None, "bus.replay", "subscriber", subscriber, username=by, detail=detail)
    return count


def rebuild(
    session: Session,
    subscriber: str,
    *,
    producer: str,
    clear: Callable[[Session, str], None],
    by: str,
    pattern: str = "*",
) -> int:
    """On the consumer's database: empties the subscriber's projection with `clear` (Worker.clear) and forgets the events of
    `producer` that made it, in one transaction; `replay` on the producer's side then fills it again. Returns how many
    events were forgotten."""
    types = types_of(subscriber, pattern)
    # Handlers that are at work hold their rows; they end first.
    session.execute(text("SET LOCAL lock_timeout = '60s'"))
    session.execute(text("SET LOCAL statement_timeout = '10min'"))
    # The events first: from here on no handler can begin with one of them before this is committed.
    count = _count(
        session,
        delete(Inbox).where(Inbox.subscriber == subscriber, Inbox.source == f"/{producer}", Inbox.type.in_(types)),
    )
    clear(session, subscriber)
    record(
        session,
        None,
        "bus.rebuild",
        "subscriber",
        subscriber,
        username=by,
        detail={"producer": producer, "types": types, "events": count},
    )
    return count


def _count(session: Session, statement: Any) -> int:
    result: Any = session.execute(statement.execution_options(synchronize_session=False))
    return int(result.rowcount)


def _row(row: Any) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}
