"""Why a handler failed, and what follows from it (reliability.md 2.5)."""

from __future__ import annotations

import random
from enum import StrEnum

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from kit.bus.settings import BusSettings

# Serialization failures, deadlocks, lock and statement time limits, and a server that is starting, stopping or full.
TRANSIENT_STATES = ("40", "53", "55", "57", "58", "08")


class PermanentError(Exception):
    """A handler raises this for an event that will never work: it is dead at once, and an operator decides."""


class TransientError(Exception):
    """A handler raises this when what it needs is away for the moment."""


class HandlerTimeout(TransientError):
    """The handler took longer than it may."""


class Failure(StrEnum):
    """The three classes of failure."""

    TRANSIENT = "transient"
    UNKNOWN = "unknown"
    PERMANENT = "permanent"


def classify(error: BaseException) -> Failure:
    """The class of an exception that a handler, or the commit after it, raised."""
    if isinstance(error, (PermanentError, ValidationError)):
        return Failure.PERMANENT
    if isinstance(error, (TransientError, PoolTimeout, ConnectionError, TimeoutError)):
        return Failure.TRANSIENT
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None)
        # Without a state the server did not answer at all.
        if state is None or str(state).startswith(TRANSIENT_STATES) or error.connection_invalidated:
            return Failure.TRANSIENT
    return Failure.UNKNOWN


def tries(failure: Failure, settings: BusSettings) -> int:
    """After how many attempts an event is dead."""
    if failure is Failure.PERMANENT:
        return 1
    return settings.tries_transient if failure is Failure.TRANSIENT else settings.tries_unknown


def backoff(attempts: int, settings: BusSettings) -> float:
    """Seconds to wait after the `attempts`-th attempt, at most: 1, 2, 4, … 60."""
    return float(min(settings.retry_cap, settings.retry_base * 2 ** min(attempts - 1, 30)))


def jittered(attempts: int, settings: BusSettings) -> float:
    """With full jitter, so that what failed together does not come back together."""
    return random.uniform(0, backoff(attempts, settings))  # noqa: S311


def describe(error: BaseException) -> str:
    """What an operator reads; no longer than needed, and without bytes that PostgreSQL would refuse."""
    text = f"{type(error).__name__}: {error}".replace("\x00", "�")
    return text.encode("utf-8", "replace").decode()[:2000]
