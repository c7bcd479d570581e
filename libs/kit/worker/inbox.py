"""The entrypoint of a subscriber: store, acknowledge, send receipts; then handle what is stored."""

from __future__ import annotations

import time
from contextlib import suppress
from functools import partial
from typing import Any

import eventlet
from eventlet.event import Event as Signal
from eventlet.queue import Empty, LightQueue
from eventlet.semaphore import Semaphore
from nameko.extensions import Entrypoint
from sqlalchemy.orm import Session

from contracts.events import Event
from kit import log
from kit.bus import broker, inbox, processing
from kit.bus.inbox import Arrival
from kit.bus.settings import BusSettings
from kit.db import Database
from kit.worker.calling import call
from kit.worker.consumer import InboxQueueConsumer
from kit.worker.receipts import ReceiptSender

_log = log.get(__name__)

# How long a broken database makes the store loop wait at most. Messages are held meanwhile, not given back: each return
# would count towards the broker's delivery limit.
_LONGEST_PAUSE = 30.0
_UNREGISTER_SECONDS = 3.0
_LONGEST_WAIT = 60.0


class InboxEntrypoint(Entrypoint):  # type: ignore[misc]
    """One subscriber's queue. Nothing in here may raise in a managed thread: that would end the process (F8)."""

    queue_consumer = InboxQueueConsumer()
    receipts = ReceiptSender()

    def __init__(self, subscriber: str, types: dict[str, str], database: Database, settings: BusSettings) -> None:
        super().__init__()
        self.subscriber = subscriber
        self.types = types
        self.queue = broker.queue(broker.inbox_queue(subscriber))
        self.database = database
        self.settings = settings
        self._arrived: Any = LightQueue()
        self._stopping = False
        self._loops: list[Any] = []
        self._wake = _Wake()
        self._idle = True
        self._turn = Semaphore()
        self._running = 0

    def setup(self) -> None:
        """Nameko binds a copy of the entrypoint to the container and calls this."""
        self.queue_consumer.register_provider(self)

    def start(self) -> None:
        """Starts the loops; what was stored before a restart is handled even while the broker is away."""
        spawn = self.container.spawn_managed_thread
        self._loops = [spawn(partial(self._forever, self._store_some), f"store {self.subscriber}")]
        self._loops += [
            spawn(partial(self._forever, partial(self._handle_one, number == 0)), f"handle {self.subscriber}")
            for number in range(self.settings.processors)
        ]

    def receive(self, message: Any) -> None:
        """Called by the consumer, which must not wait: the queue is bounded by the prefetch."""
        self._arrived.put(message)

    def stop(self) -> None:
        """Takes nothing new, stores what has come, lets handlers end. What is not acknowledged by then comes again."""
        # While the broker is away nobody is there to answer this.
        with eventlet.Timeout(_UNREGISTER_SECONDS, False):
            self.queue_consumer.unregister_provider(self)
        self._stopping = True
        self._wake.set()
        with eventlet.Timeout(self.settings.stop_limit, False):
            for loop in self._loops:
                loop.wait()

    def kill(self) -> None:
        """Ends at once; transactions that are open are rolled back."""
        self._stopping = True
        for loop in self._loops:
            loop.kill()

    def _forever(self, step: Any) -> None:
        pause = 0.0
        while not self._stopping:
            try:
                step()
                pause = 0.0
            except Exception as error:
                pause = min(_LONGEST_PAUSE, max(0.5, pause * 2))
                _log.warning(
                    "inbox_waits",
                    subscriber=self.subscriber,
                    error=f"{type(error).__name__}: {error}"[:300],
                    seconds=pause,
                )
                self._sleep(pause)

    def _sleep(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not self._stopping and (left := end - time.monotonic()) > 0:
            eventlet.sleep(min(left, 0.2))

    # --- storing ---

    def _store_some(self) -> None:
        messages = self._gather()
        if not messages:
            return
        arrivals = [
            Arrival(
                message.body,
                message.content_type,
                message.headers or {},
                message.delivery_info.get("routing_key") or self.queue.name,
            )
            for message in messages
        ]
        pause = 0.5
        while True:
            try:
                receipts = inbox.store(self.database, self.subscriber, frozenset(self.types), arrivals)
                break
            except Exception as error:
                if self._stopping:
                    return
                _log.warning("store_waits", subscriber=self.subscriber, error=f"{type(error).__name__}: {error}"[:300])
                self._sleep(pause)
                pause = min(_LONGEST_PAUSE, pause * 2)
        for message in messages:
            # The connection may have gone meanwhile; then the message comes again and is found stored.
            with suppress(Exception):
                message.ack()
        self.receipts.send(receipts)
        self._wake.set()

    def _gather(self) -> list[Any]:
        try:
            messages = [self._arrived.get(timeout=0.5)]
        except Empty:
            return []
        deadline = time.monotonic() + self.settings.store_wait
        while len(messages) < self.settings.store_batch:
            left = deadline - time.monotonic()
            try:
                messages.append(self._arrived.get(block=left > 0, timeout=max(left, 0.0)))
            except Empty:
                break
        return messages

    # --- handling ---

    def _handle_one(self, lookout: bool) -> None:
        """One processor polls, for what is to be tried again and for what another copy of the worker left; the others wait
        to be called, so that a quiet service is quiet."""
        seen = self._wake.count
        with self._turn:
            claimed = processing.claim(self.database, self.subscriber, self.settings)
            if claimed is not None and claimed.suspect:
                # It may take the process with it. Whatever ran beside it would be counted as ended by it, and be given
                # up in its place: nothing is claimed, and nothing runs, until it has come to its end.
                while self._running and not self._stopping:
                    eventlet.sleep(0.01)
                self._process(claimed)
                return
            if claimed is not None:
                self._running += 1
        if claimed is None:
            self._idle = True
            self._wake.wait(seen, self.settings.process_poll if lookout else _LONGEST_WAIT)
            return
        if self._idle:
            self._idle = False
            self._wake.set()
        try:
            self._process(claimed)
        finally:
            self._running -= 1

    def _process(self, claimed: processing.Claim) -> None:
        handler = partial(self._run_handler, self.types.get(claimed.type))
        processing.process(self.database, claimed, handler, self.settings)

    def _run_handler(self, method_name: str | None, session: Session, event: Event) -> None:
        """Runs the method as a Nameko worker and waits for it; raises what it raised."""
        if method_name is None:
            raise RuntimeError(f"no handler of {event.type} in this release")
        call(self, method_name, self.settings.handler_limit, session, event)


class _Wake:
    """Lets all waiting processors go on when something has been stored, also when it was stored while one was looking."""

    def __init__(self) -> None:
        self._signal: Any = Signal()
        self.count = 0

    def set(self) -> None:
        self.count += 1
        signal, self._signal = self._signal, Signal()
        signal.send(None)

    def wait(self, seen: int, seconds: float) -> None:
        if self.count == seen:
            self._signal.wait(timeout=seconds)
