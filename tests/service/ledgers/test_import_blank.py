"""Blank cells of rows that the ledger has: they keep what stands there, unless somebody has asked for the opposite."""

from __future__ import annotations

import io
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.fixtures import museum
from tests.fixtures.museum import facility
from tests.service.ledgers.desk import FACILITIES, SUPPLIES, Bench, Desk, sample

EXTINGUISHER = {"类型": "灭火器", "灭火剂种类": "干粉"}


@pytest.fixture
def desk(bench: Bench) -> Desk:
    return Desk(bench, FACILITIES, bench.who(f"ledgers:{FACILITIES}:*"))


def book(*rows: dict[str, Any], more: tuple[str, ...] = ()) -> bytes:
    return museum.saved(museum.book(list(rows), (*museum.HEADINGS, *more)))


def only(desk: Desk) -> dict[str, Any]:
    (row,) = desk.ask("GET", "").json()["items"]
    return dict(row)


def test_a_blank_cell_keeps_what_stands_there(desk: Desk) -> None:
    """Of a field that may be blank, of one that may not, of one that a rule needs, of one that has a default, of one that
    only looks blank."""
    desk.bring_in(book(facility(1, 备注="年检合格", 状态="停用", **EXTINGUISHER)))
    before = only(desk)
    blank = facility(
        1, 放置位置="南区", 备注=None, 责任人=None, 出厂日期=None, 规格型号=" \u3000", 类型="灭火器", 状态=None
    )
    job = desk.upload(book(blank))
    assert (job["blank_cells"], job["updated"], job["invalid"], job["cleared"]) == ("keep", 1, 0, 0), job["errors"]
    desk.confirm(job)
    after = only(desk)
    changed = {key for key in after if after[key] != before[key]}
    assert changed <= {"location", "version", "updated_at", "updated_by"}, changed
    assert "scrap_date" in after["computed_keys"]
    assert desk.upload(book({**blank, "放置位置": None}))["unchanged"] == 1


def test_a_new_row_needs_what_an_old_one_may_leave_blank(desk: Desk) -> None:
    desk.bring_in(book(facility(1)))
    job = desk.upload(book(facility(1, 责任人=None), facility(2, 责任人=None)))
    assert [(error["row"], error["field"], error["code"]) for error in job["errors"]] == [(3, "keeper", "required")]
    assert (job["unchanged"], job["invalid"]) == (1, 1)


def test_what_a_rule_has_filled_is_computed_anew_and_what_people_wrote_stays(desk: Desk) -> None:
    desk.bring_in(book(facility(1, 报废日期="2031-01-01", **EXTINGUISHER), more=("报废日期",)))
    job = desk.bring_in(
        book(facility(1, 报废日期=None, **(EXTINGUISHER | {"灭火剂种类": "二氧化碳"})), more=("报废日期",))
    )
    assert job["updated"] == 1
    after = only(desk)
    assert after["scrap_date"] == "2031-01-01" and "scrap_date" not in after["computed_keys"]
    assert "next_repair" in after["computed_keys"]


def test_a_rule_is_looked_at_with_what_is_kept(desk: Desk) -> None:
    desk.bring_in(book(facility(1, 出厂日期="2024-05-06")))
    wrong = desk.upload(book(facility(1, 出厂日期=None, 上次维修日期="2023-01-01"), more=("上次维修日期",)))
    assert [(error["field"], error["code"]) for error in wrong["errors"]] == [("refill_date", "not_after")]


def test_parts_of_a_sum_are_kept_with_it(bench: Bench) -> None:
    budgets = Desk(bench, "investment-budgets", bench.who("ledgers:*:*"))
    headings = ("年份", "部门", "投入类别", "项目名称", "预算金额(元)", "一季度(元)", "二季度(元)")

    def file(*amounts: Any) -> bytes:
        row = (2026, "工程部", "从业人员安全防护用品", "演练", *amounts)
        return museum.saved(museum.book([dict(zip(headings, row, strict=True))], headings))

    budgets.bring_in(file(100, 40, 60))
    assert budgets.upload(file(100, None, 60))["unchanged"] == 1
    assert [error["code"] for error in budgets.upload(file(110, None, 60))["errors"]] == ["sum_differs"]
    assert budgets.bring_in(file(110, None, 70))["updated"] == 1


def test_clearing_is_asked_for_counted_and_named(desk: Desk) -> None:
    desk.bring_in(book(facility(1, 备注="甲"), facility(2, 备注="乙"), facility(3)))
    job = desk.upload(book(*(facility(n, 备注=None, 出厂日期=None) for n in (1, 2, 3))), blank_cells="clear")
    assert (job["blank_cells"], job["updated"], job["cleared"]) == ("clear", 3, 5)
    assert job["cleared_first"][:2] == [
        {"row": 2, "field": "made_date", "title": "出厂日期"},
        {"row": 2, "field": "remark", "title": "备注"},
    ]
    assert len(job["cleared_first"]) == 5
    done = desk.confirm(job).json()
    assert (done["cleared"], done["cleared_first"]) == (5, [])
    assert {(row["remark"], row["made_date"]) for row in desk.ask("GET", "").json()["items"]} == {(None, None)}
    assert desk.send(book(facility(1)), blank_cells="perhaps").status_code == 422
    refused = desk.upload(book(facility(1, 责任人=None)), blank_cells="clear")
    assert [error["code"] for error in refused["errors"]] == ["required"]


def test_a_word_for_nothing_is_no_blank_cell(bench: Bench) -> None:
    """长期 and / say that there is no date; that is written, and counted."""
    desk = Desk(bench, SUPPLIES, bench.who(f"ledgers:{SUPPLIES}:*"))
    desk.bring_in(sample("应急物资台账.xlsx"))
    workbook = load_workbook(io.BytesIO(desk.export()))
    sheet = workbook.worksheets[0]
    titles = [cell.value for cell in sheet[1]]
    until = titles.index("有效期至") + 1
    rows = [row for row in range(2, sheet.max_row + 1) if sheet.cell(row, until).is_date][:3]
    for row, value in zip(rows, ("长期", "/", None), strict=True):
        sheet.cell(row, until).value = value
    job = desk.upload(museum.saved(workbook))
    assert (job["updated"], job["cleared"], job["invalid"]) == (2, 2, 0)
    assert [cell["row"] for cell in job["cleared_first"]] == rows[:2]


def test_our_own_export_with_an_emptied_cell_follows_the_same_choice(desk: Desk) -> None:
    """Also where the emptied cell is part of the key, and the row is found by its number."""
    desk.bring_in(book(facility(1, 备注="甲"), facility(2, 备注="乙")))
    workbook = load_workbook(io.BytesIO(desk.export()))
    sheet = workbook.worksheets[0]
    titles = [cell.value for cell in sheet[1]]
    for heading in ("备注", "设施编号", "所属部门"):
        for row in (2, 3):
            sheet.cell(row, titles.index(heading) + 1).value = None
    content = museum.saved(workbook)
    kept = desk.upload(content)
    assert (kept["unchanged"], kept["invalid"]) == (2, 0), kept["errors"]
    cleared = desk.upload(content, blank_cells="clear")
    assert {error["field"] for error in cleared["errors"]} == {"facility_no", "dept_id"}


def test_a_key_that_blank_parts_complete_may_be_taken(desk: Desk) -> None:
    desk.bring_in(book(facility(1), facility(2)))
    workbook = load_workbook(io.BytesIO(desk.export()))
    sheet = workbook.worksheets[0]
    titles = [cell.value for cell in sheet[1]]
    sheet.delete_rows(3)
    number = sheet.cell(2, titles.index("设施编号") + 1)
    number.value = "MX-0001" if number.value == "MX-0002" else "MX-0002"
    sheet.cell(2, titles.index("所属部门") + 1).value = None
    job = desk.upload(museum.saved(workbook))
    assert [(error["row"], error["field"]) for error in job["errors"]] == [(2, "facility_no")]


def test_what_changes_between_preview_and_confirmation_is_kept_too(desk: Desk) -> None:
    desk.bring_in(book(facility(1, **EXTINGUISHER)))
    job = desk.upload(book(facility(1, 出厂日期=None, 责任人=None, 放置位置="南区", **EXTINGUISHER)))
    row = only(desk)
    changed = {"version": row["version"], "made_date": "2020-01-01", "keeper": "李四"}
    assert desk.ask("PUT", f"/{row['id']}", json=changed).status_code == 200
    assert desk.confirm(job).status_code == 409, "the row has changed, and is shown again"
    assert desk.confirm(job).status_code == 200
    after = only(desk)
    assert (after["made_date"], after["keeper"], after["location"]) == ("2020-01-01", "李四", "南区")
    assert after["scrap_date"] == "2030-01-01"
