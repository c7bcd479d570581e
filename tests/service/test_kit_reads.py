"""The short way to the database: nothing is begun or rolled back, and yet nothing is lost, written or left running."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import psycopg
import psycopg.errors
import pytest
from sqlalchemy.exc import DBAPIError, OperationalError

from kit.db import Database
from kit.http.problems import database_problem
from kit.testing.databases import TestPostgres
from services.reports.settings import Settings


@pytest.fixture
def database(service_settings: Callable[..., Settings]) -> Iterator[Database]:
    database = Database(service_settings(Settings), pool_size=3)
    yield database
    database.close()


def end_all(postgres: TestPostgres) -> None:
    """What a restart of the server does to those who are connected."""
    postgres.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'safework-reports'"
    )


def test_values_come_back_as_they_went(database: Database) -> None:
    id_ = uuid4()
    sent = (id_, "王'%s$1", ["明远", None], 2**40, None)
    assert database.reads.one("SELECT $1::uuid, $2::text, $3::text[], $4::bigint, $5::text", sent) == sent


def test_no_transaction_stays_open(database: Database) -> None:
    pid = database.reads.one("SELECT pg_backend_pid()")[0]
    state = "SELECT state, query FROM pg_stat_activity WHERE pid = %(pid)s"
    with database.session() as session:
        row = session.connection().exec_driver_sql(state, {"pid": pid}).one()
    assert tuple(row) == ("idle", "SELECT pg_backend_pid()"), "nothing was sent before it and nothing after it"


def test_nothing_can_be_written(database: Database) -> None:
    with pytest.raises(DBAPIError) as error:
        database.reads.one("INSERT INTO period_claim (job, period) VALUES ('x', 'y') RETURNING job")
    assert isinstance(error.value.orig, psycopg.errors.ReadOnlySqlTransaction)
    assert not error.value.connection_invalidated


def test_the_time_limit_holds_and_is_503(database: Database) -> None:
    assert database.reads.one("SHOW statement_timeout") == ("15s",)
    with pytest.raises(DBAPIError) as error:
        database.reads.one("SELECT pg_cancel_backend(pg_backend_pid()), pg_sleep(5)")
    assert database_problem(error.value).status_code == 503
    assert database.reads.one("SELECT 1") == (1,), "the connection is good for the next one"


def test_connections_that_died_are_replaced_without_anybody_noticing(
    database: Database, postgres: TestPostgres
) -> None:
    def slowly(number: int) -> int:
        return int(database.reads.one("SELECT $1::int FROM pg_sleep(0.05)", (number,))[0])

    with ThreadPoolExecutor(3) as threads:
        assert list(threads.map(slowly, range(6))) == list(range(6))
        for _ in range(3):
            end_all(postgres)
            assert list(threads.map(slowly, range(6))) == list(range(6))


def test_a_connection_that_dies_twice_is_503(database: Database) -> None:
    with pytest.raises(DBAPIError) as error:
        database.reads.one("SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(5)")
    assert error.value.connection_invalidated and database_problem(error.value).status_code == 503
    assert database.reads.one("SELECT 1") == (1,)


def test_a_server_that_is_not_there_is_503(service_settings: Callable[..., Settings]) -> None:
    settings = service_settings(Settings)
    nowhere = settings.database_url.get_secret_value().replace("host=", "host=/nowhere")
    assert "nowhere" in nowhere
    database = Database(settings.model_copy(update={"database_url": type(settings.database_url)(nowhere)}))
    with pytest.raises(OperationalError) as error:
        database.reads.one("SELECT 1")
    assert database_problem(error.value).status_code == 503
    database.close()
