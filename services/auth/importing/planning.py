"""What a file would do, row by row: the one shape of both plans."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

import orjson

from kit.fields import FieldSpec, Lookups, Wrong, parser
from services.auth.importing.subjects import RECORD, Subject

Action = Literal["created", "updated", "unchanged", "skipped"]
FAULTS = {
    "formula_without_value": "公式没有计算结果，请用 Excel 打开并保存，或粘贴为数值后再导入",
    "formula_error": "公式出错（如 #N/A），请改正或粘贴为数值后再导入",
}


@dataclass(slots=True)
class Row:
    """One row of the file. `values` are what was understood, by field; `target` is what is there already."""

    number: int
    texts: dict[str, str | None]
    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, tuple[str, str]] = field(default_factory=dict)
    record: tuple[UUID, int] | None = None
    target: Any = None
    action: Action = "created"

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.errors

    def wrong(self, key: str, code: str, message: str) -> None:
        """The first thing that is wrong with a field counts; what follows from it would only confuse."""
        self.errors.setdefault(key, (code, message))


@dataclass(slots=True)
class Plan:
    """All rows, and what the file has columns for."""

    subject: Subject
    keys: frozenset[str]
    rows: list[Row]

    def count(self, action: Action) -> int:
        """How many right rows come to this."""
        return sum(1 for row in self.rows if row.ok and row.action == action)

    @property
    def outcome(self) -> str:
        """What the plan comes to, as one word to compare: row, action, target and its version, errors."""
        parts = [
            [row.number, row.action if row.ok else "wrong", str(getattr(row.target, "id", "")),
             getattr(row.target, "version", 0), sorted(row.errors)]
            for row in self.rows
        ]  # fmt: skip
        return hashlib.sha256(orjson.dumps(parts)).hexdigest()


def understood(
    subject: Subject, lookups: Lookups, lines: list[tuple[int, dict[str, Any], dict[str, str]]]
) -> list[Row]:
    """The rows with each cell understood by itself: kinds, lengths, patterns, what must be given."""
    parsers = {spec.key: (spec, parser(spec, lookups)) for spec in subject.fields}
    rows = []
    for number, texts, faults in lines:
        row = Row(number, {key: text for key, text in texts.items() if key != RECORD.key}, record=_record(texts))
        for key, (spec, parse) in parsers.items():
            raw = texts.get(key)
            value = parse(raw) if raw is not None else None
            if isinstance(value, Wrong):
                row.wrong(key, value.code, value.message)
                value = None
            row.values[key] = value
            if key in faults:
                row.errors[key] = (faults[key], FAULTS[faults[key]])
            elif value is None and key not in row.errors and _required(spec, row):
                row.wrong(key, "required", f"{spec.title}必填")
        rows.append(row)
    _duplicates(subject, rows)
    return rows


def _required(spec: FieldSpec, row: Row) -> bool:
    # Somebody who was exported without a number is known by the record.
    return spec.required and not (spec.key == "employee_no" and row.record is not None)


def _duplicates(subject: Subject, rows: list[Row]) -> None:
    """Two rows of one number, or two of one record, cannot both be meant: the later one is wrong, and both are named."""
    seen: dict[Any, int] = {}
    title = subject.titles[subject.key]
    for row in rows:
        for key in (row.values[subject.key], row.record[0] if row.record else None):
            if key is not None and (first := seen.setdefault(key, row.number)) != row.number:
                row.wrong(subject.key, "duplicate_in_file", f"第 {row.number} 行与第 {first} 行重复（{title}相同）")


def settle(row: Row, changed: bool, on_duplicate: str, key: str, title: str) -> None:
    """What becomes of a row whose target is there already."""
    if on_duplicate == "error":
        row.wrong(key, "already_exists", f"已有{title}相同的记录")
    elif not changed:
        row.action = "unchanged"
    elif on_duplicate == "skip":
        row.action = "skipped"
    else:
        row.action = "updated"
        if row.record is not None and row.record[1] != row.target.version:
            row.wrong(key, "changed_since_export", "该记录在导出之后已被他人修改，请重新导出后再修改")


def _record(texts: dict[str, Any]) -> tuple[UUID, int] | None:
    """`<id>:<version>`; what is not that is ignored, for people paste all sorts of things into hidden columns."""
    id_, _, version = str(texts.get(RECORD.key) or "").strip().partition(":")
    try:
        return UUID(id_), int(version[:9])
    except ValueError:
        return None
