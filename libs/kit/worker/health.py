"""Signs of life. A handler that computes without waiting blocks every greenlet of the process: then the heartbeat file grows
old, which a supervisor sees, and a thread that eventlet does not know ends the process (reliability.md 4, row 15)."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import eventlet
from eventlet import patcher

# sysexits.h EX_TEMPFAIL: start it again.
EXIT_BLOCKED = 75


class Pulse:
    """Beats each second while the event loop runs."""

    def __init__(self, file: Path | None, silence: float) -> None:
        self._file = file
        self._silence = silence
        self._time: Any = patcher.original("time")
        self._beat = self._time.monotonic()

    def start(self) -> None:
        """Starts the beating greenlet and the watching thread."""
        eventlet.spawn(self._run)
        threading: Any = patcher.original("threading")
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def _run(self) -> None:
        while True:
            self._beat = self._time.monotonic()
            if self._file is not None:
                # A full disk is no reason to be taken for dead by ourselves.
                with suppress(OSError):
                    self._file.parent.mkdir(parents=True, exist_ok=True)
                    self._file.touch()
            eventlet.sleep(1)

    def _watch(self) -> None:
        while True:
            self._time.sleep(min(1.0, self._silence / 4))
            silent = self._time.monotonic() - self._beat
            if silent > self._silence:
                # Neither logging nor locks of the patched library may be used here: the loop that serves them stands still.
                line = f'{{"event": "worker_blocked", "level": "critical", "seconds": {silent:.0f}}}\n'
                os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, line.encode())
                os._exit(EXIT_BLOCKED)
