"""A checker that passes every row on as it stands, title and notes included: for a marked copy of what was sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import orjson

from kit.excel.column import Column
from kit.excel.headings import Found


class Whole:
    """See kit.excel.child.Checker; `whole` asks for all rows, from the first one on. Blank ones are left out below the
    headings."""

    whole = True

    def __init__(self, columns: Sequence[Column], only: Sequence[int] | None) -> None:
        self.columns = columns
        self.only = frozenset(only) if only is not None else None
        self.heading_row = 0

    def start(self, found: Found) -> Sequence[str]:
        """Nothing to choose: every cell is wanted."""
        self.heading_row = found.row
        return ()

    def row(self, number: int, cells: list[Any], faults: Mapping[str, str]) -> bytes:
        """`[row number, [cells]]` with dates as `{"$day": …}` or `{"$time": …}`, one a line."""
        if number > self.heading_row:
            if self.only is not None and number not in self.only:
                return b""
            if all(cell == "" or (type(cell) is str and not cell.strip()) for cell in cells):
                return b""
        return orjson.dumps([number, [tagged(cell) for cell in cells]]) + b"\n"

    def finish(self) -> dict[str, Any]:
        """Nothing to add."""
        return {}


def tagged(cell: Any) -> Any:
    """A cell as JSON that can be turned back."""
    if isinstance(cell, datetime):
        return {"$time": cell.isoformat()}
    if isinstance(cell, date):
        return {"$day": cell.isoformat()}
    return cell if cell is None or isinstance(cell, (str, int, float, bool)) else str(cell)


def untagged(cell: Any) -> Any:
    """The way back."""
    if isinstance(cell, dict):
        return datetime.fromisoformat(cell["$time"]) if "$time" in cell else date.fromisoformat(cell["$day"])
    return cell


def make(context: dict[str, Any]) -> Whole:
    """The factory. `columns` are [key, title, aliases, required], `only` the row numbers wanted (None for all)."""
    columns = [Column(key=key, title=title, aliases=tuple(aliases)) for key, title, aliases in context["columns"]]
    return Whole(columns, context.get("only"))
