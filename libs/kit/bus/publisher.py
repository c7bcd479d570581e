"""Publishing to queues, confirmed. One connection, used by one thread."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from typing import Any

import kombu

from kit.bus import broker


class PublishError(Exception):
    """The broker did not take everything; nothing of the batch may be marked as sent."""


class Unroutable(PublishError):
    """The queue is not there (yet), or is full. Other queues may be well."""


class Publisher:
    """Sends batches of bodies to queues on the default exchange. After any exception it is closed and a new one is made."""

    def __init__(self, url: str, *, timeout: float) -> None:
        self._timeout = timeout
        self._connection = broker.connect(url)
        self._amqp = broker.is_amqp(url)
        self._connection.ensure_connection(max_retries=1, interval_start=0, timeout=timeout)
        self._channel: Any = self._connection.channel()
        self._producer = kombu.Producer(self._channel, auto_declare=False)
        self._sent = self._settled = 0
        self._refused: list[str] = []
        if self._amqp:
            self._channel.confirm_select()
            self._channel.events["basic_return"].add(self._returned)
            self._channel.events["basic_ack"].add(self._acked)
            self._channel.events["basic_nack"].add(self._nacked)

    def publish(self, queue: str, bodies: Sequence[bytes], content_type: str) -> None:
        """Sends all and returns when the broker has taken all, or raises. On RabbitMQ the batch is sent in one go and its
        confirmations are awaited together: one by one, each would cost a write to disk."""
        self._refused.clear()
        for body in bodies:
            self._sent += 1
            self._producer.publish(
                body,
                exchange="",
                routing_key=queue,
                content_type=content_type,
                content_encoding="utf-8",
                delivery_mode=2,
                mandatory=True,
                retry=False,
                timeout=self._timeout,
            )
        if self._amqp:
            self._await_confirmations()

    def _await_confirmations(self) -> None:
        deadline = time.monotonic() + self._timeout
        while self._settled < self._sent:
            left = deadline - time.monotonic()
            if left <= 0:
                raise PublishError(f"no confirmation of {self._sent - self._settled} messages in {self._timeout:.0f} s")
            try:
                self._connection.drain_events(timeout=left)
            except TimeoutError:
                continue
        if self._refused:
            raise Unroutable(self._refused[0])

    def _acked(self, tag: int, multiple: bool) -> None:
        self._settled = tag if multiple else self._settled + 1

    def _nacked(self, tag: int, multiple: bool) -> None:
        self._acked(tag, multiple)
        self._refused.append("refused by the broker: the queue is full")

    def _returned(self, error: Exception, exchange: str, routing_key: str, message: Any) -> None:
        self._refused.append(f"no such queue: {routing_key}")

    def keep_alive(self) -> None:
        """To be called now and then while nothing is sent; raises when the broker is gone."""
        if self._amqp:
            self._connection.heartbeat_check()
            try:
                self._connection.drain_events(timeout=0.001)
            except TimeoutError:
                return

    def close(self) -> None:
        """Gives the connection up, in whatever state it is."""
        with contextlib.suppress(Exception):
            self._connection.release()
