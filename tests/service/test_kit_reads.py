"""The short way to the database: nothing is begun or rolled back, and yet nothing is lost, written or left running."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from uuid import uuid4

import psycopg
import psycopg.errors
import pytest
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from kit.db import Database, reader, reads
from kit.http.problems import database_problem
from kit.testing.databases import TestPostgres
from services.reports.settings import Settings

Answer = TypeVar("Answer")


@pytest.fixture
def database(service_settings: Callable[..., Settings]) -> Iterator[Database]:
    database = Database(service_settings(Settings), pool_size=3)
    yield database
    database.close()


def run(work: Coroutine[Any, Any, Answer]) -> Answer:
    """On an event loop of its own, in a thread of its own: the browser of an earlier test may keep one running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def one(database: Database, *arguments: Any) -> tuple[Any, ...]:
    """One read."""
    return run(database.reads.one(*arguments))


def end_all(postgres: TestPostgres) -> None:
    """What a restart of the server does to those who are connected."""
    postgres.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'safework-reports'"
    )


def test_values_go_as_they_are_and_come_back_as_text(database: Database) -> None:
    id_ = uuid4()
    sent = (id_, "王'%s$1", ["明远", None], 2**40, None)
    assert one(database, "SELECT $1::uuid, $2::text, $3::text[], $4::bigint, $5::text", sent) == (
        str(id_).encode(),
        "王'%s$1".encode(),
        "{明远,NULL}".encode(),
        b"1099511627776",
        None,
    )


def test_no_transaction_stays_open(database: Database) -> None:
    pid = int(one(database, "SELECT pg_backend_pid()")[0])
    state = "SELECT state, query FROM pg_stat_activity WHERE pid = %(pid)s"
    with database.session() as session:
        row = session.connection().exec_driver_sql(state, {"pid": pid}).one()
    assert tuple(row) == ("idle", "SELECT pg_backend_pid()"), "nothing was sent before it and nothing after it"


def test_nothing_can_be_written(database: Database) -> None:
    with pytest.raises(DBAPIError) as error:
        one(database, "INSERT INTO period_claim (job, period) VALUES ('x', 'y') RETURNING job")
    assert isinstance(error.value.orig, psycopg.errors.ReadOnlySqlTransaction)
    assert not error.value.connection_invalidated


def test_the_time_limit_holds_and_is_503(database: Database) -> None:
    assert one(database, "SHOW statement_timeout") == (b"15s",)
    with pytest.raises(DBAPIError) as error:
        one(database, "SELECT pg_cancel_backend(pg_backend_pid()), pg_sleep(5)")
    assert database_problem(error.value).status_code == 503
    assert one(database, "SELECT 1") == (b"1",), "the connection is good for the next one"


def test_connections_that_died_are_replaced_without_anybody_noticing(
    database: Database, postgres: TestPostgres
) -> None:
    async def slowly(number: int) -> int:
        return int((await database.reads.one("SELECT $1::int FROM pg_sleep(0.05)", (number,)))[0])

    async def all_at_once() -> list[int]:
        return await asyncio.gather(*map(slowly, range(6)))

    assert run(all_at_once()) == list(range(6))
    for _ in range(3):
        end_all(postgres)
        assert run(all_at_once()) == list(range(6))


def test_reads_wait_for_one_another_and_not_for_ever(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "READERS", 2)
    read = database.reads.one

    async def crowd() -> list[tuple[Any, ...]]:
        return await asyncio.gather(
            *(read("SELECT $1::int, pg_backend_pid() FROM pg_sleep(0.02)", (n,)) for n in range(9))
        )

    found = run(crowd())
    assert [int(row[0]) for row in found] == list(range(9)) and len({row[1] for row in found}) == 2
    monkeypatch.setattr(reads, "_PATIENCE_SECONDS", 0.05)

    async def too_long() -> None:
        asleep = [asyncio.create_task(read("SELECT pg_sleep(0.5)")) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(PoolTimeout):
            await read("SELECT 1")
        await asyncio.gather(*asleep)

    run(too_long())


def test_an_answer_that_nobody_waited_for_reaches_nobody_else(database: Database) -> None:
    async def broken_off() -> None:
        first = asyncio.create_task(database.reads.one("SELECT 'first' FROM pg_sleep(0.2)"))
        await asyncio.sleep(0.05)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        assert await database.reads.one("SELECT 'second'") == (b"second",)

    run(broken_off())


def test_the_loop_serves_others_while_a_read_waits(database: Database) -> None:
    async def both() -> int:
        read = asyncio.create_task(database.reads.one("SELECT pg_sleep(0.3)"))
        turns = 0
        while not read.done():
            await asyncio.sleep(0)
            turns += 1
        return turns

    assert run(both()) > 100


def test_a_large_answer_and_a_large_question_come_whole(database: Database) -> None:
    text = "燃" * 3_000_000
    assert one(database, "SELECT $1::text", (text,)) == (text.encode(),)


def test_statements_stay_prepared_and_are_not_kept_without_end(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "_MOST_PREPARED", 3)
    for number in (*range(9), 8, 0):
        assert one(database, f"SELECT $1::int + {number}", (1,)) == (b"%d" % (1 + number),)
    run(database.reads.one("SELECT 99", (), prepare=False))
    found = one(database, "SELECT count(*), bool_or(statement LIKE '%99') FROM pg_prepared_statements")
    assert int(found[0]) <= 3 and found[1] == b"f"


def test_a_connection_that_dies_twice_is_503(database: Database) -> None:
    with pytest.raises(DBAPIError) as error:
        one(database, "SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(5)")
    assert error.value.connection_invalidated and database_problem(error.value).status_code == 503
    assert one(database, "SELECT 1") == (b"1",)


def test_a_server_that_is_not_there_is_503(service_settings: Callable[..., Settings]) -> None:
    settings = service_settings(Settings)
    nowhere = settings.database_url.get_secret_value().replace("host=", "host=/nowhere")
    assert "nowhere" in nowhere
    database = Database(settings.model_copy(update={"database_url": type(settings.database_url)(nowhere)}))
    with pytest.raises(OperationalError) as error:
        one(database, "SELECT 1")
    assert database_problem(error.value).status_code == 503
    database.close()
