"""One spelling of a row, the same before it goes into PostgreSQL and after it has come out, and what is computed over it.

jsonb keeps neither the order of keys nor the spelling of numbers (1e2 comes back as 100), and a hash knows no "nearly". The
verifier recomputes everything here, in Python: a function of the database could be replaced by whoever changed the rows."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

# The order in which a row's values are spelled. A column that is added later goes to the end, and only when it is not
# NULL, or the hashes of old rows would change.
CONTENT = (
    "id", "at", "user_id", "username", "session_id", "action", "object_type", "object_id", "result",
    "before", "after", "detail", "address", "user_agent", "trace_id",
)  # fmt: skip

_text: Callable[[str], str] = json.encoder.encode_basestring


def spell(value: Any) -> str:
    """JSON with sorted keys and one spelling for each number."""
    if value is None:
        return "null"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float | Decimal):
        digits = format(Decimal(repr(value)) if isinstance(value, float) else value, "f")
        if "." in digits:
            digits = digits.rstrip("0").rstrip(".")
        return "0" if digits == "-0" else digits
    if isinstance(value, dict):
        return "{" + ",".join(f"{_text(key)}:{spell(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(spell, value)) + "]"
    if isinstance(value, datetime):
        return _text(value.astimezone(UTC).isoformat(timespec="microseconds"))
    return _text(str(value))


def content(values: Sequence[Any]) -> bytes:
    """The bytes of a row's CONTENT, its values in that order."""
    # Surrogates cannot come: PostgreSQL refuses them.
    return ("[" + ",".join(map(spell, values)) + "]").encode()


def mac(key: bytes, spelled: bytes) -> bytes:
    """What only somebody with the key can have computed."""
    return hmac.digest(key, spelled, "sha256")


def genesis(service: str) -> bytes:
    """What stands before a service's first link."""
    return hashlib.sha256(f"safework.audit:{service}".encode()).digest()


def link(before: bytes, spelled: bytes, row_mac: bytes | None) -> bytes:
    """h_n = SHA256(h_{n-1} ‖ canonical row ‖ its MAC)."""
    return hashlib.sha256(before + spelled + (row_mac or b"")).digest()
