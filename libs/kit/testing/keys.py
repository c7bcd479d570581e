"""Keys for personal data in tests and benchmarks: the same in every process of a run, and no secret."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Any

from pydantic import SecretStr


def made(name: str) -> str:
    """A key that looks random and is known to everybody."""
    return urlsafe_b64encode(sha256(f"a test's {name}".encode()).digest()).decode()


def personal_keys() -> dict[str, Any]:
    """The settings of a service that holds personal data."""
    return {
        "personal_keys": SecretStr(f"t1:{made('key')}"),
        "personal_hash_key": SecretStr(made("hash key")),
    }
