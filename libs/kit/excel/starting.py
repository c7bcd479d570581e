"""Starts parsers: forked from the nursery, or each by itself on a kernel that is too old for that."""

from __future__ import annotations

import atexit
import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from typing import BinaryIO, Protocol, cast

from kit import log

_log = log.get(__name__)

# To import all that parsing needs, on a machine that has other things to do.
_START_SECONDS = 60


class Parser(Protocol):
    """A process that reads a plan and a workbook from `feed` and writes frames to `told`."""

    feed: BinaryIO
    told: BinaryIO

    def kill(self) -> None:
        """At once; nothing happens where it has ended."""
        ...

    def wait(self) -> int | None:
        """Until it has ended; its exit code where that is known."""
        ...


class _Alone:
    """A parser that is a child of ours."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-B", "-m", "kit.excel.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            cwd="/",
            close_fds=True,
        )
        self.feed, self.told = cast(BinaryIO, self._process.stdin), cast(BinaryIO, self._process.stdout)

    def kill(self) -> None:
        self._process.kill()

    def wait(self) -> int | None:
        return self._process.wait()


class _Forked:
    """A parser that the nursery has forked; `handle` is its pidfd, which stays its own whoever gets its number next."""

    def __init__(self, handle: int, feed: BinaryIO, told: BinaryIO) -> None:
        self._handle, self.feed, self.told = handle, feed, told
        self._lock = threading.Lock()

    def kill(self) -> None:
        with self._lock, contextlib.suppress(ProcessLookupError):
            if self._handle >= 0:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def wait(self) -> int | None:
        ended = select.poll()
        ended.register(self._handle, select.POLLIN)
        ended.poll()
        with self._lock:
            os.close(self._handle)
            self._handle = -1
        return None


class _Nursery:
    """Our end of `kit.excel.nursery`, which is started when it is first asked and again when it has gone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._door: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def fork(self, module: str) -> _Forked | None:
        """A parser that has this module in memory; None where that does not work here."""
        with self._lock:
            # It may have gone to sleep since; a second time is no accident.
            for _ in range(2):
                with contextlib.suppress(OSError):
                    if (parser := self._ask(module)) is not None:
                        return parser
                self._end()
        return None

    def close(self) -> None:
        """Ends the nursery; parsers that run go on."""
        with self._lock:
            self._end()

    def _ask(self, module: str) -> _Forked | None:
        # A process that was forked from one that had a nursery needs its own: two would mix up their answers.
        if self._door is None or self._owner != os.getpid():
            self._start()
        assert self._door is not None
        theirs_in, feed = os.pipe()
        told, theirs_out = os.pipe()
        handles: list[int] = []
        try:
            socket.send_fds(self._door, [module.encode()], [theirs_in, theirs_out])
            _, handles, _, _ = socket.recv_fds(self._door, 1, 1)
        finally:
            os.close(theirs_in)
            os.close(theirs_out)
            if not handles:
                os.close(feed)
                os.close(told)
        if not handles:
            return None
        return _Forked(handles[0], os.fdopen(feed, "wb"), os.fdopen(told, "rb"))

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-B", "-m", "kit.excel.nursery"],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                cwd="/",
                close_fds=True,
            )
        ours.settimeout(_START_SECONDS)
        self._door, self._owner = ours, os.getpid()

    def _end(self) -> None:
        if self._door is not None:
            self._door.close()
            self._door = None
        if self._process is not None and self._owner == os.getpid():
            self._process.kill()
            self._process.wait()
        self._process = None


def _environment() -> dict[str, str]:
    # Nothing of our environment goes along: there are secrets in it.
    return {"LANG": "C.UTF-8"}


_NURSERY = _Nursery()
# It would end by itself when its door closes; so nothing is left running, and nobody warns of it.
atexit.register(_NURSERY.close)
_told = threading.Event()


def start(factory: str) -> Parser:
    """A parser for a plan with this factory (`module:function`)."""
    parser = _NURSERY.fork(factory.partition(":")[0]) if hasattr(os, "pidfd_open") else None
    if parser is not None:
        return parser
    if not _told.is_set():
        _told.set()
        _log.warning("workbook_nursery_unavailable", kernel=os.uname().release)
    return _Alone()
