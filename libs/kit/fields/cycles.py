"""Rules that compute a date from a cycle: of a dictionary's item, of the row itself, of the calendar year. What people have
written wins over all of them (domain.md 6.1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from kit.fields.days import add_months
from kit.fields.lookups import Lookups
from kit.fields.rules import Check, Fields, Rule
from kit.fields.spec import RequiredWhen

Cycle = Callable[[dict[str, Any]], int | None]


@dataclass(frozen=True)
class DueDate(Rule):
    """`target` is a date that a dictionary's cycle gives when nothing is printed: `months` (the name of an item's rule) after
    the first of `after` that is known, where the first of `by` whose item has that rule decides. Of a field that holds
    several items the shortest cycle decides. `last_day` is for validities, which end on the day before. A cycle may begin
    differently: `first_after`, `first_months`. Nothing is filled beyond `until`, nor where `when` does not hold.

    An item's rule is a number of months, or a table by the value of the field `depending_on`, in which `*` stands for every
    other value: `inspect_months={"3": 36, "*": 72}`."""

    target: str
    after: tuple[str, ...]
    months: str
    by: tuple[str, ...]
    first_after: str | None = None
    first_months: str | None = None
    last_day: bool = False
    until: str | None = None
    depending_on: str | None = None
    when: RequiredWhen | None = None

    @property
    def reads(self) -> tuple[str, ...]:
        more = (self.first_after, self.until, self.depending_on, self.when.field if self.when else None)
        return tuple(key for key in (*self.after, *self.by, *more) if key is not None)

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.target,)

    def compile(self, fields: Fields, lookups: Lookups) -> Check:
        target, until, step = self.target, self.until, timedelta(days=1 if self.last_day else 0)
        when, values = (self.when.field, self.when.values) if self.when else (None, ())
        later = _cycle(self.months, self.by, self.depending_on, fields, lookups)
        cycles = [(key, later) for key in self.after]
        last = self.after[-1] if self.first_after else None
        if self.first_after and self.first_months:
            first = _cycle(self.first_months, self.by, self.depending_on, fields, lookups)
            cycles.append((self.first_after, first))

        def check(row: dict[str, Any]) -> None:
            if row.get(target) is not None or (when is not None and row.get(when) not in values):
                return
            for key, cycle in cycles:
                start = row.get(key)
                if start is None:
                    continue
                months = cycle(row)
                if months:
                    due = add_months(start, months) - step
                    if until is None or (end := row.get(until)) is None or due < end:
                        row[target] = due
                    return
                if key == last:
                    # It has been done before, so that the first cycle is over, whatever the next one may be.
                    return

        return check


def _cycle(name: str, by: tuple[str, ...], depending_on: str | None, fields: Fields, lookups: Lookups) -> Cycle:
    """The months of a row. The items' rules are read once, here."""
    tables: list[tuple[str, dict[Any, Any]]] = []
    for key in by:
        dictionary = lookups.dictionaries[fields[key].dictionary or ""]
        found = {value: rule for value in dictionary.items if (rule := dictionary.rule(value, name)) is not None}
        tables.append((key, found))

    def months(row: dict[str, Any]) -> int | None:
        for key, table in tables:
            value = row.get(key)
            several = value if type(value) is list else (value,)
            known = [n for one in several if (n := _of(table.get(one), row.get(depending_on or "")))]
            if known:
                return min(known)
        return None

    return months


def _of(rule: Any, depending: Any) -> int:
    """An administrator may have written anything; what is no number of months means that there is no cycle."""
    if isinstance(rule, Mapping):
        rule = rule.get(str(depending), rule.get("*"))
    try:
        return int(rule) if rule is not None else 0
    except (TypeError, ValueError):
        return 0


@dataclass(frozen=True)
class EveryMonths(Rule):
    """`target` is `months` (a field of this row) after `after`, when it is blank. With `years` the field counts years."""

    target: str
    after: str
    months: str
    years: bool = False

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.after, self.months)

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.target,)

    def compile(self, fields: Fields, lookups: Lookups) -> Check:
        target, after, months, times = self.target, self.after, self.months, 12 if self.years else 1

        def check(row: dict[str, Any]) -> None:
            if row.get(target) is None and row.get(after) is not None and row.get(months):
                row[target] = add_months(row[after], row[months] * times)

        return check


@dataclass(frozen=True)
class YearlyQuota(Rule):
    """Something that has to reach a quota every calendar year, such as hours of retraining: `target` is the 31 December until
    which the next quota is to be reached. With the quota of `year` reached by `amount` that is the end of the year after
    it, otherwise the end of `year` itself; nothing registered yet, the end of the year after `since`. The quota is the rule
    `quota` of the item of `by`; an item without one has no such date."""

    target: str
    year: str
    amount: str
    by: str
    quota: str
    since: str

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.year, self.amount, self.by, self.since)

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.target,)

    def compile(self, fields: Fields, lookups: Lookups) -> Check:
        target, year, amount, by, since = self.target, self.year, self.amount, self.by, self.since
        dictionary = lookups.dictionaries[fields[by].dictionary or ""]
        quotas = {v: Decimal(str(n)) for v in dictionary.items if (n := dictionary.rule(v, self.quota)) is not None}

        def check(row: dict[str, Any]) -> None:
            quota = quotas.get(row.get(by) or "")
            if quota is None or row.get(target) is not None:
                return
            registered, start = row.get(year), row.get(since)
            if registered is not None:
                done = (row.get(amount) or 0) >= quota
                row[target] = date(registered + 1 if done else registered, 12, 31)
            elif start is not None:
                row[target] = date(start.year + 1, 12, 31)

        return check
