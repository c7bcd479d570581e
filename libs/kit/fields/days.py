"""Days as workbooks write them (domain.md 14)."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from kit.fields.spec import Wrong
from kit.fields.text import half_width

_SEPARATED = re.compile(
    r"(\d{4})(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})日?(?:T?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
# 2025年3月, 2025-03, 2021.5, 202503: which day is meant nobody knows but who wrote it.
_MONTH = re.compile(r"((?:19|20|21)\d\d)(?:[-/.]|年)?(0?[1-9]|1[0-2])月?份?")
# Excel counts from 1899-12-30, for it believes that 1900 was a leap year. The range below is 1954 to 2119: numbers outside
# are no dates that anybody meant.
_EXCEL_EPOCH = date(1899, 12, 30)
_SERIALS = range(20_000, 80_310)

NOT_A_DAY = Wrong("not_a_date", "应为日期，如 2026-01-05")
FIRST, LAST = date(1900, 1, 1), date(2199, 12, 31)
OUT_OF_RANGE = Wrong("date_out_of_range", "日期应在 1900 年至 2199 年之间")


def to_day(raw: Any) -> date | Wrong:
    """`2026-01-05`, `2026/1/5`, `2026.1.5`, `2026年1月5日`, `20260105` (text or number), Excel's serial number, or a date."""
    kind = type(raw)
    if kind is str:
        return _from_text(raw)
    if kind is datetime:
        return _checked(raw.date())
    if kind is date:
        return _checked(raw)
    if kind is int:
        return _from_number(raw)
    if kind is float and math.isfinite(raw):
        whole = int(raw)
        if whole == raw:
            return _from_number(whole)
        if whole in _SERIALS:
            return _EXCEL_EPOCH + timedelta(days=whole)  # the fraction is the time of day
        return _month_alone(f"{raw:.6g}")  # 2021.5 in a cell that Excel takes for a number
    return NOT_A_DAY


@lru_cache(maxsize=32768)
def _from_text(raw: str) -> date | Wrong:
    text = half_width(raw)
    match = _SEPARATED.fullmatch(text) or _COMPACT.fullmatch(text)
    if match is None:
        return _from_number(int(text)) if len(text) == 5 and text.isdecimal() else _month_alone(text)
    return _made(*(int(part) for part in match.groups()), written=raw.strip())


def _from_number(number: int) -> date | Wrong:
    if number in _SERIALS:
        return _EXCEL_EPOCH + timedelta(days=number)
    if 19000101 <= number <= 21991231:
        return _made(number // 10000, number // 100 % 100, number % 100, written=str(number))
    return _month_alone(str(number)) if 190001 <= number <= 219912 else NOT_A_DAY


def _month_alone(text: str) -> Wrong:
    match = _MONTH.fullmatch(text)
    if match is None:
        return NOT_A_DAY
    return Wrong("month_without_day", f"只有年月，请补上日，如 {match[1]}-{int(match[2]):02d}-01")


def _made(year: int, month: int, day: int, *, written: str) -> date | Wrong:
    try:
        return _checked(date(year, month, day))
    except ValueError:
        return Wrong("no_such_date", f"没有“{written[:20]}”这一天")


def _checked(day: date) -> date | Wrong:
    return day if FIRST <= day <= LAST else OUT_OF_RANGE


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")
