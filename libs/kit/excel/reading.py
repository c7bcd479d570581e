"""Reads a workbook that has passed the prescan: chooses the sheet, finds the headings, yields the rows of data.

Only for the child process: python-calamine can abort the process it runs in (reliability.md F11)."""

from __future__ import annotations

import io
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from kit.excel.column import Column
from kit.excel.headings import SEARCHED_ROWS, Found, HeadingIndex, check, heading_key
from kit.excel.prescan import Prescan
from kit.excel.refusal import Refused
from kit.excel.units import units_of

# Sheets that come with templates and are never data.
_NEVER_DATA = frozenset(map(heading_key, ("字典", "填表说明", "填写说明", "说明", "使用说明")))
_SAMPLES, _LONGEST_SAMPLE = 3, 30
_EXAMPLE = ("示例", "例：", "例:", "样例")
# 小计, 合计：, 本页合计, 工程部小计. The word stands in one of the first filled cells, beside whatever number.
_TOTAL = re.compile(r".{0,10}(?:合计|总计|小计|共计|累计)[:：]?")
_LONGEST_TOTAL, _TOTAL_WITHIN = 24, 3
_TOTAL_ENDS = frozenset("计:： \u3000\n")


def open_workbook(data: bytes) -> CalamineWorkbook:
    """Raises Refused when the file is no workbook after all."""
    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(data))
    except (CalamineError, OSError, ValueError) as error:
        raise Refused("bad_workbook") from error


def rows_of(sheet: CalamineSheet, merged: bool) -> Iterator[list[Any]]:
    """Every row from the first one on; in merged cells each has the value of the first."""
    rows = sheet.iter_rows()
    ranges = sorted(sheet.merged_cell_ranges or ()) if merged and sheet.start else []
    if not ranges or sheet.start is None:
        return rows
    return _filled(rows, ranges, sheet.start[1])


def _filled(rows: Iterator[list[Any]], ranges: list[Any], offset: int) -> Iterator[list[Any]]:
    waiting = deque(ranges)
    active: list[tuple[int, int, int, Any]] = []  # last row, first and last position, value
    for number, row in enumerate(rows):
        while waiting and waiting[0][0][0] <= number:
            (_, left), (bottom, right) = waiting.popleft()
            left, right = max(left - offset, 0), min(right - offset, len(row) - 1)
            if left <= right and bottom >= number:
                active.append((bottom, left, right, row[left]))
        for _, left, right, value in active:
            row[left : right + 1] = [value] * (right + 1 - left)
        active = [entry for entry in active if entry[0] > number]
        yield row


def choose(
    workbook: CalamineWorkbook,
    scan: Prescan,
    columns: Sequence[Column],
    ignored: Sequence[str] = (),
    *,
    mapped: bool = False,
) -> tuple[CalamineSheet, Found]:
    """The sheet whose headings fit best, visible ones first; Refused when none fits. `ignored` are headings that somebody
    has said to mean nothing; with `mapped`, headings that differ from ours are guessed at rather than refused."""
    index = HeadingIndex(columns, ignored)
    guessed: tuple[CalamineSheet, Found] | None = None
    best: tuple[CalamineSheet, Found] | None = None
    amounts = {column.key for column in columns if column.amount}
    others: list[str] = []
    candidates = [
        meta
        for meta in workbook.sheets_metadata
        if meta.typ == SheetTypeEnum.WorkSheet and heading_key(meta.name) not in _NEVER_DATA
    ]
    candidates.sort(key=lambda meta: meta.visible != SheetVisibleEnum.Visible)
    for meta in candidates:
        try:
            sheet = workbook.get_sheet_by_name(meta.name)
        except (CalamineError, OSError, ValueError) as error:
            raise Refused("bad_workbook") from error
        if sheet.start is None:
            continue
        above = list(islice(rows_of(sheet, bool(scan.merged)), SEARCHED_ROWS))
        found = index.find(meta.name, above, sheet.start[1])
        if found is None:
            if mapped and guessed is None and (guess := index.guess(meta.name, above, sheet.start[1])) is not None:
                guessed = sheet, guess
            continue
        if amounts:
            places = {key: place for key, place in found.places.items() if key in amounts}
            units = units_of(places, found.titles, above[: found.row - 1], sheet.start[1])
            found = replace(found, units=units)
        if best is None or (len(best[1].missing), -len(best[1].places)) > (len(found.missing), -len(found.places)):
            best = (sheet, found)
        elif not found.missing and meta.visible == SheetVisibleEnum.Visible:
            others.append(meta.name)
    best = best or guessed
    found = check(best[1] if best else None, mapped=mapped)
    assert best is not None
    return best[0], replace(found, others=tuple(others), samples=_samples(best[0], found) if mapped else {})


def _samples(sheet: CalamineSheet, found: Found) -> dict[int, list[str]]:
    """Some different values of each column, as text, from the first rows under the headings."""
    offset = sheet.start[1] if sheet.start else 0
    samples: dict[int, list[str]] = {place: [] for place in found.titles}
    for row in islice(sheet.iter_rows(), found.row, found.row + SEARCHED_ROWS):
        for place, known in samples.items():
            cell = row[place - offset]
            text = str(int(cell) if type(cell) is float and cell.is_integer() else cell).strip()
            if len(known) < _SAMPLES and text and text[:_LONGEST_SAMPLE] not in known:
                known.append(text[:_LONGEST_SAMPLE])
    return samples


def data_rows(
    sheet: CalamineSheet, found: Found, keys: Sequence[str], merged: bool, totals: list[int] | None = None
) -> Iterator[tuple[int, list[Any]]]:
    """Row number (as Excel shows it) and the cells of `keys`, in that order. Blank rows, the example row, totals and
    repeated headings are left out; the numbers of the rows with totals are put into `totals`."""
    assert sheet.start is not None
    offset = sheet.start[1]
    places = [found.places[key] - offset for key in keys]
    marker = found.marker - offset
    first = places[0]
    first_title = found.titles[found.places[keys[0]]]
    last_title = found.titles[found.places[keys[-1]]]
    for number, row in enumerate(islice(rows_of(sheet, merged), found.row, None), start=found.row + 1):
        cells = [row[place] for place in places]
        for cell in cells:
            if cell != "" and (type(cell) is not str or cell.strip()):
                break
        else:
            continue
        if row[first] == first_title and cells[-1] == last_title:
            continue
        mark = row[marker]
        if type(mark) is str and mark and mark.strip().startswith(_EXAMPLE):
            continue
        if _is_total(row):
            if totals is not None:
                totals.append(number)
            continue
        yield number, cells


def _is_total(row: Sequence[Any]) -> bool:
    seen = 0
    for cell in row:
        if cell == "":
            continue
        if type(cell) is str and cell[-1] in _TOTAL_ENDS and len(cell) <= _LONGEST_TOTAL:
            if _TOTAL.fullmatch(heading_key(cell)):
                return True
            if not cell.strip():
                continue
        seen += 1
        if seen == _TOTAL_WITHIN:
            break
    return False
