"""The workbook that people fill in (domain.md 14): title, notes, headings, one example, drop-downs."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from kit.excel import styles
from kit.excel.column import Column
from kit.excel.limits import LIMITS

# Drop-downs, checks and formats reach as far down as an import reads; they are ranges, and cost nothing.
PREPARED_ROWS = LIMITS.rows
DICTIONARY_SHEET = "字典"
NUMBER_TITLE, EXAMPLE_MARK = "序号", "示例"
# 1900-01-01 and 2199-12-31, as Excel counts days.
_FIRST_DAY, _LAST_DAY = 1, 109574
_FIRST_DATA, _EXAMPLE_ROW, _HEADING_ROW = 5, 4, 3


def build(title: str, columns: Sequence[Column], notes: str, *, sheet_name: str | None = None) -> bytes:
    """The template: row 1 title, row 2 notes, row 3 headings with a red `*` where a value must be given, row 4 a grey
    example that the import ignores by the mark in its first cell, data from row 5."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = safe_sheet_name(sheet_name or title)
    width = len(columns) + 1
    for row, words, font, height in ((1, title, styles.TITLE, 28), (2, notes, styles.NOTES, 48)):
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=width)
        cell = sheet.cell(row, 1, words)
        cell.font, cell.alignment = font, styles.CENTRE if row == 1 else styles.LEFT
        sheet.row_dimensions[row].height = height
    _heading(sheet, 1, NUMBER_TITLE, required=False, width=6)
    _example(sheet, 1, EXAMPLE_MARK)
    for place, column in enumerate(columns, start=2):
        _heading(sheet, place, column.title, required=column.required, width=column.width, help_=column.help)
        _example(sheet, place, column.example, date_=column.date, text=column.text)
        _prepare(sheet, place, column)
    sheet.row_dimensions[_HEADING_ROW].height = 32
    sheet.freeze_panes = f"A{_HEADING_ROW + 1}"
    _dictionary(book, sheet, columns)
    sheet.sheet_view.zoomScale = 100
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def safe_sheet_name(name: str) -> str:
    """A name that Excel accepts: no `[]:*?/\\`, at most 31 characters."""
    return "".join("_" if letter in "[]:*?/\\'" else letter for letter in name)[:31] or "Sheet1"


def _heading(
    sheet: Worksheet, place: int, title: str, *, required: bool, width: float, help_: str | None = None
) -> None:
    cell = sheet.cell(_HEADING_ROW, place, f"{title}*" if required else title)
    cell.font = styles.REQUIRED if required else styles.HEADING
    cell.fill, cell.alignment, cell.border = styles.HEADING_FILL, styles.CENTRE, styles.GRID
    if help_:
        cell.comment = Comment(help_, "安全生产平台", width=260, height=90)
    sheet.column_dimensions[get_column_letter(place)].width = width


def _example(
    sheet: Worksheet,
    place: int,
    value: str | float | Decimal | date | None,
    *,
    date_: bool = False,
    text: bool = False,
) -> None:
    cell = sheet.cell(_EXAMPLE_ROW, place, value)
    cell.font, cell.border = styles.EXAMPLE, styles.GRID
    if isinstance(value, str):
        cell.data_type = "s"
    cell.number_format = styles.DATE_FORMAT if date_ else styles.TEXT_FORMAT if text else "General"


def _prepare(sheet: Worksheet, place: int, column: Column) -> None:
    """The format of the column as a whole: a style on each of 2,000 cells would be 2,000 blank rows to read."""
    dimension = sheet.column_dimensions[get_column_letter(place)]
    if column.text:
        dimension.number_format = styles.TEXT_FORMAT
    elif column.date:
        dimension.number_format = styles.DATE_FORMAT
        rule = _date_rule(place, column.date_words)
        rule.add(_range(place))
        sheet.add_data_validation(rule)


def _date_rule(place: int, words: Sequence[str]) -> DataValidation:
    """Only dates, and the words that may stand for one. Excel turns what is typed as a date into one by itself; a text that
    only looks like one is stopped here, while the person still knows what was meant."""
    rule = DataValidation(
        type="date", operator="between", formula1=str(_FIRST_DAY), formula2=str(_LAST_DAY), allow_blank=True,
        errorStyle="stop", errorTitle="日期", error="请填写日期，如 2026-01-05", showErrorMessage=True,
    )  # fmt: skip
    if words:
        first = f"{get_column_letter(place)}{_FIRST_DATA}"
        quoted = ",".join(f'{first}="{word}"' for word in words)
        rule.type, rule.operator, rule.formula2 = "custom", None, None
        rule.formula1 = f"OR(AND(ISNUMBER({first}),{first}>={_FIRST_DAY},{first}<={_LAST_DAY}),{quoted})"
        rule.error = f"请填写日期，如 2026-01-05，或“{'、'.join(words)}”"
    return rule


def _range(place: int) -> str:
    letter = get_column_letter(place)
    return f"{letter}{_FIRST_DATA}:{letter}{_FIRST_DATA + PREPARED_ROWS - 1}"


def _dictionary(book: Workbook, sheet: Worksheet, columns: Sequence[Column]) -> None:
    """The hidden sheet that the drop-downs point at: a list in the rule itself may not pass 255 characters."""
    listed = [(place, column) for place, column in enumerate(columns, start=2) if column.choices]
    if not listed:
        return
    words = book.create_sheet(DICTIONARY_SHEET)
    words.sheet_state = "hidden"
    for index, (place, column) in enumerate(listed, start=1):
        words.cell(1, index, column.title).font = styles.HEADING
        for row, choice in enumerate(column.choices, start=2):
            words.cell(row, index, choice).data_type = "s"
        letter = get_column_letter(index)
        name = f"choices_{index}"
        book.defined_names[name] = DefinedName(
            name, attr_text=f"'{DICTIONARY_SHEET}'!${letter}$2:${letter}${len(column.choices) + 1}"
        )
        rule = DataValidation(
            type="list",
            formula1=f"={name}",
            allow_blank=True,
            # A word may also be a code or an alias, which the list does not show: Excel warns, the import decides.
            errorStyle="warning" if not column.open_choices else "information",
            errorTitle=column.title,
            error="所填内容不在下拉列表中，确定要使用吗？",
            showErrorMessage=not column.open_choices,
        )
        rule.add(_range(place))
        sheet.add_data_validation(rule)
