"""What a session was shown a moment ago. Showing whole personal values leaves an audit row; the same page asked for again
in the same session within a minute is the same look. Lists are fetched again whenever somebody comes back to them, and a
second row about that would tell nothing."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

SECONDS = 60.0
_MOST = 10_000


class Looks:
    """What each session was shown a moment ago, in this process."""

    def __init__(self) -> None:
        self._until: OrderedDict[bytes, float] = OrderedDict()
        self._lock = threading.Lock()

    def again(self, *what: Any) -> bool:
        """Whether it was shown already."""
        with self._lock:
            return self._until.get(_key(what), 0.0) > time.monotonic()

    def remember(self, *what: Any) -> None:
        """It has been shown, and that stands in the audit trail."""
        with self._lock:
            self._until[_key(what)] = time.monotonic() + SECONDS
            self._until.move_to_end(_key(what))
            while len(self._until) > _MOST:
                self._until.popitem(last=False)

    def clear(self) -> None:
        """Forgets everything; for tests."""
        with self._lock:
            self._until.clear()


def _key(what: Sequence[Any]) -> bytes:
    # Hashed, for a query may name a person.
    return hashlib.sha256(repr(what).encode()).digest()
