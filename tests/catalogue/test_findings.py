"""What is wrong with several rows together: teams without a leader, a telephone of two people (domain.md 10.1)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from services.ledgers.catalogue import BY_SLUG
from tests.catalogue.conftest import Bench
from tests.catalogue.steps import HOME, SIBLING, example, grant, keeper

TEAMS = BY_SLUG["emergency-teams"]
SLUG = TEAMS.ledger.slug


def join(bench: Bench, number: int, department: str = HOME, **more: Any) -> dict[str, Any]:
    body = {**example(TEAMS, department, number), "team_name": "抢险队", "phone": f"139000000{number:02d}", **more}
    answer = bench.ask(bench.who(grant(TEAMS)), "POST", f"/{SLUG}", json=body)
    assert answer.status_code == 201, answer.text
    row: dict[str, Any] = answer.json()
    return row


def found(bench: Bench, who: Any) -> list[tuple[str, str, str | None, int, list[str]]]:
    answer = bench.ask(who, "GET", f"/{SLUG}/findings")
    assert answer.status_code == 200, answer.text
    assert answer.json()["more"] is False
    return [
        (one["code"], one["label"], one["department"], one["rows"], one["differing"]) for one in answer.json()["items"]
    ]


def test_a_team_needs_a_leader_who_is_still_there(bench: Bench) -> None:
    boss = bench.who(grant(TEAMS))
    assert found(bench, boss) == []
    join(bench, 1, duty="member")
    join(bench, 2, duty="deputy")
    # A leader of the team of the same name elsewhere is none of this one.
    join(bench, 3, SIBLING, duty="leader")
    assert found(bench, boss) == [("no_leader", "抢险队", HOME, 2, [])]
    gone = join(bench, 4, duty="leader", status="left")
    assert [one[0] for one in found(bench, boss)] == ["no_leader"]
    back = {"version": gone["version"], "status": "serving"}
    assert bench.ask(boss, "PUT", f"/{SLUG}/{gone['id']}", json=back).status_code == 200
    assert found(bench, boss) == []


def test_a_leader_whom_one_does_not_see_is_a_leader_all_the_same(bench: Bench) -> None:
    clerk = bench.who(grant(TEAMS), scope="own", department=HOME, user_id=uuid4())
    body = {**example(TEAMS, HOME, 1), "team_name": "抢险队", "duty": "member"}
    assert bench.ask(clerk, "POST", f"/{SLUG}", json=body).status_code == 201
    assert [one[0] for one in found(bench, clerk)] == ["no_leader"]
    join(bench, 2, duty="leader")
    assert found(bench, clerk) == []


def test_one_telephone_is_one_persons(bench: Bench) -> None:
    boss = bench.who(grant(TEAMS))
    join(bench, 1, duty="leader", person_name="张三")
    # The same person in two teams, one telephone: nothing is wrong.
    join(bench, 1, duty="leader", person_name="张三", team_name="抢修队")
    assert found(bench, boss) == []
    join(bench, 1, SIBLING, duty="leader", person_name="李四")
    assert found(bench, boss) == [("shared_phone", "13900000001", None, 3, ["张三", "李四"])]
    # Who sees the rows of one department only is told of nobody else's.
    assert found(bench, keeper(bench, TEAMS)) == []


def test_findings_are_for_readers_and_for_ledgers(bench: Bench) -> None:
    nobody = bench.who("ledgers:special-equipment:*")
    assert bench.ask(nobody, "GET", f"/{SLUG}/findings").status_code == 403
    assert bench.ask(nobody, "GET", "/special-equipment/findings").json() == {"items": [], "more": False}
    assert bench.ask(bench.who("ledgers:*:*"), "GET", "/nothing/findings").status_code == 404
