"""A copy of what was sent with its errors marked: red cells, a comment on each, the reasons in a last column."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from kit.excel import styles
from kit.excel.template import safe_sheet_name

REASON_TITLE = "错误原因"
COMMENT_AUTHOR = "安全生产平台"


@dataclass(frozen=True)
class Mark:
    """One wrong cell: its position (0 = A, None for the row as a whole) and why."""

    place: int | None
    title: str
    message: str


def build(
    sheet_name: str,
    above: Sequence[Sequence[Any]],
    headings: Mapping[int, str],
    rows: Iterable[tuple[int, Sequence[Any], Sequence[Mark]]],
    *,
    in_place: bool,
    first: int = 0,
) -> bytes:
    """`above` are the rows over the headings, `headings` the headings by position, `rows` give (row number, cells, marks).
    With `in_place` every row stands where it stood in the file; otherwise the wrong ones follow each other, with their old
    number in front of the reason. `first` is the position of the first cell of each row."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(safe_sheet_name(sheet_name))
    width = max([*headings, *(first + len(cells) - 1 for cells in above)], default=0) + 1
    for place in range(width):
        sheet.column_dimensions[get_column_letter(place + 1)].width = 16
    sheet.column_dimensions[get_column_letter(width + 1)].width = 60
    sheet.freeze_panes = f"A{len(above) + 2}"
    for cells in above:
        sheet.append([_cell(sheet, value) for value in _padded(cells, first, width)])
    sheet.append([_heading(sheet, headings.get(place, "")) for place in range(width)] + [_heading(sheet, REASON_TITLE)])
    written = len(above) + 1
    for number, cells, marks in rows:
        while in_place and written + 1 < number:
            sheet.append([])
            written += 1
        sheet.append(_row(sheet, number, _padded(cells, first, width), marks, in_place))
        written += 1
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _padded(cells: Sequence[Any], first: int, width: int) -> list[Any]:
    return ([None] * first + list(cells) + [None] * width)[:width]


def _row(
    sheet: WriteOnlyWorksheet, number: int, cells: list[Any], marks: Sequence[Mark], in_place: bool
) -> list[Cell | None]:
    out: list[Cell | None] = [_cell(sheet, value) for value in cells]
    by_place: dict[int, list[str]] = {}
    for mark in marks:
        if mark.place is not None and mark.place < len(cells):
            by_place.setdefault(mark.place, []).append(mark.message)
    for place, messages in by_place.items():
        cell = _cell(sheet, cells[place], always=True)
        assert cell is not None
        cell.fill, cell.font = styles.ERROR_FILL, styles.ERROR
        cell.comment = Comment("；".join(messages), COMMENT_AUTHOR, width=260, height=80)
        out[place] = cell
    if marks:
        last = WriteOnlyCell(sheet, clean(reason_of(number, marks, in_place)))
        last.font, last.alignment, last.data_type = styles.ERROR, styles.TOP, "s"
        out.append(last)
    return out


def reason_of(number: int, marks: Sequence[Mark], in_place: bool) -> str:
    """What is wrong in a row, as its last column says it."""
    reason = "；".join(f"{mark.title}：{mark.message}" if mark.title else mark.message for mark in marks)
    return reason if in_place else f"原第 {number} 行：{reason}"


def _cell(sheet: WriteOnlyWorksheet, value: Any, *, always: bool = False) -> Cell | None:
    if value in (None, "") and not always:
        return None
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, clean(value))
        # What was sent may begin with `=`; here it is a text to look at.
        cell.data_type = "s"
        cell.quotePrefix = True
        cell.number_format = styles.TEXT_FORMAT
    else:
        cell = WriteOnlyCell(sheet, value)
        if isinstance(value, date):
            cell.number_format = (
                "yyyy-mm-dd hh:mm:ss"
                if isinstance(value, datetime) and value.time() != datetime.min.time()
                else styles.DATE_FORMAT
            )
    cell.font = styles.BODY
    return cell


def _heading(sheet: WriteOnlyWorksheet, text: str) -> Cell:
    cell = WriteOnlyCell(sheet, clean(text))
    cell.font, cell.fill, cell.alignment, cell.border = styles.HEADING, styles.HEADING_FILL, styles.CENTRE, styles.GRID
    cell.data_type = "s"
    return cell


def clean(text: str) -> str:
    """XML cannot hold control characters, and openpyxl refuses them."""
    return "".join(letter for letter in text if letter >= " " or letter in "\t\n\r")[:32_767]
