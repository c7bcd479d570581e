"""Settings of the ledgers service."""

from __future__ import annotations

from functools import cache
from typing import ClassVar

from kit.settings import PersonalSettings, ServiceSettings


# ServiceSettings comes last, for pydantic lets the last base decide where values are read from.
class Settings(PersonalSettings, ServiceSettings):
    """What ledgers needs from its environment."""

    service: ClassVar[str] = "ledgers"


@cache
def get_settings() -> Settings:
    """The settings of this process."""
    return Settings()
