"""Between an item of a dictionary and the cells of a workbook: one way for the export, the other for the import."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from kit.excel.guard import unguard
from kit.fields import Wrong
from kit.fields.days import to_day
from kit.fields.text import key_of
from services.auth.dictionaries import DictionaryItem
from services.auth.extras import Extra, problem_with

ENABLED, RETIRED = "启用", "停用"
YES, NO = "是", "否"
_SPLIT = re.compile(r"[、；;，,\n]+")
# Labels hold 、 themselves, so that requirements are separated by a semicolon or a line break only.
_ROWS, _OR = re.compile(r"[；;\n]+"), "或"
SEVERAL = "几项要求用分号分开，可任选其一的写“甲 或 乙”"
_VALUE = re.compile(r"[\w.()（）-]{1,64}")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}|[a-z]{3,20}")
# (column, stable code, sentence)
Problem = tuple[str, str, str]


class Unreadable(ValueError):
    """A cell cannot be what its column is; the text is for people."""


def choices_of(extra: Extra) -> tuple[str, ...]:
    """The drop-down of a rule's column."""
    if extra.kind == "items":
        # A cell holds several of them, which no drop-down can offer.
        return ()
    return (YES, NO) if extra.kind == "yes_no" else tuple(label for _, label in extra.choices)


def help_of(extra: Extra) -> str | None:
    """What the head of a rule's column says."""
    return SEVERAL if extra.kind == "items" else extra.help or None


def cell_of(row: DictionaryItem, key: str, used: Sequence[Extra], labels: Mapping[str, str]) -> Any:
    """What stands in a cell of the export."""
    if key.startswith("ext."):
        extra = next(extra for extra in used if f"ext.{extra.name}" == key)
        return _rule_cell(extra, row.ext.get(extra.name))
    value = getattr(row, key)
    match key:
        case "enabled":
            return ENABLED if value else RETIRED
        case "aliases":
            return "、".join(value) or None
        case "parent_value":
            return labels.get(value, value)
    return value


def parent_words(parents: Mapping[str, DictionaryItem]) -> dict[str, str]:
    """Parents by what people write: the value, the label, an alias."""
    words = {key_of(word): value for value, row in parents.items() for word in (*row.aliases, row.label)}
    return words | {key_of(value): value for value in parents}


def values_of(
    raw: Mapping[str, Any], used: Sequence[Extra], parents: Mapping[str, str]
) -> tuple[dict[str, Any], list[Problem]]:
    """The fields of a row, and what is wrong with its cells. A column that the file does not have is not among them."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    rules: dict[str, Any] = {}
    extras = {f"ext.{extra.name}": extra for extra in used}
    for key, cell in raw.items():
        cell = unguard(cell).strip() or None if isinstance(cell, str) else cell
        try:
            if key in extras:
                rules[extras[key].name] = _rule(extras[key], cell)
            else:
                values[key] = _field(key, cell, parents)
        except Unreadable as error:
            problems.append((key, "bad_value", str(error)))
    if rules:
        values["ext"] = rules
    return values, problems


def _field(key: str, cell: Any, parents: Mapping[str, str]) -> Any:
    match key:
        case "value":
            text = _text(cell)
            if text is None or not _VALUE.fullmatch(text):
                raise Unreadable("值必填，1 到 64 个字母、数字、汉字或 . _ - ( )")
            return text
        case "label":
            text = _text(cell)
            if text is None or len(text) > 100:
                raise Unreadable("名称必填，不超过 100 字")
            return text
        case "sort":
            return _whole(cell, 1_000_000) if cell is not None else 0
        case "enabled":
            if cell not in (None, ENABLED, RETIRED):
                raise Unreadable(f"状态只能填 {ENABLED} 或 {RETIRED}")
            return cell != RETIRED
        case "color":
            text = _text(cell)
            if text is not None and not _COLOUR.fullmatch(text):
                raise Unreadable("颜色应为 green 这样的英文名称或 #RRGGBB")
            return text
        case "aliases":
            words = list(dict.fromkeys(word.strip() for word in _SPLIT.split(_text(cell) or "") if word.strip()))
            if len(words) > 50 or any(len(word) > 100 for word in words):
                raise Unreadable("别名最多 50 个，每个不超过 100 字")
            return words
        case "parent_value":
            text = _text(cell)
            if text is not None and key_of(text) not in parents:
                raise Unreadable(f"没有上级条目“{text[:30]}”")
            return parents[key_of(text)] if text is not None else None
    return _day(cell)


def _rule(extra: Extra, cell: Any) -> Any:
    if cell is None:
        return None
    value: Any
    match extra.kind:
        case "integer":
            value = _whole(cell, extra.highest)
        case "days":
            parts = _SPLIT.split(str(_whole(cell, 1_000)) if isinstance(cell, float) else str(cell))
            value = [_whole(part, 1_000) for part in parts if part.strip()]
        case "yes_no":
            if cell not in (YES, NO, True, False):
                raise Unreadable(f"只能填 {YES} 或 {NO}")
            value = cell in (YES, True)
        case "choice":
            known = {label: value for value, label in extra.choices} | {value: value for value, _ in extra.choices}
            value = known.get(str(cell), cell)
        case "words":
            value = [word.strip() for word in _SPLIT.split(str(cell)) if word.strip()]
        case "items":
            value = _requirements(extra, str(cell))
        case _:
            value = _text(cell)
    problem = problem_with(extra, value)
    if problem:
        raise Unreadable(problem)
    return value


def _rule_cell(extra: Extra, value: Any) -> Any:
    if value is None:
        return None
    match extra.kind:
        case "yes_no":
            return YES if value else NO
        case "days" | "words":
            return "、".join(str(part) for part in value) if isinstance(value, list) else str(value)
        case "choice":
            return dict(extra.choices).get(value, value)
        case "items":
            labels = dict(extra.choices)
            return "；".join(f" {_OR} ".join(labels.get(term, term) for term in row) for row in value) or None
    return value


def _requirements(extra: Extra, text: str) -> list[list[str]]:
    """What a cell of the kind `items` says: `A 或 B；C`, each by its label with or without its dictionary's name."""
    words: dict[str, set[str]] = {}
    for term, label in extra.choices:
        for word in (term, label, label.partition("：")[2]):
            words.setdefault(key_of(word), set()).add(term)

    def found(word: str) -> str:
        terms = words.get(key_of(word), set())
        if len(terms) == 1:
            return next(iter(terms))
        why = "在几个字典中都有，请写成“字典名称：名称”" if terms else "不在字典中"
        raise Unreadable(f"“{word[:30]}”{why}；{SEVERAL}")

    rows = [row.strip() for row in _ROWS.split(text) if row.strip()]
    # A label may hold 或 itself.
    parts = [[row] if key_of(row) in words else [one.strip() for one in row.split(_OR)] for row in rows]
    return [[found(one) for one in row] for row in parts]


def _text(cell: Any) -> str | None:
    if cell is None:
        return None
    # Excel keeps a code of digits as a number; people mean the digits.
    text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
    return text.strip() or None


def _whole(cell: Any, highest: int) -> int:
    try:
        number = float(str(cell).strip())
    except ValueError:
        number = -1.0
    if isinstance(cell, bool) or not number.is_integer() or not 0 <= number <= highest:
        raise Unreadable(f"应为 0 到 {highest} 的整数")
    return int(number)


def _day(cell: Any) -> date | None:
    if cell is None:
        return None
    day = to_day(cell.date() if isinstance(cell, datetime) else cell)
    if isinstance(day, Wrong):
        raise Unreadable(day.message)
    return day
