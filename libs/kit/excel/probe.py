"""The simplest checker: the text of each row, one JSON array a line. For tests, and for looking at a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from kit.excel.column import Column
from kit.excel.headings import Found


class Probe:
    """Passes rows on as they are."""

    def __init__(self, titles: Sequence[str], required: Sequence[str] = ()) -> None:
        self.columns = [Column(key=title, title=title, required=title in required) for title in titles]

    def start(self, found: Found) -> Sequence[str]:
        """Every column that is there."""
        return [column.key for column in self.columns if column.key in found.places]

    def row(self, number: int, cells: list[Any], faults: Mapping[str, str]) -> bytes:
        """`[row number, [cells], {faults}]`."""
        return orjson.dumps([number, cells, dict(faults)], default=str) + b"\n"

    def finish(self) -> dict[str, Any]:
        """Nothing to add."""
        return {}


def make(context: dict[str, Any]) -> Probe:
    """The factory; the context has `titles` and, if any, `required`."""
    return Probe(context["titles"], context.get("required", ()))
