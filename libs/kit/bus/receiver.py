"""The relay's other half: takes receipts off `receipts.<service>` and marks deliveries."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack
from typing import Any

import kombu

from kit import log
from kit.bus import broker, leaderless, receipts
from kit.bus.settings import get_bus_settings
from kit.db import Database

_log = log.get(__name__)

# Receipts are gathered for a moment, so that a stream of events costs one update for many.
_GATHER_SECONDS = 0.05
_GATHER_MESSAGES = 100


class Receiver:
    """Runs in a thread of its own until `stopping` is set; survives the broker and the database going away."""

    def __init__(
        self, service: str, url: str, database: Database, stopping: threading.Event, wake: threading.Event
    ) -> None:
        self._queue = broker.queue(broker.receipts_queue(service))
        self._url = url
        self._database = database
        self._stopping = stopping
        self._wake = wake
        self._waiting: list[Any] = []

    def run(self) -> None:
        pause = 1.0
        while not self._stopping.is_set():
            try:
                self._consume()
                pause = 1.0
            except Exception as error:
                _log.info("receipts_wait", error=f"{type(error).__name__}: {error}"[:200], seconds=pause)
                self._stopping.wait(pause)
                pause = min(5.0, pause * 2)

    def _consume(self) -> None:
        with broker.connect(self._url) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=10)
            channel = connection.channel()
            self._waiting = []
            consumer = kombu.Consumer(
                channel, queues=[self._queue], on_message=self._waiting.append, prefetch_count=_GATHER_MESSAGES
            )
            patience = get_bus_settings().consume_limit
            with ExitStack() as stack:
                with leaderless.replaced(self._url, channel, [self._queue.name], patience=patience):
                    stack.enter_context(consumer)
                while not self._stopping.is_set():
                    self._gather(connection)
                    if self._waiting:
                        self._apply()

    def _gather(self, connection: Any) -> None:
        deadline: float | None = None
        while len(self._waiting) < _GATHER_MESSAGES and not self._stopping.is_set():
            if self._waiting and deadline is None:
                deadline = time.monotonic() + _GATHER_SECONDS
            left = 0.5 if deadline is None else deadline - time.monotonic()
            if left <= 0:
                return
            try:
                connection.drain_events(timeout=left)
            except TimeoutError:
                if deadline is None:
                    connection.heartbeat_check()

    def _apply(self) -> None:
        batch = self._waiting[:]
        found = []
        for message in batch:
            try:
                if message.content_type != broker.RECEIPTS_TYPE:
                    raise ValueError(f"content type {message.content_type}")
                found += receipts.decode(message.body)
            except ValueError as error:
                # No loss: what it stood for is sent again.
                _log.warning("receipt_unreadable", error=str(error)[:200])
        while not self._stopping.is_set():
            try:
                with self._database.transaction() as session:
                    receipts.apply(session, found)
                break
            except Exception as error:
                # Held, not returned to the broker, which would hand them back in a loop.
                _log.info("receipts_held", error=f"{type(error).__name__}: {error}"[:200])
                self._stopping.wait(1.0)
        else:
            return
        for message in batch:
            message.ack()
        del self._waiting[: len(batch)]
        # There is room in the window now.
        self._wake.set()
