"""Sealed values on a finished page. PostgreSQL makes the page as JSON without being able to read them; here each token is
replaced by what the person may see. One look over some kilobytes, and two microseconds a value: parsing the page, and
writing it again, would cost as much for its other fields."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from sqlalchemy import Table

from kit import log
from kit.fields import FieldSpec, mask_value
from kit.sealing import Keyring, Sealed, SealError, keyring

_log = log.get(__name__)

# Stands for a value that cannot be opened: one broken value must not take a whole list away.
UNREADABLE = "（无法解密）"
_MOST_KNOWN = 10_000
# Pages that are remembered whole, of all tables together: at most 200 × 2 × 64 KB.
_MOST_PAGES, _LARGEST_PAGE = 200, 64 * 1024
_TEXT = re.compile(r'(?:[^"\\]|\\.)*')


class PersonalColumns:
    """The sealed columns of one table, shown whole (`reveal`) or masked."""

    def __init__(self, fields: Mapping[str, FieldSpec], table: Table, *, reveal: bool) -> None:
        self.fields = {key: spec for key, spec in fields.items() if isinstance(_type(table, key), Sealed)}
        self._labels = {key: _type(table, key).label for key in self.fields}
        self.reveal = reveal
        # A quotation mark inside of a text is escaped in JSON, so that nobody can write what looks like a field.
        keys = "|".join(map(re.escape, self.fields))
        self._begins = re.compile(rf'"({keys})":"') if self.fields else None
        # What tokens said a moment ago: the first pages of a list are asked for all the time. No more is kept than what
        # the keys, which are in this memory as well, would tell.
        self._cells: dict[str, str] = {}
        self._ring: Keyring | None = None

    def page(self, items: bytes) -> bytes:
        """`shown` for a whole page in UTF-8. A page that PostgreSQL made the same a moment ago is not opened again: it is
        found by all that it says, so that nothing older than the read is ever shown."""
        if self._begins is None:
            return items
        place = (self, keyring(), items)
        known = _pages.get(place)
        if known is not None:
            return known
        shown = self.shown(items.decode()).encode()
        if len(items) <= _LARGEST_PAGE and UNREADABLE.encode() not in shown:
            _pages[place] = shown
            if len(_pages) > _MOST_PAGES:
                _pages.popitem(last=False)
        return shown

    def shown(self, page: str) -> str:
        """The page with its tokens opened. Whatever stands there that is no token is not shown either: somebody has put it
        past the program."""
        if self._begins is None:
            return page
        ring = keyring()
        if ring is not self._ring:
            self._ring, self._cells = ring, {}
        known = self._cells
        parts: list[str] = []
        last = 0
        # Only the beginnings are looked for by expression, the ends by `find`: four times as fast (bench/lists.py).
        for begin in self._begins.finditer(page):
            start = begin.end()
            end = page.find('"', start)
            if page[end - 1] == "\\":
                # No token has a backslash; what has one is skipped as the text of JSON that it is.
                end = _TEXT.match(page, start).end()  # type: ignore[union-attr]
            parts.append(page[last : start - 1])
            field = page[begin.start() : end]
            parts.append(known.get(field) or self._known(ring, field, begin[1], page[start:end]))
            last = end + 1
        return "".join((*parts, page[last:]))

    def value(self, key: str, value: str | None) -> str | None:
        """An opened value, as this person sees it."""
        return value if self.reveal or value is None else mask_value(self.fields[key], value)

    def opener(self, key: str) -> Callable[[Any], Any]:
        """Turns tokens of a column into what this person sees, for exports; the ring is looked up once."""
        ring = keyring()
        return lambda token: None if token is None else self._opened(ring, key, token)

    def _known(self, ring: Keyring, field: str, key: str, token: str) -> str:
        shown = self._opened(ring, key, token)
        cell = orjson.dumps(shown).decode()
        if shown != UNREADABLE:
            if len(self._cells) >= _MOST_KNOWN:
                self._cells.clear()
            self._cells[field] = cell
        return cell

    def _opened(self, ring: Keyring, key: str, token: str) -> str | None:
        try:
            return self.value(key, ring.open(self._labels[key], token))
        except SealError as error:
            _log.error("personal_value_unreadable", column=self._labels[key], code=error.code)
            return UNREADABLE


_pages: OrderedDict[tuple[PersonalColumns, Keyring, bytes], bytes] = OrderedDict()


def _type(table: Table, key: str) -> Any:
    return table.c[key].type if key in table.c else None
