"""The marked workbook is the one that was sent; a template checks what is typed into it."""

from __future__ import annotations

import io
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.styles import Font

from kit.excel import Column, Refused, template
from kit.excel.limits import LIMITS
from kit.excel.runner import parse
from tests.fixtures import museum

RED = "00FFC7CE"


def marked(
    content: bytes,
    sheet: str,
    heading_row: int,
    marks: dict[int, list[Any]],
    reasons: dict[int, str],
    texts: dict[int, list[Any]] | None = None,
) -> Any:
    context = {
        "sheet": sheet, "heading_row": heading_row, "marks": marks, "reasons": reasons, "texts": texts or {},
    }  # fmt: skip
    frames = parse(content, "台账.xlsx", "kit.excel.editing:make", context)
    return load_workbook(io.BytesIO(b"".join(frame for frame in frames if isinstance(frame, bytes))))


def test_everything_around_the_errors_stays_and_a_second_marking_replaces_the_first() -> None:
    workbook = museum.book([museum.facility(1, 备注="=1+1"), museum.facility(2)], top=2)
    sheet = workbook.active
    sheet["A1"] = "城南储配站消防设施台账"
    sheet.merge_cells("A1:M1")
    sheet.column_dimensions["B"].width = 33
    sheet["B4"].font = Font(bold=True)
    sheet.freeze_panes = "A4"
    workbook.create_sheet("说明")["A1"] = "留着"
    first = marked(
        museum.saved(workbook), sheet.title, 3, {4: [[7, "应为整数"], [None, "重复"]]}, {4: "数量：应为整数；重复"}
    )
    page = first.worksheets[0]
    assert first.sheetnames == [sheet.title, "说明"] and first["说明"]["A1"].value == "留着"
    assert [str(merged) for merged in page.merged_cells.ranges] == ["A1:M1"]
    assert page.column_dimensions["B"].width == 33 and page["B4"].font.bold and page.freeze_panes == "A4"
    assert page["H4"].fill.fgColor.rgb == RED and page["H4"].comment.text == "应为整数"
    assert (page["N3"].value, page["N4"].value) == ("错误原因", "数量：应为整数；重复")
    assert page["M4"].value is None, "a formula without a value is no formula in what others open"
    # Sent again as it is, with another error: the old marks are gone, and the reasons stand where they stood.
    again = io.BytesIO()
    first.save(again)
    page = marked(again.getvalue(), sheet.title, 3, {5: [[0, "必填"]]}, {5: "设施编号：必填"}).worksheets[0]
    assert page["H4"].fill.fgColor.rgb != RED and page["H4"].comment is None and page["N4"].value is None
    assert page["A5"].fill.fgColor.rgb == RED and page["N5"].value == "设施编号：必填" and page.max_column == 14


def test_an_error_in_a_merged_cell_is_marked_on_its_first_cell() -> None:
    page = marked(museum.merged_cells(), "Sheet", 1, {3: [[4, "部门不存在"]]}, {3: "所属部门：部门不存在"}).worksheets[
        0
    ]
    assert page["E2"].fill.fgColor.rgb == RED and page["N3"].value


def test_what_has_been_put_right_stands_in_its_own_cell_alone() -> None:
    # E2:E4 are one merged cell; only the department of row 3 was wrong.
    content = museum.merged_cells()
    before = load_workbook(io.BytesIO(content)).active
    assert before is not None and "E3" in before.merged_cells
    others = before["E2"].value
    page = marked(content, "Sheet", 1, {}, {}, {3: [[4, "=工程部"], [7, ""]]}).worksheets[0]
    assert [page[f"E{row}"].value for row in (2, 3, 4)] == [others, "=工程部", others]
    assert page["E3"].data_type == "s", "a text, whatever it begins with"
    assert page["H3"].value is None


def test_what_is_too_large_to_be_kept_in_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "".join(
        f'<row r="{n}">' + "".join(f'<c r="{chr(65 + c)}{n}"><v>1</v></c>' for c in range(13)) + "</row>"
        for n in range(2, 24_000)
    )
    with pytest.raises(Refused) as refused:
        marked(museum.by_hand(museum.sheet_xml(museum._head() + rows)), "台账", 1, {}, {})
    assert refused.value.code == "too_many_cells"


COLUMNS = [
    Column("no", "编号", required=True, text=True),
    Column("day", "检验日期", date=True),
    Column("end", "有效期止", date=True, date_words=("长期", "长期有效")),
    Column("kind", "类型", choices=("甲", "乙")),
]


def test_dates_are_checked_down_to_the_last_row_and_words_are_let_through() -> None:
    sheet = load_workbook(io.BytesIO(template.build("台账", COLUMNS, "说明"))).worksheets[0]
    rules = {str(rule.sqref).split(":")[0][0]: rule for rule in sheet.data_validations.dataValidation}
    last = f"{5 + LIMITS.rows - 1}"
    assert {str(rule.sqref).split(":")[1].lstrip("CDE") for rule in rules.values()} == {last} and int(last) >= 100_001
    assert (rules["C"].type, rules["C"].errorStyle, rules["C"].showErrorMessage) == ("date", "stop", True)
    assert (
        rules["D"].type == "custom" and 'D5="长期有效"' in rules["D"].formula1 and "ISNUMBER(D5)" in rules["D"].formula1
    )
    assert rules["E"].type == "list"
    headings = {cell.value: cell for cell in sheet[3]}
    assert {"编号*", "有效期止", "检验日期", "类型"} <= set(headings)
    assert headings["编号*"].font.color.rgb == "00C00000"
    assert sheet.column_dimensions["C"].number_format == "yyyy-mm-dd" and sheet.max_row == 4
