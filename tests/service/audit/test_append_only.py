"""Nobody changes the trail by the ordinary way: the runtime role has no right to, the owner is stopped by triggers."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.service.audit.conftest import Trail

FOR_EVER = ("audit_log", "audit_chain", "audit_anchor")
CHANGES = [
    *(f"DELETE FROM {table}" for table in FOR_EVER),
    *(f"TRUNCATE {table}" for table in FOR_EVER),
    "UPDATE audit_log SET username = 'x'",
    "UPDATE audit_chain SET hash = ''",
    "UPDATE audit_anchor SET hash = ''",
]


@pytest.mark.parametrize("role", ["app", "owner"])
@pytest.mark.parametrize("statement", CHANGES)
def test_the_trail_can_only_be_added_to(trail: Trail, role: str, statement: str) -> None:
    trail.write(1)
    trail.seal()
    urls = {"app": trail.settings.database_url.get_secret_value(), "owner": trail.settings.migration_url()}
    engine = trail.engine(urls[role])
    with pytest.raises(DBAPIError) as refused, engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()
    assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)
    assert trail.rows("SELECT count(*) FROM audit_log")[0][0] == 1


def test_a_row_is_read_and_added_by_the_runtime_role(trail: Trail) -> None:
    trail.write(2)
    assert trail.rows("SELECT count(*) FROM audit_log")[0][0] == 2
    assert trail.rows("SELECT count(*) FROM audit_pending")[0][0] == 2


def test_what_waits_to_be_sealed_cannot_be_renamed(trail: Trail) -> None:
    trail.write(1)
    with pytest.raises(DBAPIError), trail.database.transaction() as session:
        session.execute(text("UPDATE audit_pending SET audit_id = gen_random_uuid()"))
