"""Dictionaries: what administrators do, and what services declare."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from contracts.events import DictionaryChanged, DictionaryDeclared
from kit.audit import AuditLog
from kit.bus.tables import Outbox
from kit.db import Database
from kit.directory import DictionaryDeclaration, declare, dictionary, item
from services.auth.worker import AuthWorker
from tests.service.auth.conftest import Browser

URL = "/api/auth/dictionaries"

KINDS = DictionaryDeclaration(
    code="equipment_category",
    name="设备类别",
    items=(
        item("lift", "电梯", inspection_months=12, basis="TSG T7001-2023"),
        item("boiler", "锅炉", aliases=["蒸汽锅炉"], inspection_months=24),
    ),
)


@pytest.fixture
def maintainer(browser: Callable[[], Browser]) -> Browser:
    one = browser()
    one.login("sysadmin")
    return one


def declared(database: Database, declaration: DictionaryDeclaration) -> None:
    """What a service's seed and auth's worker do, without the bus between them."""
    with database.transaction() as session:
        declare(session, "ledgers", [declaration])
        session.flush()
        rows = session.scalars(select(Outbox).where(Outbox.type == DictionaryDeclared.type).order_by(Outbox.id))
        event = DictionaryDeclared.model_validate(rows.all()[-1].data)
        AuthWorker().take_declaration(session, event)


def told(database: Database) -> list[dict[str, Any]]:
    with database.session() as session:
        query = select(Outbox).where(Outbox.type == DictionaryChanged.type).order_by(Outbox.id)
        return [row.data for row in session.scalars(query)]


def items(browser: Browser, code: str = "equipment_category") -> dict[str, dict[str, Any]]:
    return {row["value"]: row for row in browser.get(f"{URL}/{code}").json()["items"]}


def body(row: dict[str, Any], **changes: Any) -> dict[str, Any]:
    dropped = ("value", "origin", "customised", "declared")
    return {key: value for key, value in row.items() if key not in dropped} | changes


def test_a_declaration_becomes_a_dictionary_and_everybody_is_told(maintainer: Browser, database: Database) -> None:
    declared(database, KINDS)
    read = maintainer.get(f"{URL}/equipment_category").json()
    assert (read["name"], read["service"], read["version"]) == ("设备类别", "ledgers", 1)
    assert [(row["value"], row["label"], row["origin"]) for row in read["items"]] == [
        ("lift", "电梯", "declared"),
        ("boiler", "锅炉", "declared"),
    ]
    assert read["items"][0]["ext"] == {"inspection_months": 12, "basis": "TSG T7001-2023"}
    assert [entry["value"] for entry in told(database)[-1]["items"]] == ["lift", "boiler"]
    with database.session() as session:
        assert [row.label for row in dictionary(session, "equipment_category")] == ["电梯", "锅炉"]


def test_declaring_again_changes_nothing(maintainer: Browser, database: Database) -> None:
    declared(database, KINDS)
    before = told(database)
    declared(database, KINDS)
    assert told(database) == before


def test_a_new_revision_leaves_alone_what_an_administrator_changed(maintainer: Browser, database: Database) -> None:
    declared(database, KINDS)
    lift = items(maintainer)["lift"]
    url = f"{URL}/equipment_category/items/lift"
    changed = maintainer.request("PUT", url, json=body(lift, label="客运电梯", ext={"inspection_months": 6}))
    assert changed.status_code == 200, changed.text
    newer = KINDS.model_copy(
        update={
            "revision": 2,
            "items": (
                item("lift", "电梯（新）"),
                item("boiler", "锅炉", inspection_months=36),
                item("crane", "起重机"),
            ),
        }
    )
    declared(database, newer)
    now = items(maintainer)
    assert (now["lift"]["label"], now["lift"]["ext"]) == ("客运电梯", {"inspection_months": 6})
    assert now["boiler"]["ext"] == {"inspection_months": 36}
    assert now["crane"]["label"] == "起重机"
    assert {entry["value"] for entry in told(database)[-1]["items"]} == {"boiler", "crane"}
    # An older release, started again, does not turn it back.
    declared(database, KINDS)
    assert items(maintainer) == now


def test_a_declared_word_that_an_administrator_uses_already(maintainer: Browser, database: Database) -> None:
    declared(database, KINDS)
    own = {"value": "own", "label": "起重机", "sort": 5}
    assert maintainer.request("POST", f"{URL}/equipment_category/items", json=own).status_code == 201
    declared(database, KINDS.model_copy(update={"revision": 2, "items": (*KINDS.items, item("crane", "起重机"))}))
    now = items(maintainer)
    assert (now["own"]["label"], now["crane"]["label"]) == ("起重机", "起重机（crane）")


def test_two_items_swap_their_labels_with_a_revision(maintainer: Browser, database: Database) -> None:
    declared(database, KINDS)
    swapped = (item("lift", "锅炉"), item("boiler", "电梯"), item("crane", "起重机"))
    declared(database, KINDS.model_copy(update={"revision": 2, "items": swapped}))
    assert {value: row["label"] for value, row in items(maintainer).items()} == {
        "lift": "锅炉",
        "boiler": "电梯",
        "crane": "起重机",
    }


def test_an_item_is_retired_and_stays(maintainer: Browser, database: Database) -> None:
    declared(database, KINDS)
    url = f"{URL}/equipment_category/items/boiler"
    assert maintainer.request("DELETE", url).status_code == 422
    answer = maintainer.request("DELETE", f"{url}?version=1")
    assert (answer.status_code, answer.json()["enabled"]) == (200, False)
    with database.session() as session:
        assert [row.value for row in dictionary(session, "equipment_category", retired=False)] == ["lift"]
        assert [row.value for row in dictionary(session, "equipment_category")] == ["lift", "boiler"]
        row = session.scalars(select(AuditLog).where(AuditLog.action == "retire")).one()
        assert (row.username, row.before, row.after) == (
            "sysadmin",
            {"enabled": True, "customised": False},
            {"enabled": False, "customised": True},
        )
    stale = maintainer.request("DELETE", f"{url}?version=1")
    assert (stale.status_code, stale.json()["current"]["enabled"]) == (409, False)


@pytest.mark.parametrize(
    ("new", "place"),
    [
        ({"value": "lift", "label": "别的"}, "value"),
        ({"value": "x", "label": "电梯"}, "label"),
        ({"value": "x", "label": "蒸汽锅炉"}, "label"),
        ({"value": "x", "label": "新", "aliases": ["锅炉"]}, 0),
        ({"value": "a/b", "label": "新"}, "value"),
        ({"value": "x", "label": ""}, "label"),
        ({"value": "x", "label": "新", "color": "javascript:"}, "color"),
        ({"value": "x", "label": "新", "valid_from": "2026-02-01", "valid_to": "2026-01-01"}, "valid_to"),
        ({"value": "x", "label": "新", "origin": "declared"}, "origin"),
    ],
)
def test_what_is_wrong_is_named(maintainer: Browser, database: Database, new: dict[str, Any], place: str | int) -> None:
    declared(database, KINDS)
    answer = maintainer.request("POST", f"{URL}/equipment_category/items", json=new)
    assert (answer.status_code, [error["loc"][-1] for error in answer.json()["errors"]]) == (422, [place])


def test_a_fixed_dictionary_takes_no_items_by_hand(maintainer: Browser, database: Database) -> None:
    declared(database, KINDS.model_copy(update={"editable": False}))
    answer = maintainer.request("POST", f"{URL}/equipment_category/items", json={"value": "x", "label": "新"})
    assert (answer.status_code, answer.json()["code"]) == (403, "dictionary_fixed")


def test_a_dictionary_by_hand(maintainer: Browser, database: Database) -> None:
    assert maintainer.request("POST", URL, json={"code": "colours", "name": "颜色"}).status_code == 201
    assert maintainer.request("POST", URL, json={"code": "colours", "name": "颜色"}).status_code == 422
    assert maintainer.request("POST", URL, json={"code": "Bad Code", "name": "颜色"}).status_code == 422
    item_ = maintainer.request(
        "POST", f"{URL}/colours/items", json={"value": "红", "label": "红色", "color": "#ff0000"}
    )
    assert item_.status_code == 201, item_.text
    listed = maintainer.get(URL).json()["items"]
    assert [(row["code"], row["items"]) for row in listed if row["code"] == "colours"] == [("colours", 1)]
    assert maintainer.request("DELETE", f"{URL}/colours/items/红?version=2").status_code == 200
    assert maintainer.get(f"{URL}/unknown").status_code == 404


@pytest.mark.parametrize("username", ["secadmin", "auditor", "safety", "worker"])
def test_only_the_system_administrator_changes_words(
    browser: Callable[[], Browser], database: Database, username: str
) -> None:
    declared(database, KINDS)
    one = browser()
    one.login(username)
    assert one.get(f"{URL}/equipment_category").status_code == 200
    url = f"{URL}/equipment_category/items"
    assert one.request("POST", url, json={"value": "x", "label": "新"}).status_code == 403
    assert one.request("DELETE", f"{url}/lift?version=1").status_code == 403
    assert one.request("POST", URL, json={"code": "x", "name": "x"}).status_code == 403
