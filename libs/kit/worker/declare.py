"""The vocabulary of a worker class: what it handles and what it does by the clock. No I/O, no Nameko."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from contracts.events import Event

# Work by the clock may take longer than an event, but not forever: it holds a transaction open.
JOB_LIMIT_SECONDS = 300.0

F = TypeVar("F", bound=Callable[..., Any])


class DeclarationError(TypeError):
    """A worker class says something that cannot be meant; the message names the class and the method."""


@dataclass(frozen=True, slots=True)
class Handles:
    """A method reacts to an event, as `subscriber` (the worker's own name when None)."""

    event: type[Event]
    subscriber: str | None


@dataclass(frozen=True, slots=True)
class Clockwork:
    """A method runs once per period, in one of the service's workers. Exactly one of `seconds` and `at` is set."""

    name: str
    seconds: int | None
    at: time | None
    limit: float


def handles(event: type[Event], *, subscriber: str | None = None) -> Callable[[F], F]:
    """The method `(self, session, event)` is run once for each event of this type, in the transaction that marks the event
    done. It must not commit, and must not do what a rollback cannot undo (no message, no file): it may be run again after
    a failure. Two reactions of one service to one type need two subscribers, so that one's failure does not repeat the
    other. Limit: 30 seconds."""

    def mark(method: F) -> F:
        _marks(method, "__handles__").append(Handles(event, subscriber))
        return method

    return mark


def every(*, name: str, minutes: int = 0, seconds: int = 0, limit: float = JOB_LIMIT_SECONDS) -> Callable[[F], F]:
    """The method `(self, session)` is run once per period however many workers run. When it fails it is tried again while
    the period lasts."""
    length = minutes * 60 + seconds
    if length < 1:
        raise DeclarationError(f"every(name={name!r}): the period must be at least one second")

    def mark(method: F) -> F:
        _marks(method, "__clockwork__").append(Clockwork(name, length, None, limit))
        return method

    return mark


def daily(at: str, *, name: str, limit: float = JOB_LIMIT_SECONDS) -> Callable[[F], F]:
    """The method `(self, session, on)` is run once per company day, from `at` ("06:00", company time) on, with that day's
    date. A worker that was away at `at` does it when it is back; a day that nobody saw is not made up for, since the
    next run sees everything that is due. When it fails it is tried again until midnight."""
    moment = time.fromisoformat(at)

    def mark(method: F) -> F:
        _marks(method, "__clockwork__").append(Clockwork(name, None, moment, limit))
        return method

    return mark


def _marks(method: Any, attribute: str) -> list[Any]:
    if not inspect.isfunction(method):
        raise DeclarationError(f"{method!r}: only methods can be decorated")
    marks: list[Any] = method.__dict__.setdefault(attribute, [])
    return marks


class Worker:
    """Base of a service's worker. An instance is made for each event and each tick: it keeps no state."""

    name: ClassVar[str] = ""

    def clear(self, session: Session, subscriber: str) -> None:
        """Empties what the events of `subscriber` are summed up in, so that `safework bus rebuild` can fill it again from
        the producers' outboxes. A worker whose effects cannot be made again (notices that people have read) does not
        override this, and rebuilding is refused."""
        raise DeclarationError(f"{type(self).__name__} 没有可以重建的投影：{subscriber}")

    @classmethod
    def handlers(cls) -> dict[str, dict[str, str]]:
        """subscriber → event type → method name."""
        result: dict[str, dict[str, str]] = {}
        for method_name, method in inspect.getmembers(cls, inspect.isfunction):
            for mark in getattr(method, "__handles__", ()):
                subscriber = mark.subscriber or cls.name
                types = result.setdefault(subscriber, {})
                if mark.event.type in types:
                    raise DeclarationError(
                        f"{cls.__name__}: {types[mark.event.type]} and {method_name} both handle "
                        f"{mark.event.type} as {subscriber!r}"
                    )
                types[mark.event.type] = method_name
        return result

    @classmethod
    def clockworks(cls) -> dict[str, Clockwork]:
        """Method name → what it does by the clock."""
        result: dict[str, Clockwork] = {}
        names: set[str] = set()
        for method_name, method in inspect.getmembers(cls, inspect.isfunction):
            for mark in getattr(method, "__clockwork__", ()):
                if mark.name in names:
                    raise DeclarationError(f"{cls.__name__}: two jobs are called {mark.name!r}")
                names.add(mark.name)
                result[method_name] = mark
        return result
