"""Working days and numbers: data in dictionaries, and what it means."""

from __future__ import annotations

from datetime import date

import pytest

from kit.directory.calendar import WorkingCalendar, calendar_of
from kit.directory.numbering import formatted, period_of, problem_of
from services.auth.declared import NUMBER_RULES
from services.auth.holidays import HOLIDAYS

CALENDAR = calendar_of((fact.value, fact.ext["kind"]) for fact in HOLIDAYS.items)


def test_weekends_are_free_and_exchanged_days_are_not() -> None:
    assert CALENDAR.is_working(date(2026, 2, 14)), "Saturday before the Spring Festival of 2026"
    assert not CALENDAR.is_working(date(2026, 2, 16)), "a Monday within it"
    assert not CALENDAR.is_working(date(2026, 3, 7))
    assert CALENDAR.is_working(date(2026, 3, 9))


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2026, 11, 20), 0, date(2026, 11, 20)),
        (date(2026, 11, 20), 1, date(2026, 11, 23)),
        (date(2026, 9, 18), 20, date(2026, 10, 22)),  # across 中秋节 and 国庆节 with both worked weekend days
    ],
)
def test_so_many_working_days_after_a_day(start: date, days: int, end: date) -> None:
    assert CALENDAR.after(start, days) == end
    assert CALENDAR.count(start, end) == days + CALENDAR.is_working(start)


def test_the_notice_of_2026_adds_up() -> None:
    """The notice names 33 days off (3+9+3+5+3+3+7) and six days worked in return (1+2+1+2); the week has its weekends."""
    rest = {day for day in CALENDAR.rest if day.year == 2026}
    work = {day for day in CALENDAR.work if day.year == 2026}
    assert (len(rest), len(work)) == (33, 6)
    assert all(day.isoweekday() > 5 for day in work)
    # 办法第二条 gives thirteen days a year; whatever is exchanged beyond them is exchanged evenly.
    assert len([day for day in rest if day.isoweekday() <= 5]) - len(work) == 13


def test_no_calendar_goes_on_for_ever() -> None:
    never = WorkingCalendar(rest=frozenset())
    with pytest.raises(ValueError, match="negative"):
        never.after(date(2026, 1, 1), -1)
    with pytest.raises(ValueError, match="within ten years"):
        never.after(date(2026, 1, 1), 5_000)


def test_what_is_no_date_counts_for_nothing() -> None:
    assert calendar_of([("公司纪念日", "rest"), ("2026-13-01", "rest"), ("2026-01-02", None)]) == WorkingCalendar()


@pytest.mark.parametrize("rule", NUMBER_RULES.items, ids=lambda rule: rule.value)
def test_every_seeded_rule_is_one(rule: object) -> None:
    ext = rule.ext  # type: ignore[attr-defined]
    assert problem_of(ext["pattern"], ext["restart"]) is None


def test_numbers_as_the_rule_says() -> None:
    on = date(2026, 11, 23)
    assert formatted("YH-{YYYY}{MM}-{NNNN}", on, 7) == "YH-202611-0007"
    assert formatted("ZY{YY}{MM}{DD}{NN}", on, 123) == "ZY261123123"
    assert [period_of(restart, on) for restart in ("day", "month", "year", "never")] == [
        "2026-11-23", "2026-11", "2026", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "restart"),
    [
        ("", "year"),
        ("YH-{YYYY}", "year"),
        ("{NNN}-{NNN}-{YYYY}", "year"),
        ("YH-{NNN}", "year"),
        ("YH-{YYYY}-{NNN}", "month"),
        ("YH-{MM}-{NNN}", "month"),
        ("YH-{YYYY}{MM}-{NNN}", "day"),
        ("YH-{WW}-{NNN}", "never"),
        ("YH-{NNN", "never"),
        ("YH-{NNN}", "weekly"),
        (5, "never"),
        ("x" * 40 + "{N}", "never"),
    ],
)
def test_a_rule_that_would_give_a_number_twice_is_refused(pattern: object, restart: str) -> None:
    assert problem_of(pattern, restart)
