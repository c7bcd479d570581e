"""Rules about more than one field, as data. The same ones hold for the form, the API and the import.

A rule names what it reads and what it fills, and compiles to a closure that runs once per row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kit.fields.lookups import Lookups
from kit.fields.spec import FieldSpec, Issue

Fields = Mapping[str, FieldSpec]
Check = Callable[[dict[str, Any]], Issue | None]


@dataclass(frozen=True)
class Rule:
    """Base of all rules. `fills` are the fields that the rule may give a value to when they are blank."""

    @property
    def reads(self) -> tuple[str, ...]:
        """The fields whose values decide."""
        return ()

    @property
    def fills(self) -> tuple[str, ...]:
        """The fields that may get a value."""
        return ()

    def compile(self, fields: Fields, lookups: Lookups) -> Check:
        """The closure for one row; it may change the row, and returns what is wrong."""
        raise NotImplementedError


@dataclass(frozen=True)
class After(Rule):
    """`later` is after `earlier`; with `same_day` it may be the same day."""

    later: str
    earlier: str
    same_day: bool = False

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.later, self.earlier)

    def compile(self, fields: Fields, lookups: Lookups) -> Check:
        later, earlier, same = self.later, self.earlier, self.same_day
        word = "不能早于" if same else "应晚于"
        message = f"{fields[later].title}{word}{fields[earlier].title}"

        def check(row: dict[str, Any]) -> Issue | None:
            end, start = row.get(later), row.get(earlier)
            if end is None or start is None or end > start or (same and end == start):
                return None
            return Issue(later, "not_after", message)

        return check


@dataclass(frozen=True)
class NotFuture(Rule):
    """`day` is today or earlier."""

    day: str

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.day,)

    def compile(self, fields: Fields, lookups: Lookups) -> Check:
        key, today = self.day, lookups.today
        issue = Issue(key, "in_the_future", f"{fields[key].title}不能晚于今天")
        return lambda row: issue if (value := row.get(key)) is not None and value > today else None


@dataclass(frozen=True)
class OfAge(Rule):
    """On `day` the person of the citizen identity number is `years` old, as `basis` demands. A year that was mistyped makes
    children of people."""

    day: str
    identity: str
    years: int
    basis: str

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.day, self.identity)

    def compile(self, fields: Fields, lookups: Lookups) -> Check:
        key, identity, years = self.day, self.identity, self.years
        message = f"{fields[key].title}当天未满 {years} 周岁（{self.basis}），请核对日期和{fields[identity].title}"
        issue = Issue(key, "too_young", message)

        def check(row: dict[str, Any]) -> Issue | None:
            number, day = row.get(identity), row.get(key)
            if number is None or day is None:
                return None
            # Digits 7 to 14 are the day of birth (GB 11643).
            old_enough = (day.year - years) * 10_000 + day.month * 100 + day.day >= int(number[6:14])
            return None if old_enough else issue

        return check


@dataclass(frozen=True)
class GenderAgrees(Rule):
    """The seventeenth digit of a citizen identity number is odd for men (GB 11643). `gender` is filled when it is blank."""

    gender: str
    identity: str
    male: str = "male"
    female: str = "female"

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.gender, self.identity)

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.gender,)

    def compile(self, fields: Fields, lookups: Lookups) -> Check:
        gender, identity, words = self.gender, self.identity, (self.female, self.male)
        issue = Issue(gender, "gender_contradicts", f"{fields[gender].title}与{fields[identity].title}不一致")

        def check(row: dict[str, Any]) -> Issue | None:
            number = row.get(identity)
            if number is None:
                return None
            expected = words[int(number[16]) % 2]
            if row.get(gender) is None:
                row[gender] = expected
            return None if row[gender] == expected else issue

        return check
