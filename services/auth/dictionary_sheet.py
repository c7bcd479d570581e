"""A dictionary as a workbook: template, export, and what an uploaded one says. The same reading, headings and error workbook as
for the ledgers; rows are few, so they are tried where they will be written, and taken back when it was only a look."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit.errors import AppError, Invalid
from kit.excel import Column, export, marking, template
from kit.excel.headings import column_letter
from kit.excel.runner import GATE, parse
from kit.excel.template import EXAMPLE_MARK
from kit.excel.whole import untagged
from services.auth import cells, dictionaries, extras
from services.auth.dictionaries import Dictionary, DictionaryItem
from services.auth.extras import Extra

MOST_ROWS = 5_000
MAX_BYTES = 2 * 1024 * 1024
NOTES = (
    "填写说明：1. 带 * 的列必填；2. 第 4 行是示例，导入时会忽略；3. “值”是程序使用的编码，"
    "已有的值按行修改，新的值新增条目，不会删除条目；"
    "4. 状态填 启用 或 停用；5. 别名、预警天数等多个值用顿号分开；6. 没有的列保持原样，留空的单元格表示清空。"
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is in an uploaded file."""

    name: str
    heading_row: int
    places: dict[str, int]
    titles: dict[int, str]
    first: int
    above: list[list[Any]]
    rows: list[tuple[int, list[Any]]]


@dataclass(frozen=True, slots=True)
class RowError:
    """One wrong cell, or a wrong row when `key` names no column."""

    row: int
    key: str
    code: str
    message: str


@dataclass(slots=True)
class Outcome:
    """What an import does, or would do."""

    rows: int
    created: list[str]
    updated: list[str]
    unchanged: int
    errors: list[RowError]


def columns_of(parents: Sequence[DictionaryItem], used: Sequence[Extra]) -> list[Column]:
    """The columns: what every item has, then the rules that this dictionary's items carry."""
    fixed = [
        Column("value", "值", aliases=("编码", "代码"), required=True, text=True, example="code_1"),
        Column("label", "名称", aliases=("标签",), required=True, text=True, width=24, example="示例条目"),
        Column("sort", "排序", aliases=("顺序",), example=10),
        Column("enabled", "状态", choices=(cells.ENABLED, cells.RETIRED), example=cells.ENABLED),
        Column("color", "颜色", text=True, help="green、red、orange 等名称，或 #RRGGBB"),
        Column("parent_value", "上级", text=True, choices=[row.label for row in parents if row.enabled], width=20),
        Column("aliases", "别名", text=True, width=24, help="导入台账时也认的写法，多个用顿号分开"),
        Column("valid_from", "生效日期", date=True),
        Column("valid_to", "失效日期", date=True),
    ]
    further = [
        Column(
            f"ext.{extra.name}",
            f"{extra.title}（{extra.unit}）" if extra.unit else extra.title,
            text=extra.kind != "integer",
            choices=cells.choices_of(extra),
            help=cells.help_of(extra),
            width=30 if extra.kind == "items" or extra.name == "basis" else 16,
        )
        for extra in used
    ]
    return [*fixed, *further]


def layout(session: Session, parent: Dictionary) -> tuple[list[Column], list[Extra]]:
    """The columns of one dictionary as it is now."""
    carried = extras.of_dictionary([row.ext for row in dictionaries.items_of(session, parent.code)])
    used = dictionaries.completed(session, carried)
    return columns_of(list(dictionaries.parents_of(session, parent).values()), used), used


def template_of(session: Session, parent: Dictionary) -> bytes:
    """The workbook that people fill in."""
    columns, _ = layout(session, parent)
    return template.build(f"{parent.name}导入模板", columns, NOTES, sheet_name=parent.name)


def export_of(session: Session, parent: Dictionary) -> tuple[bytes, int]:
    """All items, retired ones too; imported again it changes nothing."""
    columns, used = layout(session, parent)
    labels = {value: row.label for value, row in dictionaries.parents_of(session, parent).items()}
    items = dictionaries.items_of(session, parent.code)
    target = io.BytesIO()
    export.write(
        target,
        parent.name,
        columns,
        (
            {column.title: export.guarded(cells.cell_of(row, column.key, used, labels)) for column in columns}
            for row in items
        ),
    )
    return target.getvalue(), len(items)


def read(session: Session, parent: Dictionary, content: bytes, name: str) -> Sheet:
    """The file's rows as they stand, read by the limited child process. Refused when it is no acceptable workbook."""
    columns, _ = layout(session, parent)
    context = {"columns": [[column.key, column.title, list(column.aliases)] for column in columns], "only": None}
    found: dict[str, Any] = {}
    above: list[list[Any]] = []
    rows: list[tuple[int, list[Any]]] = []
    with GATE.enter():
        for frame in parse(content, name, "kit.excel.whole:make", context):
            if isinstance(frame, dict):
                if frame.get("event") == "headings":
                    found = frame
                continue
            for number, line in _lines(frame):
                if number < found["row"]:
                    above.append(line)
                elif number > found["row"]:
                    rows.append((number, line))
    first = int(found.get("first", 0))
    places: dict[str, int] = found["places"]
    missing = [column.title for column in columns if column.required and column.key not in places]
    if missing:
        raise Invalid(f"缺少必填列：{'、'.join(missing)}", code="missing_columns")
    marker = int(found.get("marker", 0)) - first
    rows = [(number, line) for number, line in rows if not _is_example(line, marker)]
    if len(rows) > MOST_ROWS:
        raise Invalid(f"一次最多导入 {MOST_ROWS} 行", code="too_many_rows")
    titles = {int(place): text for place, text in found["titles"].items()}
    return Sheet(found["sheet"], found["row"], places, titles, first, above, rows)


def run(
    session: Session, principal: Principal, parent: Dictionary, sheet: Sheet
) -> tuple[Outcome, list[DictionaryItem]]:
    """Writes every row that is right, each on its own; whoever only wanted to look rolls it back. `parent` is locked."""
    _, used = layout(session, parent)
    known = {row.value: row for row in dictionaries.items_of(session, parent.code)}
    words = cells.parent_words(dictionaries.parents_of(session, parent))
    outcome = Outcome(len(sheet.rows), [], [], 0, [])
    changed: list[DictionaryItem] = []
    seen: dict[str, int] = {}
    for number, line in sheet.rows:
        raw = {key: _at(line, place - sheet.first) for key, place in sheet.places.items()}
        values, problems = cells.values_of(raw, used, words)
        value = str(values.pop("value", ""))
        errors = [RowError(number, key, code, message) for key, code, message in problems]
        if value and value in seen:
            errors.append(
                RowError(number, "value", "duplicate_in_file", f"第 {number} 行与第 {seen[value]} 行的值相同")
            )
        seen.setdefault(value, number)
        if not errors:
            try:
                with session.begin_nested():
                    row = _write(session, principal, parent, known.get(value), value, values, outcome)
                if row is not None:
                    changed.append(row)
            except AppError as error:
                errors = _row_errors(number, error)
        outcome.errors += errors
    return outcome, changed


def marked(sheet: Sheet, outcome: Outcome, columns: Sequence[Column]) -> bytes:
    """What was sent, with its errors in it."""
    titles = {column.key: column.title for column in columns}
    marks: dict[int, list[marking.Mark]] = {}
    for error in outcome.errors:
        mark = marking.Mark(sheet.places.get(error.key), titles.get(error.key, ""), error.message)
        marks.setdefault(error.row, []).append(mark)
    rows = ((number, line, marks.get(number, ())) for number, line in sheet.rows)
    return marking.build(sheet.name, sheet.above, sheet.titles, rows, in_place=True, first=sheet.first)


def outcome_json(outcome: Outcome, sheet: Sheet) -> dict[str, Any]:
    """As the page shows it; wrong cells with their column's letter."""
    return {
        "rows": outcome.rows,
        "created": outcome.created,
        "updated": outcome.updated,
        "unchanged": outcome.unchanged,
        "errors": [
            {
                "row": error.row,
                "column": column_letter(sheet.places[error.key]) if error.key in sheet.places else None,
                "field": error.key,
                "header": sheet.titles.get(sheet.places.get(error.key, -1)),
                "code": error.code,
                "message": error.message,
            }
            for error in outcome.errors[:1_000]
        ],
    }


def _write(
    session: Session,
    principal: Principal,
    parent: Dictionary,
    row: DictionaryItem | None,
    value: str,
    values: dict[str, Any],
    outcome: Outcome,
) -> DictionaryItem | None:
    if row is None:
        fresh = {
            "sort": 0,
            "enabled": True,
            "aliases": [],
            "ext": {},
            **{k: v for k, v in values.items() if v is not None},
        }
        fresh["ext"] = {name: rule for name, rule in fresh["ext"].items() if rule is not None}
        created = dictionaries.create_item(session, principal, parent, value, fresh)
        outcome.created.append(value)
        return created
    if "ext" in values:
        merged = {**row.ext, **values["ext"]}
        values["ext"] = {name: rule for name, rule in merged.items() if rule is not None}
    different = {key: new for key, new in values.items() if getattr(row, key) != new}
    if not different:
        outcome.unchanged += 1
        return None
    changed = dictionaries.change_item(session, principal, parent, value, different, row.version)
    outcome.updated.append(value)
    return changed


def _row_errors(number: int, error: AppError) -> list[RowError]:
    if not error.errors:
        return [RowError(number, "value", error.code, str(error))]
    found = []
    for one in error.errors:
        parts = [str(part) for part in one.loc[1:]]
        key = f"ext.{parts[1]}" if parts[:1] == ["ext"] and len(parts) > 1 else parts[0] if parts else "value"
        found.append(RowError(number, key, one.code, one.message))
    return found


def _lines(block: bytes) -> Iterator[tuple[int, list[Any]]]:
    for line in block.splitlines():
        number, row = orjson.loads(line)
        yield number, [untagged(cell) for cell in row]


def _is_example(line: Sequence[Any], marker: int) -> bool:
    cell = _at(line, marker)
    return isinstance(cell, str) and cell.strip() == EXAMPLE_MARK


def _at(line: Sequence[Any], place: int) -> Any:
    cell = line[place] if 0 <= place < len(line) else None
    return None if cell == "" else cell
