"""Which period a moment lies in. Without eventlet, so that it can be tested without starting a worker."""

from __future__ import annotations

from datetime import UTC, datetime

from kit.db import COMPANY_ZONE
from kit.worker.declare import Clockwork


def period_at(work: Clockwork, moment: datetime) -> str | None:
    """The period that `moment` (aware) lies in, as it is written in the claim; None when today's time has not come yet."""
    if work.seconds is not None:
        start = int(moment.timestamp()) // work.seconds * work.seconds
        return datetime.fromtimestamp(start, UTC).isoformat()
    company = moment.astimezone(COMPANY_ZONE)
    if work.at is not None and company.time() < work.at:
        return None
    return company.date().isoformat()
