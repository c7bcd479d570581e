"""A quorum queue that nobody leads. RabbitMQ that is killed while it makes a queue, or while it comes up, can keep a queue
whose only member never calls an election (rabbitmq-server #10070, #13828; seen in one of two runs of the fault storm): it is
declared, takes nothing, gives nothing, and stays so until somebody deletes it. Its owner does: what was in it is in the
producers' databases and is sent again."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

from amqp.exceptions import InternalError

from kit import log
from kit.bus import broker

_log = log.get(__name__)


@contextlib.contextmanager
def replaced(url: str, channel: Any, names: Sequence[str], *, patience: float) -> Iterator[None]:
    """Around the first words of an owner to its queues. When they are not answered within `patience` seconds (RabbitMQ
    itself gives up after 65, with INTERNAL_ERROR) the queues are deleted, and the error goes on to the caller, who connects
    anew and declares them. On another broker it does nothing."""
    if not broker.is_amqp(url):
        yield
        return
    socket = channel.connection.transport.sock
    before = socket.gettimeout()
    socket.settimeout(patience)
    try:
        yield
    except (TimeoutError, InternalError) as error:
        _log.warning("queues_replaced", queues=list(names), error=f"{type(error).__name__}: {error}"[:200])
        with broker.connect(url) as connection:
            for name in names:
                connection.channel().queue_delete(name)
        raise
    socket.settimeout(before)
