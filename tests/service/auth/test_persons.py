"""People: several departments with one main, an account or none, data scope."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from contracts.events import UserChanged
from kit.audit import AuditLog
from kit.bus.tables import Outbox
from kit.db import Database
from kit.testing.identity import principal
from services.auth.people import User
from tests import company
from tests.service.auth.conftest import Browser, Clock
from tests.service.auth.desk import Desk

Open = Callable[..., Desk]
URL = "/api/auth/users"


@pytest.fixture
def security(desk: Open) -> Desk:
    return desk("secadmin")


def somebody(**changes: Any) -> dict[str, Any]:
    return {"name": "李四", "employee_no": "E1", "department_id": str(company.department_id("GC"))} | changes


def told(database: Database) -> dict[str, Any]:
    with database.session() as session:
        rows = session.scalars(select(Outbox).where(Outbox.type == UserChanged.type).order_by(Outbox.id)).all()
        fact: dict[str, Any] = rows[-1].data["users"][0]
        return fact


def ids(*codes: str) -> list[str]:
    return [str(company.department_id(code)) for code in codes]


def test_somebody_without_an_account_is_a_person_all_the_same(
    security: Desk, database: Database, browser: Callable[[], Browser]
) -> None:
    answer = security.post(URL, json=somebody(username=None))
    assert answer.status_code == 201, answer.text
    assert answer.json()["one_time_password"] is None
    row = answer.json()["user"]
    assert (row["account"], row["username"], row["active"]) == (False, None, True)
    assert (told(database)["username"], told(database)["name"]) == ("", "李四")
    reset = security.post(f"{URL}/{row['id']}/reset-password", json={"version": row["version"]})
    assert (reset.status_code, reset.json()["code"]) == (409, "no_account")
    assert security.get(f"{URL}?account=false").json()["total"] == 1
    given = security.post(f"{URL}/{row['id']}/account", json={"username": "lisi", "version": row["version"]})
    assert given.status_code == 201, given.text
    assert browser().login("lisi", given.json()["one_time_password"]).status_code == 200
    assert security.get(f"{URL}?account=false").json()["total"] == 0


def test_an_account_is_withdrawn_and_its_name_stays_with_the_person(
    security: Desk, browser: Callable[[], Browser], database: Database
) -> None:
    who = browser()
    assert who.login("worker").status_code == 200
    row = security.get(f"{URL}?q=worker").json()["items"][0]
    gone = security.request("DELETE", f"{URL}/{row['id']}/account", params={"version": row["version"]})
    assert (gone.status_code, gone.json()["account"], gone.json()["active"]) == (200, False, True)
    assert (who.refresh().status_code, browser().login("worker").status_code) == (401, 401)
    again = security.request("DELETE", f"{URL}/{row['id']}/account", params={"version": gone.json()["version"]})
    assert (again.status_code, again.json()["code"]) == (409, "no_account")
    taken = security.post(URL, json=somebody(username="worker"))
    assert taken.json()["errors"][0]["code"] == "taken"
    body = {"username": "another", "version": gone.json()["version"]}
    assert security.post(f"{URL}/{row['id']}/account", json=body).json()["errors"][0]["code"] == "username_fixed"
    back = security.post(f"{URL}/{row['id']}/account", json=body | {"username": "worker"})
    assert back.status_code == 201
    # The password of before is not the one of now.
    assert browser().login("worker").status_code == 401
    assert browser().login("worker", back.json()["one_time_password"]).status_code == 200
    with database.session() as session:
        actions = set(session.scalars(select(AuditLog.action).where(AuditLog.object_id == row["id"])))
        assert {"withdraw_account", "give_account"} <= actions


def test_nobody_withdraws_their_own_account(security: Desk) -> None:
    me = company.person("secadmin").id
    answer = security.request("DELETE", f"{URL}/{me}/account", params={"version": 1})
    assert (answer.status_code, answer.json()["code"]) == (409, "own_account")


def test_several_departments_with_exactly_one_main(security: Desk, database: Database) -> None:
    further = ids("CB", "GC", "CB", "KF")
    answer = security.post(URL, json=somebody(further_department_ids=further))
    row = answer.json()["user"]
    assert row["department"]["name"] == "工程部"
    assert {place["name"] for place in row["further_departments"]} == {"城北分公司", "客户服务部"}
    assert set(told(database)["further_department_ids"]) == set(ids("CB", "KF"))
    # The main department changes places with a further one: it is not both.
    body = somebody(department_id=ids("CB")[0], version=row["version"])
    row = security.put(f"{URL}/{row['id']}", json=body).json()
    assert (row["department"]["name"], [place["name"] for place in row["further_departments"]]) == (
        "城北分公司",
        ["客户服务部"],
    )
    body = somebody(department_id=ids("CB")[0], version=row["version"], further_department_ids=[])
    assert security.put(f"{URL}/{row['id']}", json=body).json()["further_departments"] == []


def test_an_officer_sees_those_of_a_further_department_too(security: Desk, desk: Open) -> None:
    row = security.post(URL, json=somebody(further_department_ids=ids("CBM"))).json()["user"]
    for officer, seen in (("chengbei", True), ("gongcheng", True), ("chengnan", False)):
        one = desk(officer)
        assert (row["id"] in {entry["id"] for entry in one.get(f"{URL}?size=200").json()["items"]}) is seen
        assert one.get(f"{URL}/{row['id']}").status_code == (200 if seen else 404)
    assert security.get(f"{URL}?under={ids('CB')[0]}").json()["total"] == 4
    assert desk("chengnan").get(f"{URL}?under={ids('CB')[0]}").json()["total"] == 0


@pytest.mark.parametrize(("department", "status"), [("GC", 200), ("CB", 200), ("CN", 404)])
def test_what_somebody_signs_in_with_is_seen_by_those_who_see_the_person(
    security: Desk, desk: Open, department: str, status: int
) -> None:
    row = security.post(URL, json=somebody(further_department_ids=ids("CBM"))).json()["user"]
    one = desk(principal("auth:sessions:read", scope="subtree", department_id=company.department_id(department)))
    assert one.get(f"{URL}/{row['id']}/second-factor").status_code == status


def test_nobody_is_put_where_one_does_not_reach(desk: Open) -> None:
    north = desk(principal("auth:users:*", scope="subtree", department_id=company.department_id("CB")))
    answer = north.post(URL, json=somebody())
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "department_out_of_scope")
    body = somebody(department_id=ids("CB1")[0], further_department_ids=ids("GC"))
    assert north.post(URL, json=body).json()["errors"][0]["loc"][1] == "further_department_ids"
    made = north.post(URL, json=somebody(department_id=ids("CB1")[0]))
    assert made.status_code == 201
    row = made.json()["user"]
    away = north.put(f"{URL}/{row['id']}", json=somebody(version=row["version"]))
    assert away.json()["errors"][0]["code"] == "department_out_of_scope"


def test_whoever_leaves_is_disabled_and_never_removed(security: Desk, clock: Clock) -> None:
    row = security.post(URL, json=somebody()).json()["user"]
    assert security.request("DELETE", f"{URL}/{row['id']}").status_code == 405
    gone = security.post(f"{URL}/{row['id']}/disable", json={"reason": "离职", "version": row["version"]}).json()
    assert (gone["active"], gone["disabled_reason"]) == (False, "离职")
    body = {"username": "lisi", "version": gone["version"]}
    assert security.post(f"{URL}/{row['id']}/account", json=body).json()["code"] == "person_disabled"
    assert security.get(f"{URL}?active=false").json()["total"] == 1


@pytest.mark.parametrize(
    ("phone", "kept"),
    [("138 1234 5678", "13812345678"), ("+8613812345678", "13812345678"), ("0513-85551234", "0513-85551234")],
)
def test_a_phone_is_kept_in_one_form(security: Desk, phone: str, kept: str) -> None:
    assert security.post(URL, json=somebody(phone=phone)).json()["user"]["phone"] == kept


def test_the_database_knows_no_password_without_a_name(database: Database) -> None:
    nameless = update(User).where(User.username == "worker").values(username=None)
    with pytest.raises(IntegrityError, match="ck_user_account_account"), database.transaction() as session:
        session.execute(nameless)
