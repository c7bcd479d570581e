"""Fault tests have a PostgreSQL of their own, which they may crash, and which keeps what it has committed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kit.testing.databases import TestPostgres, run_postgres


@pytest.fixture(scope="module")
def postgres() -> Iterator[TestPostgres]:
    """In place of the session's server. `fsync` may stay off, since the machine itself does not crash here; a commit that
    has been answered must survive the end of the server's processes, so `synchronous_commit` may not."""
    for server in run_postgres():
        server.execute("ALTER SYSTEM SET synchronous_commit = on")
        server.execute("SELECT pg_reload_conf()")
        yield server
