"""What the morning tells of rows that are not right together, and what closes it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from contracts.events import LedgerFindingFound, LedgerRowRenewed
from contracts.principal import Principal
from kit.bus.tables import Outbox
from kit.db import today
from services.ledgers import morning
from services.ledgers.catalogue.emergency_teams import EmergencyTeamMember
from tests import company
from tests.catalogue.conftest import Bench, example

SLUG = "emergency-teams"
HOME, SIBLING = "工程部", "运行管理部"


@pytest.fixture
def boss(bench: Bench) -> Principal:
    return bench.who("ledgers:*:*")


def join(bench: Bench, boss: Principal, number: int, department: str = HOME, **more: Any) -> dict[str, Any]:
    body = {
        **example(EmergencyTeamMember, department, number), "team_name": "抢险队", "duty": "member",
        "phone": f"139000000{number:02d}", **more,
    }  # fmt: skip
    answer = bench.ask(boss, "POST", f"/{SLUG}", json=body)
    assert answer.status_code == 201, answer.text
    row: dict[str, Any] = answer.json()
    return row


def change(bench: Bench, boss: Principal, row: dict[str, Any], **fields: Any) -> dict[str, Any]:
    answer = bench.ask(boss, "PUT", f"/{SLUG}/{row['id']}", json={"version": row["version"], **fields})
    assert answer.status_code == 200, answer.text
    changed: dict[str, Any] = answer.json()
    return changed


def scan(bench: Bench, days: int = 0) -> int:
    with bench.transaction() as session:
        return morning.scan(session, today() + timedelta(days=days)).findings


def told(bench: Bench) -> list[LedgerFindingFound]:
    return _events(bench, LedgerFindingFound)


def closed(bench: Bench) -> list[LedgerRowRenewed]:
    return [event for event in _events(bench, LedgerRowRenewed) if event.reason == "mended"]


def _events(bench: Bench, kind: Any) -> list[Any]:
    with bench.database.session() as session:
        rows = session.scalars(select(Outbox).where(Outbox.type == kind.type).order_by(Outbox.occurred_at, Outbox.id))
        return [kind.model_validate(row.data) for row in rows]


def test_a_team_without_a_leader_is_told_in_the_morning_and_once(bench: Bench, boss: Principal) -> None:
    join(bench, boss, 1)
    assert told(bench) == [], "whoever enters a team one by one is not disturbed"
    assert (scan(bench), scan(bench), scan(bench, 1)) == (1, 0, 0)
    (event,) = told(bench)
    assert (event.ledger, event.title, event.label) == (SLUG, "工程部 抢险队", "队伍没有队长")
    assert (event.department_id, event.search, event.found_on) == (company.department_id(HOME), "抢险队", today())


def test_a_leader_closes_it_at_once_and_his_leaving_opens_it_anew(bench: Bench, boss: Principal) -> None:
    join(bench, boss, 1)
    scan(bench)
    leader = join(bench, boss, 2, duty="leader")
    (mended,) = closed(bench)
    (event,) = told(bench)
    assert (mended.row_id, mended.due_field, mended.row_version) == (event.row_id, "no_leader", event.row_version)
    change(bench, boss, leader, status="left")
    assert len(told(bench)) == 1, "until the next morning nobody is told"
    assert scan(bench, 1) == 1
    again = told(bench)[-1]
    assert (again.row_id, again.row_version) == (event.row_id, event.row_version + 1), "newer than what closed it"


def test_a_shared_telephone_is_told_to_every_department_concerned(bench: Bench, boss: Principal) -> None:
    join(bench, boss, 1, duty="leader", person_name="张三")
    other = join(bench, boss, 1, SIBLING, duty="leader", person_name="李四")
    assert scan(bench) == 2
    assert {(event.title, event.department_id) for event in told(bench)} == {
        (f"{name} 13900000001（张三、李四）", company.department_id(name)) for name in (HOME, SIBLING)
    }
    change(bench, boss, other, phone="13900000009")
    assert len(closed(bench)) == 2
    assert scan(bench) == 0


def test_a_team_that_is_deleted_needs_no_leader(bench: Bench, boss: Principal) -> None:
    row = join(bench, boss, 1)
    scan(bench)
    answer = bench.ask(boss, "DELETE", f"/{SLUG}/{row['id']}?version={row['version']}")
    assert answer.status_code == 204
    assert len(closed(bench)) == 1
