"""The broker: RabbitMQ or Valkey, by the URL. Only queues and the default exchange are used, on both alike: on the redis
transport an exchange that copies to several queues loses copies (reliability.md F2)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import kombu
from kombu.serialization import register

from kit.bus.envelope import CONTENT_TYPE

RECEIPTS_TYPE = "application/vnd.safework.receipts+json"

# kombu decodes by content type before it asks us. Both types are registered with decoders that do nothing, so that reading
# stays in envelope.py and receipts.py, where what cannot be read is kept and not dropped.
register("cloudevents", lambda body: body, lambda body: body, CONTENT_TYPE, "utf-8")
register("receipts", lambda body: body, lambda body: body, RECEIPTS_TYPE, "utf-8")

# A message that a consumer has not acknowledged after so long is given to another. Ours acknowledge within milliseconds.
_REDIS_OPTIONS: dict[str, Any] = {
    "global_keyprefix": "bus:",
    "visibility_timeout": 120,
    "unacked_restore_throttle": 1,
    "priority_steps": [0],
    "socket_timeout": 10,
    "socket_connect_timeout": 3,
    "socket_keepalive": True,
    "health_check_interval": 10,
    "max_connections": 20,
}
_AMQP_OPTIONS: dict[str, Any] = {
    "connect_timeout": 3,
    "read_timeout": None,
    "write_timeout": 10,
    # Tells RabbitMQ that we understand connection.blocked (a memory or disk alarm), so that publishing fails instead of
    # hanging.
    "client_properties": {"capabilities": {"connection.blocked": True, "consumer_cancel_notify": True}},
}


def inbox_queue(subscriber: str) -> str:
    """The queue that a subscriber's events are published to."""
    return f"inbox.{subscriber}"


def receipts_queue(service: str) -> str:
    """The queue that a service's relay reads receipts from."""
    return f"receipts.{service}"


def is_amqp(url: str) -> bool:
    """Whether the broker is RabbitMQ."""
    return urlsplit(url).scheme in ("amqp", "amqps", "pyamqp")


def transport_options(url: str) -> dict[str, Any]:
    """The same for whoever publishes and whoever consumes: with different key prefixes they would not meet (F16)."""
    return dict(_AMQP_OPTIONS if is_amqp(url) else _REDIS_OPTIONS)


def connect(url: str) -> kombu.Connection:
    """A lazy connection. The heartbeat is RabbitMQ's; redis-py checks its connections by itself."""
    return kombu.Connection(
        url, transport_options=transport_options(url), heartbeat=30 if is_amqp(url) else 0, connect_timeout=3
    )


def queue(name: str) -> kombu.Queue:
    """A queue as its owner declares it; nobody else does, so that a broker user needs rights on its own queues only.

    On RabbitMQ: a quorum queue, kept on a majority of nodes. At the delivery limit the message is dropped, and no dead
    letter queue keeps it: the producer's database still holds the event and sends it again. A full queue refuses to take
    more instead of throwing away what it has."""
    return kombu.Queue(
        name,
        exchange=kombu.Exchange(""),
        routing_key=name,
        durable=True,
        queue_arguments={"x-queue-type": "quorum", "x-delivery-limit": 50, "x-overflow": "reject-publish"},
    )
