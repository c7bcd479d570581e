"""The relay beside the worker: a process of its own, without eventlet, started again when it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import eventlet

from kit import log

_log = log.get(__name__)
_LONGEST_PAUSE = 30.0
_LOOK_SECONDS = 0.25


class RelayChild:
    """Supervises `python -m kit.bus <service>`. When this process is killed, the kernel tells the relay to end."""

    def __init__(self, service: str) -> None:
        self._command = [sys.executable, "-m", "kit.bus", service, str(os.getpid())]
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = False

    def start(self) -> None:
        """Starts it and keeps it running."""
        eventlet.spawn(self._run)

    def _run(self) -> None:
        pause = 0.0
        while not self._stopping:
            began = time.monotonic()
            self._process = subprocess.Popen(self._command)  # noqa: S603
            code = self._ended(self._process)
            if self._stopping:
                return
            pause = 0.2 if time.monotonic() - began > 10 else min(_LONGEST_PAUSE, max(0.5, pause * 2))
            _log.warning("relay_ended", code=code, seconds=pause)
            eventlet.sleep(pause)

    @staticmethod
    def _ended(process: subprocess.Popen[bytes]) -> int:
        """Waits for its end. Eventlet's own `wait` looks a hundred times a second: an eighth of what an idle worker costs."""
        while (code := process.poll()) is None:
            eventlet.sleep(_LOOK_SECONDS)
        return code

    def stop(self, limit: float) -> None:
        """Asks it to end, and ends it."""
        self._stopping = True
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(limit)
        except subprocess.TimeoutExpired:
            process.kill()
