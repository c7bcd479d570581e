"""Validates rows in the child process and turns each into a line of PostgreSQL's COPY text format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson

from kit.excel import Column
from kit.excel.guard import unguard
from kit.excel.headings import Found
from kit.excel.units import FACTORS
from kit.fields import KINDS, Issue, RowValidator, Wrong, is_masked
from kit.fields.numbers import to_decimal
from kit.fields.text import one_line
from services.ledgers.importing.asking import (
    UNKNOWN_WORD,
    Words,
    about_headings,
    known_columns,
    must_ask,
    samples_of,
    teach,
)
from services.ledgers.importing.columns import RECORD, import_columns
from services.ledgers.importing.connected import connected
from services.ledgers.importing.context import unpack
from services.ledgers.importing.target import ledger_class
from services.ledgers.persons import NAME, NUMBER, OTHER_NAME, without_blanks

COPY_COLUMNS = (
    "job_id", "row_no", "ok", "vals", "filled", "blank", "record_id", "record_version", "masked", "errors", "texts",
    "sealed",
)  # fmt: skip
_NULL = b"\\N"
# What a cell begins with that is worth a look: our own guard, and blanks with nothing behind them. No other cell is
# touched, for this is asked of each of a million.
_LOOK = frozenset("' \t\r\n\v\f\u3000\u00a0\u200b\ufeff")
_NONE: frozenset[str] = frozenset()
_OWN_UNIT = frozenset("元千万亿")
_FAULTS = {
    "formula_without_value": "公式没有计算结果，请用 Excel 打开并保存，或粘贴为数值后再导入",
    "formula_error": "公式出错（如 #N/A），请改正或粘贴为数值后再导入",
}


class RowChecker:
    """One import of one ledger. See kit.excel.child.Checker."""

    def __init__(self, context: dict[str, Any]) -> None:
        row_class = ledger_class(context["slug"])
        self.fields = row_class.input_fields()
        told = context.get("told") or {}
        self.said: dict[str, int] = context.get("whole") or {}
        self.keeps: bool = context.get("blank_cells") == "keep"
        self.corrections = {int(row): texts for row, texts in (context.get("corrections") or {}).items()}
        self.connected = connected(row_class)
        self.never_blank = frozenset((RECORD.key, *self.said))
        columns = [
            replace(column, required=False) if column.key in self.said else column
            for column in import_columns(row_class.fields)
        ]
        self.columns: Sequence[Column] = known_columns(columns, told.get("headings", {}))
        self.ignored: Sequence[str] = told.get("ignore", ())
        teach(context["lookups"], self.fields, told.get("words", {}))
        self.lookups = unpack(context["lookups"])
        self.validate = RowValidator(self.fields, row_class.ledger.rules, self.lookups)
        self.words = Words(self.fields, told.get("words", {}), self.validate.parse)
        self.about: dict[str, Any] = {}
        self.job = context["job"].encode()
        sealed = {key for key, spec in self.fields.items() if spec.personal and KINDS[spec.kind].sealable}
        # Personal values leave apart from the others, for the parent to seal: there are no keys here.
        self.order = [None if key in sealed else key for key in self.fields]
        self.sealed = [key for key in self.fields if key in sealed]
        self.natural_key = row_class.ledger.natural_key
        self.key_field = spoken_key(self.natural_key, self.fields)
        self.key_titles = "、".join(self.fields[key].title for key in self.natural_key)
        self.personal = [key for key, spec in self.fields.items() if spec.personal]
        self.seen: dict[tuple[Any, ...], int] = {}
        self.also_seen: dict[tuple[str, ...], dict[tuple[Any, ...], int]] = {
            keys: {} for keys in row_class.ledger.also_unique
        }
        # By identity number: the row that has it first, and the name there.
        self.people = {NAME, NUMBER} <= self.fields.keys()
        self.names: dict[str, tuple[str, int]] = {}
        self.records: dict[str, int] = {}
        self.keys: list[str] = []
        self.given: frozenset[str] = frozenset()
        self.factors: dict[str, int] = {}
        self.valid = self.invalid = 0

    def questions(self, found: Found) -> dict[str, Any] | None:
        """What has to be answered before the file can be read; None for nearly every file."""
        self.about = about_headings(found, self.fields, self.said) if found.unknown else {"headings": [], "missing": []}
        asked = must_ask(self.about)
        self.about["samples"] = samples_of(found, self.fields, self.about)
        return self.about if asked else None

    def start(self, found: Found) -> Sequence[str]:
        """Every column that is in the file and that people may write."""
        wanted = (*self.fields, RECORD.key)
        self.keys = [key for key in wanted if key in found.places]
        self.given = frozenset((*self.keys, *self.said))
        factors = {key: FACTORS[unit] for key, (unit, _) in found.units.items() if key in self.given}
        self.factors = {key: factor for key, factor in factors.items() if factor != 1}
        return self.keys

    def row(self, number: int, cells: list[Any], faults: Mapping[str, str]) -> bytes:
        """The columns of COPY_COLUMNS, in that order; the last two as plain JSON (see sealing.RowSealer)."""
        raw = dict(zip(self.keys, cells, strict=True))
        if number in self.corrections:
            # What has no column any more, for its heading was said to mean something else, is left.
            own = {key: text for key, text in self.corrections[number].items() if key in raw}
            raw.update(own)
            faults = {key: code for key, code in faults.items() if key not in own}
        blank: list[str] = []
        for key, cell in raw.items():
            if cell == "":
                raw[key] = None
                blank.append(key)
            elif type(cell) is str and cell[0] in _LOOK:
                if one_line(cell) == "":
                    raw[key] = None
                    blank.append(key)
                else:
                    raw[key] = unguard(cell)
        for key, value in self.said.items():
            if raw.get(key) is None:
                raw[key] = value
        record = raw.pop(RECORD.key, None)
        if not self.keeps:
            blank = []
        elif faults or not self.never_blank.isdisjoint(blank):
            # What is said of the whole file is no blank, and what is behind a broken formula neither.
            blank = [key for key in blank if key not in self.never_blank and key not in faults]
        said = self._in_yuan(raw) if self.factors else raw
        values, issues, filled = self.validate(said)
        self.words.used_in(raw)
        record_id, version = _record(record)
        curable = self._curable(said, values, issues, blank) if issues and blank else {}
        errors: dict[str, list[str]] = {}
        masked: dict[str, str] = {}
        for field, code, message in issues:
            # A masked number in our own export means that it was left as it is; the database knows what stands behind it.
            if code == "masked" and record_id is not None:
                masked[field] = str(raw[field]).strip()
            else:
                errors[field] = [code, message]
                if code in UNKNOWN_WORD:
                    self.words.unknown(field, raw.get(field), values)
        for field in self.personal:
            if field not in masked and is_masked(raw.get(field)) and field not in errors:
                masked[field] = str(raw[field]).strip()
                if record_id is None:
                    errors[field] = ["masked", "内容是脱敏后的，请填写完整内容"]
        for field, value in self.said.items():
            if field not in errors and values[field] != value:
                errors[field] = ["not_of_this_import", f"{self.fields[field].title}应为所选的 {value}"]
        for field, code in faults.items():
            if field in self.fields:
                errors[field] = [code, _FAULTS[code]]
        unsure = {*masked, *curable, *blank} if record_id else {*masked, *curable} if errors else _NONE
        self._duplicate(number, values, record_id, errors, unsure)
        if self.people:
            self._same_person(number, values, errors, unsure)
        # What is wrong only with columns that the file does not have, or with blank cells, may be right with what stands
        # in the ledger (importing/rechecking.py): such a row keeps its errors, and is looked at again.
        ok = not any(field in self.given and curable.get(field) != error[0] for field, error in errors.items())
        self.valid += ok
        self.invalid += not ok
        return (
            b"\t".join(
                (
                    self.job,
                    b"%d" % number,
                    b"t" if ok else b"f",
                    _json([values[key] if key else None for key in self.order]),
                    b"{%s}" % ",".join(filled).encode() if filled else _NULL,
                    b"{%s}" % ",".join(blank).encode() if blank else _NULL,
                    record_id.encode() if record_id else _NULL,
                    b"%d" % version if record_id else _NULL,
                    _json(masked) if masked else _NULL,
                    _json(errors) if errors else _NULL,
                    _NULL if not errors else orjson.dumps({key: as_written(cell) for key, cell in raw.items()}),
                    orjson.dumps([values[key] for key in self.sealed]),
                )
            )
            + b"\n"
        )

    def _in_yuan(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """The cells with the amounts of a sheet in another unit converted. A cell that names a unit itself is left alone."""
        converted = dict(raw)
        for key, factor in self.factors.items():
            cell = raw[key]
            if cell is None or (type(cell) is str and not _OWN_UNIT.isdisjoint(cell)):
                continue
            amount = to_decimal(cell)
            if not isinstance(amount, Wrong):
                converted[key] = amount * factor
        return converted

    def _curable(
        self, raw: Mapping[str, Any], values: dict[str, Any], issues: Sequence[Issue], blank: Sequence[str]
    ) -> dict[str, str]:
        """The issues, field and code, that may be none once the blank cells have what the ledger has: those of rules, and
        none about what a cell says by itself. The value that a rule has found wrong is a value again."""
        found: dict[str, str] = {}
        for field, code, _ in () if self.connected.isdisjoint(blank) else issues:
            value = self.validate.parse(field, raw.get(field))
            if not isinstance(value, Wrong):
                found[field] = code
                if value is not None:
                    values[field] = value
        return found

    def _duplicate(
        self, number: int, values: dict[str, Any], record: str | None, errors: dict[str, Any], unsure: Set[str]
    ) -> None:
        """Two rows of one key, or two of one record, cannot both be meant: the later one is wrong, and both are named.
        `unsure` are fields whose value only the ledger knows."""
        first = self.records.setdefault(record, number) if record else number
        if first == number and not any(key in errors or key in unsure for key in self.natural_key):
            key = tuple([values[part] for part in self.natural_key])
            first = self.seen.setdefault(key, number)
        if first != number and (self.key_field not in errors or self.key_field in unsure):
            message = f"第 {number} 行与第 {first} 行重复（{self.key_titles}相同）"
            errors[self.key_field] = ["duplicate_in_file", message]
        for keys, seen in self.also_seen.items():
            shared = tuple([values[part] for part in keys])
            if None in shared or any(part in errors or part in unsure for part in keys):
                continue
            first = seen.setdefault(shared, number)
            if first != number:
                titles = "、".join(self.fields[part].title for part in keys)
                errors[spoken_key(keys, self.fields)] = [
                    "duplicate_in_file", f"第 {number} 行与第 {first} 行重复（{titles}相同）"]  # fmt: skip

    def _same_person(self, number: int, values: dict[str, Any], errors: dict[str, Any], unsure: Set[str]) -> None:
        """One identity number has one name throughout a file."""
        id_number, name = values[NUMBER], values[NAME]
        if id_number is None or name is None or not {NAME, NUMBER}.isdisjoint({*errors, *unsure}):
            return
        first, row = self.names.setdefault(id_number, (name, number))
        if first != name and without_blanks(first) != without_blanks(name):
            errors[NUMBER] = [
                OTHER_NAME,
                f"第 {number} 行与第 {row} 行身份证号相同，姓名却不同（{first}、{name}），请核对",
            ]

    def finish(self) -> dict[str, Any]:
        """How many were right and wrong, and what may be asked about the file."""
        return {
            "valid": self.valid,
            "invalid": self.invalid,
            "keys": [k for k in self.fields if k in self.given],
            "questions": {**self.about, "words": self.words.questions(self.lookups)},
            "used": self.words.used,
        }


def make(context: dict[str, Any]) -> RowChecker:
    """The factory that kit.excel.child calls."""
    return RowChecker(context)


def spoken_key(natural_key: Sequence[str], fields: Mapping[str, Any]) -> str:
    """The part of the key that people mean when they say that a row is there twice: a number rather than a class."""
    for kinds in (("code", "identity"), ("text",)):
        for key in natural_key:
            if fields[key].kind in kinds:
                return key
    return natural_key[0]


def _record(cell: Any) -> tuple[str | None, int]:
    """`<id>:<version>`; what is not that is ignored, for people paste all sorts of things into hidden columns."""
    if type(cell) is not str or ":" not in cell:
        return None, 0
    id_, _, version = cell.strip().partition(":")
    try:
        return str(UUID(id_)), int(version[:9])
    except ValueError:
        return None, 0


def _json(value: Any) -> bytes:
    # JSON has no raw tabs or line breaks, so the backslash is all that COPY's text format wants escaped.
    return orjson.dumps(value, default=_plain).replace(b"\\", b"\\\\")


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(type(value).__name__)


def as_written(cell: Any) -> str | None:
    """A cell as the person sees it, for the list of wrong rows. PostgreSQL's JSON cannot hold a NUL."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, str):
        return cell.replace("\0", "�")[:2000]
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        # Beyond fifteen digits Excel itself shows the exponent, and so the person sees what went wrong.
        return str(int(cell)) if cell == int(cell) and abs(cell) < 1e15 else f"{cell:.15g}".upper()
    if isinstance(cell, datetime):
        return cell.isoformat(" ") if cell.time() != time(0) else cell.date().isoformat()
    if isinstance(cell, (date, time, timedelta)):
        return str(cell)
    return str(cell)
