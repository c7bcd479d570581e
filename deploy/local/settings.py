"""What the embedded stack takes from the environment."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from deploy.local.layout import PROJECT, Layout


class LocalSettings(BaseSettings):
    """`SAFEWORK_VAR` moves the data folder (a second stack beside the first), `SAFEWORK_DEMO_PASSWORD` sets the one
    password of the demo accounts instead of a random one."""

    model_config = SettingsConfigDict(env_prefix="SAFEWORK_", extra="ignore", hide_input_in_errors=True)

    var: Path = PROJECT / "var"
    demo_password: SecretStr | None = None

    def layout(self) -> Layout:
        """The folder tree these settings name."""
        return Layout(self.var.expanduser().resolve())
