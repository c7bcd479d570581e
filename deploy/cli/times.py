"""The moment at the head of a log line, as a clock on the wall here shows it. Files keep UTC, which programs compare."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_ZONE = ZoneInfo("Asia/Shanghai")
# Our own (2026-11-24T03:21:21.395435Z), PostgreSQL's (2026-11-24 03:21:06.882 UTC), Traefik's ([24/Nov/2026:03:22:20 +0000]).
_ISO = re.compile(r"^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d{1,6})?(?:Z| UTC)")
_COMMON = re.compile(r"\[(\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d \+0000)\]")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def local(line: str) -> str:
    """The line with its time in the company's zone; one without a time that is known to be UTC stays as it is."""
    if found := _ISO.match(line):
        moment = datetime.fromisoformat(f"{found[1]}T{found[2]}").replace(tzinfo=UTC)
        return f"{_written(moment)}{(found[3] or '')[:4]}{line[found.end() :]}"
    if found := _COMMON.search(line):
        day, month, rest = found[1].split("/")
        year, clock = rest.removesuffix(" +0000").split(":", 1)
        moment = datetime.fromisoformat(f"{year}-{_MONTHS.index(month) + 1:02}-{day}T{clock}").replace(tzinfo=UTC)
        return f"{line[: found.start()]}[{_written(moment)}]{line[found.end() :]}"
    return line


def _written(moment: datetime) -> str:
    return moment.astimezone(_ZONE).strftime("%Y-%m-%d %H:%M:%S")
