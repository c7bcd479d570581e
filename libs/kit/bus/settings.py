"""The bus's numbers (reliability.md 2.4, 2.5). `SAFEWORK_BUS_<NAME>` changes one; tests shorten the times."""

from __future__ import annotations

from functools import cache

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class BusSettings(BaseSettings):
    """Seconds, unless a name says otherwise."""

    model_config = SettingsConfigDict(env_prefix="SAFEWORK_BUS_", extra="ignore")

    # What may be under way to one subscriber without a receipt. Without it re-sending collapses under its own weight:
    # 1,500 events made 114,292 sends (reliability.md F14).
    window: int = Field(200, ge=1, le=5000)
    relay_batch: int = Field(100, ge=1, le=1000)
    relay_poll: float = Field(1.0, gt=0)
    first_resend: float = Field(15.0, gt=0)
    longest_resend: float = Field(900.0, gt=0)
    publish_timeout: float = Field(10.0, gt=0)
    # A worker runs its service's relay beside itself; off where relays are deployed on their own.
    relay_in_worker: bool = True

    # At least as many as are stored at once, or the redis transport waits a second at a time (reliability.md F7).
    prefetch: int = Field(200, ge=1, le=5000)
    # How long a queue may leave its owner's wish to consume unanswered. An election among three nodes takes a few seconds.
    consume_limit: float = Field(30.0, gt=0)
    store_batch: int = Field(100, ge=1, le=1000)
    store_wait: float = Field(0.02, ge=0)
    processors: int = Field(4, ge=1, le=8)
    process_poll: float = Field(1.0, gt=0)

    retry_base: float = Field(1.0, gt=0)
    retry_cap: float = Field(60.0, gt=0)
    tries_unknown: int = Field(8, ge=1)
    tries_transient: int = Field(12, ge=1)

    handler_limit: float = Field(30.0, gt=0)
    stop_limit: float = Field(30.0, gt=0)
    # A worker whose event loop has been blocked for so long ends itself, to be started again.
    hub_silence: float = Field(30.0, gt=0)

    # How long the outbox keeps its rows and the inbox its keys: the inbox longer, so that a replay of anything that is
    # still there finds it done.
    outbox_days: int = Field(400, ge=1)
    inbox_days: int = Field(430, ge=1)


@cache
def get_bus_settings() -> BusSettings:
    """The numbers of this process."""
    return BusSettings()
