"""Merging, closing, opening again, the order, the kinds, and the names of before: nothing is ever lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from contracts.events import OrganisationChanged, UserChanged
from kit.audit import AuditLog
from kit.bus.tables import Outbox
from kit.db import Database
from services.auth.access import UserRole
from services.auth.people import User
from tests.service.auth.desk import Desk

Open = Callable[[str], Desk]
URL = "/api/auth/departments"
USERS = "/api/auth/users"


@pytest.fixture
def maintainer(desk: Open) -> Desk:
    return desk("sysadmin")


@pytest.fixture
def security(desk: Open) -> Desk:
    return desk("secadmin")


def tree(browser: Desk) -> dict[str, dict[str, Any]]:
    return {row["code"]: row for row in browser.get(URL).json()["items"]}


def post(browser: Desk, code: str, what: str, **body: Any) -> Any:
    row = tree(browser)[code]
    return browser.request("POST", f"{URL}/{row['id']}/{what}", json={"version": row["version"], **body})


def merge(browser: Desk, code: str, into: str) -> Any:
    return post(browser, code, "merge", target_id=tree(browser)[into]["id"])


def people_of(browser: Desk, code: str) -> set[str]:
    rows = browser.get(f"{USERS}?size=200").json()["items"]
    return {row["username"] for row in rows if row["department"]["id"] == tree(browser)[code]["id"]}


def told(database: Database, event: type, key: str) -> list[dict[str, Any]]:
    with database.session() as session:
        rows = session.scalars(select(Outbox).where(Outbox.type == event.type).order_by(Outbox.id))  # type: ignore[attr-defined]
        return [fact for row in rows for fact in row.data[key]]


def test_merging_takes_people_and_departments_over(maintainer: Desk, security: Desk, database: Database) -> None:
    before = tree(maintainer)
    answer = merge(maintainer, "CB", "GC")
    assert answer.status_code == 200, answer.text
    after = tree(maintainer)
    assert (after["CB"]["merged_into"], after["CB"]["parent_id"]) == (before["GC"]["id"], before["GC"]["id"])
    assert after["CB"]["closed_on"] is not None
    assert after["CB"]["path"] == f"{after['GC']['path']}{after['CB']['id']}/"
    assert after["CBM"]["parent_id"] == after["GC"]["id"]
    assert after["CB1"]["path"] == f"{after['GC']['path']}{after['CBM']['id']}/{after['CB1']['id']}/"
    assert people_of(security, "CB") == set()
    assert {"chengbei", "chengbei.head", "gongcheng"} <= people_of(security, "GC")
    # Everybody is told of each department and each person as they are now.
    newest = {fact["id"]: fact for fact in told(database, OrganisationChanged, "departments")}
    assert {code: newest[row["id"]] for code, row in after.items()} == after
    facts = {fact["username"]: fact for fact in told(database, UserChanged, "users")}
    assert facts["chengbei"]["department_id"] == after["GC"]["id"]
    assert facts["chengbei"]["version"] > 1
    with database.session() as session:
        row = session.scalars(select(AuditLog).where(AuditLog.action == "merge")).one()
        assert (row.detail or {})["people"] == 2
        moved = session.scalars(select(AuditLog).where(AuditLog.action == "move", AuditLog.object_type == "user")).all()
        assert len(moved) == 2


def test_the_officer_of_the_one_that_took_over_sees_its_people(maintainer: Desk, desk: Open) -> None:
    merge(maintainer, "CB", "GC")
    officer = desk("gongcheng")
    names = {row["username"] for row in officer.get(f"{USERS}?size=200").json()["items"]}
    assert {"chengbei", "inspector", "gongcheng"} <= names
    assert "yunxing" not in names


def test_further_departments_and_chosen_ones_go_over(maintainer: Desk, security: Desk, database: Database) -> None:
    rows = tree(maintainer)
    with database.transaction() as session:
        user = session.scalars(select(User).where(User.username == "worker")).one()
        user_id = user.id
        session.add(UserRole(user_id=user.id, role="reviewer", department_ids=[rows["CB"]["id"], rows["GC"]["id"]]))
    body = {
        "name": "伍可为", "department_id": rows["CN"]["id"], "version": 1,
        "further_department_ids": [rows["CB"]["id"], rows["KF"]["id"]],
    }  # fmt: skip
    assert security.request("PUT", f"{USERS}/{user_id}", json=body).status_code == 200
    assert merge(maintainer, "CB", "GC").status_code == 200
    row = security.get(f"{USERS}/{user_id}").json()
    assert {entry["name"] for entry in row["further_departments"]} == {"工程部", "客户服务部"}
    assert row["department"]["name"] == "城南储配站"
    with database.session() as session:
        grant = session.scalars(select(UserRole).where(UserRole.user_id == user_id, UserRole.role == "reviewer")).one()
        assert [str(id_) for id_ in grant.department_ids] == [rows["GC"]["id"]]
    fact = [fact for fact in told(database, UserChanged, "users") if fact["id"] == str(user_id)][-1]
    assert set(fact["further_department_ids"]) == {rows["GC"]["id"], rows["KF"]["id"]}


def test_a_chain_of_merges_leads_to_the_last(maintainer: Desk, security: Desk) -> None:
    assert merge(maintainer, "KF", "QX").status_code == 200
    assert merge(maintainer, "QX", "GC").status_code == 200
    after = tree(maintainer)
    assert {after[code]["merged_into"] for code in ("KF", "QX")} == {after["GC"]["id"]}
    assert after["KF"]["path"] == f"{after['GC']['path']}{after['KF']['id']}/"
    assert {"kefu.head", "qiangxiu"} <= people_of(security, "GC")


def test_opening_a_merged_one_again_puts_it_back(maintainer: Desk, security: Desk) -> None:
    before = tree(maintainer)["CB"]
    merge(maintainer, "CB", "GC")
    assert post(maintainer, "CB", "reopen").status_code == 200
    after = tree(maintainer)["CB"]
    assert {key: after[key] for key in ("path", "parent_id", "closed_on", "merged_into")} == {
        key: before[key] for key in ("path", "parent_id", "closed_on", "merged_into")
    }
    # What went over stays: only people know what has been done with it since.
    assert tree(maintainer)["CBM"]["parent_id"] == tree(maintainer)["GC"]["id"]
    assert people_of(security, "CB") == set()
    names = maintainer.get(f"{URL}/{after['id']}/names").json()["items"]
    assert [(row["full_name"], row["reason"]) for row in names] == [
        ("燃气公司/工程部/城北分公司", "reopen"),
        ("燃气公司/城北分公司", "merge"),
    ]
    assert names[1]["until"] == names[0]["since"]
    assert names[0]["changed_by_name"] == "席维诺"


@pytest.mark.parametrize(
    ("code", "into", "wrong"),
    [
        ("GS", "GC", "department_is_root"),
        ("CB", "CBM", "department_cycle"),
        ("CB", "CB", "department_cycle"),
        ("CBM", "CB1", "department_cycle"),
        ("CBM", "KF", None),
        ("CB1", "CB2", None),
    ],
)
def test_what_cannot_be_merged(maintainer: Desk, code: str, into: str, wrong: str | None) -> None:
    before = tree(maintainer)
    said = maintainer.get(
        f"{URL}/{before[code]['id']}/effects", params={"action": "merge", "target_id": before[into]["id"]}
    ).json()
    answer = merge(maintainer, code, into)
    if wrong is None:
        assert (answer.status_code, said["blockers"]) == (200, [])
        return
    assert (answer.status_code, answer.json()["code"]) == (409, wrong)
    # What is said beforehand is what is answered.
    assert [blocker["code"] for blocker in said["blockers"]] == [wrong]
    assert tree(maintainer) == before


def test_names_and_kinds_stand_in_the_way_of_a_merge(maintainer: Desk) -> None:
    rows = tree(maintainer)
    twin = {"code": "CN9", "name": "一班组", "kind": "team", "parent_id": rows["CN"]["id"]}
    assert maintainer.request("POST", URL, json=twin).status_code == 201
    answer = merge(maintainer, "CBM", "CN")
    assert (answer.status_code, answer.json()["code"]) == (409, "department_names_clash")
    assert "一班组" in answer.json()["detail"]
    answer = merge(maintainer, "CBM", "CN9")
    assert (answer.status_code, answer.json()["code"]) == (409, "kind_not_allowed")


def test_a_closed_or_merged_department_takes_nothing_over(maintainer: Desk) -> None:
    assert post(maintainer, "CB1", "close").status_code == 200
    assert merge(maintainer, "CB2", "CB1").json()["code"] == "department_closed"
    assert merge(maintainer, "CB2", "CBM").status_code == 200
    assert merge(maintainer, "CB2", "CBM").json()["code"] == "department_merged"
    row = tree(maintainer)["CB2"]
    change = {key: row[key] for key in ("code", "name", "kind", "sort", "version")} | {
        "parent_id": tree(maintainer)["CN"]["id"]
    }
    assert maintainer.request("PUT", f"{URL}/{row['id']}", json=change).json()["code"] == "department_merged"


def test_the_confirmation_says_what_will_happen(maintainer: Desk) -> None:
    rows = tree(maintainer)
    said = maintainer.get(
        f"{URL}/{rows['CB']['id']}/effects", params={"action": "merge", "target_id": rows["GC"]["id"]}
    ).json()
    assert (said["people"], said["children"], said["departments_below"], said["people_below"]) == (2, 1, 3, 3)
    assert said["blockers"] == []
    text = "".join(said["sentences"])
    assert "2 名人员转到“工程部”" in text
    assert "1 个下级单位转到“工程部”之下：门站" in text
    closing = maintainer.get(f"{URL}/{rows['CB']['id']}/effects?action=close").json()
    assert [blocker["code"] for blocker in closing["blockers"]] == ["department_has_children", "department_has_people"]
    assert maintainer.get(f"{URL}/{rows['CB']['id']}/effects?action=merge").status_code == 422
    assert maintainer.get(f"{URL}/{rows['CB']['id']}/effects?action=burn").status_code == 422


def test_closing_in_the_future_is_refused(maintainer: Desk) -> None:
    answer = post(maintainer, "CB1", "close", on="2999-01-01")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "date_in_future")
    assert post(maintainer, "CB1", "close", on="2026-01-01").json()["closed_on"] == "2026-01-01"
    assert post(maintainer, "CB1", "close").json()["code"] == "department_closed"


def test_the_order_is_changed_by_putting_one_before_another(maintainer: Desk, database: Database) -> None:
    rows = tree(maintainer)

    def order() -> list[str]:
        return [row["code"] for row in maintainer.get(URL).json()["items"] if row["parent_id"] == rows["GS"]["id"]]

    assert order() == ["AQ", "YX", "GC", "QX", "KF", "CN", "CB"]
    assert post(maintainer, "CN", "place", parent_id=rows["GS"]["id"], before_id=rows["YX"]["id"]).status_code == 200
    assert order() == ["AQ", "CN", "YX", "GC", "QX", "KF", "CB"]
    assert post(maintainer, "AQ", "place", parent_id=rows["GS"]["id"]).status_code == 200
    assert order() == ["CN", "YX", "GC", "QX", "KF", "CB", "AQ"]
    # Into another parent and in between: a move and a place in one.
    answer = post(maintainer, "CN", "place", parent_id=rows["CB"]["id"], before_id=rows["CBM"]["id"])
    assert answer.status_code == 200, answer.text
    below = [row["code"] for row in maintainer.get(URL).json()["items"] if row["parent_id"] == rows["CB"]["id"]]
    assert below == ["CN", "CBM"]
    assert answer.json() in told(database, OrganisationChanged, "departments")
    wrong = post(maintainer, "CN", "place", parent_id=rows["CB"]["id"], before_id=rows["GC"]["id"])
    assert wrong.json()["errors"][0]["loc"] == ["body", "before_id"]


@pytest.mark.parametrize(
    ("kind", "parent", "code"),
    [
        ("department", "CB1", "kind_not_allowed"),
        ("branch", "GC", "kind_not_allowed"),
        ("company", "CB", "kind_not_allowed"),
    ],
)
def test_kinds_say_what_may_stand_below_what(maintainer: Desk, kind: str, parent: str, code: str) -> None:
    new = {"code": "N1", "name": "新单位", "kind": kind, "parent_id": tree(maintainer)[parent]["id"]}
    answer = maintainer.request("POST", URL, json=new)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)
    assert tree(maintainer)[parent]["name"]


def test_a_kind_that_could_not_hold_what_is_below_is_refused(maintainer: Desk) -> None:
    row = tree(maintainer)["CB"]
    body = {key: row[key] for key in ("code", "name", "parent_id", "sort", "version")}
    answer = maintainer.request("PUT", f"{URL}/{row['id']}", json=body | {"kind": "team"})
    assert answer.json()["errors"][0]["code"] == "kind_not_allowed"
    assert maintainer.request("PUT", f"{URL}/{row['id']}", json=body | {"kind": "department"}).status_code == 200


def test_the_rule_of_kinds_is_data_of_the_company(maintainer: Desk) -> None:
    new = {"code": "N1", "name": "抄表小组", "kind": "team", "parent_id": tree(maintainer)["CB1"]["id"]}
    assert maintainer.request("POST", URL, json=new).status_code == 422
    items = maintainer.get("/api/auth/dictionaries/department_kind").json()["items"]
    team = next(entry for entry in items if entry["value"] == "team")
    assert "公司" in team["ext"]["basis"]
    fields = ("label", "sort", "enabled", "color", "parent_value", "aliases", "valid_from", "valid_to", "version")
    body = {key: team[key] for key in fields} | {"ext": {**team["ext"], "holds": ["team"]}}
    changed = maintainer.put("/api/auth/dictionaries/department_kind/items/team", json=body)
    assert changed.status_code == 200, changed.text
    assert maintainer.request("POST", URL, json=new).status_code == 201


def test_an_old_name_finds_the_department(maintainer: Desk) -> None:
    row = tree(maintainer)["GC"]
    body = {key: row[key] for key in ("code", "kind", "parent_id", "sort", "version")} | {"name": "建设管理部"}
    assert maintainer.request("PUT", f"{URL}/{row['id']}", json=body).status_code == 200
    found = maintainer.get(f"{URL}/former-names?q=工程").json()
    assert found["items"] == [{"department_id": row["id"], "names": ["工程部"]}]
    assert maintainer.get(f"{URL}/former-names?q=%25").json()["total"] == 0
    names = maintainer.get(f"{URL}/{row['id']}/names").json()["items"]
    assert [(entry["full_name"], entry["reason_label"]) for entry in names] == [("燃气公司/工程部", "更名")]


@pytest.mark.parametrize("username", ["secadmin", "auditor", "safety", "yunxing", "worker"])
def test_only_the_system_administrator_merges(desk: Open, username: str) -> None:
    one = desk(username)
    assert merge(one, "CB", "GC").status_code == 403
    assert post(one, "CB1", "place", parent_id=tree(one)["CBM"]["id"]).status_code == 403
    assert one.get(f"{URL}/{tree(one)['CB']['id']}/effects?action=close").status_code == (
        403 if username == "worker" else 200
    )
