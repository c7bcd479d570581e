"""What a caller says about a column: how it is headed, and what the template offers in it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a workbook. `title` and `aliases` are what a heading may say; `required` stops an import whose file
    lacks it. The rest shapes what we write: `text` keeps Excel from turning digits into numbers, `date` formats and checks
    dates, `choices` become a drop-down, `help` a note on the heading, `hidden` a column for the program only."""

    key: str
    title: str
    aliases: Sequence[str] = ()
    required: bool = False

    text: bool = False
    date: bool = False
    # Words that may stand in place of a date, such as 长期.
    date_words: Sequence[str] = ()
    choices: Sequence[str] = ()
    # Whether a value outside `choices` may be typed; several choices in one cell cannot be checked by Excel itself.
    open_choices: bool = False
    width: float = 14
    help: str | None = None
    example: str | float | Decimal | datetime.date | None = None
    hidden: bool = False
    # Whether it holds amounts of money in 元: a sheet may have them in another unit (kit.excel.units).
    amount: bool = False
    extra: dict[str, str] = field(default_factory=dict)
