"""Warnings that a row asks for itself, the one that counts after silence, and stock that falls below its minimum."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from contracts.events import DictionaryChanged, LedgerRowExpiring, LedgerRowRenewed, LedgerRowShort
from contracts.principal import Principal
from kit.bus.tables import Outbox
from kit.db import today
from kit.directory import apply_dictionary
from services.ledgers import expiry, warn_days
from services.ledgers.catalogue import LEDGERS
from services.ledgers.catalogue.emergency_supplies import EmergencySupply
from tests.catalogue.conftest import Bench, example
from tests.service.ledgers.desk import SUPPLIES, Desk, opened

OFFICER = "工程部"


@pytest.fixture
def who(bench: Bench) -> Principal:
    return bench.who("ledgers:*:*", scope="subtree", department=OFFICER)


def supply(bench: Bench, who: Principal, number: int = 0, **more: Any) -> dict[str, Any]:
    answer = bench.ask(who, "POST", f"/{SUPPLIES}", json={**example(EmergencySupply, OFFICER, number), **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def change(bench: Bench, who: Principal, row: dict[str, Any], **fields: Any) -> dict[str, Any]:
    answer = bench.ask(who, "PUT", f"/{SUPPLIES}/{row['id']}", json={"version": row["version"], **fields})
    assert answer.status_code == 200, answer.text
    return answer.json()


def events(bench: Bench, kind: Any) -> list[Any]:
    with bench.database.session() as session:
        rows = session.scalars(select(Outbox).where(Outbox.type == kind.type).order_by(Outbox.id))
        return [kind.model_validate(row.data) for row in rows]


def scan(bench: Bench, days: int) -> list[int]:
    """The thresholds that a scan so many days from now has told."""
    before = len(events(bench, LedgerRowExpiring))
    with bench.transaction() as session:
        expiry.scan(session, today() + timedelta(days=days))
    return [event.threshold for event in events(bench, LedgerRowExpiring)[before:]]


def test_a_row_may_ask_to_be_warned_earlier_or_later_than_its_ledger(bench: Bench, who: Principal) -> None:
    due = (today() + timedelta(days=400)).isoformat()
    supply(bench, who, 1, expiry_date=due, warn_days=200)
    assert [scan(bench, day) for day in (199, 200, 339, 340, 370, 393, 401)] == [[], [200], [], [60], [30], [7], [-1]]


def test_a_ledgers_days_are_the_companys_to_change(bench: Bench, who: Principal) -> None:
    declared = warn_days.declaration()
    ours = {one.value: one for one in declared.items}
    assert ours["emergency_supplies.expiry_date"].ext["warn_days"] == [60, 30, 7]
    assert len(ours) == sum(len(row_class.ledger.expiry) for row_class in LEDGERS), "every date that warns"
    supply(bench, who, 1, expiry_date=(today() + timedelta(days=400)).isoformat())

    def say(version: int, days: Any) -> None:
        items = [one.model_copy(update={"ext": {**one.ext, "warn_days": days}}) for one in declared.ordered()]
        changed = DictionaryChanged(dictionary=declared.code, name=declared.name, version=version, items=tuple(items))
        with bench.transaction() as session:
            apply_dictionary(session, changed)

    def shown() -> list[int]:
        """What the pages colour by."""
        answer = bench.ask(who, "GET", "/_manifest").json()
        ledger = next(one for one in answer["ledgers"] if one["slug"] == SUPPLIES)
        return next(one["warn_days"] for one in ledger["expiry"] if one["field"] == "expiry_date")

    assert shown() == [60, 30, 7]
    say(1, [90, 10])
    assert shown() == [90, 10]
    assert [scan(bench, day) for day in (309, 310, 340, 370)] == [[], [90], [], []]
    # What is no list of days is not followed: the ledger's own declaration holds.
    say(2, "often")
    assert shown() == [60, 30, 7]
    assert [scan(bench, day) for day in (371, 393)] == [[30], [7]]


def test_a_later_first_warning_leaves_the_nearer_ones(bench: Bench, who: Principal) -> None:
    due = (today() + timedelta(days=400)).isoformat()
    supply(bench, who, 1, expiry_date=due, warn_days=20)
    assert [scan(bench, day) for day in (340, 370, 379, 380, 393)] == [[], [], [], [20], [7]]


def test_after_days_of_silence_only_the_most_severe_warning_is_sent(bench: Bench, who: Principal) -> None:
    supply(bench, who, 1, expiry_date=(today() + timedelta(days=400)).isoformat(), warn_days=100)
    assert scan(bench, 300) == [100]
    assert scan(bench, 394) == [7], "60 and 30 were crossed as well, and are no news any more"
    assert scan(bench, 500) == [-1]
    assert scan(bench, 501) == []


@pytest.mark.parametrize("days", [0, 3651, "x", 1.5])
def test_days_that_make_no_sense_are_refused(bench: Bench, who: Principal, days: Any) -> None:
    answer = bench.ask(who, "POST", f"/{SUPPLIES}", json={**example(EmergencySupply, OFFICER), "warn_days": days})
    assert answer.status_code == 422, answer.text


def test_the_days_have_a_column_in_workbooks(bench: Bench, who: Principal) -> None:
    supply(bench, who, 1, warn_days=45)
    book = opened(Desk(bench, SUPPLIES, who).export())
    cells = [[cell.value for cell in row] for row in book.active.iter_rows()]
    heads = next(row for row in cells if "提前预警天数" in row)
    assert cells[cells.index(heads) + 1][heads.index("提前预警天数")] in (45, "45")


def test_a_fall_below_the_minimum_is_told_once_and_closed_when_it_is_refilled(bench: Bench, who: Principal) -> None:
    row = supply(bench, who, quantity=20, min_stock=10)
    assert events(bench, LedgerRowShort) == []
    row = change(bench, who, row, quantity=9.5)
    row = change(bench, who, row, quantity=8)
    (told,) = events(bench, LedgerRowShort)
    assert (told.row_id, told.row_version, told.value, told.limit, told.label) == (
        UUID(row["id"]),
        2,
        "9.5",
        "10",
        "数量",
    )
    assert (told.limit_label, told.ledger_title, told.fell_on) == ("最低储备量", "应急物资", today())
    row = change(bench, who, row, quantity=10)
    (closed,) = events(bench, LedgerRowRenewed)
    assert (closed.row_version, closed.due_field, closed.reason, closed.due_on) == (4, "quantity", "refilled", None)
    change(bench, who, row, min_stock=11)
    assert [event.row_version for event in events(bench, LedgerRowShort)] == [2, 5], "another fall is another notice"


def test_what_is_scrapped_or_deleted_is_not_short(bench: Bench, who: Principal) -> None:
    row = supply(bench, who, quantity=1, min_stock=10)
    row = change(bench, who, row, status="scrapped")
    assert [event.reason for event in events(bench, LedgerRowRenewed)] == ["retired"]
    row = change(bench, who, row, status="good")
    assert bench.ask(who, "DELETE", f"/{SUPPLIES}/{row['id']}", params={"version": row["version"]}).status_code == 204
    assert [event.reason for event in events(bench, LedgerRowRenewed)] == ["retired", "deleted"]
    assert bench.ask(who, "POST", f"/{SUPPLIES}/{row['id']}/restore").status_code == 200
    assert len(events(bench, LedgerRowShort)) == 3
    supply(bench, who, 2, quantity=1, min_stock=10, status="scrapped")
    assert len(events(bench, LedgerRowShort)) == 3
