"""Settings of the auth service."""

from __future__ import annotations

from functools import cache
from typing import ClassVar

from kit.settings import ServiceSettings


class Settings(ServiceSettings):
    """What auth needs from its environment."""

    service: ClassVar[str] = "auth"


@cache
def get_settings() -> Settings:
    """The settings of this process."""
    return Settings()
