"""Numbers of people in text that nobody meant to hold any: log lines, error messages, query strings. What people are shown
is masked by its field (kit.fields); this is the net below."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# With a date that can be one, so that an identifier or a hash is rarely taken for a person.
_IDENTITY = re.compile(
    r"(?<!\d)(\d{3})\d{3}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(\d{3}[\dXx])(?![0-9A-Za-z])"
)
_MOBILE = re.compile(r"(?<![0-9A-Za-z])((?:\+?86)?1[3-9]\d)\d{4}(\d{4})(?![0-9A-Za-z])")


def redact(text: str) -> str:
    """The text with citizen identity numbers and mobile numbers masked."""
    return _MOBILE.sub(r"\1****\2", _IDENTITY.sub(r"\1***********\2", text))


def redacted(value: Any) -> Any:
    """The same for whatever stands in a log event or an audit row; numbers and dates stay as they are."""
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        return {key: redacted(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [redacted(one) for one in value]
    return value
