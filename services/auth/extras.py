"""What an item may carry as data beyond its words: the rules that services read from `ext`, each with a title, a kind of input
and a check. An unknown name is kept as it is, for a newer service may read it; a known one has to be right, since a warning
that is counted from a text would stop the nightly scan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from kit.directory.calendar import HOLIDAY_CODE, REST, WORK
from kit.directory.numbering import RESTARTS, problem_of
from kit.errors import FieldError, Invalid

Kind = Literal["integer", "days", "text", "yes_no", "choice", "words", "pattern", "items"]

# Between a dictionary and the value of one of its items; no value has a colon.
TERM = ":"


@dataclass(frozen=True, slots=True)
class Extra:
    """One name in `ext`. Of the kind `items` it holds requirements, each a list of items any one of which will do, written
    `dictionary:value`; `of` names the dictionaries, and their items become its choices where it is read or checked
    (services.auth.dictionaries.completed)."""

    name: str
    title: str
    kind: Kind
    unit: str = ""
    help: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    highest: int = 1_200
    of: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """For the page, which draws an input from it."""
        return {
            "name": self.name,
            "title": self.title,
            "kind": self.kind,
            "unit": self.unit,
            "help": self.help,
            "choices": [{"value": value, "label": label} for value, label in self.choices],
            "highest": self.highest,
        }


EXTRAS: tuple[Extra, ...] = (
    Extra("validity_months", "有效期", "integer", "个月"),
    Extra("review_months", "复审周期", "integer", "个月"),
    Extra("inspection_months", "检验周期", "integer", "个月"),
    Extra("inspect_months", "定期检验周期", "integer", "个月"),
    Extra("first_inspect_months", "首次检验期限", "integer", "个月"),
    Extra("annual_months", "年度检查周期", "integer", "个月"),
    Extra("check_months", "检查周期", "integer", "个月"),
    Extra("test_months", "检测周期", "integer", "个月"),
    Extra("exam_months", "体检周期", "integer", "个月"),
    Extra("training_months", "培训周期", "integer", "个月"),
    Extra("hours_per_year", "年度继续教育学时", "integer", "学时"),
    Extra("first_repair_months", "首次维修期限", "integer", "个月"),
    Extra("repair_months", "维修周期", "integer", "个月"),
    Extra("valve_months", "安全阀校验周期", "integer", "个月"),
    Extra("gauge_months", "压力表检定周期", "integer", "个月"),
    Extra("life_months", "使用寿命", "integer", "个月"),
    Extra("scrap_months", "报废年限", "integer", "个月"),
    Extra("warn_days", "提前预警天数", "days", "天", "从大到小，如 90、60、30"),
    Extra("number", "数值", "integer", highest=1_000_000),
    Extra("unit", "单位", "text"),
    Extra("pattern", "编号规则", "pattern", help="可用 {YYYY} {YY} {MM} {DD}，流水号写作 {NNN}"),
    Extra(
        "restart",
        "流水号重新开始",
        "choice",
        choices=(("day", "每日"), ("month", "每月"), ("year", "每年"), ("never", "不重新开始")),
    ),
    Extra("direction", "对库存的作用", "choice", choices=(("in", "增加"), ("out", "减少"), ("count", "按实盘数"))),
    Extra("quick", "快捷按钮", "yes_no", help="打开一条记录就能直接点的按钮，例如扫码领用"),
    Extra("kind", "类型", "choice", choices=((REST, "放假"), (WORK, "调休上班"))),
    Extra("festival", "节日", "text"),
    Extra("provisional", "暂定", "yes_no", help="官方通知发布前的暂定值"),
    Extra("holds", "可下设的单位类型", "words"),
    Extra(
        "certificates",
        "应持证书",
        "items",
        help="每行一项要求；同一行选了几个证书的，持有其中一个即可",
        of=(
            "safety_certificate_type",
            "gas_certificate_type",
            "gas_trade",
            "special_operation_cert_type",
            "special_operation_category",
            "special_operation_item",
            "registered_certificate_type",
            "registered_speciality",
        ),
    ),
    Extra("basis", "依据", "text", help="法规、标准名称和条款"),
)
BY_NAME = {extra.name: extra for extra in EXTRAS}
MOST_TEXT = 500
MOST_ITEMS = 20


def check(dictionary: str, ext: dict[str, Any], known: Mapping[str, Extra] = BY_NAME) -> None:
    """Refuses known names with values that services could not read."""
    errors = []
    for name, value in ext.items():
        extra = known.get(name)
        problem = problem_with(extra, value, dictionary) if extra is not None and value is not None else None
        if extra is not None and problem:
            errors.append(FieldError(("body", "ext", name), "bad_value", f"{extra.title}：{problem}"))
    if "pattern" in ext and not errors:
        problem = problem_of(ext["pattern"], ext.get("restart"))
        if problem:
            errors.append(FieldError(("body", "ext", "pattern"), "bad_pattern", f"编号规则：{problem}"))
    if errors:
        raise Invalid("；".join(error.message for error in errors), errors=errors)


def problem_with(extra: Extra, value: Any, dictionary: str = "") -> str | None:
    """Why a value cannot be this extra's, as a sentence; None when it can."""
    match extra.kind:
        case "integer":
            if type(value) is not int or not 0 <= value <= extra.highest:
                return f"应为 0 到 {extra.highest} 的整数"
        case "days":
            if not _falling(value):
                return "应为从大到小、互不相同的天数（0 到 1000），如 90、60、30"
        case "yes_no":
            if type(value) is not bool:
                return "应为是或否"
        case "choice":
            # `kind` means rest or work in the calendar; another dictionary may use the word for something of its own.
            if (extra.name != "kind" or dictionary == HOLIDAY_CODE) and value not in dict(extra.choices):
                return f"只能是{'、'.join(label for _, label in extra.choices)}"
        case "words":
            if not isinstance(value, list) or not all(isinstance(word, str) and len(word) <= 64 for word in value):
                return "应为若干个编码"
        case "items":
            return _problem_with_items(extra, value)
        case "text" | "pattern":
            if not isinstance(value, str) or len(value) > MOST_TEXT:
                return f"应为不超过 {MOST_TEXT} 字的文字"
    return None


def of_dictionary(exts: list[dict[str, Any]]) -> list[Extra]:
    """The known names that items of one dictionary carry, in the order of the vocabulary; a basis can always be given."""
    used = {name for ext in exts for name in ext} | {"basis"}
    return [extra for extra in EXTRAS if extra.name in used]


def _problem_with_items(extra: Extra, value: Any) -> str | None:
    rows: list[Any] = value if isinstance(value, list) and len(value) <= MOST_ITEMS else [None]
    if not all(isinstance(row, list) and 1 <= len(row) <= MOST_ITEMS for row in rows):
        return f"应为不超过 {MOST_ITEMS} 项要求，每项至少选一个"
    known = {term for term, _ in extra.choices}
    unknown = [str(term)[:60] for row in rows for term in row if not isinstance(term, str) or term not in known]
    return f"字典中没有{'、'.join(f'“{term}”' for term in unknown[:5])}" if unknown else None


def _falling(value: Any) -> bool:
    return (
        isinstance(value, list)
        and 1 <= len(value) <= 10
        and all(type(day) is int and 0 <= day <= 1_000 for day in value)
        and all(one > other for one, other in pairwise(value))
    )


assert {value for value, _ in BY_NAME["restart"].choices} == set(RESTARTS)
