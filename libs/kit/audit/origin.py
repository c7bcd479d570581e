"""Where an action came from."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from; the HTTP edge sets it, workers and the command line leave it empty."""

    address: str | None = None
    user_agent: str | None = None
    trace_id: str | None = None


origin: ContextVar[Origin] = ContextVar("origin", default=Origin())
# The actions that the present request has written down; the HTTP edge makes the list.
written: ContextVar[list[str] | None] = ContextVar("written", default=None)
