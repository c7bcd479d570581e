"""Worker classes: what they list, and what is refused before a worker starts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Any

import pytest

from contracts.events import LedgerRowExpiring, LedgerRowRenewed, LedgerRowsChanged
from contracts.subscriptions import SUBSCRIBERS
from kit.worker import Worker, daily, every, handles
from kit.worker.checks import check_subscriptions
from kit.worker.declare import Clockwork, DeclarationError


@pytest.fixture(autouse=True)
def subscriptions() -> Iterator[None]:
    """An index of our own."""
    before = dict(SUBSCRIBERS)
    SUBSCRIBERS.clear()
    SUBSCRIBERS.update({LedgerRowsChanged: ("reports",), LedgerRowExpiring: ("reports.radar", "workflow")})
    yield
    SUBSCRIBERS.clear()
    SUBSCRIBERS.update(before)


class Good(Worker):
    name = "reports"

    @handles(LedgerRowsChanged)
    def facts(self, session: Any, event: Any) -> None: ...

    @handles(LedgerRowExpiring, subscriber="reports.radar")
    def radar(self, session: Any, event: Any) -> None: ...

    @every(minutes=5, name="sweep")
    def sweep(self, session: Any) -> None: ...

    @daily("06:00", name="scan")
    def scan(self, session: Any, on: Any) -> None: ...


def test_a_class_that_agrees_with_the_index() -> None:
    check_subscriptions(Good)
    assert Good.handlers() == {
        "reports": {LedgerRowsChanged.type: "facts"},
        "reports.radar": {LedgerRowExpiring.type: "radar"},
    }
    assert Good.clockworks() == {
        "sweep": Clockwork("sweep", 300, None, 300.0),
        "scan": Clockwork("scan", None, time(6), 300.0),
    }


def test_a_type_that_is_not_listed_is_refused() -> None:
    class More(Good):
        @handles(LedgerRowRenewed)
        def renewed(self, session: Any, event: Any) -> None: ...

    with pytest.raises(DeclarationError, match=r"reports handles cn\.gas\.ledger\.row_renewed\.v1 but is not listed"):
        check_subscriptions(More)


def test_a_listed_type_that_is_not_handled_is_refused() -> None:
    class Less(Worker):
        name = "reports"

        @handles(LedgerRowsChanged)
        def facts(self, session: Any, event: Any) -> None: ...

    with pytest.raises(DeclarationError, match=r"reports\.radar is listed for cn\.gas\.ledger\.row_expiring\.v1 but"):
        check_subscriptions(Less)


def test_another_services_subscriber_is_refused() -> None:
    class Thief(Good):
        @handles(LedgerRowExpiring, subscriber="workflow")
        def steal(self, session: Any, event: Any) -> None: ...

    with pytest.raises(DeclarationError, match="'workflow' is not a subscriber of the service 'reports'"):
        check_subscriptions(Thief)


def test_two_handlers_of_one_type_need_two_subscribers() -> None:
    class Twice(Good):
        @handles(LedgerRowsChanged)
        def again(self, session: Any, event: Any) -> None: ...

    with pytest.raises(DeclarationError, match=r"(again and facts|facts and again) both handle"):
        Twice.handlers()


def test_two_jobs_of_one_name_are_refused() -> None:
    class Twice(Good):
        @every(seconds=5, name="scan")
        def other(self, session: Any) -> None: ...

    with pytest.raises(DeclarationError, match="two jobs are called 'scan'"):
        Twice.clockworks()


def test_a_job_without_a_period_is_refused() -> None:
    with pytest.raises(DeclarationError, match="at least one second"):
        every(name="never")


def test_importing_a_worker_class_imports_neither_nameko_nor_eventlet() -> None:
    import subprocess
    import sys

    code = "import kit.worker, kit.bus, sys; sys.exit(bool({'nameko', 'eventlet'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("work", "moment", "period"),
    [
        (Clockwork("x", 300, None, 1), "2026-11-23T08:04:59", "2026-11-23T08:00:00+00:00"),
        (Clockwork("x", 300, None, 1), "2026-11-23T08:05:00", "2026-11-23T08:05:00+00:00"),
        # 06:00 in Shanghai is 22:00 of the day before in UTC.
        (Clockwork("x", None, time(6), 1), "2026-11-22T21:59:59", None),
        (Clockwork("x", None, time(6), 1), "2026-11-22T22:00:00", "2026-11-23"),
        (Clockwork("x", None, time(6), 1), "2026-11-23T15:59:59", "2026-11-23"),
        (Clockwork("x", None, time(6), 1), "2026-11-23T16:00:00", None),
    ],
)
def test_periods(work: Clockwork, moment: str, period: str | None) -> None:
    from kit.worker.periods import period_at

    assert period_at(work, at(moment)) == period
