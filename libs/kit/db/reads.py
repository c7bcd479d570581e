"""The way of one hot SELECT: a connection, one round trip, on the event loop, and no more.

A session asks the server whether it is there, begins a transaction, runs the statement and rolls back: four round trips,
and three quarters of the time that a page of a list takes here (bench/lists.py). A single SELECT needs no transaction of
its own; PostgreSQL sees to it that it reads one state of the data. What the questions were good for is done otherwise: a
connection that has died is noticed when it is used, and the statement, which changes nothing, runs once more.

Nor does it need a thread (docs/decisions/0016): kit.db.reader says how the loop waits."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from kit.db.reader import Reader

# The server refuses to write on these connections, whatever statement may get here.
_READ_ONLY = " -c default_transaction_read_only=on"

# Connections of one process for such reads, made when they are needed.
READERS = 16
# How long a read waits for a free one, and how long a connection is used.
_PATIENCE_SECONDS, _LIFETIME_SECONDS = 5.0, 1800.0


class Reads:
    """Connections in autocommit mode, with the same time limits as everybody else's. Between two reads a connection belongs
    to no event loop: a service has one, its tests have many."""

    def __init__(self, url: str, connect_args: dict[str, Any]) -> None:
        self._url = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._connect_args = {**connect_args, "options": connect_args["options"] + _READ_ONLY}
        # The last one used is the warmest: its statements are prepared already.
        self._idle: deque[Reader] = deque()
        self._places: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()

    async def one(
        self, statement: str, values: Sequence[Any] = (), *, prepare: bool | None = None
    ) -> tuple[bytes | None, ...]:
        """The only row of a statement with the parameters $1, $2 … Prepared, so that its plan is kept; with False the plan
        is always made for these values. What it gives is the server's text in UTF-8: a page goes out as it came."""
        places = self._places_here()
        if places.locked():
            await _patiently(places)
        else:
            await places.acquire()
        reader: Reader | None = None
        try:
            reader = self._warm() or await self._connect()
            try:
                row = await reader.run(statement, values, prepare=prepare is not False)
            except psycopg.Error:
                if reader.good:
                    raise
                # Where the server was restarted, the next connection of the pool is as dead as this one.
                reader.close()
                reader = await self._connect()
                row = await reader.run(statement, values, prepare=prepare is not False)
        except psycopg.Error as error:
            # As the error that everything else here knows (kit.http.problems).
            raise DBAPIError.instance(
                statement, tuple(values), error, psycopg.Error, hide_parameters=True,
                connection_invalidated=reader is not None and not reader.good,
            ) from error  # fmt: skip
        finally:
            places.release()
            if reader is not None and reader.free:
                self._idle.append(reader)
            elif reader is not None:
                reader.close()
        if row is None:
            raise LookupError("the statement gave no row")
        return row

    def _places_here(self) -> asyncio.Semaphore:
        loop = asyncio.get_running_loop()
        places = self._places.get(loop)
        if places is None:
            places = self._places[loop] = asyncio.Semaphore(READERS)
        return places

    def _warm(self) -> Reader | None:
        while self._idle:
            try:
                reader = self._idle.pop()
            except IndexError:  # another loop was faster
                return None
            if time.monotonic() - reader.since < _LIFETIME_SECONDS:
                return reader
            reader.close()
        return None

    async def _connect(self) -> Reader:
        # Resolving names and the handshake may wait; it happens a few times in a process's life.
        return Reader(await asyncio.to_thread(self._connection))

    def _connection(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self._url, autocommit=True, **self._connect_args)

    def close(self) -> None:
        """Closes every idle connection."""
        while self._idle:
            self._idle.pop().close()


async def _patiently(places: asyncio.Semaphore) -> None:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await places.acquire()
    except TimeoutError:
        raise PoolTimeout(f"no connection for a read became free within {_PATIENCE_SECONDS:g} s") from None
