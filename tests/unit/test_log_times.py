"""`make logs` shows the time of day here."""

from __future__ import annotations

import pytest

from deploy.cli.times import local


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("2026-11-24T18:21:21.395435Z [info] T00:00:00Z", "2026-11-25 02:21:21.395 [info] T00:00:00Z"),
        ("2026-12-31T16:00:00Z done", "2027-01-01 00:00:00 done"),
        ("2026-11-24 03:21:06.882 UTC [2039] LOG:  ready", "2026-11-24 11:21:06.882 [2039] LOG:  ready"),
        ('127.0.0.1 - - [24/Nov/2026:03:22:20 +0000] "HEAD /"', '127.0.0.1 - - [2026-11-24 11:22:20] "HEAD /"'),
        ("2026-11-24 03:21:24 ledgers-api：就绪", "2026-11-24 03:21:24 ledgers-api：就绪"),
        ("  File \"x.py\", line 3", "  File \"x.py\", line 3"),
    ],
)  # fmt: skip
def test_a_time_of_utc_is_shown_as_that_of_the_company(line: str, shown: str) -> None:
    assert local(line) == shown
