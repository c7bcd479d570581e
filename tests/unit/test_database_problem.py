"""What the database refuses, in the words of HTTP (libs/kit/http/problems.py)."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError

from kit.http.problems import database_problem


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OperationalError(None, None, psycopg.OperationalError("connection failed: Permission denied")), 503),
        (OperationalError("SELECT 1", {}, psycopg.errors.AdminShutdown("terminating connection")), 503),
        (OperationalError("SELECT 1", {}, psycopg.errors.QueryCanceled("statement timeout")), 503),
        (DataError("INSERT", {}, psycopg.errors.NumericValueOutOfRange("integer out of range")), 422),
        (IntegrityError("INSERT", {}, psycopg.errors.ForeignKeyViolation("no such department")), 409),
        (IntegrityError("INSERT", {}, psycopg.errors.UniqueViolation("twice")), 409),
    ],
)
def test_a_database_error_has_its_status(error: DBAPIError, status: int) -> None:
    assert database_problem(error).status_code == status
