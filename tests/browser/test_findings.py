"""A team without a leader stands above the list, leads to its rows, and is gone when it has one (domain.md 10.1)."""

from __future__ import annotations

from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.office import api
from tests.system.stack import Stack

pytestmark = pytest.mark.timeout(900)

TEAMS = "/ledgers/emergency-teams"


def test_a_team_without_a_leader_is_found_and_mended(open_office: Open, stack: Stack) -> None:
    team = f"抢险队{uuid4().hex[:6]}"
    with api(stack, "safety") as client:
        departments = client.get("/api/auth/departments").json()["items"]
        body = {
            "team_name": team, "team_type": "full_time", "person_name": "张三", "phone": "13900000011", "duty": "member",
            "status": "serving", "dept_id": next(one["id"] for one in departments if one["name"] == "工程部"),
        }  # fmt: skip
        row = client.post(f"/api{TEAMS}", json=body)
        assert row.status_code == 201, row.text
    office = open_office("safety")
    office.go(TEAMS)
    alert = office.main.get_by_role("alert").filter(has_text="需要核对")
    expect(alert).to_contain_text(f"队伍没有队长：工程部 {team}，1 条")
    office.accessible()
    alert.get_by_role("button", name=f"查看{team}").click()
    expect(office.rows).to_have_count(1)
    with api(stack, "safety") as client:
        changed = client.put(
            f"/api{TEAMS}/{row.json()['id']}", json={"version": row.json()["version"], "duty": "leader"}
        )
        assert changed.status_code == 200, changed.text
    with office.page.expect_response(lambda answer: answer.url.endswith("/findings")):
        office.go(f"{TEAMS}?q={team}")
    expect(office.rows).to_have_count(1)
    expect(office.main.get_by_text(f"队伍没有队长：工程部 {team}")).to_have_count(0)
