"""From a ledger's fields to the columns of its workbooks: the same ones for template, import and export."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from kit.excel import Column
from kit.excel.units import unit_of
from kit.fields import HIDDEN, KINDS, FieldSpec, Lookups, RowValidator, Rule, formatter

# The hidden last column of an export: `<row id>:<version>`. It finds the row again when its key was changed or is masked,
# and tells when somebody else has changed the row since.
RECORD = Column(key="_record", title="记录编号", aliases=("系统记录编号",), hidden=True, text=True, width=0)


def column_of(spec: FieldSpec, lookups: Lookups | None = None, example: Any = None) -> Column:
    """One field's column. With lookups it has its drop-down, and the example; an import needs neither."""
    cell = KINDS[spec.kind].cell
    return Column(
        key=spec.key,
        title=spec.title,
        aliases=tuple(spec.aliases),
        required=spec.must_be_given,
        text=cell == "text",
        date=cell == "date",
        date_words=spec.blank_words if cell == "date" else (),
        choices=_choices(spec, lookups) if lookups else (),
        open_choices=spec.kind == "multi_choice",
        amount=cell in ("decimal", "integer") and unit_of(spec.title) == "元",
        width=_width(spec),
        help=_help(spec) if lookups else None,
        example=example,
    )


def import_columns(fields: Mapping[str, FieldSpec]) -> list[Column]:
    """What an import looks for: every field that people may write, and the record number of our own exports. Computed
    fields are known, so that an export is no file with unknown columns, and never read."""
    return [column_of(spec) for spec in fields.values()] + [RECORD]


def template_columns(fields: Mapping[str, FieldSpec], lookups: Lookups, rules: Iterable[Rule]) -> list[Column]:
    """What a template offers."""
    written = {key: spec for key, spec in fields.items() if not spec.computed}
    examples = _examples(written, lookups, rules)
    return [column_of(spec, lookups, examples[key]) for key, spec in written.items()]


def _examples(fields: Mapping[str, FieldSpec], lookups: Lookups, rules: Iterable[Rule]) -> dict[str, Any]:
    """A row of examples, with what the rules make of it: numbers as numbers, days as days."""
    raw = {key: _example(spec, lookups) for key, spec in fields.items()}
    values = RowValidator(fields, rules, lookups)(raw).values
    found = {}
    for key, spec in fields.items():
        value = values[key]
        # What this company's dictionaries do not have is shown as it was declared.
        found[key] = raw[key] if value is None else formatter(spec, lookups)(value)
    return found


def _choices(spec: FieldSpec, lookups: Lookups) -> tuple[str, ...]:
    if spec.dictionary:
        known = lookups.dictionaries[spec.dictionary]
        return tuple(item.label for item in known.items.values() if item.value not in known.withdrawn)
    if spec.kind == "department":
        departments = lookups.departments
        return tuple(
            name
            for id_, name in departments.unique_names.items()
            if departments.writable is None or id_ in departments.writable
        )
    return ("是", "否") if spec.kind == "yes_no" else ()


def _example(spec: FieldSpec, lookups: Lookups) -> Any:
    raw = spec.example if spec.example is not None else spec.default
    if raw is None and (spec.must_be_given or spec.kind == "department"):
        return next(iter(_choices(spec, lookups)), None)
    return raw


def _help(spec: FieldSpec) -> str | None:
    parts = [spec.help] if spec.help else []
    if spec.required and spec.derived:
        parts.append("可留空，由系统推算；推算不出时必填")
    if spec.kind == "day":
        parts.append("日期，如 2026-01-05" + (f"；可填“{'、'.join(spec.blank_words)}”" if spec.blank_words else ""))
    elif spec.kind == "multi_choice":
        parts.append("可填多项，用顿号（、）分隔")
    elif spec.max_length and spec.kind in ("text", "textarea", "code"):
        parts.append(f"不超过 {spec.max_length} 个字符")
    return "；".join(parts) or None


def _width(spec: FieldSpec) -> float:
    """Characters; a Chinese one takes two."""
    if spec.width:
        return max(spec.width / 8, 8) if spec.width > 60 else spec.width
    by_kind = {"identity": 22, "phone": 15, "day": 12, "textarea": 40, "department": 18, "yes_no": 8, "code": 24}
    return max(by_kind.get(spec.kind, 14), 2 * len(spec.title) + 4)


# JSON knows neither dates nor decimals nor ids.
_FROM_JSON: dict[str, Callable[[Any], Any]] = {"day": date.fromisoformat, "decimal": Decimal, "department": UUID}


def revived(spec: FieldSpec, value: Any) -> Any:
    """A value as an import keeps it, with its own type again."""
    revive = _FROM_JSON.get(spec.kind)
    return revive(value) if revive and value is not None else value


class Presenter:
    """Turns values into what a cell of a workbook shows: labels, names, dates."""

    def __init__(self, fields: Mapping[str, FieldSpec], lookups: Lookups) -> None:
        self._formats = {key: formatter(spec, lookups) for key, spec in fields.items()}
        self._kinds = {key: spec.kind for key, spec in fields.items()}

    def from_json(self, key: str, value: Any) -> str | None:
        """A value as an import keeps it, as people read it."""
        revive = _FROM_JSON.get(self._kinds[key])
        return self.text(key, revive(value) if revive and value is not None else value)

    def text(self, key: str, value: Any) -> str | None:
        """A value as people read it. What is masked whole is no value of its kind any more."""
        if value is None or value == HIDDEN:
            return value  # type: ignore[no-any-return]
        shown = self._formats[key](value)
        if isinstance(shown, Decimal):
            return format(shown, "f")
        return None if shown is None else str(shown)[:10] if KINDS[self._kinds[key]].cell == "date" else str(shown)
