"""Marks the errors in the very workbook that was sent, so that its other sheets, merged titles, widths and formats stay.
Only in the child process: openpyxl builds the whole file in memory, which is why long files are written anew instead
(kit.excel.marking).

Formulas become the values that Excel had stored for them: what one person has sent is opened by others, too."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter

from kit.excel import styles
from kit.excel.column import Column
from kit.excel.headings import heading_key
from kit.excel.marking import COMMENT_AUTHOR, REASON_TITLE, clean
from kit.excel.prescan import Prescan
from kit.excel.refusal import Refused

# openpyxl takes about a kilobyte for a cell; the child has a gigabyte.
MOST_CELLS = 300_000
_REASON_WIDTH = 60.0


class Editor:
    """See kit.excel.child: `edited` gives a workbook in place of rows. `marks` are, by row number, [place, message] of each
    wrong cell (place None for the row as a whole), `texts` [place, text] of each cell that is to say something else, `reasons`
    the text of the last column."""

    columns: Sequence[Column] = ()

    def __init__(
        self,
        sheet: str,
        heading_row: int,
        marks: Mapping[str, Any],
        reasons: Mapping[str, str],
        texts: Mapping[str, Any],
    ) -> None:
        self.sheet = sheet
        self.heading_row = heading_row
        self.marks = {int(row): cells for row, cells in marks.items()}
        self.reasons = {int(row): text for row, text in reasons.items()}
        self.texts = {int(row): cells for row, cells in texts.items()}

    def edited(self, data: bytes, scan: Prescan) -> bytes:
        """The marked workbook. Refused when it is too large for this, or openpyxl cannot read what calamine can."""
        if scan.cells > MOST_CELLS:
            raise Refused("too_many_cells")
        book = load_workbook(io.BytesIO(data), data_only=True)
        sheet = book[self.sheet]
        if not isinstance(sheet, Worksheet):
            raise Refused("bad_workbook")
        for other in book.worksheets:
            _plain(other)
        last = self._last_column(sheet)
        head = sheet.cell(self.heading_row, last, REASON_TITLE)
        if isinstance(head, Cell):
            head.font, head.fill, head.alignment = styles.HEADING, styles.HEADING_FILL, styles.CENTRE
        sheet.column_dimensions[get_column_letter(last)].width = _REASON_WIDTH
        for row, cells in self.texts.items():
            for place, text in cells:
                _say(sheet, row, place + 1, text)
        for row, cells in self.marks.items():
            for place, message in cells:
                if place is not None:
                    _mark(_owner(sheet, row, place + 1), message)
            reason = sheet.cell(row, last, clean(self.reasons.get(row, "")))
            if isinstance(reason, Cell):
                reason.font, reason.alignment, reason.data_type = styles.ERROR, styles.TOP, "s"
        book.active = book.index(sheet)
        return _saved(book)

    def _last_column(self, sheet: Worksheet) -> int:
        """Where the reasons go: a column of ours from the last time, emptied, or the one after the last heading or cell."""
        used = 0
        for row in sheet.iter_rows(min_row=self.heading_row):
            for cell in row:
                if cell.row == self.heading_row and heading_key(cell.value) == heading_key(REASON_TITLE):
                    for below in sheet.iter_rows(self.heading_row + 1, None, cell.column, cell.column):
                        below[0].value = None
                    return int(cell.column or 1)
                if cell.value is not None:
                    used = max(used, int(cell.column or 0))
        return used + 1


def _plain(sheet: Worksheet) -> None:
    """Takes off what an earlier marking has put on, and keeps texts texts."""
    for row in sheet.iter_rows():
        for cell in row:
            if not isinstance(cell, Cell):
                continue
            if cell.comment is not None and cell.comment.author == COMMENT_AUTHOR and _is_red(cell):
                cell.comment, cell.fill, cell.font = None, PatternFill(), styles.BODY
            if isinstance(cell.value, str) and cell.value[:1] == "=":
                cell.data_type = "s"


def _is_red(cell: Cell) -> bool:
    return bool(cell.fill.fgColor.rgb == styles.ERROR_FILL.fgColor.rgb)


def _owner(sheet: Worksheet, row: int, column: int) -> Cell | None:
    """The cell itself, or the first one of the merged range that it lies in."""
    cell = sheet.cell(row, column)
    if isinstance(cell, Cell):
        return cell
    if isinstance(cell, MergedCell):
        for merged in sheet.merged_cells.ranges:
            if cell.coordinate in merged:
                owner = sheet.cell(merged.min_row, merged.min_col)
                return owner if isinstance(owner, Cell) else None
    return None


def _say(sheet: Worksheet, row: int, column: int, text: str) -> None:
    """Writes a text into one cell. Of a merged range each cell gets the value first, for the others keep theirs."""
    if isinstance(sheet.cell(row, column), MergedCell) or sheet.cell(row, column).coordinate in sheet.merged_cells:
        merged = next(each for each in sheet.merged_cells.ranges if sheet.cell(row, column).coordinate in each)
        value = sheet.cell(merged.min_row, merged.min_col).value
        sheet.unmerge_cells(merged.coord)
        for line in sheet.iter_rows(merged.min_row, merged.max_row, merged.min_col, merged.min_col):
            line[0].value = value
    cell = sheet.cell(row, column)
    cell.value = clean(text) or None
    if text:
        cell.data_type, cell.number_format = "s", styles.TEXT_FORMAT


def _mark(cell: Cell | None, message: str) -> None:
    if cell is not None:
        cell.fill, cell.font = styles.ERROR_FILL, styles.ERROR
        cell.comment = Comment(clean(message), COMMENT_AUTHOR, width=260, height=80)


class _InMemory(ExcelWriter):
    """openpyxl writes each sheet to a temporary file first; the child may write none."""

    def write_worksheet(self, ws: Any) -> None:
        ws._drawing = SpreadsheetDrawing()
        ws._drawing.charts, ws._drawing.images = ws._charts, ws._images
        buffer = io.BytesIO()
        writer = WorksheetWriter(ws, out=buffer)
        writer.write()
        ws._rels = writer._rels  # type: ignore[attr-defined]
        self._archive.writestr(ws.path[1:], buffer.getvalue())  # type: ignore[attr-defined]
        self.manifest.append(ws)


def _saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        _InMemory(book, archive).write_data()
    return buffer.getvalue()


def make(context: dict[str, Any]) -> Editor:
    """The factory that kit.excel.child calls."""
    return Editor(context["sheet"], context["heading_row"], context["marks"], context["reasons"], context["texts"])
