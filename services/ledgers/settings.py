"""Settings of the ledgers service."""

from __future__ import annotations

import sys
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
    # Exports of more rows need a session that was opened with two factors (reliability.md 3.1 S6): 5,000, and in the embedded
    # demo none, unless it is said otherwise.
    export_second_factor_rows: int | None = None

    @property
    def second_factor_above(self) -> int:
        """The most rows that somebody with a password alone may take away at once."""
        if self.export_second_factor_rows is not None:
            return self.export_second_factor_rows
        return sys.maxsize if self.embedded else 5_000


@cache
def get_settings() -> Settings:
    """The settings of this process."""
    return Settings()
