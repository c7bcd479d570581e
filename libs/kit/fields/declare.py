"""The vocabulary of a declaration. Each helper's first argument is the Chinese label; options are named alike everywhere.

    name: Mapped[str] = text("设备名称", max_length=100, search=True, example="1#压缩机")

Whether a value is required follows from the annotation: `Mapped[str]` is, `Mapped[str | None]` is not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal, TypedDict, Unpack

from sqlalchemy.orm import MappedColumn, mapped_column

from kit.fields.kinds import KINDS
from kit.fields.spec import DeclarationError, FieldSpec, RequiredWhen

INFO = "field"
# PostgreSQL's integer; larger numbers need a max of their own.
_MOST = 2**31 - 1


class Options(TypedDict, total=False):
    """Options that every kind of field has."""

    required_when: RequiredWhen
    search: bool
    filter: bool
    sortable: bool
    in_list: bool
    width: int
    group: str
    help: str
    example: Any
    default: Any
    personal: bool
    aliases: Sequence[str]


def _column(kind: str, title: str, options: Any, **more: Any) -> MappedColumn[Any]:
    if not title or title != title.strip():
        raise DeclarationError(f"{kind}({title!r}): the label is blank or has blanks at its ends")
    options = {**options, "aliases": tuple(options.get("aliases", ()))}
    if options.get("personal") and options.get("sortable"):
        raise DeclarationError(
            f"{kind}({title!r}): a personal field cannot be sortable, for the order would tell the value"
        )
    if options.get("search") and not KINDS[kind].free_text and kind not in ("identity", "phone"):
        raise DeclarationError(f"{kind}({title!r}): only text can be searched; use filter=True")
    spec = FieldSpec(title=title, kind=kind, **options, **more)
    return mapped_column(KINDS[kind].column(spec), info={INFO: spec})


def text(title: str, *, max_length: int = 200, pattern: str | None = None, pattern_message: str | None = None,
         **options: Unpack[Options]) -> MappedColumn[Any]:  # fmt: skip
    """One line of text."""
    return _column("text", title, options, max_length=max_length, pattern=pattern, pattern_message=pattern_message)


def textarea(title: str, *, max_length: int = 2000, **options: Unpack[Options]) -> MappedColumn[Any]:
    """Text of several lines."""
    return _column("textarea", title, {"in_list": False, **options}, max_length=max_length)


def code(title: str, *, max_length: int = 64, pattern: str | None = None, pattern_message: str | None = None,
         **options: Unpack[Options]) -> MappedColumn[Any]:  # fmt: skip
    """A number or code made of letters and digits: full-width characters become ordinary ones, blanks are dropped."""
    return _column("code", title, options, max_length=max_length, pattern=pattern, pattern_message=pattern_message)


def integer(title: str, *, min: int | None = None, max: int = _MOST, format: Literal["year"] | None = None,
            **options: Unpack[Options]) -> MappedColumn[Any]:  # fmt: skip
    """A whole number; with `format="year"` a calendar year."""
    return _column("integer", title, options, min=-_MOST if min is None else min, max=max, format=format)


def decimal(title: str, *, digits: int = 14, precision: int = 2, min: Decimal | int | None = None,
            max: Decimal | int | None = None, format: Literal["money"] | None = None,
            **options: Unpack[Options]) -> MappedColumn[Any]:  # fmt: skip
    """An exact number of `digits` digits, `precision` of them after the point; with `format="money"` an amount in yuan."""
    if not 0 < precision < digits <= 30:
        raise DeclarationError(f"decimal({title!r}): 0 < precision < digits <= 30 does not hold")
    return _column("decimal", title, options, digits=digits, precision=precision, min=min, max=max,
                   format=format)  # fmt: skip


def day(title: str, *, min: date | None = None, max: date | None = None, blank_words: Sequence[str] = (),
        **options: Unpack[Options]) -> MappedColumn[Any]:  # fmt: skip
    """A company date. `blank_words` mean that there is none (`长期`): it stays blank, and no rule works it out."""
    return _column("day", title, options, min=min, max=max, blank_words=tuple(blank_words))


def choice(title: str, *, dictionary: str, within: str | None = None, **options: Unpack[Options]) -> MappedColumn[Any]:
    """One item of a dictionary. `within` names the field that holds the item's parent: it is filled from this one when
    blank, and the row is refused when the two contradict."""
    return _column("choice", title, options, dictionary=dictionary, within=within)


def multi_choice(title: str, *, dictionary: str, **options: Unpack[Options]) -> MappedColumn[Any]:
    """Several items of a dictionary."""
    return _column("multi_choice", title, options, dictionary=dictionary)


def department(title: str, **options: Unpack[Options]) -> MappedColumn[Any]:
    """A department, by name, full name or code."""
    return _column("department", title, options)


def yes_no(title: str, **options: Unpack[Options]) -> MappedColumn[Any]:
    """Yes or no."""
    return _column("yes_no", title, options)


def identity_number(title: str = "身份证号", **options: Unpack[Options]) -> MappedColumn[Any]:
    """A citizen identity number (GB 11643); personal, and therefore masked, always."""
    return _column("identity", title, {**options, "personal": True}, max_length=18)


def phone(title: str = "联系电话", *, fixed_line: bool = False, **options: Unpack[Options]) -> MappedColumn[Any]:
    """A mobile number of 11 digits; with `fixed_line` also a number with area code."""
    return _column("phone", title, options, max_length=24, fixed_line=fixed_line)


def spec_of(column: Any) -> FieldSpec | None:
    """The declaration that a mapped column carries."""
    return column.info.get(INFO)  # type: ignore[no-any-return]
