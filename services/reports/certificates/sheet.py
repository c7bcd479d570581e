"""The matrix as a workbook for people: a title, two heading rows, a totals row."""

from __future__ import annotations

from io import BytesIO
from itertools import groupby

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from services.reports.certificates.statistics import Figures, Matrix

_THIN = Side(style="thin", color="BFBFBF")
_BORDER = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_HEAD = PatternFill("solid", fgColor="DDEBF7")
_SUB_FIGURES = ("合计", "其中：即将到期或待复审（60 天内）", "其中：复审超期", "其中：已过期")


def matrix_workbook(matrix: Matrix) -> bytes:
    """An .xlsx file with what the page shows, and a last row 合计."""
    book = Workbook()
    sheet: Worksheet = book.active  # type: ignore[assignment]
    sheet.title = "证书统计"
    width = 1 + len(matrix.columns) + len(_SUB_FIGURES)
    scope = "仅有效证书" if matrix.valid_only else "全部未注销证书"
    _text(sheet, 1, 1, f"证书统计（{scope}，截至 {matrix.on.isoformat()}）", bold=True)
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=width)
    sheet.cell(1, 1).font = Font(bold=True, size=14)
    _headings(sheet, matrix)
    for number, row in enumerate(matrix.rows, start=4):
        # Depth is shown by an indent and not by spaces, so that the name stays a name when it is copied.
        _text(sheet, number, 1, row.name)
        sheet.cell(number, 1).alignment = Alignment(indent=row.level)
        _figures(sheet, number, matrix, row.figures)
    last = 4 + len(matrix.rows)
    _text(sheet, last, 1, "合计", bold=True)
    _figures(sheet, last, matrix, matrix.totals, bold=True)
    for cells in sheet.iter_rows(min_row=2, max_row=last, max_col=width):
        for cell in cells:
            cell.border = _BORDER
    sheet.column_dimensions["A"].width = 26
    for column in range(2, width + 1):
        sheet.column_dimensions[get_column_letter(column)].width = 16
    sheet.freeze_panes = "B4"
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _headings(sheet: Worksheet, matrix: Matrix) -> None:
    _text(sheet, 2, 1, "部门", bold=True)
    sheet.merge_cells("A2:A3")
    column = 2
    for group, members in groupby(matrix.columns, key=lambda one: one.group):
        start = column
        for one in members:
            _text(sheet, 3, column, one.title, bold=True)
            column += 1
        _text(sheet, 2, start, group, bold=True)
        if column - start > 1:
            sheet.merge_cells(start_row=2, start_column=start, end_row=2, end_column=column - 1)
    for title in _SUB_FIGURES:
        _text(sheet, 2, column, title, bold=True)
        sheet.merge_cells(start_row=2, start_column=column, end_row=3, end_column=column)
        column += 1
    for row in (2, 3):
        for cell in sheet[row]:
            cell.alignment, cell.fill = _CENTRE, _HEAD


def _figures(sheet: Worksheet, row: int, matrix: Matrix, figures: Figures, *, bold: bool = False) -> None:
    numbers = [figures.counts.get(column.key, 0) for column in matrix.columns]
    sums = (figures.total, figures.expiring, figures.review_overdue, figures.expired)
    for column, number in enumerate([*numbers, *sums], start=2):
        cell = sheet.cell(row, column, number)
        cell.font = Font(bold=bold)


def _text(sheet: Worksheet, row: int, column: int, text: str, *, bold: bool = False) -> None:
    """A cell that stays text: a department called `=1+1` must not become a formula."""
    cell = sheet.cell(row, column)
    cell.value = text
    cell.data_type = "s"
    cell.font = Font(bold=bold)
    if text.startswith(("=", "+", "-", "@")):
        cell.quotePrefix = True
