"""The bus. The database is the record; the broker carries hints (architecture.md 4)."""

from kit.bus.outbox import emit

__all__ = ["emit"]
