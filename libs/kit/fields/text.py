"""Text as people and workbooks write it: full-width digits, invisible characters, stray blanks."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from kit.fields.spec import Wrong

# What Excel, WPS and copied web pages leave at the ends of a cell: ideographic and no-break spaces, zero-width marks.
_EDGES = " \t\r\n\v\f\u3000\u00a0\u200b\u200c\u200d\u2060\ufeff"
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff]")
_BREAKS = re.compile(r"[\s\u3000\u00a0]+")
# C0 and C1 controls (line breaks and tabs excepted) and lone surrogates cannot be stored or shown.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")

CONTROL = Wrong("control_character", "含有不可见的控制字符")


def one_line(raw: str) -> str | Wrong:
    """Trimmed, without invisible characters, inner line breaks turned into one blank. Letters stay as they are."""
    text = raw.strip(_EDGES)
    if text.isprintable():
        return text
    if _CONTROL.search(text):
        return CONTROL
    return _BREAKS.sub(" ", _INVISIBLE.sub("", text)).strip()


def many_lines(raw: str) -> str | Wrong:
    """Trimmed; line breaks are kept, as `\\n`."""
    text = raw.strip(_EDGES)
    if text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return CONTROL if _CONTROL.search(text) else _INVISIBLE.sub("", text)


@lru_cache(maxsize=65536)
def half_width(raw: str) -> str:
    """Full-width digits, letters and brackets as ordinary ones (NFKC), without any blank: for numbers and codes."""
    if raw.isascii() and " " not in raw and raw.isprintable():
        return raw
    return _BREAKS.sub("", _INVISIBLE.sub("", unicodedata.normalize("NFKC", raw)))


@lru_cache(maxsize=65536)
def key_of(raw: str) -> str:
    """What two spellings of one word have in common: for looking up dictionary labels, department names, headings."""
    return half_width(raw).casefold()
