"""From the file to rows, and back to a file with the errors in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from kit.errors import FieldError, Invalid, Unavailable
from kit.excel import marking
from kit.excel.headings import column_letter
from kit.excel.refusal import Refused
from kit.excel.runner import GATE, parse
from kit.excel.whole import untagged
from services.auth.importing.subjects import MOST_ROWS, Subject

FACTORY = "services.auth.importing.checking:make"
# How long a file waits for another one to be parsed.
PATIENCE_SECONDS = 8.0
Line = tuple[int, dict[str, Any], dict[str, str]]


class Workbook:
    """What a file holds: its layout, the columns that were found, and the rows as texts."""

    def __init__(
        self, layout: dict[str, Any], keys: list[str], warnings: list[dict[str, Any]], lines: list[Line]
    ) -> None:
        self.layout = layout
        self.keys = keys
        self.warnings = warnings
        self.lines = lines


def read(subject: Subject, content: bytes, file_name: str) -> Workbook:
    """The rows of a file. Raises Refused for one that cannot be imported at all."""
    columns = [[one.key, one.title, list(one.aliases), one.required] for one in subject.columns()]
    layout: dict[str, Any] = {}
    warnings: list[dict[str, Any]] = []
    keys: list[str] = []
    lines: list[Line] = []
    for frame in _frames(content, file_name, FACTORY, {"columns": columns}):
        if isinstance(frame, bytes):
            for text in frame.splitlines():
                number, texts, faults = orjson.loads(text)
                lines.append((number, texts, faults))
            if len(lines) > MOST_ROWS:
                raise Invalid(f"一次最多导入 {MOST_ROWS:,} 行，请拆分后分批导入", code="too_many_rows")
        elif frame["event"] == "headings":
            layout = {key: frame[key] for key in ("sheet", "row", "places", "titles", "first")}
            warnings = _warnings(subject, frame)
        elif frame["event"] == "done":
            keys = list(frame["keys"])
    return Workbook(layout, keys, warnings, lines)


def marked(
    subject: Subject, content: bytes, file_name: str, layout: dict[str, Any], wrong: Sequence[dict[str, Any]]
) -> bytes:
    """The file as it came, with red cells and a last column 错误原因. Corrected there, it can be sent again."""
    places, titles = layout.get("places", {}), layout.get("titles", {})
    marks = {
        entry["row"]: [
            marking.Mark(places.get(key), subject.titles.get(key, ""), message)
            for key, (_, message) in sorted(entry["errors"].items(), key=lambda pair: places.get(pair[0], 1_000))
        ]
        for entry in wrong
    }
    columns = [[one.key, one.title, list(one.aliases)] for one in subject.columns()]
    heading_row = int(layout.get("row", 1))
    above: list[list[Any]] = []
    rows: list[tuple[int, list[Any]]] = []
    for frame in _frames(content, file_name, "kit.excel.whole:make", {"columns": columns, "only": None}):
        if isinstance(frame, bytes):
            for text in frame.splitlines():
                number, cells = orjson.loads(text)
                if number < heading_row:
                    above.append([untagged(cell) for cell in cells])
                elif number > heading_row:
                    rows.append((number, [untagged(cell) for cell in cells]))
    return marking.build(
        layout.get("sheet") or "数据",
        above,
        {int(place): text for place, text in titles.items()},
        ((number, cells, marks.get(number, ())) for number, cells in rows),
        in_place=True,
        first=int(layout.get("first", 0)),
    )


def refused(error: Refused) -> Invalid:
    """A workbook that cannot be imported, as an answer."""
    return Invalid(error.message, code=error.code, errors=[FieldError(("body", "file"), error.code, error.message)])


def _frames(content: bytes, file_name: str, factory: str, context: dict[str, Any]) -> Iterator[dict[str, Any] | bytes]:
    with GATE.enter(PATIENCE_SECONDS) as entered:
        if not entered:
            raise Unavailable("正在处理其他文件，请稍后再试", code="import_busy", retry_after=10)
        frames = parse(content, file_name, factory, context)
        try:
            yield from frames
        finally:
            frames.close()  # type: ignore[attr-defined]


def _warnings(subject: Subject, frame: dict[str, Any]) -> list[dict[str, Any]]:
    found = [
        {
            "code": "unknown_column",
            "column": column_letter(place),
            "header": title,
            "message": f"第 {column_letter(place)} 列“{title[:50]}”不是{subject.title}的字段，已忽略",
        }
        for place, title in frame["unknown"]
    ]
    for sheet in frame["others"]:
        message = f"工作表“{sheet[:31]}”也有表头，本次只导入了“{frame['sheet'][:31]}”"
        found.append({"code": "other_sheet", "column": None, "header": sheet, "message": message})
    return found
