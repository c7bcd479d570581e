"""Rules that name items of other dictionaries: 岗位持证要求 says which certificates a post requires."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from openpyxl import load_workbook

from kit.directory import DictionaryDeclaration, item
from services.auth.extras import BY_NAME
from services.auth.settings import Settings
from services.ledgers.enquiry.posts import PLACES
from tests.service.auth.conftest import Clock
from tests.service.auth.office import Office, opened
from tests.service.auth.test_dictionary_rules import declared
from tests.service.auth.test_dictionary_sheets import book

URL = "/dictionaries/post_certificate"
TRADES = DictionaryDeclaration(
    code="gas_trade",
    name="燃气工种",
    items=(item("network", "燃气管网运行工"), item("household", "检修、入户或抢修工")),
)
CLASSES = DictionaryDeclaration(
    code="special_operation_category",
    name="特种作业类别",
    items=(item("electrician", "电工作业"), item("x", "燃气管网运行工")),
)
POSTS = DictionaryDeclaration(
    code="post_certificate",
    name="岗位持证要求",
    items=(item("electrician", "电工", certificates=[["special_operation_category:electrician"]], basis="第三十条"),),
)
ROWS = [["special_operation_category:electrician", "gas_trade:network"], ["gas_trade:household"]]


@pytest.fixture
def office(settings: Settings, clock: Clock) -> Iterator[Office]:
    with opened(settings, clock) as one:
        for declaration in (TRADES, CLASSES, POSTS):
            declared(one, declaration)
        yield one


def add(office: Office, certificates: Any) -> Any:
    body = {"value": "own", "label": "抄表员", "ext": {"certificates": certificates}}
    return office("sysadmin").post(f"{URL}/items", body)


def send(office: Office, cell: str, mode: str = "check") -> dict[str, Any]:
    content = book(["own", "抄表员", cell], headings=["值", "名称", "应持证书"])
    answer = office("sysadmin").send("POST", f"{URL}/import?mode={mode}", files={"file": ("字典.xlsx", content)})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_dictionaries_of_all_certificates_can_be_named() -> None:
    """auth cannot import the ledgers: this is what keeps the two lists alike."""
    assert set(BY_NAME["certificates"].of) == set(PLACES)


def test_the_page_offers_what_may_be_required(office: Office) -> None:
    extras = {extra["name"]: extra for extra in office("sysadmin").get(URL).json()["extras"]}
    assert set(extras) == {"certificates", "basis"}
    assert extras["certificates"]["kind"] == "items"
    assert extras["certificates"]["choices"] == [
        {"value": "gas_trade:network", "label": "燃气工种：燃气管网运行工"},
        {"value": "gas_trade:household", "label": "燃气工种：检修、入户或抢修工"},
        {"value": "special_operation_category:electrician", "label": "特种作业类别：电工作业"},
        {"value": "special_operation_category:x", "label": "特种作业类别：燃气管网运行工"},
    ]


def test_a_requirement_is_saved_and_stays_when_an_item_is_retired(office: Office) -> None:
    made = add(office, ROWS)
    assert made.status_code == 201, made.text
    assert made.json()["ext"]["certificates"] == ROWS
    version = next(one["version"] for one in office("sysadmin").get("/dictionaries/gas_trade").json()["items"])
    office("sysadmin").send("DELETE", f"/dictionaries/gas_trade/items/network?version={version}")
    extra = next(one for one in office("sysadmin").get(URL).json()["extras"] if one["name"] == "certificates")
    assert {"value": "gas_trade:network", "label": "燃气工种：燃气管网运行工（已停用）"} in extra["choices"]
    body = {"label": "抄表工", "ext": {"certificates": ROWS[:1]}, "version": made.json()["version"]}
    assert office("sysadmin").send("PUT", f"{URL}/items/own", json=body).status_code == 200


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ([["gas_trade:nothing", "gas_trade:network"]], "字典中没有“gas_trade:nothing”"),
        ([["department_kind:team"]], "字典中没有“department_kind:team”"),
        ([["电工作业"]], "字典中没有“电工作业”"),
        ([[]], "每项至少选一个"),
        (["gas_trade:network"], "每项至少选一个"),
        ("gas_trade:network", "每项至少选一个"),
        ([[["gas_trade:network"]]], "字典中没有"),
        ([[None]], "字典中没有"),
        ([["gas_trade:network"]] * 21, "不超过 20 项"),
    ],
    ids=str,
)
def test_a_wrong_requirement_is_refused_with_its_reason(office: Office, rule: Any, said: str) -> None:
    answer = add(office, rule)
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert error["loc"] == ["body", "ext", "certificates"]
    assert error["message"].startswith("应持证书：") and said in error["message"]


def test_an_export_imported_again_changes_nothing(office: Office) -> None:
    add(office, ROWS)
    exported = office("sysadmin").get(f"{URL}/export.xlsx")
    rows = list(load_workbook(io.BytesIO(exported.content)).active.iter_rows(values_only=True))
    place = rows[0].index("应持证书")
    assert {row[1]: row[place] for row in rows[1:]} == {
        "电工": "特种作业类别：电工作业",
        "抄表员": "特种作业类别：电工作业 或 燃气工种：燃气管网运行工；燃气工种：检修、入户或抢修工",
    }
    files = {"file": ("字典.xlsx", exported.content)}
    outcome = office("sysadmin").send("POST", f"{URL}/import?mode=apply", files=files).json()
    assert (outcome["errors"], outcome["unchanged"]) == ([], 2)


def test_people_write_labels_and_are_told_what_is_wrong(office: Office) -> None:
    wrong = send(office, "电工证")["errors"]
    assert [error["header"] for error in wrong] == ["应持证书"]
    assert "“电工证”不在字典中" in wrong[0]["message"]
    assert "在几个字典中都有" in send(office, "燃气管网运行工")["errors"][0]["message"]
    assert send(office, "电工作业或燃气工种：燃气管网运行工\n检修、入户或抢修工", "apply")["applied"]
    own = next(one for one in office("sysadmin").get(URL).json()["items"] if one["value"] == "own")
    assert own["ext"]["certificates"] == ROWS
