"""A warning becomes one notice for each of the right people, and a renewal closes it, in whatever order they come."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, text, update

from contracts.events import Event, LedgerRowExpiring, LedgerRowRenewed, UserChanged
from kit.db import Database
from kit.directory import apply_users
from kit.directory.tables import DirectoryPerson
from services.workflow.notices.handlers import heal, renew, warn
from services.workflow.notices.models import Notice, NoticeRecipient, NoticeRule, NoticeSubject
from services.workflow.notices.rules import seed_rules
from services.workflow.notices.wording import expiry_title, remaining
from tests.service.workflow.company import DUE, PEOPLE, expiring, id_of, person, renewed

NAMES = {id_of(fact.name): fact.name for fact in PEOPLE} | {id_of("新安全员"): "新安全员"}


def handle(database: Database, *events: Event) -> None:
    """Each event in a transaction of its own, as the worker does."""
    for event in events:
        with database.transaction() as session:
            if isinstance(event, LedgerRowExpiring):
                warn(session, event)
            elif isinstance(event, LedgerRowRenewed):
                renew(session, event)


def reached(database: Database) -> list[str]:
    with database.session() as session:
        return sorted(NAMES[id_] for id_ in session.scalars(select(NoticeRecipient.person_id)))


def state(database: Database) -> list[tuple[Any, ...]]:
    """All that people can see, without ids and moments."""
    with database.session() as session:
        rows = session.execute(
            select(
                Notice.due_on,
                Notice.threshold,
                Notice.title,
                Notice.row_version,
                Notice.closed_at.is_(None),
                Notice.close_reason,
                NoticeRecipient.person_id,
                NoticeRecipient.closed_at.is_(None),
                NoticeRecipient.read_at,
            ).outerjoin(NoticeRecipient)
        )
        return sorted(tuple(str(value) for value in row) for row in rows)


@pytest.mark.parametrize(
    ("level", "people"),
    [
        ("yellow", ["登记人", "运行安全员"]),
        ("orange", ["登记人", "运行安全员", "运行负责人"]),
        ("red", ["登记人", "运行安全员", "运行负责人"]),
        ("overdue", ["登记人", "运行安全员", "运行负责人", "安全管理", "分管领导"]),
    ],
)
def test_each_level_reaches_the_people_of_domain_1_3(database: Database, level: str, people: list[str]) -> None:
    handle(database, expiring(level=level))
    assert reached(database) == sorted(people)


def test_a_team_without_an_officer_is_answered_for_by_the_nearest_above(database: Database) -> None:
    handle(database, expiring(department_id=id_of("一班"), level="orange"))
    assert reached(database) == sorted(["登记人", "运行安全员", "运行负责人"])


def test_the_nearest_officer_hides_those_further_up(database: Database) -> None:
    with database.transaction() as session:
        apply_users(session, UserChanged(users=(person("新安全员", "一班", "safety_officer"),)))
    handle(database, expiring(department_id=id_of("一班"), owner_id=None))
    assert reached(database) == ["新安全员"]


def test_nobody_of_another_department_is_told(database: Database) -> None:
    handle(database, expiring(department_id=id_of("工程部"), owner_id=None, level="red"))
    assert reached(database) == ["工程安全员", "工程负责人"]


def test_a_person_with_two_reasons_gets_one_copy(database: Database) -> None:
    handle(database, expiring(owner_id=id_of("运行安全员"), level="overdue"))
    assert reached(database).count("运行安全员") == 1


def test_an_owner_who_left_is_not_told_and_leaves_no_gap(database: Database) -> None:
    handle(database, expiring(owner_id=id_of("离职安全员")))
    assert reached(database) == ["运行安全员"]
    with database.session() as session:
        assert session.scalars(select(Notice.vacant)).one() == []


def test_a_vacant_role_falls_back_to_safety_management(database: Database) -> None:
    handle(database, expiring(department_id=id_of("安全部"), owner_id=None))
    assert reached(database) == ["安全管理"]
    with database.session() as session:
        assert session.scalars(select(NoticeRecipient.reason)).one() == "fallback"
        assert session.scalars(select(Notice.vacant)).one() == ["safety_officer"]


def test_a_warning_that_finds_nobody_is_kept_and_delivered_when_they_come(database: Database) -> None:
    with database.transaction() as session:
        session.execute(delete(DirectoryPerson))
    handle(database, expiring())
    assert reached(database) == []
    with database.transaction() as session:
        assert heal(session) == 0
        apply_users(session, UserChanged(users=PEOPLE))
    with database.transaction() as session:
        assert heal(session) == 1
        assert heal(session) == 0
    assert reached(database) == sorted(["登记人", "运行安全员"])


def test_without_rules_safety_management_is_told(database: Database) -> None:
    with database.transaction() as session:
        session.execute(delete(NoticeRule))
    handle(database, expiring())
    assert reached(database) == ["安全管理"]


def test_seeding_again_leaves_alone_what_was_switched_off(database: Database) -> None:
    with database.transaction() as session:
        session.execute(update(NoticeRule).where(NoticeRule.recipient == "owner").values(enabled=False))
        seed_rules(session)
    handle(database, expiring())
    assert reached(database) == ["运行安全员"]


def test_every_rule_has_its_basis(database: Database) -> None:
    with database.session() as session:
        rules = session.scalars(select(NoticeRule)).all()
    assert len(rules) == (2 + 3 + 3 + 5) + 3 + 1 + 7
    assert all(len(rule.basis) > 4 for rule in rules)


def test_a_renewal_closes_the_old_date_and_only_that(database: Database) -> None:
    later = date(2032, 12, 23)
    handle(database, expiring(), expiring(due_field="review_date"), renewed())
    handle(database, expiring(row_version=3, due_on=later, threshold=30))
    with database.session() as session:
        notices = session.execute(
            select(NoticeSubject.due_field, Notice.due_on, Notice.close_reason).join(Notice)
        ).all()
    assert sorted(tuple(row) for row in notices if row[2] is None) == [
        ("review_date", DUE, None),
        ("valid_to", later, None),
    ]
    assert [tuple(row) for row in notices if row[2]] == [("valid_to", DUE, "changed")]


def test_the_date_that_comes_back_warns_again_and_unread(database: Database) -> None:
    handle(database, expiring())
    with database.transaction() as session:
        session.execute(text("UPDATE notice_recipient SET read_at = now()"))
    handle(database, renewed(row_version=2), renewed(row_version=3, due_on=DUE))
    assert all(row[4] == "True" and row[7] == "True" and row[8] == "None" for row in state(database))
    assert len(state(database)) == 2


def test_a_newer_row_with_the_same_date_moves_its_notice(database: Database) -> None:
    handle(database, expiring(), expiring(row_version=2, department_id=id_of("工程部"), title="李四 的 证书"))
    assert reached(database) == sorted(["登记人", "工程安全员"])
    assert {row[2] for row in state(database)} == {"李四 的 证书"}


OTHER = DUE + timedelta(days=400)
FACTS = st.lists(
    st.one_of(
        st.builds(
            lambda version, due, threshold: expiring(
                row_version=version,
                due_on=due,
                title=f"第 {version} 版",
                threshold=threshold,
                level="overdue" if threshold < 0 else "orange",
                department_id=id_of("运行部" if version % 2 else "工程部"),
            ),
            st.integers(1, 4),
            st.sampled_from([DUE, OTHER]),
            st.sampled_from([30, -1]),
        ),
        st.builds(
            lambda version, due, reason: renewed(row_version=version, due_on=due, reason=reason),
            st.integers(1, 5),
            st.sampled_from([DUE, OTHER, None]),
            st.sampled_from(["changed", "replaced", "retired"]),
        ),
    ),
    min_size=1,
    max_size=7,
)


@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(facts=FACTS, data=st.data())
def test_shuffled_and_repeated_events_leave_the_same_notices(
    database: Database, facts: list[Event], data: st.DataObject
) -> None:
    clear(database)
    handle(database, *facts)
    expected = state(database)
    again = data.draw(st.permutations([*facts, *data.draw(st.lists(st.sampled_from(facts), max_size=4))]))
    clear(database)
    handle(database, *again)
    assert state(database) == expected
    assert expected == model(facts)


def clear(database: Database) -> None:
    with database.transaction() as session:
        for table in (NoticeRecipient, Notice, NoticeSubject):
            session.execute(delete(table))


def model(facts: Iterable[Event]) -> list[tuple[str, ...]]:
    """The same state, told independently: from the set of facts, without any order of arrival."""
    newest: dict[tuple[date, int], LedgerRowExpiring] = {}
    renewals = []
    for fact in facts:
        if isinstance(fact, LedgerRowRenewed):
            renewals.append(fact)
        elif isinstance(fact, LedgerRowExpiring):
            known = newest.get((fact.due_on, fact.threshold))
            if known is None or known.row_version < fact.row_version:
                newest[fact.due_on, fact.threshold] = fact
    last = max(renewals, key=lambda r: (r.row_version, r.due_on is None, r.due_on or date.min, r.reason), default=None)
    rows = []
    for (due_on, threshold), fact in newest.items():
        closed = last is not None and last.row_version >= fact.row_version and last.due_on != due_on
        place = "运行" if fact.department_id == id_of("运行部") else "工程"
        names = ["登记人", f"{place}安全员", f"{place}负责人"] + (["安全管理", "分管领导"] if threshold < 0 else [])
        rows += [
            (
                due_on,
                threshold,
                fact.title,
                fact.row_version,
                not closed,
                last.reason if closed and last else None,
                id_of(name),
                not closed,
                None,
            )
            for name in names
        ]
    return sorted(tuple(str(value) for value in row) for row in rows)


def test_a_warning_and_its_renewal_at_the_same_moment_see_one_another(database: Database) -> None:
    """The renewal is handled while the warning's transaction is still open: it waits, and then closes."""
    done = threading.Event()

    def renewal() -> None:
        handle(database, renewed())
        done.set()

    with database.transaction() as session:
        warn(session, expiring())
        thread = threading.Thread(target=renewal)
        thread.start()
        assert not done.wait(0.3)
    thread.join(10)
    assert {row[5] for row in state(database)} == {"changed"}


def test_copies_are_as_unique_as_the_database_can_make_them(database: Database) -> None:
    threads = [threading.Thread(target=handle, args=(database, expiring(level="overdue"))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(state(database)) == 5


@pytest.mark.parametrize(
    ("days", "words"),
    [(30, "30 天后到期"), (1, "1 天后到期"), (0, "今日到期"), (-1, "已超期 1 天"), (-400, "已超期 400 天")],
)
def test_the_days_that_remain(days: int, words: str) -> None:
    assert remaining(DUE, DUE - timedelta(days=days)) == words


def test_the_sentence() -> None:
    title = expiry_title("张三 的 特种作业操作证（低压电工作业）", "有效期止", DUE, date(2026, 11, 23))
    assert title == "张三 的 特种作业操作证（低压电工作业） 30 天后到期（有效期止 2026-12-23）"
