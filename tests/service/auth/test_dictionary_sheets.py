"""A dictionary as a workbook: what is exported can be imported, and what is wrong comes back marked."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from kit.directory import dictionary
from tests.service.auth.office import Office
from tests.service.auth.test_dictionary_rules import URL, office, read

__all__ = ["office"]


def book(*rows: list[Any], headings: list[str] | None = None) -> bytes:
    """A workbook as people send one."""
    workbook = Workbook()
    sheet = workbook.active
    sheet.append(
        headings or ["值", "名称", "状态", "上级", "别名", "失效日期", "检验周期（个月）", "提前预警天数（天）", "依据"]
    )
    for row in rows:
        sheet.append(row)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def send(office: Office, content: bytes, mode: str = "check", name: str = "字典.xlsx", user: str = "sysadmin") -> Any:
    return office(user).send("POST", f"{URL}/import?mode={mode}", files={"file": (name, content)})


def sheet_of(content: bytes) -> Iterator[tuple[Any, ...]]:
    return load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)


def test_an_export_imported_again_changes_nothing(office: Office) -> None:
    exported = office("sysadmin").get(f"{URL}/export.xlsx")
    assert exported.status_code == 200, exported.text
    rows = list(sheet_of(exported.content))
    assert rows[0][:4] == ("值", "名称", "排序", "状态")
    assert rows[1][:4] == ("lift", "电梯", 10, "启用")
    before = read(office)
    outcome = send(office, exported.content, "apply").json()
    assert (outcome["rows"], outcome["unchanged"], outcome["created"], outcome["updated"]) == (2, 2, [], [])
    assert read(office) == before


def test_a_look_writes_nothing_and_applying_writes_all(office: Office) -> None:
    content = book(
        ["lift", "客运电梯", "启用", None, "直梯、升降梯", "2030-12-31", 12, "60、30", "TSG T7001-2023"],
        ["crane", "起重机", None, "电梯", None, None, 24, "60,30", "TSG Q7015"],
    )
    before = read(office)
    looked = send(office, content)
    assert looked.status_code == 200, looked.text
    assert (looked.json()["created"], looked.json()["updated"], looked.json()["errors"]) == (["crane"], ["lift"], [])
    assert not looked.json()["applied"] and read(office) == before
    assert send(office, content, "apply").json()["applied"]
    now = read(office)
    assert (now["lift"]["label"], now["lift"]["aliases"]) == ("客运电梯", ["直梯", "升降梯"])
    assert (now["lift"]["valid_to"], now["lift"]["ext"]["warn_days"]) == ("2030-12-31", [60, 30])
    assert (now["crane"]["parent_value"], now["crane"]["ext"]) == (
        "lift",
        {"inspection_months": 24, "warn_days": [60, 30], "basis": "TSG Q7015"},
    )
    # Everybody is told: auth's own copy has it already.
    with office.database.session() as session:
        assert "起重机" in {row.label for row in dictionary(session, "equipment_category")}


def test_a_column_that_is_not_there_stays_and_an_empty_cell_clears(office: Office) -> None:
    content = book(["lift", "电梯", None], headings=["值", "名称", "依据"])
    assert send(office, content, "apply").json()["updated"] == ["lift"]
    assert read(office)["lift"]["ext"] == {"inspection_months": 12, "warn_days": [30, 7]}


def test_what_is_wrong_is_named_and_marked_and_nothing_is_written(office: Office) -> None:
    content = book(
        ["lift", "锅炉", "启用", None, None, None, 12, None, None],
        ["a/b", "斜杠", "启用", None, None, None, None, None, None],
        ["good", "好的", "也许", "没有", None, "某天", "十二", "30、60", None],
        ["fine", "对的", "启用", None, None, None, None, None, None],
        ["fine", "重复", "启用", None, None, None, None, None, None],
    )
    before = read(office)
    outcome = send(office, content, "apply").json()
    assert not outcome["applied"] and read(office) == before
    assert {(error["row"], error["field"]) for error in outcome["errors"]} == {
        (2, "label"),
        (3, "value"),
        (4, "enabled"),
        (4, "parent_value"),
        (4, "valid_to"),
        (4, "ext.inspection_months"),
        (4, "ext.warn_days"),
        (6, "value"),
    }
    assert {error["column"] for error in outcome["errors"] if error["row"] == 4} == {"C", "D", "F", "G", "H"}
    marked = send(office, content, "errors")
    assert marked.status_code == 200
    rows = list(sheet_of(marked.content))
    assert rows[0][-1] == "错误原因"
    assert "已存在" in rows[1][-1] and rows[4][-1] is None and "重复" not in str(rows[4][0])


def test_the_template_is_read_back_without_its_example(office: Office) -> None:
    template = office("sysadmin").get(f"{URL}/template.xlsx").content
    workbook = load_workbook(io.BytesIO(template))
    sheet = workbook["设备类别"]
    headings = [cell.value for cell in sheet[3]]
    assert headings[:3] == ["序号", "值*", "名称*"]
    assert sheet.cell(4, 1).value == "示例"
    sheet.cell(5, 2, "crane")
    sheet.cell(5, 3, "起重机")
    buffer = io.BytesIO()
    workbook.save(buffer)
    outcome = send(office, buffer.getvalue()).json()
    assert (outcome["rows"], outcome["created"], outcome["errors"]) == (1, ["crane"], [])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"not a workbook at all", "not_a_workbook"),
        (book(["x"], headings=["别的"]), "headings_not_found"),
        (book(["电梯", 1], headings=["名称", "排序"]), "missing_columns"),
        (b"x" * (2 * 1024 * 1024 + 1), "file_too_large"),
    ],
    ids=["empty", "text", "headings", "no value", "large"],
)
def test_an_unacceptable_file_is_refused_in_words(office: Office, content: bytes, code: str) -> None:
    answer = send(office, content)
    assert answer.status_code in (413, 422), answer.text
    assert answer.json()["code"] == code


def test_a_fixed_dictionary_takes_no_new_items_by_workbook_either(office: Office) -> None:
    content = book(["fresh", "新的", "启用", None, None, None, None, None, None])
    answer = office("sysadmin").send(
        "POST", "/dictionaries/number_rule/import?mode=apply", files={"file": ("x.xlsx", content)}
    )
    assert [error["code"] for error in answer.json()["errors"]] == ["dictionary_fixed"]


def test_only_the_system_administrator(office: Office) -> None:
    content = book(["x", "新", "启用", None, None, None, None, None, None])
    for user in ("secadmin", "auditor", "safety", "worker"):
        assert send(office, content, user=user).status_code == 403
        assert office(user).get(f"{URL}/export.xlsx").status_code == 403
