"""Nameko's consumer, extended in the few places where its ways would lose events (reliability.md 2.9, F3, F4, F7, F8)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import eventlet
from nameko.messaging import QueueConsumer

from kit import log
from kit.bus import broker, leaderless
from kit.bus.envelope import CONTENT_TYPE
from kit.bus.settings import get_bus_settings

_log = log.get(__name__)


class InboxQueueConsumer(QueueConsumer):  # type: ignore[misc]
    """Takes messages off the inbox queues and hands them on unread."""

    @property
    def prefetch_count(self) -> int:
        """As many as are stored at a time, not the number of workers: with an exhausted prefetch the redis transport
        looks for credit only once in a safety interval."""
        return get_bus_settings().prefetch

    @property
    def accept(self) -> list[str]:
        """Nothing that a message says of itself can choose how it is decoded."""
        return [CONTENT_TYPE]

    @property
    def connection(self) -> Any:
        """The same transport options as the publisher's."""
        return broker.connect(self.amqp_uri)

    @contextmanager
    def establish_connection(self) -> Iterator[Any]:
        """As kombu's, but never more than five seconds between two tries."""
        with self.create_connection() as connection:
            connection.ensure_connection(
                self.on_connection_error, None, interval_start=0.2, interval_step=0.8, interval_max=5
            )
            yield connection

    def get_consumers(self, consumer_class: Callable[..., Any], channel: Any) -> Any:
        """As Nameko's, but the callback knows whose queue a message came from even when it cannot be decoded."""
        for provider in self._providers:
            consumer = consumer_class(
                queues=[provider.queue],
                callbacks=[lambda _body, message, provider=provider: provider.receive(message)],
                accept=self.accept,
                on_decode_error=lambda message, _error, provider=provider: provider.receive(message),
            )
            consumer.qos(prefetch_count=self.prefetch_count)
            self._consumers[provider] = consumer
        return self._consumers.values()

    @contextmanager
    def _consume_from(self, *consumers: Any) -> Iterator[Any]:
        """As kombu's, but queues that do not answer are replaced."""
        names = [provider.queue.name for provider in self._providers]
        with ExitStack() as stack:
            for consumer in consumers:
                patience = get_bus_settings().consume_limit
                with leaderless.replaced(self.amqp_uri, consumer.channel, names, patience=patience):
                    stack.enter_context(consumer)
            yield consumers

    def run(self, **_: Any) -> None:
        """Comes back whatever happens: an exception that ends a managed thread would end the process."""
        while not self.should_stop:
            try:
                super().run(safety_interval=0.05)
            except Exception as error:
                if self.should_stop:
                    return
                _log.warning("consumer_restarts", error=f"{type(error).__name__}: {error}"[:300])
                self._consumers.clear()
                eventlet.sleep(1)
