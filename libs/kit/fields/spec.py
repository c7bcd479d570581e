"""What a field is, as data. Everything that the engine derives from a declaration is derived from these records."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal, NamedTuple

NumberFormat = Literal["year", "money"]


class DeclarationError(TypeError):
    """A declaration is wrong; the message begins with the name of the class and the field."""


class Issue(NamedTuple):
    """One wrong value of a row: the field's key, a stable code, a Chinese sentence."""

    field: str
    code: str
    message: str


class Wrong:
    """What a parser returns in place of a value that it cannot take. Not an exception: an import meets thousands.

    `word` is what no dictionary knows: with the rest of the row at hand, a better message can be written about it."""

    __slots__ = ("code", "message", "word")

    def __init__(self, code: str, message: str, word: str | None = None) -> None:
        self.code = code
        self.message = message
        self.word = word

    def __repr__(self) -> str:
        return f"Wrong({self.code!r}, {self.message!r})"


@dataclass(frozen=True, slots=True)
class RequiredWhen:
    """The field must be given when `field` has one of `values`."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """One field of a declared table.

    `required` says that a row cannot be without a value; `derived` that a rule can fill it, so that people may leave it
    blank; `must_be_given` is the two together. `format` says that a number is a calendar year or an amount of money,
    which are written differently from a count. `personal` values are masked for everybody without a permission for
    them. `within` names the field whose dictionary item is the parent of this field's item."""

    title: str
    kind: str
    key: str = ""
    required: bool = False
    required_when: RequiredWhen | None = None
    derived: bool = False
    search: bool = False
    filter: bool = False
    sortable: bool = False
    in_list: bool = True
    width: int | None = None
    group: str | None = None
    max_length: int | None = None
    min: int | Decimal | date | None = None
    max: int | Decimal | date | None = None
    digits: int | None = None
    format: NumberFormat | None = None
    precision: int | None = None
    dictionary: str | None = None
    within: str | None = None
    pattern: str | None = None
    pattern_message: str | None = None
    blank_words: tuple[str, ...] = ()
    help: str | None = None
    example: Any = None
    default: Any = None
    computed: bool = False
    personal: bool = False
    aliases: tuple[str, ...] = ()
    fixed_line: bool = False

    @property
    def must_be_given(self) -> bool:
        """Whether a person has to write a value."""
        return self.required and not self.derived and self.default is None

    @property
    def headings(self) -> tuple[str, ...]:
        """What a column of this field may be called in a workbook: the title first."""
        return (self.title, *self.aliases)

    def bound(self, **changes: Any) -> FieldSpec:
        """A copy with what only the class knows: key, required, derived."""
        return replace(self, **changes)
