"""Numbers as workbooks write them: thousands separators, 万, ￥, full-width digits, floats with noise in the last place."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from functools import lru_cache
from typing import Any

from kit.fields.spec import Wrong
from kit.fields.text import half_width

_NUMBER = re.compile(r"¥?([+-]?)¥?(\d+|\d{1,3}(?:,\d{3})+)(\.\d+)?(万|亿)?(?:元)?")
_YEAR = re.compile(r"((?:19|20|21)\d\d)年度?")
# What follows a number as its unit: 3个, 5.5 kg, 12平方米.
_WITH_UNIT = re.compile(r"[+-]?\d[\d,]*(?:\.\d+)?([^\d\s.,+-][^\d\s]{0,3})")
_UNITS = {None: Decimal(1), "万": Decimal(10_000), "亿": Decimal(100_000_000)}

NOT_A_NUMBER = Wrong("not_a_number", "应为数字")
NOT_AN_INTEGER = Wrong("not_an_integer", "应为整数")


def to_decimal(raw: Any) -> Decimal | Wrong:
    """A cell, a form's text or a JSON number as an exact decimal."""
    kind = type(raw)
    if kind is str:
        return _from_text(raw)
    if kind is int:
        return Decimal(raw) if abs(raw) < 10**18 else NOT_A_NUMBER
    if kind is float:
        # Fifteen digits are what a double holds for certain; beyond them is noise such as 0.30000000000000004.
        return Decimal(f"{raw:.15g}") if math.isfinite(raw) else NOT_A_NUMBER
    if kind is Decimal:
        return raw if raw.is_finite() else NOT_A_NUMBER
    return NOT_A_NUMBER


@lru_cache(maxsize=8192)
def _from_text(raw: str) -> Decimal | Wrong:
    text = half_width(raw)
    if len(text) > 40:
        return NOT_A_NUMBER
    match = _NUMBER.fullmatch(text)
    if match is None:
        return _unit_too_much(text, "应为数字") or NOT_A_NUMBER
    sign, whole, fraction, unit = match.groups()
    return Decimal(f"{sign}{whole.replace(',', '')}{fraction or ''}") * _UNITS[unit]


def _unit_too_much(text: str, kind: str) -> Wrong | None:
    """The answer to a number with its unit behind it, which is right but for that."""
    match = _WITH_UNIT.fullmatch(text)
    return Wrong("number_with_unit", f"{kind}，请去掉单位“{match[1]}”") if match else None


def to_integer(raw: Any) -> int | Wrong:
    """Like to_decimal, but whole."""
    if type(raw) is int:
        return raw if abs(raw) < 10**18 else NOT_A_NUMBER
    if type(raw) is str and (year := _YEAR.fullmatch(half_width(raw))):
        return int(year[1])
    number = to_decimal(raw)
    if isinstance(number, Wrong):
        return (type(raw) is str and _unit_too_much(half_width(raw), "应为整数")) or NOT_AN_INTEGER
    return int(number) if number == number.to_integral_value() else NOT_AN_INTEGER
