"""Settings of the ledgers service."""

from __future__ import annotations

from functools import cache
from typing import ClassVar

from kit.settings import PersonalSettings, ServiceSettings


# ServiceSettings comes last, for pydantic lets the last base decide where values are read from.
class Settings(PersonalSettings, ServiceSettings):
    """What ledgers needs from its environment."""

    service: ClassVar[str] = "ledgers"

    # How often one person may do what costs much (services/ledgers/quotas.py); 0 lifts a limit.
    upload_per_minute: int | None = None
    import_per_hour: int | None = None
    export_per_minute: int | None = None
    # Exports of more rows are made in the background.
    export_at_once_rows: int = 5_000


@cache
def get_settings() -> Settings:
    """The settings of this process."""
    return Settings()
