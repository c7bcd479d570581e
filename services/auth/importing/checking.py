"""The child process hands the cells on as the texts that people see; what they mean depends on other rows and is decided
where the organisation is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

import orjson

from kit.excel import Column
from kit.excel.guard import unguard
from kit.excel.headings import Found


class TextChecker:
    """See kit.excel.child.Checker."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = columns
        self.keys: list[str] = []

    def start(self, found: Found) -> Sequence[str]:
        """Every column that is in the file."""
        self.keys = [column.key for column in self.columns if column.key in found.places]
        return self.keys

    def row(self, number: int, cells: list[Any], faults: Mapping[str, str]) -> bytes:
        """`[row number, {key: text}, {key: fault}]`, one a line."""
        texts = {key: as_written(cell) for key, cell in zip(self.keys, cells, strict=True)}
        return orjson.dumps([number, texts, dict(faults)]) + b"\n"

    def finish(self) -> dict[str, Any]:
        """Which columns there were."""
        return {"keys": self.keys}


def as_written(cell: Any) -> str | None:
    """A cell as the person sees it; None for a blank one."""
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return None
    if isinstance(cell, str):
        return unguard(cell.strip()).replace("\0", "�")[:2000]
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        # Beyond fifteen digits Excel itself shows the exponent, and so the person sees what went wrong.
        return str(int(cell)) if cell == int(cell) and abs(cell) < 1e15 else f"{cell:.15g}".upper()
    if isinstance(cell, datetime):
        return cell.isoformat(" ") if cell.time() != time(0) else cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)[:2000]


def make(context: dict[str, Any]) -> TextChecker:
    """The factory that kit.excel.child calls. `columns` are [key, title, aliases, required]."""
    columns = [
        Column(key=key, title=title, aliases=tuple(aliases), required=required)
        for key, title, aliases, required in context["columns"]
    ]
    return TextChecker(columns)
