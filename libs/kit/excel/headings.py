"""Finding the heading row: under titles and notes, in any order of columns, with the spelling that people use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from kit.excel.column import Column
from kit.excel.refusal import Refused
from kit.excel.units import without_unit
from kit.fields.text import key_of

# What is longer is a note.
_LONGEST_HEADING = 40
# How far down a heading row is looked for.
SEARCHED_ROWS = 30
# Columns that people and we ourselves put beside the data; they are neither read nor remarked upon.
IGNORED = frozenset({"序号", "编号序号", "行号", "no", "no.", "原行号", "错误原因"})
_HINT = re.compile(r"\((?:必填|选填|可选|示例|例|格式|单位|yyyy|请|文本|如)[^)]*\)$")


def heading_key(text: Any) -> str:
    """What two spellings of one heading have in common: no blanks, line breaks, `*`, width or case."""
    return key_of(text).replace("*", "").removesuffix(":") if isinstance(text, str) else ""


def column_letter(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@dataclass(frozen=True)
class Found:
    """Where the headings are. `places` maps a column's key to its position (0 = A), `titles` positions to the text as
    written, `unknown` lists the headings that mean nothing to us, `example` is where a marker would mark the example."""

    sheet: str
    row: int
    places: dict[str, int]
    titles: dict[int, str]
    unknown: tuple[tuple[int, str], ...] = ()
    duplicates: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    marker: int = 0
    others: tuple[str, ...] = field(default=())
    # The unit of each column of amounts, and whether its own heading says it; without one the amounts are in 元.
    units: dict[str, tuple[str, bool]] = field(default_factory=dict)
    # The first values below each heading, for a person to see what the column holds.
    samples: dict[int, list[str]] = field(default_factory=dict)


class HeadingIndex:
    """The words that headings may use, for one set of columns."""

    def __init__(self, columns: Sequence[Column], ignored: Iterable[str] = ()) -> None:
        self.columns = columns
        self._ignored = IGNORED | {heading_key(heading) for heading in ignored}
        self._by_word: dict[str, str] = {}
        # A title wins over another column's alias.
        for column in columns:
            for alias in column.aliases:
                self._by_word.setdefault(heading_key(alias), column.key)
        self._titles = {column.key: heading_key(column.title) for column in columns}
        for key, title in self._titles.items():
            self._by_word[title] = key
        # 出厂时间 is 出厂日期, where no other column says so itself.
        for column in columns:
            for name in (column.title, *column.aliases) if column.date else ():
                for one, other in (("日期", "时间"), ("时间", "日期")):
                    self._by_word.setdefault(heading_key(name.replace(one, other)), column.key)
        self._amounts = {
            without_unit(heading_key(name)): column.key
            for column in columns
            if column.amount
            for name in (*column.aliases, column.title)
        }

    def match(self, text: Any) -> str | None:
        """The key of the column that a heading means."""
        word = heading_key(text)
        if word in self._ignored:
            return None
        return (
            self._by_word.get(word)
            or self._by_word.get(_HINT.sub("", word))
            or (self._amounts.get(without_unit(word)) if self._amounts else None)
        )

    def _is_title(self, key: str, heading: str) -> bool:
        return heading_key(heading) == self._titles[key]

    def find(self, sheet: str, rows: Iterable[Sequence[Any]], offset: int = 0) -> Found | None:
        """The best heading row of a sheet, or None when none has as many as two known headings. `offset` is the position
        of the first cell of each row."""
        best: Found | None = None
        needed = min(2, len(self.columns))
        for number, row in enumerate(rows, start=1):
            if number > SEARCHED_ROWS:
                break
            found = self._row(sheet, number, row, offset)
            score = len(found.places)
            if score < needed:
                continue
            # Headings merged over two rows appear in both; the data begins under the second.
            if best is None or score > len(best.places) or (score == len(best.places) and number == best.row + 1):
                best = found
        return best

    def guess(self, sheet: str, rows: Iterable[Sequence[Any]], offset: int = 0) -> Found | None:
        """A row that might be the headings of a file whose words are all different from ours: the one with the most cells
        that are like a column's name, two at least. A person has to say what they mean."""
        # Imported late: only files with strange headings need it.
        from kit.excel.likeness import STRONG, likeness

        names = [name for column in self.columns if not column.hidden for name in (column.title, *column.aliases)]
        best: tuple[int, Found] | None = None
        for number, row in enumerate(islice(rows, SEARCHED_ROWS), start=1):
            texts = [cell for cell in row if isinstance(cell, str) and 0 < len(cell.strip()) <= _LONGEST_HEADING]
            alike = sum(any(likeness(text, name) >= STRONG for name in names) for text in texts)
            if alike >= 2 and (best is None or alike > best[0]):
                best = alike, self._row(sheet, number, row, offset)
        return best[1] if best else None

    def _row(self, sheet: str, number: int, row: Sequence[Any], offset: int) -> Found:
        places: dict[str, int] = {}
        titles: dict[int, str] = {}
        unknown: list[tuple[int, str]] = []
        duplicates: list[str] = []
        marker = offset
        for index, cell in enumerate(row, start=offset):
            if not isinstance(cell, str) or not cell.strip():
                continue
            titles[index] = cell
            key = self.match(cell)
            if key is None:
                if heading_key(cell) in self._ignored:
                    marker = index
                else:
                    unknown.append((index, cell.strip()))
            elif key not in places:
                places[key] = index
            elif self._is_title(key, titles[places[key]]) and not self._is_title(key, cell):
                # The column's own name wins over a word that may mean it: 单位 beside 所属部门 is something else.
                unknown.append((index, cell.strip()))
            elif self._is_title(key, cell) and not self._is_title(key, titles[places[key]]):
                unknown.append((places[key], titles[places[key]].strip()))
                places[key] = index
            else:
                duplicates.append(f"“{titles[places[key]].strip()}”与“{cell.strip()}”")
        missing = tuple(c.title for c in self.columns if c.required and c.key not in places)
        return Found(sheet, number, places, titles, tuple(unknown), tuple(duplicates), missing, marker)


def check(found: Found | None, *, mapped: bool = False) -> Found:
    """Refuses what cannot be imported: no headings, a required column missing, a column twice. With `mapped` a person can
    be asked which of the headings that mean nothing to us is the missing one."""
    if found is None:
        raise Refused("headings_not_found")
    if found.missing and not (mapped and found.unknown):
        raise Refused("missing_columns", "、".join(found.missing))
    if found.duplicates:
        raise Refused("duplicate_columns", "、".join(found.duplicates))
    return found
