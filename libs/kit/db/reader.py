"""One connection on which the event loop waits by itself. libpq, in whose words psycopg.pq speaks, sends a statement and says
when its answer is there; in between the loop serves others. Values go as psycopg adapts them, and come as they are.

psycopg's own asynchronous connection does the same and much beside it (cursors, transactions, notifications), and takes
twice the processor time for it (docs/decisions/0016)."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import pq
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result

# As many statements stay prepared on a connection.
_MOST_PREPARED = 200


class Reader:
    """A connection in autocommit mode, for one statement at a time."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.since = time.monotonic()
        self._connection = connection
        self._pg = connection.pgconn
        self._pg.nonblocking = 1
        self._prepared: OrderedDict[tuple[str, tuple[int, ...]], bytes] = OrderedDict()
        self._number = 0
        self._answered = True

    @property
    def good(self) -> bool:
        """Whether the server is still there, as far as is known."""
        return bool(self._pg.status == pq.ConnStatus.OK)

    @property
    def free(self) -> bool:
        """Whether it may be used again: it is good, and the last statement was not broken off before its answer came."""
        return self._answered and self.good

    def close(self) -> None:
        """Ends the connection."""
        self._connection.close()

    async def run(self, statement: str, values: Sequence[Any], *, prepare: bool) -> tuple[bytes | None, ...] | None:
        """The first row of the answer, if there is any, its values as the server's text in UTF-8; psycopg.Error for what the
        server refuses, and where it is lost."""
        adapter = Transformer(self._connection)
        sent = adapter.dump_sequence(values, [PyFormat.AUTO] * len(values))
        self._answered = False
        if prepare:
            name = await self._name(statement, adapter.types)
            self._pg.send_query_prepared(name, sent, adapter.formats)
        else:
            self._pg.send_query_params(statement.encode(), sent, adapter.types, adapter.formats)
        result = await self._answer()
        self._answered = True
        if not result.ntuples:
            return None
        return tuple([result.get_value(0, column) for column in range(result.nfields)])

    async def _name(self, statement: str, types: Sequence[int] | None) -> bytes:
        key = (statement, tuple(types or ()))
        name = self._prepared.get(key)
        if name is not None:
            self._prepared.move_to_end(key)
            return name
        if len(self._prepared) >= _MOST_PREPARED:
            _, oldest = self._prepared.popitem(last=False)
            self._pg.send_query(b"DEALLOCATE " + oldest)
            await self._answer()
        self._number += 1
        name = b"read_%d" % self._number
        self._pg.send_prepare(name, statement.encode(), types)
        await self._answer()
        self._prepared[key] = name
        return name

    async def _answer(self) -> pq.abc.PGresult:
        """Waits for the result of what was sent."""
        pg, loop = self._pg, asyncio.get_running_loop()
        socket = pg.socket
        while pg.flush():
            await _once(loop.add_writer, loop.remove_writer, socket)
        results: list[pq.abc.PGresult] = []
        while True:
            while pg.is_busy():
                await _once(loop.add_reader, loop.remove_reader, socket)
                pg.consume_input()
            result = pg.get_result()
            if result is None:
                break
            results.append(result)
        if results[0].status == pq.ExecStatus.FATAL_ERROR:
            self._answered = True
            raise error_from_result(results[0])
        return results[0]


async def _once(add: Any, remove: Any, socket: int) -> None:
    ready = asyncio.get_running_loop().create_future()
    add(socket, _wake, ready)
    try:
        await ready
    finally:
        remove(socket)


def _wake(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)
