"""Bulk export: rows stream through rustpy-xlsxwriter, whose memory stays flat, into a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, BinaryIO

from rustpy_xlsxwriter import Format, write_worksheet

from kit.excel.column import Column
from kit.excel.guard import guard
from kit.excel.template import safe_sheet_name


def write(target: BinaryIO, title: str, columns: Sequence[Column], rows: Iterable[Mapping[str, Any]]) -> None:
    """One sheet: headings in the first row, frozen, with filters. `rows` yield mappings from column title to cell, in the
    order of `columns`; texts have been through `guarded`. Blank is None."""
    formats, widths = {}, {}
    for column in columns:
        if column.date:
            formats[column.title] = Format().set_num_format("yyyy-mm-dd")
        elif column.text:
            # Excel's leading apostrophe: whatever the text looks like, it stays text when somebody edits it.
            formats[column.title] = Format().set_num_format("@").set_quote_prefix()
        widths[column.title] = 0.0 if column.hidden else column.width
    write_worksheet(
        _at_least_headings(rows, columns),
        target,
        sheet_name=safe_sheet_name(title),
        freeze_row=1,
        autofilter=True,
        column_formats=formats,
        column_widths=widths,
        header_format=Format().set_bold().set_background_color("#DDEBF7").set_align("center").set_border("thin"),
    )


def _at_least_headings(rows: Iterable[Mapping[str, Any]], columns: Sequence[Column]) -> Iterable[Mapping[str, Any]]:
    """The writer takes its headings from the first row, so that an empty list has to have one, blank."""
    empty = True
    for row in rows:
        empty = False
        yield row
    if empty:
        yield {column.title: None for column in columns}


def guarded(value: Any) -> Any:
    """A cell's value; texts that begin with an apostrophe before something formula-like get one more."""
    return guard(value) if type(value) is str else value
