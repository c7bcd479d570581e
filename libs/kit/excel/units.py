"""The unit in which a sheet writes its amounts: in the heading of a column, or noted above the headings. A sheet in 万元 that is
read as one in 元 is wrong by a factor of ten thousand, and no rule would notice."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from kit.fields.text import key_of

FACTORS = {"元": 1, "千元": 1_000, "万元": 10_000, "百万元": 1_000_000, "亿元": 100_000_000}
_UNIT = "(百万元|千元|万元|亿元|元)"
_IN_BRACKETS = re.compile(rf"[(\[][^()\[\]]*?{_UNIT}[^()\[\]]*[)\]]")
_AT_THE_END = re.compile(rf"[/:,]?(?:单位:?)?{_UNIT}$")
_NOTED = re.compile(rf"单位[:为]?(?:人民币)?{_UNIT}")


def unit_of(heading: Any) -> str | None:
    """The unit that a heading names: `金额（万元）`, `金额/万元`, `预算金额(元)`."""
    found = _found(key_of(heading).rstrip("*:")) if isinstance(heading, str) else None
    return found[1] if found else None


def without_unit(word: str) -> str:
    """A heading, as it is compared, without its unit."""
    found = _found(word)
    return word[: found.start()] + word[found.end() :] if found else word


def _found(word: str) -> re.Match[str] | None:
    return _IN_BRACKETS.search(word) or _AT_THE_END.search(word)


def units_of(
    places: Mapping[str, int], titles: Mapping[int, str], above: Sequence[Sequence[Any]], offset: int = 0
) -> dict[str, tuple[str, bool]]:
    """For each column of amounts its unit, and whether the column's own heading says it; otherwise the rows `above` do, the
    nearest first."""
    units: dict[str, tuple[str, bool]] = {}
    for key, place in places.items():
        own = unit_of(titles.get(place))
        noted = own or next((unit for row in reversed(above) if (unit := _noted(row, place - offset))), None)
        if noted:
            units[key] = noted, own is not None
    return units


def _noted(row: Sequence[Any], place: int) -> str | None:
    """What a row above the headings says about a column: a heading over it (`金额（万元）` over four quarters), a title or a
    note about the whole sheet (`单位：万元`)."""
    here = unit_of(row[place]) if 0 <= place < len(row) else None
    if here:
        return here
    texts = {key_of(cell) for cell in row if isinstance(cell, str) and cell.strip()}
    for text in sorted(texts):
        if found := _NOTED.search(text) or (_IN_BRACKETS.search(text) if len(texts) == 1 else None):
            return found[1]
    return None
