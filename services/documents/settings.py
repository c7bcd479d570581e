"""Settings of the documents service."""

from __future__ import annotations

from functools import cache
from typing import ClassVar

from kit.settings import ObjectStoreSettings, ServiceSettings


# ServiceSettings comes last, for pydantic lets the last base decide where values are read from.
class Settings(ObjectStoreSettings, ServiceSettings):
    """What documents needs from its environment. The limits are those of reliability.md S20."""

    service: ClassVar[str] = "documents"

    # Who may see the row that a file is attached to is asked there (owners.py).
    ledgers_url: str = "http://127.0.0.1:8003"

    uploads_per_minute: int = 20
    user_files: int = 50_000
    user_gigabytes: int = 20


@cache
def get_settings() -> Settings:
    """The settings of this process."""
    return Settings()
