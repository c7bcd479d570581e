"""Settings of the auth service."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import SecretStr

from kit.settings import ServiceSettings


class Settings(ServiceSettings):
    """What auth needs from its environment."""

    service: ClassVar[str] = "auth"

    # Where the keys that sign access tokens lie, one file each, 0600. Without it the embedded demo makes keys that end
    # with the process; production refuses to start.
    signing_key_dir: Path | None = None
    # reliability.md S3: `dengbao` asks for three kinds of characters, a change every 90 days and no old password again;
    # `asvs` asks for none of that.
    password_profile: Literal["dengbao", "asvs"] = "dengbao"
    # One password for every demo account; the seed makes them only with it, and only in the embedded demo.
    demo_password: SecretStr | None = None


@cache
def get_settings() -> Settings:
    """The settings of this process."""
    return Settings()
