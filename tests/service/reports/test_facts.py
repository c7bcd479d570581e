"""Facts: the newest version of each row, in whatever order and however often messages come."""

from __future__ import annotations

import threading
from typing import Any

from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from contracts.events import LedgerRowsChanged, RowChange
from kit.db import Database
from kit.worker.checks import check_subscriptions
from services.reports.facts.apply import clear, take
from services.reports.facts.models import LedgerFact
from services.reports.rebuild import rebuild
from services.reports.settings import Settings
from services.reports.worker import ReportsWorker
from tests.service.reports.company import SLUG, certificate, id_of, told


def handle(database: Database, *messages: LedgerRowsChanged) -> None:
    """Each message in a transaction of its own, as the worker does."""
    for message in messages:
        with database.transaction() as session:
            ReportsWorker().take_facts(session, message)


def state(database: Database) -> dict[Any, tuple[Any, ...]]:
    with database.session() as session:
        return {
            row.row_id: (row.version, row.deleted, row.department_id, row.facts)
            for row in session.scalars(select(LedgerFact))
        }


def change(number: int, version: int) -> RowChange:
    """What a row is at a version is a function of both: a producer never tells two stories of one version."""
    return certificate(
        f"row {number}",
        department=("运行部", "工程部", "一班")[(number + version) % 3],
        kind=("operation", "equipment")[version % 2],
        version=version,
        deleted=version % 4 == 3,
    )


MESSAGES = st.lists(
    st.lists(st.builds(change, st.integers(0, 5), st.integers(1, 6)), min_size=1, max_size=6).map(lambda c: told(*c)),
    min_size=1,
    max_size=5,
)


@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(messages=MESSAGES, data=st.data())
def test_shuffled_and_repeated_messages_leave_the_same_facts(
    database: Database, messages: list[LedgerRowsChanged], data: st.DataObject
) -> None:
    newest: dict[Any, RowChange] = {}
    for row in sorted((row for message in messages for row in message.changes), key=lambda row: row.version):
        newest[row.id] = row
    expected = {id_: (row.version, row.deleted, row.department_id, row.facts) for id_, row in newest.items()}
    order = data.draw(st.permutations([*messages, *data.draw(st.lists(st.sampled_from(messages), max_size=3))]))
    with database.transaction() as session:
        clear(session)
    handle(database, *order)
    assert state(database) == expected


def test_a_full_message_is_one_statement(database: Database) -> None:
    rows = [certificate(f"row {n}") for n in range(500)]
    statements: list[str] = []
    from sqlalchemy import event

    event.listen(database.engine, "before_cursor_execute", lambda c, cur, sql, *rest: statements.append(sql))
    with database.transaction() as session:
        take(session, told(*rows))
    assert len(state(database)) == 500
    assert len([sql for sql in statements if "INSERT INTO ledger_fact" in sql]) == 1


def test_messages_that_name_the_same_rows_do_not_deadlock(database: Database) -> None:
    rows = [certificate(f"row {n}", version=v) for v in (1, 2) for n in range(300)]
    failures: list[BaseException] = []

    def run(part: list[RowChange]) -> None:
        try:
            for _ in range(5):
                handle(database, told(*part))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(part,)) for part in (rows[:300], rows[300:], rows[299::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert {row[0] for row in state(database).values()} == {2}


def test_an_empty_message_is_nothing(database: Database) -> None:
    handle(database, told())
    assert state(database) == {}


def test_the_facts_of_a_deleted_row_are_not_kept(database: Database) -> None:
    row = certificate("a")
    handle(database, told(row), told(row.model_copy(update={"version": 2, "deleted": True})))
    assert state(database)[id_of("a")][3] == {}


def test_rebuilding_forgets_and_asks_again(database: Database, settings: Settings) -> None:
    handle(database, told(certificate("a")), told(certificate("b"), ledger="fire-facilities"))
    rebuild(settings, "fire-facilities")
    assert list(state(database)) == [id_of("a")]
    rebuild(settings)
    assert state(database) == {}
    with database.session() as session:
        asked = session.execute(
            text("SELECT type, data, subscriber FROM outbox JOIN outbox_delivery ON event_id = id ORDER BY occurred_at")
        ).all()
    assert [tuple(row) for row in asked] == [
        ("cn.gas.facts.requested.v1", {"ledger": "fire-facilities"}, "ledgers"),
        ("cn.gas.facts.requested.v1", {"ledger": None}, "ledgers"),
    ]
    # The answer is the rows as they are now, the deleted one too; what was under way comes late and changes nothing.
    handle(database, told(certificate("a", version=3), certificate("b", version=4, deleted=True)))
    handle(database, told(certificate("b", version=2), certificate("a", version=1)))
    assert {id_: row[:2] for id_, row in state(database).items()} == {id_of("a"): (3, False), id_of("b"): (4, True)}


def test_a_replay_starts_from_nothing(database: Database) -> None:
    handle(database, told(certificate("a")))
    with database.transaction() as session:
        ReportsWorker().clear(session, "reports")
    assert state(database) == {}


def test_it_handles_what_is_sent_to_it_and_nothing_else() -> None:
    check_subscriptions(ReportsWorker)
    assert SLUG == "special-operation-certificates"
