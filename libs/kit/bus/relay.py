"""The relay: brings what is due in the outbox to the subscribers' queues, and takes their receipts. Plain threads, no
eventlet; any number of copies may run. `python -m kit.bus.relay <service>`."""

from __future__ import annotations

import re
import threading
import time
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from kit import log
from kit.bus import broker, envelope
from kit.bus.publisher import Publisher, Unroutable
from kit.bus.settings import BusSettings
from kit.db import Database

_log = log.get(__name__)
_TRACE_ID = re.compile(r"[0-9a-f]{32}")

# Who has anything to get: read from the rows themselves and not from the contracts, since an event may have been written
# by another release than this one. One step of the index for each name, however many rows there are.
_SUBSCRIBERS = text(
    """
    WITH RECURSIVE s(name) AS (
      SELECT min(subscriber) FROM outbox_delivery WHERE state IN ('pending', 'sent')
      UNION ALL
      SELECT (SELECT min(subscriber) FROM outbox_delivery WHERE state IN ('pending', 'sent') AND subscriber > s.name)
        FROM s WHERE s.name IS NOT NULL)
    SELECT name FROM s WHERE name IS NOT NULL
    """
)
_IN_FLIGHT = text(
    "SELECT count(*) FROM outbox_delivery WHERE subscriber = :subscriber AND state = 'sent' AND next_at > now()"
)
# Marked before they are published, committed after: a publish that fails rolls the marks back.
_TAKE = text(
    """
    WITH due AS (
      SELECT event_id FROM outbox_delivery
       WHERE subscriber = :subscriber AND state IN ('pending', 'sent') AND next_at <= now()
       ORDER BY next_at, event_id LIMIT :room FOR UPDATE SKIP LOCKED)
    UPDATE outbox_delivery d
       SET state = 'sent', attempts = d.attempts + 1, sent_at = now(),
           next_at = now() + make_interval(
             secs => least(:longest, :first * power(2, least(d.attempts, 30))) * (0.8 + 0.4 * random()))
      FROM due, outbox o
     WHERE d.event_id = due.event_id AND d.subscriber = :subscriber AND o.id = d.event_id
    RETURNING o.id, o.type, o.aggregate, o.data, o.actor, o.trace_id, o.occurred_at
    """
)
_UNSENDABLE = text(
    """
    UPDATE outbox_delivery SET state = 'pending', last_error = :error
     WHERE event_id = :event_id AND subscriber = :subscriber
    """
)


class Relay:
    """The publishing loop. `wake` is set by whoever knows that something may be due."""

    def __init__(self, service: str, url: str, database: Database, settings: BusSettings) -> None:
        self.service = service
        self.wake = threading.Event()
        self.stopping = threading.Event()
        self._url = url
        self._database = database
        self._settings = settings
        self._publisher: Publisher | None = None
        # Subscribers whose queue was not there, with the moment of the next try and the delay that led to it.
        self._resting: dict[str, tuple[float, float]] = {}

    def run(self) -> None:
        """Until `stopping` is set. Neither the broker nor the database going away ends it."""
        pause = 0.0
        while not self.stopping.is_set():
            try:
                busy = self.once()
                pause = 0.0
            except Exception as error:
                # Nothing was marked: the transaction was rolled back. Whatever it was, a new connection is made.
                pause = min(30.0, max(1.0, pause * 2))
                _log.warning("relay_waits", error=f"{type(error).__name__}: {error}"[:300], seconds=pause)
                self._drop_publisher()
                self.stopping.wait(pause)
                continue
            if not busy:
                self.wake.wait(self._settings.relay_poll)
                self.wake.clear()
        self._drop_publisher()

    def once(self) -> bool:
        """One round over the subscribers. True when any of them had a full batch, so that more may be due at once."""
        with self._database.session() as session:
            names = session.scalars(_SUBSCRIBERS).all()
        if not names and self._publisher is not None:
            self._publisher.keep_alive()
        busy = False
        for name in names:
            until, delay = self._resting.get(name, (0.0, 0.0))
            if self.stopping.is_set() or time.monotonic() < until:
                continue
            try:
                busy |= self._send(name)
                self._resting.pop(name, None)
            except Unroutable as error:
                delay = min(30.0, max(self._settings.relay_poll, delay * 2))
                self._resting[name] = (time.monotonic() + delay, delay)
                _log.warning("subscriber_waits", subscriber=name, error=str(error), seconds=delay)
        return busy

    def _send(self, subscriber: str) -> bool:
        numbers = self._settings
        with self._database.transaction() as session:
            in_flight = session.scalar(_IN_FLIGHT, {"subscriber": subscriber}) or 0
            free = numbers.window - in_flight
            # A nearly full window is left to empty, or each receipt would be followed by a round for one event.
            if free <= 0 or free < numbers.window // 4:
                return False
            room = min(numbers.relay_batch, free)
            rows = session.execute(
                _TAKE,
                {
                    "subscriber": subscriber,
                    "room": room,
                    "first": numbers.first_resend,
                    "longest": numbers.longest_resend,
                },
            ).all()
            bodies = [
                body for row in sorted(rows, key=lambda row: row.id) if (body := self._encode(session, subscriber, row))
            ]
            if bodies:
                if self._publisher is None:
                    self._publisher = Publisher(self._url, timeout=numbers.publish_timeout)
                self._publisher.publish(broker.inbox_queue(subscriber), bodies, envelope.CONTENT_TYPE)
        return len(rows) == room

    def _encode(self, session: Session, subscriber: str, row: Any) -> bytes | None:
        try:
            body = envelope.encode(
                service=self.service,
                id_=row.id,
                type_=row.type,
                aggregate=row.aggregate,
                occurred_at=row.occurred_at,
                data=row.data,
                trace_id=row.trace_id if _TRACE_ID.fullmatch(row.trace_id or "") else None,
                actor=row.actor,
            )
        except ValueError as error:
            # One row that cannot be put into an envelope must not keep the others back; it waits for an operator.
            session.execute(_UNSENDABLE, {"event_id": row.id, "subscriber": subscriber, "error": str(error)[:300]})
            _log.error("event_unsendable", event_id=str(row.id), subscriber=subscriber, error=str(error)[:300])
            return None
        return body

    def _drop_publisher(self) -> None:
        if self._publisher is not None:
            self._publisher.close()
            self._publisher = None


def listen(relay: Relay, database: Database) -> None:
    """Wakes the relay when a transaction with events has been committed. Only a saving of time: the relay polls."""
    while not relay.stopping.is_set():
        try:
            connection: Any = database.engine.raw_connection()
            try:
                raw = connection.driver_connection
                raw.rollback()
                raw.autocommit = True
                raw.execute("LISTEN outbox")
                relay.wake.set()
                while not relay.stopping.is_set():
                    for _ in raw.notifies(timeout=1.0, stop_after=1):
                        relay.wake.set()
            finally:
                # It never goes back to the pool: it listens.
                connection.invalidate()
                connection.close()
        except Exception as error:
            if not isinstance(error, SQLAlchemyError):
                _log.info("listen_lost", error=f"{type(error).__name__}: {error}"[:200])
            relay.stopping.wait(2.0)
