"""Dictionaries beyond single items: upgrades three-way, parents, dates, rules as data, what auth itself declares."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from contracts.events import DictionaryDeclared
from kit.audit import AuditLog
from kit.db import today
from kit.directory import DictionaryDeclaration, dictionaries, item, working_calendar, working_days
from kit.fields import Dictionary, Wrong
from services.auth import declaring, facts
from services.auth import dictionaries as auth_dictionaries
from services.auth.settings import Settings
from tests.service.auth.conftest import Clock
from tests.service.auth.office import Office, opened

URL = "/dictionaries/equipment_category"
KINDS = DictionaryDeclaration(
    code="equipment_category",
    name="设备类别",
    items=(
        item("lift", "电梯", inspection_months=12, warn_days=[30, 7], basis="TSG T7001-2023"),
        item("boiler", "锅炉", aliases=["蒸汽锅炉"], inspection_months=24),
    ),
)
ITEMS = DictionaryDeclaration(
    code="equipment_item",
    name="设备品种",
    parent="equipment_category",
    items=(item("passenger", "客梯", parent="lift"), item("goods", "货梯", parent="lift")),
)


@pytest.fixture
def office(settings: Settings, clock: Clock) -> Iterator[Office]:
    with opened(settings, clock) as one:
        declared(one, KINDS)
        yield one


def declared(office: Office, declaration: DictionaryDeclaration) -> None:
    """What auth's worker does with a service's declaration."""
    fields = {key: getattr(declaration, key) for key in ("name", "revision", "editable", "parent")}
    event = DictionaryDeclared(service="ledgers", dictionary=declaration.code, items=declaration.ordered(), **fields)
    with office.database.transaction() as session:
        changed = declaring.take_declaration(session, event)
        facts.dictionary_changed(session, auth_dictionaries.find(session, declaration.code), changed)


def read(office: Office, url: str = URL) -> dict[str, dict[str, Any]]:
    return {row["value"]: row for row in office("sysadmin").get(url).json()["items"]}


def change(office: Office, value: str, url: str = URL, **changes: Any) -> Any:
    row = read(office, url)[value]
    dropped = ("value", "origin", "customised", "declared")
    body = {key: known for key, known in row.items() if key not in dropped} | changes
    return office("sysadmin").send("PUT", f"{url}/items/{value}", json=body)


def newer(revision: int, *items: Any) -> DictionaryDeclaration:
    return KINDS.model_copy(update={"revision": revision, "items": items})


def test_an_upgrade_changes_what_nobody_touched_of_a_changed_item(office: Office) -> None:
    """Three-way, rule by rule: the administrator's warn_days stay, the new basis and validity arrive."""
    ext = read(office)["lift"]["ext"]
    assert change(office, "lift", ext=ext | {"warn_days": [45, 15]}).status_code == 200
    upgraded = item(
        "lift", "电梯（新目录）", inspection_months=24, warn_days=[60, 30], basis="TSG T7001-2026", review_months=6
    )
    declared(office, newer(2, upgraded, KINDS.items[1]))
    lift = read(office)["lift"]
    assert lift["label"] == "电梯（新目录）"
    assert lift["ext"] == {
        "inspection_months": 24, "warn_days": [45, 15], "basis": "TSG T7001-2026", "review_months": 6,
    }  # fmt: skip
    assert lift["customised"]
    # And once more: what was theirs stays theirs over any number of upgrades.
    declared(office, newer(3, item("lift", "电梯", warn_days=[90]), KINDS.items[1]))
    lift = read(office)["lift"]
    assert (lift["label"], lift["ext"]) == ("电梯", {"warn_days": [45, 15]})


def test_a_rule_that_an_administrator_took_away_stays_away(office: Office) -> None:
    assert change(office, "lift", ext={"basis": "TSG T7001-2023"}).status_code == 200
    declared(
        office, newer(2, item("lift", "电梯", inspection_months=12, warn_days=[30, 7], basis="新"), KINDS.items[1])
    )
    assert read(office)["lift"]["ext"] == {"basis": "新"}


def test_a_reset_item_follows_again(office: Office) -> None:
    change(office, "lift", label="客运电梯", ext={})
    lift = read(office)["lift"]
    answer = office("sysadmin").post(f"{URL}/items/lift/reset?version={lift['version']}")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["label"], answer.json()["customised"]) == ("电梯", False)
    declared(office, newer(2, item("lift", "升降机"), KINDS.items[1]))
    assert read(office)["lift"]["label"] == "升降机"
    office("sysadmin").post(f"{URL}/items", {"value": "own", "label": "自有"})
    own = read(office)["own"]["version"]
    assert office("sysadmin").post(f"{URL}/items/own/reset?version={own}").json()["code"] == "not_declared"


def test_an_item_is_retired_and_restored(office: Office) -> None:
    version = read(office)["boiler"]["version"]
    retired = office("sysadmin").send("DELETE", f"{URL}/items/boiler?version={version}")
    assert retired.json()["enabled"] is False
    # Retired by hand, it stays so through an upgrade.
    declared(office, newer(2, KINDS.items[0], item("boiler", "锅炉", inspection_months=36)))
    boiler = read(office)["boiler"]
    assert (boiler["enabled"], boiler["ext"]) == (False, {"inspection_months": 36})
    back = office("sysadmin").post(f"{URL}/items/boiler/restore?version={boiler['version']}")
    assert (back.status_code, back.json()["enabled"]) == (200, True)
    with office.database.session() as session:
        actions = session.scalars(
            select(AuditLog.action).where(AuditLog.object_id == "equipment_category/boiler").order_by(AuditLog.id)
        )
        assert list(actions) == ["retire", "restore"]


def test_what_code_relies_on_is_not_retired(office: Office) -> None:
    declared(office, KINDS.model_copy(update={"editable": False, "revision": 2}))
    version = read(office)["lift"]["version"]
    answer = office("sysadmin").send("DELETE", f"{URL}/items/lift?version={version}")
    assert (answer.status_code, answer.json()["code"]) == (403, "dictionary_fixed")
    sneaky = change(office, "lift", enabled=False)
    assert (sneaky.status_code, sneaky.json()["code"]) == (403, "dictionary_fixed")
    assert change(office, "lift", label="直梯").status_code == 200


def test_a_parent_goes_after_its_children_and_exists(office: Office) -> None:
    declared(office, ITEMS)
    version = read(office)["lift"]["version"]
    answer = office("sysadmin").send("DELETE", f"{URL}/items/lift?version={version}")
    assert (answer.status_code, answer.json()["code"]) == (409, "dictionary_children")
    assert "客梯、货梯" in answer.json()["detail"]
    other = "/dictionaries/equipment_item"
    assert [row["value"] for row in office("sysadmin").get(other).json()["parents"]] == ["lift", "boiler"]
    wrong = change(office, "goods", other, parent_value="nothing")
    assert [error["loc"][-1] for error in wrong.json()["errors"]] == ["parent_value"]
    assert change(office, "goods", other, parent_value="boiler").status_code == 200


def test_no_circle_of_parents(office: Office) -> None:
    assert change(office, "boiler", parent_value="lift").status_code == 200
    circle = change(office, "lift", parent_value="boiler")
    assert (circle.status_code, circle.json()["code"]) == (409, "dictionary_cycle")
    assert change(office, "lift", parent_value="lift").status_code == 409


@pytest.mark.parametrize(
    ("ext", "name"),
    [
        ({"warn_days": [30, 60]}, "warn_days"),
        ({"warn_days": [30, 30]}, "warn_days"),
        ({"warn_days": "30"}, "warn_days"),
        ({"warn_days": [30.5]}, "warn_days"),
        ({"warn_days": [-1]}, "warn_days"),
        ({"inspection_months": "12"}, "inspection_months"),
        ({"validity_months": 100_000}, "validity_months"),
        ({"validity_months": True}, "validity_months"),
        ({"basis": 5}, "basis"),
        ({"pattern": "YH", "restart": "year"}, "pattern"),
        ({"pattern": "YH-{YYYY}{NNN}", "restart": "day"}, "pattern"),
    ],
)
def test_a_rule_that_no_service_could_read_is_refused(office: Office, ext: dict[str, Any], name: str) -> None:
    answer = change(office, "lift", ext=ext)
    assert answer.status_code == 422, answer.text
    assert [error["loc"] for error in answer.json()["errors"]] == [["body", "ext", name]]


def test_a_rule_that_only_a_newer_service_knows_is_kept(office: Office) -> None:
    assert change(office, "lift", ext={"colour_of_tomorrow": {"a": [1]}}).json()["ext"] == {
        "colour_of_tomorrow": {"a": [1]}
    }


def test_outside_its_dates_an_item_is_shown_and_not_chosen(office: Office) -> None:
    yesterday, tomorrow = today() - timedelta(days=1), today() + timedelta(days=1)
    assert change(office, "lift", valid_to=yesterday.isoformat()).status_code == 200
    assert change(office, "boiler", valid_from=tomorrow.isoformat()).status_code == 200
    office("sysadmin").post(f"{URL}/items", {"value": "crane", "label": "起重机", "valid_to": today().isoformat()})
    with office.database.session() as session:
        every = dictionaries(session, ["equipment_category"])["equipment_category"]
        assert {row.label for row in every} == {"电梯", "锅炉", "起重机"}
        words = Dictionary("equipment_category", every, today())
        for label in ("电梯", "锅炉"):
            found = words.find(label)
            assert isinstance(found, Wrong) and found.code == "retired_item" and "不在有效期内" in found.message
        assert words.find("起重机") == "crane"
        assert words.labels["lift"] == "电梯"
        offered = dictionaries(session, ["equipment_category"], retired=False)["equipment_category"]
        assert [row.value for row in offered] == ["crane"]


def test_the_calendar_of_the_year_is_data(office: Office) -> None:
    """国庆 2026: 1–7 October are free, Saturday the 10th and Sunday 20 September are worked."""
    with office.database.session() as session:
        calendar = working_calendar(session)
        assert working_days(session, date(2026, 9, 28), date(2026, 10, 11)) == 3 + 2 + 1
    assert calendar.is_working(date(2026, 9, 20)) and calendar.is_working(date(2026, 10, 10))
    assert not calendar.is_working(date(2026, 10, 7)) and not calendar.is_working(date(2026, 10, 11))
    assert calendar.after(date(2026, 9, 30), 1) == date(2026, 10, 8)
    days = {row["value"]: row for row in office("sysadmin").get("/dictionaries/holiday").json()["items"]}
    assert "国办发明电" in days["2026-10-01"]["ext"]["basis"]
    # What the State Council has not announced says so.
    assert {value for value, row in days.items() if row["ext"].get("provisional")} == {
        value for value in days if value.startswith("2027")
    }


def test_an_administrator_enters_the_notice_of_a_new_year(office: Office) -> None:
    new = {"value": "2027-10-09", "label": "2027-10-09 国庆节调休上班", "ext": {"kind": "work", "festival": "国庆节"}}
    assert office("sysadmin").post("/dictionaries/holiday/items", new).status_code == 201
    with office.database.session() as session:
        assert working_calendar(session).is_working(date(2027, 10, 9))
    wrong = office("sysadmin").post(
        "/dictionaries/holiday/items", {"value": "2027-10-16", "label": "x", "ext": {"kind": "maybe"}}
    )
    assert wrong.status_code == 422


def test_auth_tells_where_its_own_words_are_used(office: Office) -> None:
    answer = office("sysadmin").get("/_usage?dictionary=department_kind&value=team").json()
    assert answer["items"][0]["counts"] == {"team": 2}
    assert office("sysadmin").get("/_usage?dictionary=unknown").json()["items"] == []
    assert office("safety").get("/_usage?dictionary=department_kind").status_code == 403


def test_a_dictionary_of_ones_own_is_renamed_and_a_declared_one_is_not(office: Office) -> None:
    made = office("sysadmin").post("/dictionaries", {"code": "shift", "name": "班次", "parent": "equipment_category"})
    assert made.status_code == 201, made.text
    body = {"name": "倒班", "version": made.json()["version"]}
    assert office("sysadmin").send("PUT", "/dictionaries/shift", json=body).json()["name"] == "倒班"
    assert office("sysadmin").send("PUT", "/dictionaries/shift", json=body).status_code == 409
    fixed = office("sysadmin").send("PUT", URL, json=body)
    assert (fixed.status_code, fixed.json()["code"]) == (403, "dictionary_fixed")
