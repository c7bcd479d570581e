"""The bus. The database is the record; the broker carries hints (architecture.md 4).

Services call `emit` (or `emit_all`, with `split` for long lists) and raise `PermanentError` or `TransientError` in handlers;
the rest is run by kit.worker and by the relay."""

from kit.bus.failures import PermanentError, TransientError
from kit.bus.monitor import BusStatus, status
from kit.bus.outbox import EventTooLarge, emit, emit_all, split

__all__ = [
    "BusStatus",
    "EventTooLarge",
    "PermanentError",
    "TransientError",
    "emit",
    "emit_all",
    "split",
    "status",
]
