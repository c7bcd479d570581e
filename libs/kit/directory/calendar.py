"""Working days: Monday to Friday, but for the days that the dictionary of holidays makes free or working (调休)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from kit.directory.lookup import dictionary

HOLIDAY_CODE = "holiday"
# What `ext.kind` of an item says: the day is free, or worked although it is a weekend.
REST, WORK = "rest", "work"
# Longer than any period that a regulation gives; a calendar in which nobody ever works has to end somewhere.
_FARTHEST = 3_660


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Which days are worked. A day that is in neither list follows the week."""

    rest: frozenset[date] = frozenset()
    work: frozenset[date] = frozenset()

    def is_working(self, day: date) -> bool:
        """Whether people work on that day."""
        return day in self.work or (day not in self.rest and day.isoweekday() <= 5)

    def count(self, first: date, last: date) -> int:
        """How many working days there are from `first` to `last`, both included; none when `last` is before."""
        return sum(self.is_working(first + timedelta(days=step)) for step in range((last - first).days + 1))

    def after(self, day: date, working_days: int) -> date:
        """The day on which so many working days have passed since `day`, which itself is not counted: the 20th working day
        after an issue. Zero is the day itself."""
        if working_days < 0:
            raise ValueError("working_days must not be negative")
        at = day
        for _ in range(_FARTHEST):
            if working_days == 0:
                return at
            at += timedelta(days=1)
            working_days -= self.is_working(at)
        raise ValueError(f"no {working_days} further working days within ten years after {day}")


def working_calendar(session: Session) -> WorkingCalendar:
    """The calendar as the service's own copy of the dictionary has it; retired days follow the week again."""
    return calendar_of((row.value, row.ext.get("kind")) for row in dictionary(session, HOLIDAY_CODE, retired=False))


def calendar_of(days: Iterable[tuple[str, object]]) -> WorkingCalendar:
    """A calendar from (ISO date, kind); what is no date counts for nothing."""
    found: dict[object, set[date]] = {REST: set(), WORK: set()}
    for value, kind in days:
        try:
            day = date.fromisoformat(value)
        except ValueError:
            continue
        found.setdefault(kind, set()).add(day)
    return WorkingCalendar(frozenset(found[REST]), frozenset(found[WORK]))


def working_days(session: Session, first: date, last: date) -> int:
    """How many working days there are from `first` to `last`, both included."""
    return working_calendar(session).count(first, last)
