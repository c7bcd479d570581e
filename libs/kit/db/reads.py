"""The way of one hot SELECT: a connection, one round trip, and no more.

A session asks the server whether it is there, begins a transaction, runs the statement and rolls back: four round trips,
and three quarters of the time that a page of a list takes here (bench/lists.py). A single SELECT needs no transaction of
its own; PostgreSQL sees to it that it reads one state of the data. What the questions were good for is done otherwise: a
connection that has died is noticed when it is used, and the statement, which changes nothing, runs once more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

# The server refuses to write on these connections, whatever statement may get here.
_READ_ONLY = " -c default_transaction_read_only=on"

# Connections of one process for such reads, made when they are needed; kit.http.app has as many threads for them.
READERS = 16


class Reads:
    """Connections in autocommit mode, with the same time limits as everybody else's."""

    def __init__(self, url: str, connect_args: dict[str, Any]) -> None:
        options: dict[str, Any] = {
            "isolation_level": "AUTOCOMMIT",
            "connect_args": {**connect_args, "options": connect_args["options"] + _READ_ONLY},
        }
        # SQLAlchemy's part is the pool: waiting for a free connection, replacing old ones.
        self._engine = create_engine(
            url,
            pool_reset_on_return=None,
            pool_size=READERS,
            max_overflow=0,
            # The last one used is the warmest: its statements are prepared already.
            pool_use_lifo=True,
            pool_timeout=5,
            pool_recycle=1800,
            **options,
        )
        # Where the server was restarted, the next connection of the pool is as dead as the first one.
        self._fresh = create_engine(url, poolclass=NullPool, **options)

    def one(self, statement: str, values: Sequence[Any] = (), *, prepare: bool | None = None) -> tuple[Any, ...]:
        """The only row of a statement with the parameters $1, $2 … `prepare` is psycopg's: None prepares what comes
        again and again, False never does, so that the plan is always made for these values."""
        try:
            return self._run(self._engine, statement, values, prepare)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            return self._run(self._fresh, statement, values, prepare)

    def _run(self, engine: Engine, statement: str, values: Sequence[Any], prepare: bool | None) -> tuple[Any, ...]:
        pooled = None
        try:
            pooled = engine.raw_connection()
            connection: psycopg.Connection[Any] = pooled.driver_connection  # type: ignore[assignment]
            # RawCursor sends the text as it is; other cursors look for %s in these five kilobytes every time.
            row = psycopg.RawCursor(connection).execute(statement.encode(), values, prepare=prepare).fetchone()
        except psycopg.Error as error:
            lost = pooled is not None and connection.closed
            if pooled is not None and lost:
                pooled.invalidate(error)
            # As the error that everything else here knows (kit.http.problems).
            raise DBAPIError.instance(
                statement, tuple(values), error, psycopg.Error, hide_parameters=True, connection_invalidated=lost
            ) from error
        finally:
            if pooled is not None:
                pooled.close()
        if row is None:
            raise LookupError("the statement gave no row")
        return tuple(row)

    def close(self) -> None:
        """Closes every pooled connection."""
        self._engine.dispose()
