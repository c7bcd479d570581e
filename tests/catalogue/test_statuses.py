"""A computed status says the worst that is so: nothing overdue hides behind something milder."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kit.db import today
from services.ledgers.catalogue.emergency_supplies import EmergencySupply
from services.ledgers.catalogue.special_equipment import WATCHED, SpecialEquipment
from tests.catalogue.conftest import Bench
from tests.catalogue.steps import created, keeper

PAST, FAR = ((today() + timedelta(days=days)).isoformat() for days in (-1, 4000))


def test_special_equipment_watches_every_date_that_warns() -> None:
    assert [due.field for due in SpecialEquipment.ledger.expiry] == list(WATCHED)


@pytest.mark.parametrize("late", WATCHED)
def test_equipment_with_any_date_overdue_says_so_before_its_missing_registration(bench: Bench, late: str) -> None:
    dates = {"made_date": "2015-01-01", "in_use_date": "2015-02-01", "last_inspect": "2020-01-01"}
    dates |= dict.fromkeys(WATCHED, FAR) | {late: PAST}
    row = created(bench, SpecialEquipment, keeper(bench, SpecialEquipment), **dates, use_reg_no=None)
    assert row["inspection_status"] == "overdue"


def test_equipment_without_registration_says_so_when_nothing_is_overdue(bench: Bench) -> None:
    dates = {"made_date": "2015-01-01", "in_use_date": "2015-02-01", "last_inspect": "2020-01-01"}
    dates |= dict.fromkeys(WATCHED, FAR)
    who = keeper(bench, SpecialEquipment)
    assert created(bench, SpecialEquipment, who, **dates, use_reg_no=None)["inspection_status"] == "unregistered"
    near = {"next_annual": (today() + timedelta(days=30)).isoformat(), "use_reg_no": "容15粤A00001"}
    assert created(bench, SpecialEquipment, who, 1, **dates | near)["inspection_status"] == "due_soon"


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"expiry_date": PAST, "quantity": 1, "min_stock": 5}, "expired"),
        ({"expiry_date": PAST, "quantity": 9, "min_stock": 5, "status": "scrapped"}, "enough"),
        ({"expiry_date": today().isoformat(), "quantity": 1, "min_stock": 5}, "low"),
        ({"expiry_date": None, "quantity": 9, "min_stock": 5}, "enough"),
    ],
)
def test_expired_supplies_are_not_in_order(bench: Bench, more: dict[str, object], status: str) -> None:
    row = created(bench, EmergencySupply, keeper(bench, EmergencySupply), made_date="2015-01-01", **more)
    assert row["stock_status"] == status
