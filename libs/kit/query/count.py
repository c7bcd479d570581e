"""How many rows a list has. Counting a million rows costs more than the page, so:

* a page that is not full tells the total by itself;
* up to 10,000 rows are counted, always;
* a larger total is remembered for 30 seconds in this process, or until a row of the list changes in this process. While
  one request counts again, others are given the remembered number."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, Table, func, literal_column, select

Count = Callable[[], Awaitable[int]]

EXACT = 10_000
SECONDS = 30.0
_MOST_KEYS = 2_000


def some_statement(table: Table, where: Sequence[ColumnElement[bool]]) -> Select[int]:
    """Counts up to EXACT + 1."""
    some = select(literal_column("1")).select_from(table).where(*where).limit(literal_column(str(EXACT + 1))).subquery()
    return select(func.count()).select_from(some)


def every_statement(table: Table, where: Sequence[ColumnElement[bool]]) -> Select[int]:
    """Counts all."""
    return select(func.count()).select_from(table).where(*where)


@dataclass(slots=True)
class _Known:
    total: int
    until: float


class Counts:
    """The remembered totals of one process. `group` is the list, `key` what was asked of it and by whom."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[Hashable, Hashable], _Known] = OrderedDict()
        self._lock = threading.Lock()

    async def total(self, group: Hashable, key: Hashable, some: Count, every: Count) -> int:
        """The number of rows; see above for how fresh it is. `some` counts up to EXACT + 1, `every` counts all."""
        remembered = self._remembered((group, key))
        if remembered is not None:
            return remembered
        total = await some()
        if total <= EXACT:
            self._drop((group, key))
            return total
        total = await every()
        with self._lock:
            self._known[group, key] = _Known(total, time.monotonic() + SECONDS)
            while len(self._known) > _MOST_KEYS:
                self._known.popitem(last=False)
        return total

    def large(self, group: Hashable, key: Hashable) -> bool:
        """Whether the total is known to be large, however old the number is."""
        with self._lock:
            return (group, key) in self._known

    def _remembered(self, key: tuple[Hashable, Hashable]) -> int | None:
        with self._lock:
            known = self._known.get(key)
            if known is None:
                return None
            now = time.monotonic()
            if known.until > now:
                return known.total
            # This request counts again; those that come meanwhile get the old number.
            known.until = now + SECONDS / 10
            return None

    def _drop(self, key: tuple[Hashable, Hashable]) -> None:
        with self._lock:
            self._known.pop(key, None)

    def forget(self, group: Hashable) -> None:
        """A row of the list has changed."""
        with self._lock:
            for key in [key for key in self._known if key[0] == group]:
                del self._known[key]

    def clear(self) -> None:
        """Forgets everything; for tests, which change the database under one process."""
        with self._lock:
            self._known.clear()
