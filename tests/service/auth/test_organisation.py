"""Departments: what is allowed, what everybody is told, what is written down."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

from contracts.events import OrganisationChanged
from kit.audit import AuditLog
from kit.bus.tables import Outbox, OutboxDelivery
from kit.db import Database
from services.auth import demo
from services.auth.departments import Department
from tests.service.auth.conftest import Browser

Open = Callable[[], Browser]
URL = "/api/auth/departments"


@pytest.fixture
def maintainer(browser: Open) -> Browser:
    one = browser()
    one.login("sysadmin")
    return one


def tree(browser: Browser) -> dict[str, dict[str, Any]]:
    return {row["code"]: row for row in browser.get(URL).json()["items"]}


def body(row: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {key: row[key] for key in ("code", "name", "kind", "parent_id", "sort", "version")} | changes


def told(database: Database, event: type = OrganisationChanged) -> list[dict[str, Any]]:
    """What has been emitted since the seed, newest last."""
    with database.session() as session:
        rows = session.scalars(select(Outbox).where(Outbox.type == event.type).order_by(Outbox.id)).all()
        subscribers = {
            name: [row.subscriber for row in session.scalars(select(OutboxDelivery)) if row.event_id == rows[-1].id]
            for name in ("last",)
        }
        assert sorted(subscribers["last"]) == ["auth", "documents", "ledgers", "reports", "workflow"]
        return [row.data for row in rows]


def test_everybody_sees_the_tree(browser: Open) -> None:
    worker = browser()
    worker.login("worker")
    rows = worker.get(URL).json()["items"]
    assert [row["code"] for row in rows] == [entry.code for entry in demo.DEPARTMENTS]
    assert rows[-1]["path"] == demo.path_of("CB2")
    assert browser().client.get(URL).status_code == 401


def test_creating_tells_everyone_and_is_written_down(maintainer: Browser, database: Database) -> None:
    parent = tree(maintainer)["KF"]
    new = {"code": "KF1", "name": "抄表班", "kind": "team", "parent_id": parent["id"], "sort": 3}
    answer = maintainer.request("POST", URL, json=new)
    assert answer.status_code == 201, answer.text
    row = answer.json()
    assert row["path"] == f"{parent['path']}{row['id']}/"
    assert told(database)[-1]["departments"] == [row]
    with database.session() as session:
        entry = session.scalars(select(AuditLog).where(AuditLog.object_id == row["id"])).one()
        assert (entry.username, entry.action, (entry.after or {})["name"]) == ("sysadmin", "create", "抄表班")


def test_the_same_post_twice_is_one_department(maintainer: Browser) -> None:
    parent = tree(maintainer)["KF"]
    new = {"code": "KF1", "name": "抄表班", "kind": "team", "parent_id": parent["id"]}
    head = {"Authorization": f"Bearer {maintainer.token}", "Idempotency-Key": "k-1"}
    answers = [maintainer.client.post(URL, json=new, headers=head) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()


def test_moving_takes_everything_below_along(maintainer: Browser, database: Database, browser: Open) -> None:
    before = tree(maintainer)
    moved = maintainer.request(
        "PUT", f"{URL}/{before['CBM']['id']}", json=body(before["CBM"], parent_id=before["CN"]["id"])
    )
    assert moved.status_code == 200, moved.text
    after = tree(maintainer)
    assert after["CB1"]["path"] == f"{after['CN']['path']}{after['CBM']['id']}/{after['CB1']['id']}/"
    assert {code: row["version"] for code, row in after.items() if row != before[code]} == {
        "CBM": 2,
        "CB1": 2,
        "CB2": 2,
    }
    assert {row["code"] for row in told(database)[-1]["departments"]} == {"CBM", "CB1", "CB2"}
    officer = browser()
    officer.login("chengnan")
    assert {row["username"] for row in officer.get("/api/auth/users?size=200").json()["items"]} == {
        "chengnan",
        "chengnan.head",
        "worker",
        "inspector",
    }


def test_a_circle_is_refused(maintainer: Browser) -> None:
    rows = tree(maintainer)
    for target in ("CB", "CBM", "CB1"):
        answer = maintainer.request(
            "PUT", f"{URL}/{rows['CB']['id']}", json=body(rows["CB"], parent_id=rows[target]["id"])
        )
        assert (answer.status_code, answer.json()["code"]) == (409, "department_cycle")
    assert tree(maintainer) == rows


def test_two_moves_at_once_make_no_circle(maintainer: Browser) -> None:
    rows = tree(maintainer)

    def move(pair: tuple[str, str]) -> int:
        row, target = rows[pair[0]], rows[pair[1]]
        answer = maintainer.request("PUT", f"{URL}/{row['id']}", json=body(row, parent_id=target["id"]))
        return int(answer.status_code)

    with ThreadPoolExecutor(2) as pool:
        codes = sorted(pool.map(move, [("GC", "QX"), ("QX", "GC")]))
    assert codes == [200, 409]
    after = tree(maintainer)
    assert all(row["path"].endswith(f"/{row['id']}/") for row in after.values())
    assert len({row["path"] for row in after.values()}) == len(rows)


def test_an_old_version_is_refused_with_the_row_as_it_is(maintainer: Browser) -> None:
    row = tree(maintainer)["GC"]
    url = f"{URL}/{row['id']}"
    assert maintainer.request("PUT", url, json=body(row, name="工程技术部")).status_code == 200
    answer = maintainer.request("PUT", url, json=body(row, name="别的名字"))
    assert (answer.status_code, answer.json()["code"]) == (409, "version_conflict")
    assert answer.json()["current"]["name"] == "工程技术部"
    names = maintainer.get(f"{url}/names").json()["items"]
    assert [entry["name"] for entry in names] == ["工程部"]


def test_closing_needs_an_empty_department(maintainer: Browser, database: Database) -> None:
    rows = tree(maintainer)

    def close(code: str) -> Any:
        row = tree(maintainer)[code]
        return maintainer.request("POST", f"{URL}/{row['id']}/close", json={"version": row["version"]})

    assert close("CBM").json()["code"] == "department_has_children"
    assert close("GC").json()["code"] == "department_has_people"
    closed = close("CB1")
    assert closed.status_code == 200
    assert closed.json()["closed_on"] is not None
    assert told(database)[-1]["departments"][0]["closed_on"] is not None
    child = {"code": "X1", "name": "某班", "kind": "team", "parent_id": rows["CB1"]["id"]}
    assert maintainer.request("POST", URL, json=child).json()["code"] == "department_closed"
    # Its name is free again, and it can come back only while nobody else has taken it.
    twin = {"code": "CB3", "name": "一班组", "kind": "team", "parent_id": rows["CBM"]["id"]}
    assert maintainer.request("POST", URL, json=twin).status_code == 201
    again = maintainer.request("POST", f"{URL}/{rows['CB1']['id']}/reopen", json={"version": 2})
    assert again.json()["errors"][0]["code"] == "taken"


@pytest.mark.parametrize(
    ("changes", "place", "code"),
    [
        ({"code": "GC"}, "code", "taken"),
        ({"name": "工程部"}, "name", "taken"),
        ({"name": "a/b"}, "name", "string_pattern_mismatch"),
        ({"name": " "}, "name", "string_too_short"),
        ({"kind": "bureau"}, "kind", "unknown_kind"),
        ({"parent_id": "00000000-0000-0000-0000-000000000000"}, "parent_id", "not_found"),
        ({"parent_id": None}, "parent_id", "missing"),
        ({"path": "/x/"}, "path", "extra_forbidden"),
        ({"sort": 10**12}, "sort", "less_than_equal"),
    ],
)
def test_what_is_wrong_is_named(maintainer: Browser, changes: dict[str, Any], place: str, code: str) -> None:
    root = tree(maintainer)["GS"]["id"]
    new = {"code": "N1", "name": "新部门", "kind": "department", "parent_id": root} | changes
    answer = maintainer.request("POST", URL, json=new)
    assert answer.status_code == 422
    assert [(error["loc"][-1], error["code"]) for error in answer.json()["errors"]] == [(place, code)]


def test_the_tree_is_not_endless(maintainer: Browser) -> None:
    parent = tree(maintainer)["GC"]["id"]
    answers = []
    for n in range(11):
        new = {"code": f"D{n}", "name": f"第{n}级", "kind": "department", "parent_id": parent}
        answers.append(maintainer.request("POST", URL, json=new))
        parent = answers[-1].json().get("id", parent)
    assert [answer.status_code for answer in answers] == [201] * 8 + [409] * 3
    assert answers[-1].json()["code"] == "department_too_deep"


@pytest.mark.parametrize("username", ["secadmin", "auditor", "safety", "yunxing", "worker"])
def test_only_the_system_administrator_changes_the_organisation(browser: Open, username: str) -> None:
    one = browser()
    one.login(username)
    row = tree(one)["KF"]
    new = {"code": "N1", "name": "新部门", "kind": "team", "parent_id": row["id"]}
    assert one.request("POST", URL, json=new).status_code == 403
    assert one.request("PUT", f"{URL}/{row['id']}", json=body(row, name="x")).status_code == 403
    assert one.request("POST", f"{URL}/{row['id']}/close", json={"version": 1}).status_code == 403


def test_the_database_itself_keeps_the_paths_right(database: Database) -> None:
    with pytest.raises(Exception, match="ck_department_path"), database.transaction() as session:
        session.execute(Department.__table__.update().where(Department.code == "GC").values(path="/x/"))  # type: ignore[attr-defined]
