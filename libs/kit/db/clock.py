"""Clocks: moments are aware UTC; dates are company dates, for a thing expires in the company's own day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

COMPANY_ZONE = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The company's date."""
    return datetime.now(COMPANY_ZONE).date()
