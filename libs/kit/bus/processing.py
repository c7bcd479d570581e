"""Handling what is stored: one event, one transaction, in which the effect and the mark "done" are made together.

An attempt is counted before the handler starts, in a small transaction of its own, and the time of the next one is set with
it. So an event whose handler takes the whole process down is not tried for ever, and the others go on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from contracts.events import Event, event_class
from kit import log
from kit.audit import Origin, origin
from kit.bus.envelope import Envelope
from kit.bus.failures import Failure, PermanentError, classify, describe, jittered, tries
from kit.bus.settings import BusSettings
from kit.db import Database

_log = log.get(__name__)

# Runs the handler of an event in the given session; may raise anything.
Handler = Callable[[Session, Event], None]


@dataclass(frozen=True, slots=True)
class Claim:
    """One event that this process is about to handle, with the number of this attempt."""

    subscriber: str
    source: str
    event_id: UUID
    type: str
    body: dict[str, Any]
    attempts: int
    # The attempt before this one left no error: it never came to an end, and may have ended the process.
    suspect: bool = False

    @property
    def key(self) -> dict[str, Any]:
        """The primary key."""
        return {"subscriber": self.subscriber, "source": self.source, "event_id": self.event_id}


# Losing this commit in a crash of the server costs one count, so it does not wait for the disk (set_config).
#
# next_at is the database's clock: workers' clocks may differ. The next attempt may not come before the usual delay, which
# also keeps other workers off while this one gets from its claim to the row lock. It is spread, so that the neighbours of an
# event that killed the process do not come up together with it again.
_CLAIM = text(
    """
    UPDATE inbox SET attempts = attempts + 1,
           next_at = now() + (1 + random()) * make_interval(secs => least(:cap, :base * power(2, least(attempts, 30))))
     WHERE (subscriber, source, event_id) = (
       SELECT subscriber, source, event_id FROM inbox
        WHERE subscriber = :subscriber AND state = 'ready' AND next_at <= now()
        ORDER BY next_at, event_id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING source, event_id, type, body, attempts, attempts > 1 AND error IS NULL AS suspect,
              set_config('synchronous_commit', 'off', true)
    """
)
_DONE = text(
    """
    UPDATE inbox SET state = 'done', done_at = clock_timestamp(), error = NULL
     WHERE subscriber = :subscriber AND source = :source AND event_id = :event_id
       AND state = 'ready' AND attempts = :attempts
    """
)
_FAILED = text(
    """
    UPDATE inbox SET state = :state, error = :error, next_at = now() + make_interval(secs => :delay)
     WHERE subscriber = :subscriber AND source = :source AND event_id = :event_id
       AND state = 'ready' AND attempts = :attempts
    """
)


def claim(database: Database, subscriber: str, settings: BusSettings) -> Claim | None:
    """The next event that is due, or None."""
    with database.transaction() as session:
        row = session.execute(
            _CLAIM, {"subscriber": subscriber, "cap": settings.retry_cap, "base": settings.retry_base}
        ).first()
    return (
        None
        if row is None
        else Claim(subscriber, row.source, row.event_id, row.type, row.body, row.attempts, row.suspect)
    )


def process(database: Database, claimed: Claim, handler: Handler, settings: BusSettings) -> bool:
    """Runs the handler and marks the event done, or records the failure. True when it was done by this call."""
    if claimed.attempts > settings.tries_transient:
        # Only an attempt that never came to an end leaves the row like this.
        _record(database, claimed, "dead", 0, "the process ended while this event was being handled, each time")
        return False
    try:
        envelope = Envelope.model_validate(claimed.body)
        model = event_class(claimed.type)
        if model is None:
            raise PermanentError(f"unknown type {claimed.type}")
        event = model.model_validate(envelope.data)
        token = origin.set(Origin(trace_id=envelope.trace_id))
        try:
            return _in_transaction(database, claimed, handler, event)
        finally:
            origin.reset(token)
    except Exception as error:
        _failed(database, claimed, error, settings)
        return False


def _in_transaction(database: Database, claimed: Claim, handler: Handler, event: Event) -> bool:
    with database.transaction() as session:
        marked = session.execute(_DONE, {**claimed.key, "attempts": claimed.attempts})
        if marked.rowcount != 1:  # type: ignore[attr-defined]
            # Somebody else has it by now: another worker after this one was held up, or an operator.
            return False
        handler(session, event)
    return True


def _failed(database: Database, claimed: Claim, error: Exception, settings: BusSettings) -> None:
    failure = classify(error)
    dead = failure is Failure.PERMANENT or claimed.attempts >= tries(failure, settings)
    delay = jittered(claimed.attempts, settings)
    if dead:
        _log.error("event_dead", **_about(claimed), failure=failure, exc_info=error)
    else:
        _log.warning("event_failed", **_about(claimed), failure=failure, error=describe(error))
    # When the database is away this is lost and nothing else: the claim has already set the next attempt.
    with suppress(SQLAlchemyError):
        _record(database, claimed, "dead" if dead else "ready", delay, describe(error))


def _record(database: Database, claimed: Claim, state: str, delay: float, error: str) -> None:
    with database.transaction() as session:
        session.execute(
            _FAILED, {**claimed.key, "attempts": claimed.attempts, "state": state, "delay": delay, "error": error}
        )


def _about(claimed: Claim) -> dict[str, Any]:
    return {
        "subscriber": claimed.subscriber,
        "event_id": str(claimed.event_id),
        "type": claimed.type,
        "attempts": claimed.attempts,
    }
