"""What a session was shown a moment ago. Showing whole personal values leaves an audit row; the same page asked for again
in the same session within a minute is the same look. Lists are fetched again whenever somebody comes back to them, and a
second row about that would tell nothing."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Hashable

SECONDS = 60.0
_MOST = 10_000


class Looks:
    """What each session was shown a moment ago, in this process. Only its hash is kept, for a query may name a person."""

    def __init__(self) -> None:
        self._until: OrderedDict[int, float] = OrderedDict()
        self._lock = threading.Lock()

    def again(self, *what: Hashable) -> bool:
        """Whether it was shown already."""
        with self._lock:
            return self._until.get(hash(what), 0.0) > time.monotonic()

    def remember(self, *what: Hashable) -> None:
        """It has been shown, and that stands in the audit trail."""
        with self._lock:
            self._until[hash(what)] = time.monotonic() + SECONDS
            self._until.move_to_end(hash(what))
            while len(self._until) > _MOST:
                self._until.popitem(last=False)

    def clear(self) -> None:
        """Forgets everything; for tests."""
        with self._lock:
            self._until.clear()
