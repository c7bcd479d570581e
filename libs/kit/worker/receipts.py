"""Sends receipts to the relays of the producers. It may fail: what has no receipt comes again and is answered again."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import eventlet
from eventlet.queue import LightQueue
from nameko.extensions import SharedExtension

from kit import log
from kit.bus import broker, receipts
from kit.bus.publisher import Publisher
from kit.bus.receipts import Receipt
from kit.bus.settings import get_bus_settings

_log = log.get(__name__)

# What is kept while the broker is away; more would be answers that are too old to be worth anything.
_MOST_WAITING = 1000
_MOST_IN_ONE = 200


class ReceiptSender(SharedExtension):  # type: ignore[misc]
    """One connection for all subscribers of the process."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: Any = LightQueue(_MOST_WAITING)
        self._publisher: Publisher | None = None
        self._loop: Any = None

    def start(self) -> None:
        """Starts the sending loop."""
        if self._loop is None:
            self._loop = self.container.spawn_managed_thread(self._run, "receipts")

    def stop(self) -> None:
        """Sends what waits, for a moment."""
        with eventlet.Timeout(2, False):
            while not self._waiting.empty():
                eventlet.sleep(0.02)
        self.kill()

    def kill(self) -> None:
        """Ends the loop."""
        if self._loop is not None:
            self._loop.kill()
            self._loop = None
        self._drop()

    def send(self, answers: list[tuple[str, Receipt]]) -> None:
        """Takes receipts for (producing service, receipt) pairs, without waiting."""
        if answers and not self._waiting.full():
            self._waiting.put(answers)

    def _run(self) -> None:
        while True:
            batch = self._waiting.get()
            while not self._waiting.empty() and len(batch) < _MOST_IN_ONE:
                batch = batch + self._waiting.get()
            try:
                self._publish(batch)
            except Exception as error:
                _log.info("receipts_lost", count=len(batch), error=f"{type(error).__name__}: {error}"[:200])
                self._drop()
                eventlet.sleep(0.5)

    def _publish(self, batch: list[tuple[str, Receipt]]) -> None:
        by_service: dict[str, list[Receipt]] = defaultdict(list)
        for service, receipt in batch:
            by_service[service].append(receipt)
        if self._publisher is None:
            uri = self.container.config["AMQP_URI"]
            self._publisher = Publisher(uri, timeout=get_bus_settings().publish_timeout)
        for service, found in by_service.items():
            self._publisher.publish(broker.receipts_queue(service), [receipts.encode(found)], broker.RECEIPTS_TYPE)

    def _drop(self) -> None:
        if self._publisher is not None:
            self._publisher.close()
            self._publisher = None
