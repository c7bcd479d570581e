"""Text that looks like a formula. In a workbook it is written as text with Excel's own leading apostrophe (`quotePrefix`), so
that no program that opens or edits the cell takes it for a formula; what stands in the file is the text itself.

People also send files in which some other program has written the apostrophe into the text (`'=1+1`). Reading takes exactly
one away there, and writing puts one in front of texts that begin so already: the round trip loses nothing
(reliability.md S29)."""

from __future__ import annotations

import re

_FORMULA_LIKE = "=+\\-@\t\r\0＝＋－＠"
_QUOTED = re.compile(f"'+[{_FORMULA_LIKE}]")


def guard(text: str) -> str:
    """For a text cell that is written with `quotePrefix`."""
    return f"'{text}" if text[:1] == "'" and _QUOTED.match(text) else text


def unguard(text: str) -> str:
    """For a text cell that has been read."""
    return text[1:] if text[:1] == "'" and _QUOTED.match(text) else text


def guard_plain(text: str) -> str:
    """For formats that know no cell types, such as CSV: the apostrophe goes into the text."""
    return f"'{text}" if text[:1] in tuple("=+-@\t\r\0＝＋－＠") or _QUOTED.match(text) else text
