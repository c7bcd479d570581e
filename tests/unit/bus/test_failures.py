"""Which failures are tried again, how often, and after how long."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import IntegrityError, OperationalError

from kit.bus.failures import (
    Failure,
    HandlerTimeout,
    PermanentError,
    TransientError,
    backoff,
    classify,
    describe,
    jittered,
    tries,
)
from kit.bus.settings import BusSettings

NUMBERS = BusSettings()


def test_the_delays_are_those_of_the_design() -> None:
    assert [backoff(attempts, NUMBERS) for attempts in range(1, 10)] == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert backoff(5000, NUMBERS) == 60


def test_jitter_spreads_over_the_whole_delay() -> None:
    drawn = [jittered(4, NUMBERS) for _ in range(400)]
    assert 0 <= min(drawn) < 1
    assert 7 < max(drawn) <= 8


def database_error(kind: Any, orig: Any) -> Any:
    return kind("SELECT 1", {}, orig)


def invalid() -> ValidationError:
    class Model(BaseModel):
        number: int

    with pytest.raises(ValidationError) as caught:
        Model.model_validate({"number": "x"})
    return caught.value


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (PermanentError("no"), Failure.PERMANENT),
        (invalid(), Failure.PERMANENT),
        (TransientError("later"), Failure.TRANSIENT),
        (HandlerTimeout("slow"), Failure.TRANSIENT),
        (ConnectionResetError(), Failure.TRANSIENT),
        (TimeoutError(), Failure.TRANSIENT),
        (database_error(OperationalError, psycopg.errors.SerializationFailure()), Failure.TRANSIENT),
        (database_error(OperationalError, psycopg.errors.DeadlockDetected()), Failure.TRANSIENT),
        (database_error(OperationalError, psycopg.errors.LockNotAvailable()), Failure.TRANSIENT),
        (database_error(OperationalError, psycopg.errors.AdminShutdown()), Failure.TRANSIENT),
        (database_error(OperationalError, psycopg.OperationalError("connection refused")), Failure.TRANSIENT),
        (database_error(IntegrityError, psycopg.errors.UniqueViolation()), Failure.UNKNOWN),
        (ValueError("a mistake"), Failure.UNKNOWN),
        (KeyError("x"), Failure.UNKNOWN),
    ],
)
def test_classes(error: Exception, failure: Failure) -> None:
    assert classify(error) is failure


def test_how_often() -> None:
    assert [tries(failure, NUMBERS) for failure in (Failure.TRANSIENT, Failure.UNKNOWN, Failure.PERMANENT)] == [
        12,
        8,
        1,
    ]


def test_a_description_can_always_be_stored() -> None:
    text = describe(ValueError("a\x00b\ud800" + "x" * 5000))
    assert text.startswith("ValueError: a�b")
    assert len(text) == 2000
    text.encode()
