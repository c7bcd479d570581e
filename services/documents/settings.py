"""Settings of the documents service."""

from __future__ import annotations

from functools import cache
from typing import ClassVar

from kit.settings import ServiceSettings


class Settings(ServiceSettings):
    """What documents needs from its environment."""

    service: ClassVar[str] = "documents"


@cache
def get_settings() -> Settings:
    """The settings of this process."""
    return Settings()
