"""The base of every event and the registry of their types."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

_TYPES: dict[str, type[Event]] = {}


class Event(BaseModel):
    """A fact in the past tense. `type` ends with the major version; a new major is a new class, emitted beside the old
    one. Unknown fields are ignored, so that an older consumer understands a newer producer (reliability.md 2.6)."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    type: ClassVar[str]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        name = cls.__dict__.get("type")
        if name is None:
            return
        if name in _TYPES and _TYPES[name].__qualname__ != cls.__qualname__:
            raise TypeError(f"{cls.__name__}: the event type {name} is already taken by {_TYPES[name].__name__}")
        _TYPES[name] = cls


def event_class(type_: str) -> type[Event] | None:
    """The model of an event type, or None for a type that this release does not know."""
    return _TYPES.get(type_)


def event_types() -> dict[str, type[Event]]:
    """Every known event type with its model."""
    return dict(_TYPES)
