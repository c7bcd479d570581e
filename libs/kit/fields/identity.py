"""Citizen identity numbers (GB 11643-1999) and their masked form."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from operator import mul
from typing import Any

from kit.fields.spec import Wrong
from kit.fields.text import half_width

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_SHAPE = re.compile(r"\d{17}[0-9X]")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+\d{2}", re.IGNORECASE)
_INSIDE = re.compile(r"(\d{3})\d{11}(\d{3}[0-9Xx])")

LOST_DIGITS = Wrong("number_format", "号码被存成了数字，末几位已丢失：请设为文本格式后重新填写")
MASKED = Wrong("masked", "号码是脱敏后的，请填写完整号码")
_PHONE = re.compile(r"(\d{3})\d+(\d{4})")


def to_identity_number(raw: Any) -> str | Wrong:
    """Eighteen characters whose date exists and whose check digit is right; anything else says what is wrong."""
    if type(raw) is str:
        return _from_text(raw)
    if type(raw) is float or (type(raw) is int and raw > 10**15):
        return LOST_DIGITS
    return Wrong("not_an_identity_number", "身份证号应为 18 位")


@lru_cache(maxsize=16384)
def _from_text(raw: str) -> str | Wrong:
    text = half_width(raw).upper().lstrip("'")
    if _SCIENTIFIC.fullmatch(text):
        return LOST_DIGITS
    if "*" in text:
        return MASKED
    if not _SHAPE.fullmatch(text) or not text.isascii():
        return Wrong("not_an_identity_number", "身份证号应为 18 位（17 位数字加 1 位数字或 X）")
    try:
        born = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return Wrong("identity_number_date", "身份证号中的出生日期不存在")
    if not date(1900, 1, 1) <= born <= date(2100, 1, 1):
        return Wrong("identity_number_date", "身份证号中的出生日期不合理")
    if _CHECK[sum(map(mul, _WEIGHTS, map(int, text[:17]))) % 11] != text[17]:
        return Wrong("identity_number_check", "身份证号校验位不正确，请核对")
    return text


def mask(text: str | None) -> str | None:
    """`320***********1234`, also inside a longer number such as T320…1234; other text stays as it is."""
    return None if text is None else _INSIDE.sub(r"\1***********\2", text)


def mask_phone(text: str | None) -> str | None:
    """`139****0000`."""
    return None if text is None else _PHONE.sub(r"\1****\2", text) if _PHONE.fullmatch(text) else text


def is_masked(raw: Any) -> bool:
    """Whether a value is what masking leaves."""
    return isinstance(raw, str) and "***" in raw
