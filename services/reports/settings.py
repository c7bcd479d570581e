"""Settings of the reports service."""

from __future__ import annotations

from functools import cache
from typing import ClassVar

from kit.settings import ServiceSettings


class Settings(ServiceSettings):
    """What reports needs from its environment."""

    service: ClassVar[str] = "reports"


@cache
def get_settings() -> Settings:
    """The settings of this process."""
    return Settings()
