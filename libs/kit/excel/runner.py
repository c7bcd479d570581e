"""Runs the parsing child and gives back what it sends. A workbook that kills its parser kills nothing else."""

from __future__ import annotations

import contextlib
import struct
import threading
from collections.abc import Iterator
from typing import Any

import orjson

from kit import log
from kit.errors import TooMany
from kit.excel import frames
from kit.excel.refusal import Refused
from kit.excel.starting import start

_log = log.get(__name__)

# A child that neither ends nor uses its processor time (waiting for a pipe that nobody reads) ends here.
WALL_SECONDS = 120


class Gate:
    """Lets so many parse at a time; the rest wait, and beyond `queue` waiting ones they are sent away with 429."""

    def __init__(self, at_once: int = 1, queue: int = 20) -> None:
        self._slots = threading.Semaphore(at_once)
        self._lock = threading.Lock()
        self._waiting = 0
        self.queue = queue

    @contextlib.contextmanager
    def enter(self, timeout: float | None = None) -> Iterator[bool]:
        """Yields whether a slot was got in time; the caller must not parse without one."""
        with self._lock:
            if self._waiting >= self.queue:
                raise TooMany("正在处理的文件过多，请稍后再试", code="import_queue_full", retry_after=30)
            self._waiting += 1
        try:
            got = self._slots.acquire(timeout=timeout)
        finally:
            with self._lock:
                self._waiting -= 1
        try:
            yield got
        finally:
            if got:
                self._slots.release()


# One at a time in each process: the machine has two cores, and requests need the other one.
GATE = Gate()


def parse(data: bytes, name: str, factory: str, context: dict[str, Any]) -> Iterator[dict[str, Any] | bytes]:
    """Messages (dicts: scanned, headings, progress, done) and blocks (bytes: what the checker made of the rows). Raises
    Refused when the workbook is not acceptable or its parser died. Closing the iterator ends the child."""
    plan = orjson.dumps({"name": name, "factory": factory, "context": context}, option=orjson.OPT_NON_STR_KEYS)
    process = start(factory)
    watchdog = threading.Timer(WALL_SECONDS, process.kill)
    watchdog.daemon = True
    watchdog.start()
    finished, last = False, dict[str, Any]()
    try:
        # A child that dies while it is being fed is explained below, by what it did not say.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            process.feed.write(struct.pack("!I", len(plan)))
            process.feed.write(plan)
            process.feed.write(data)
        with contextlib.suppress(BrokenPipeError):
            process.feed.close()
        for frame in frames.read(process.told):
            if isinstance(frame, dict):
                if frame.get("event") == "refused":
                    finished = True
                    raise Refused(str(frame["code"]), str(frame.get("detail", "")))
                finished, last = frame.get("event") == "done", frame
                if frame.get("event") == "crashed":
                    break
            yield frame
    except frames.BrokenFrame:
        finished = False
    finally:
        watchdog.cancel()
        process.kill()
        process.told.close()
        with contextlib.suppress(OSError):
            process.feed.close()
        code = process.wait()
    if not finished:
        _log.warning("workbook_parser_died", exit=code, bytes=len(data), last=last)
        raise Refused("bad_workbook")
