"""The kinds of fields. Each kind is one record that holds everything about it: the SQL type, the JSON type, how a cell or a
form's text becomes a value, how a value becomes a cell, how it is masked."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Date, Integer, Numeric, String, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

from kit.fields.days import to_day
from kit.fields.identity import LOST_DIGITS, MASKED, is_masked, mask, mask_phone, to_identity_number
from kit.fields.lookups import Lookups
from kit.fields.numbers import to_decimal, to_integer
from kit.fields.spec import FieldSpec, Wrong
from kit.fields.text import half_width, key_of, many_lines, one_line
from kit.sealing.types import Sealed

Parse = Callable[[Any], Any]
Format = Callable[[Any], Any]

# How people say that there is nothing to say; never a value of a field that is not free text.
_NOTHING = frozenset(("", "/", "-", "--", "—", "——", "无", "n/a"))
# How people say that something has no end: who declares one of these words accepts all of them.
_FOREVER = frozenset(("长期", "长期有效", "永久", "永久有效", "无期限", "无固定期限"))
_TEXT_LIKE = (str, int, float, date, Decimal, bool)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of field. `parser(spec, lookups)` makes a closure from a cell, a form's text or a JSON value to a value, None
    for blank, or Wrong. `formatter(spec, lookups)` makes the way back, for workbooks. `cell` is the format of its column."""

    name: str
    python: type
    sql: Callable[[FieldSpec], TypeEngine[Any]]
    parser: Callable[[FieldSpec, Lookups], Parse]
    formatter: Callable[[FieldSpec, Lookups], Format]
    cell: str = "general"  # general, text, date, integer, decimal
    free_text: bool = False

    @property
    def sealable(self) -> bool:
        """Whether a personal field of this kind is encrypted at rest: those whose value is one text. Of the others a rule
        has to reckon with the value itself, a date or an amount; they are masked, and stand as they are."""
        return self.python is str

    def column(self, spec: FieldSpec) -> TypeEngine[Any]:
        """The SQL type of a field; `bind` gives a sealed one its name."""
        return Sealed("", self.name) if spec.personal and self.sealable else self.sql(spec)


def _as_text(raw: Any) -> str | Wrong:
    """A cell that Excel took for a number or a date, as the text that the person sees."""
    if isinstance(raw, bool):
        return "是" if raw else "否"
    if isinstance(raw, float):
        if not math.isfinite(raw):
            return Wrong("not_text", "应为文本")
        if abs(raw) >= 1e15:
            return LOST_DIGITS
        return str(int(raw)) if raw == int(raw) else f"{raw:.15g}"
    if isinstance(raw, date):
        return raw.isoformat()[:10]
    return str(raw) if isinstance(raw, _TEXT_LIKE) else Wrong("not_text", "应为文本")


def _text_parser(clean: Callable[[str], str | Wrong]) -> Callable[[FieldSpec, Lookups], Parse]:
    def make(spec: FieldSpec, _: Lookups) -> Parse:
        longest = spec.max_length or 10_000_000
        pattern = re.compile(spec.pattern) if spec.pattern else None
        too_long = Wrong("too_long", f"长度不能超过 {longest} 个字符")
        mismatch = Wrong("pattern_mismatch", spec.pattern_message or "格式不正确")

        def parse(raw: Any) -> Any:
            text = clean(raw) if type(raw) is str else _as_text(raw)
            if isinstance(text, Wrong):
                return text
            if not text:
                return None
            if len(text) > longest:
                return too_long
            return text if pattern is None or pattern.fullmatch(text) else mismatch

        return parse

    return make


def _code(raw: str) -> str | Wrong:
    text = one_line(raw)
    if isinstance(text, Wrong):
        return text
    if is_masked(text):
        return MASKED
    return half_width(text).lstrip("'")


def _typed(convert: Callable[[Any], Any]) -> Callable[[FieldSpec, Lookups], Parse]:
    """Blank words, then the conversion, then the limits of the declaration."""

    def make(spec: FieldSpec, _: Lookups) -> Parse:
        nothing = _NOTHING | {key_of(word) for word in spec.blank_words}
        if not _FOREVER.isdisjoint(spec.blank_words):
            nothing |= _FOREVER
        least, most = spec.min, spec.max
        low, high = Wrong("too_small", f"不能小于 {least}"), Wrong("too_large", f"不能大于 {most}")
        scale = spec.precision if spec.kind == "decimal" else None
        places = Wrong("too_many_decimals", f"小数不能超过 {scale} 位")
        whole = 10 ** ((spec.digits or 14) - (scale or 0))
        too_many = Wrong("too_large", f"整数部分不能超过 {(spec.digits or 14) - (scale or 0)} 位")

        def parse(raw: Any) -> Any:
            if type(raw) is str and key_of(raw) in nothing:
                return None
            value = convert(raw)
            if isinstance(value, Wrong):
                return value
            if least is not None and value < least:
                return low
            if most is not None and value > most:
                return high
            if scale is not None:
                if abs(value) >= whole:
                    return too_many
                rounded = round(value, scale)
                return rounded if rounded == value else places
            return value

        return parse

    return make


def _choice_parser(spec: FieldSpec, lookups: Lookups) -> Parse:
    dictionary = lookups.dictionaries[spec.dictionary or ""]
    known, personal = dictionary.items, spec.personal

    def parse(raw: Any) -> Any:
        word = one_line(raw) if type(raw) is str else _as_text(raw)
        if isinstance(word, Wrong):
            return word
        if word in _NOTHING and word not in known:
            return None
        # What somebody has exported who may not see it: the import finds out what stands behind it.
        if personal and is_masked(word):
            return MASKED
        return dictionary.find(word)

    return parse


_SEPARATORS = re.compile(r"[、,，;；|\n]+")


def split_words(cell: str) -> list[str]:
    """The words of a cell that holds several choices."""
    return _SEPARATORS.split(cell)


def _multi_choice_parser(spec: FieldSpec, lookups: Lookups) -> Parse:
    find = lookups.dictionaries[spec.dictionary or ""].find

    def parse(raw: Any) -> Any:
        words = raw if isinstance(raw, (list, tuple)) else split_words(str(raw))
        values: list[str] = []
        for word in words:
            text = one_line(str(word))
            if isinstance(text, Wrong):
                return text
            if text in _NOTHING:
                continue
            value = find(text)
            if isinstance(value, Wrong):
                return value
            if value not in values:
                values.append(value)
        return values or None

    return parse


def _department_parser(_: FieldSpec, lookups: Lookups) -> Parse:
    departments = lookups.departments

    def parse(raw: Any) -> Any:
        if type(raw) is UUID:
            return departments.find(raw)
        word = one_line(raw) if type(raw) is str else _as_text(raw)
        if isinstance(word, Wrong) or not word:
            return word or None
        return departments.find(word)

    return parse


_YES = frozenset(key_of(word) for word in ("是", "√", "✓", "✔", "☑", "有", "y", "yes", "true", "1", "对"))
_NO = frozenset(key_of(word) for word in ("否", "×", "✗", "✘", "☐", "无", "n", "no", "false", "0", "错", "没有"))


def _yes_no(raw: Any) -> Any:
    if type(raw) is bool:
        return raw
    word = _as_text(raw) if type(raw) is not str else raw
    if isinstance(word, Wrong):
        return word
    word = key_of(word)
    if not word:
        return None
    if word in _YES:
        return True
    return False if word in _NO else Wrong("not_yes_no", "应为“是”或“否”")


def _identity_parser(_: FieldSpec, __: Lookups) -> Parse:
    return lambda raw: None if type(raw) is str and key_of(raw) in _NOTHING else to_identity_number(raw)


_MOBILE = re.compile(r"1[3-9]\d{9}")
_FIXED = re.compile(r"(?:0\d{2,3}-?)?[2-9]\d{6,7}(?:-\d{1,6})?")


def _phone_parser(spec: FieldSpec, _: Lookups) -> Parse:
    fixed = spec.fixed_line
    wrong = Wrong("not_a_phone", "应为 11 位手机号" + ("或带区号的固定电话" if fixed else ""))

    def parse(raw: Any) -> Any:
        text = _as_text(raw) if type(raw) is not str else raw
        if isinstance(text, Wrong):
            return wrong
        text = half_width(text).lstrip("'")
        if key_of(text) in _NOTHING:
            return None
        if "*" in text:
            return MASKED
        text = text.replace("—", "-").replace("–", "-")
        mobile = text.removeprefix("+86").replace("-", "")
        if _MOBILE.fullmatch(mobile) and mobile.isascii():
            return mobile
        return text if fixed and _FIXED.fullmatch(text) and text.isascii() else wrong

    return parse


def _plain(_: FieldSpec, __: Lookups) -> Format:
    return lambda value: value


def _day_or_word(spec: FieldSpec, _: Lookups) -> Format:
    if not spec.blank_words:
        return lambda value: value
    # Said aloud, so that what was exported says the same when it comes back: a blank cell would be worked out.
    word = spec.blank_words[0]
    return lambda value: word if value is None else value


def _label(spec: FieldSpec, lookups: Lookups) -> Format:
    labels = lookups.dictionaries[spec.dictionary or ""].labels
    return lambda value: None if value is None else labels.get(value, value)


def _labels(spec: FieldSpec, lookups: Lookups) -> Format:
    labels = lookups.dictionaries[spec.dictionary or ""].labels
    return lambda values: None if not values else "、".join(labels.get(value, value) for value in values)


def _department_name(_: FieldSpec, lookups: Lookups) -> Format:
    names, plain = lookups.departments.unique_names, lookups.departments.names
    return lambda id_: None if id_ is None else names.get(id_) or plain.get(id_) or str(id_)


def _yes_no_word(_: FieldSpec, __: Lookups) -> Format:
    return lambda value: None if value is None else "是" if value else "否"


def _string(spec: FieldSpec) -> TypeEngine[Any]:
    return String(spec.max_length) if spec.max_length else Text()


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("text", str, _string, _text_parser(one_line), _plain, cell="text", free_text=True),
        Kind("textarea", str, _string, _text_parser(many_lines), _plain, cell="text", free_text=True),
        Kind("code", str, _string, _text_parser(_code), _plain, cell="text", free_text=True),
        Kind(
            "integer",
            int,
            lambda spec: BigInteger() if isinstance(spec.max, int) and spec.max > 2**31 - 1 else Integer(),
            _typed(to_integer),
            _plain,
            cell="integer",
        ),
        Kind(
            "decimal",
            Decimal,
            lambda spec: Numeric(spec.digits, spec.precision),
            _typed(to_decimal),
            _plain,
            cell="decimal",
        ),
        Kind("day", date, lambda _: Date(), _typed(to_day), _day_or_word, cell="date"),
        Kind("choice", str, lambda _: String(64), _choice_parser, _label, cell="text"),
        Kind("multi_choice", list, lambda _: ARRAY(String(64)), _multi_choice_parser, _labels, cell="text"),
        Kind("department", UUID, lambda _: Uuid(), _department_parser, _department_name, cell="text"),
        Kind("yes_no", bool, lambda _: Boolean(), lambda _, __: _yes_no, _yes_no_word, cell="text"),
        Kind("identity", str, lambda _: String(18), _identity_parser, _plain, cell="text"),
        Kind("phone", str, lambda _: String(24), _phone_parser, _plain, cell="text"),
    )
}


def parser(spec: FieldSpec, lookups: Lookups) -> Parse:
    """The closure that turns a cell, a form's text or a JSON value into this field's value."""
    parse = KINDS[spec.kind].parser(spec, lookups)
    return lambda raw: None if raw is None else parse(raw)


def formatter(spec: FieldSpec, lookups: Lookups) -> Format:
    """The closure that turns a value into what a workbook's cell shows."""
    return KINDS[spec.kind].formatter(spec, lookups)


HIDDEN = "***"


def mask_value(spec: FieldSpec, value: Any) -> Any:
    """What somebody without a permission for personal data sees of a value: parts of numbers, nothing of the rest."""
    if not spec.personal or value is None:
        return value
    if spec.kind in ("identity", "code"):
        return mask(value)
    return mask_phone(value) if spec.kind == "phone" else HIDDEN
