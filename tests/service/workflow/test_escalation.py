"""What nobody handles goes up; what falls short is told, closed, and told again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from contracts.events import LedgerFindingFound, LedgerRowShort
from kit.db import Database, today
from services.workflow.notices.handlers import escalate, renew, warn, warn_of_finding, warn_of_shortage
from services.workflow.notices.models import Notice, NoticeRecipient, NoticeRule
from services.workflow.notices.wording import title_of
from tests.service.workflow.company import PEOPLE, expiring, id_of, renewed
from tests.service.workflow.test_notices import reached

NAMES = {id_of(fact.name): fact.name for fact in PEOPLE}
FIRST = ["登记人", "运行安全员", "运行负责人"]


def short(**changes: Any) -> LedgerRowShort:
    values: dict[str, Any] = {
        "ledger": "emergency-supplies", "ledger_title": "应急物资", "row_id": id_of("row"), "row_version": 1,
        "title": "防爆手电筒 BAD202 1号库", "department_id": id_of("运行部"), "owner_id": id_of("登记人"),
        "field": "quantity", "label": "数量", "value": "3", "limit_label": "最低储备量", "limit": "10",
        "fell_on": today(), **changes,
    }  # fmt: skip
    return LedgerRowShort.model_validate(values)


def after(database: Database, days: int) -> int:
    with database.transaction() as session:
        return escalate(session, today() + timedelta(days=days))


@pytest.mark.parametrize(
    ("level", "steps"),
    [
        ("yellow", [(29, ["登记人", "运行安全员"]), (30, FIRST)]),
        ("orange", [(13, FIRST), (14, [*FIRST, "安全管理"])]),
        ("red", [(2, FIRST), (3, [*FIRST, "安全管理"])]),
    ],
)
def test_a_notice_that_stays_open_goes_up(database: Database, level: str, steps: list[tuple[int, list[str]]]) -> None:
    with database.transaction() as session:
        warn(session, expiring(level=level))
    for days, people in steps:
        after(database, days)
        assert reached(database) == sorted(people), days
    assert after(database, steps[-1][0]) == 0, "told once"


def test_what_was_handled_or_switched_off_goes_nowhere(database: Database) -> None:
    with database.transaction() as session:
        warn(session, expiring(level="red"))
        renew(session, renewed())
    assert after(database, 100) == 0
    with database.transaction() as session:
        warn(session, expiring(level="red", row_id=id_of("another row")))
        session.execute(update(NoticeRule).where(NoticeRule.after_days > 0).values(enabled=False))
    assert after(database, 100) == 0


def test_whoever_came_in_stays_when_the_row_is_told_anew(database: Database) -> None:
    with database.transaction() as session:
        warn(session, expiring(level="red"))
    after(database, 3)
    with database.transaction() as session:
        warn(session, expiring(level="red", row_version=2, title="张三丰 的 特种作业操作证"))
    assert "安全管理" in reached(database)


def test_a_shortage_reaches_the_department_and_after_days_the_company(database: Database) -> None:
    with database.transaction() as session:
        warn_of_shortage(session, short())
        warn_of_shortage(session, short())
    assert reached(database) == sorted(FIRST)
    with database.session() as session:
        (notice,) = session.scalars(select(Notice))
        assert title_of(notice, today()) == "防爆手电筒 BAD202 1号库 数量 3，低于最低储备量 10"
    after(database, 7)
    assert reached(database) == sorted([*FIRST, "安全管理"])
    after(database, 30)
    assert reached(database) == sorted([*FIRST, "安全管理", "分管领导"])


def test_refilled_and_fallen_again_on_one_day(database: Database) -> None:
    refilled = renewed(ledger="emergency-supplies", row_version=2, due_field="quantity", due_on=None, reason="refilled")
    with database.transaction() as session:
        warn_of_shortage(session, short())
        renew(session, refilled)
        assert session.scalar(select(Notice.close_reason)) == "refilled"
    with database.transaction() as session:
        session.execute(update(NoticeRecipient).values(read_at=NoticeRecipient.notified_at))
        warn_of_shortage(session, short(row_version=3, value="1"))
        assert session.scalars(select(NoticeRecipient.read_at)).all() == [None] * 3, "it wants to be seen again"
        assert session.scalar(select(Notice.closed_at)) is None
    with database.transaction() as session:
        # The closing of the first fall, arriving late and twice, closes nothing of the second.
        renew(session, refilled)
        assert session.scalar(select(Notice.closed_at)) is None


def finding(**changes: Any) -> LedgerFindingFound:
    values: dict[str, Any] = {
        "ledger": "emergency-teams", "ledger_title": "应急队伍", "row_id": id_of("group"), "row_version": 1,
        "title": "运行部 抢险队", "department_id": id_of("运行部"), "field": "no_leader", "label": "队伍没有队长",
        "search": "抢险队", "found_on": today(), **changes,
    }  # fmt: skip
    return LedgerFindingFound.model_validate(values)


def test_a_finding_reaches_the_officer_and_after_days_those_above(database: Database) -> None:
    with database.transaction() as session:
        warn_of_finding(session, finding())
    with database.session() as session:
        (notice,) = session.scalars(select(Notice))
        assert (title_of(notice, today()), notice.search) == ("应急队伍 运行部 抢险队：队伍没有队长", "抢险队")
    assert reached(database) == ["运行安全员"]
    after(database, 7)
    assert reached(database) == ["运行安全员", "运行负责人"]
    after(database, 30)
    assert "安全管理" in reached(database)
    mended = renewed(
        ledger="emergency-teams", row_id=id_of("group"), row_version=1, due_field="no_leader", due_on=None,
        reason="mended",
    )  # fmt: skip
    with database.transaction() as session:
        renew(session, mended)
    with database.session() as session:
        (notice,) = session.scalars(select(Notice))
        assert notice.close_reason == "mended"
