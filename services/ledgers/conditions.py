"""Conditions on a row, as data: when a warning is pointless, which status a row has, what a fact says. Each becomes SQL,
so that a list, a scan and a statistic over a million rows mean the same thing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, not_, or_


class Columns(Protocol):
    """A table's columns, or those of a subquery made of it."""

    def __getitem__(self, key: str) -> ColumnElement[Any]: ...


@dataclass(frozen=True)
class Condition:
    """Base of all conditions. `a & b`, `a | b` and `~a` combine them."""

    @property
    def reads(self) -> tuple[str, ...]:
        """The fields that decide."""
        return ()

    def sql(self, row: Columns, on: date) -> ColumnElement[bool]:
        """True or false for `row` on the day `on`; never null, so that it can be negated."""
        raise NotImplementedError

    def __and__(self, other: Condition) -> Condition:
        return Both(self, other)

    def __or__(self, other: Condition) -> Condition:
        return Either(self, other)

    def __invert__(self) -> Condition:
        return Not(self)


@dataclass(frozen=True)
class Filled(Condition):
    """The field has a value."""

    field: str

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.field,)

    def sql(self, row: Columns, on: date) -> ColumnElement[bool]:
        return row[self.field].is_not(None)


@dataclass(frozen=True)
class Among(Condition):
    """The field is one of these dictionary values; blank is none of them."""

    field: str
    values: tuple[str, ...]

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.field,)

    def sql(self, row: Columns, on: date) -> ColumnElement[bool]:
        return and_(row[self.field].is_not(None), row[self.field].in_(self.values))


@dataclass(frozen=True)
class Past(Condition):
    """The date lies before today, by more than `days`. On the day itself it still holds (domain.md 1.3)."""

    field: str
    days: int = 0

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.field,)

    def sql(self, row: Columns, on: date) -> ColumnElement[bool]:
        return and_(row[self.field].is_not(None), row[self.field] < on - timedelta(days=self.days))


@dataclass(frozen=True)
class DueWithin(Condition):
    """The date is at most `days` away, or past."""

    field: str
    days: int

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.field,)

    def sql(self, row: Columns, on: date) -> ColumnElement[bool]:
        return and_(row[self.field].is_not(None), row[self.field] <= on + timedelta(days=self.days))


@dataclass(frozen=True)
class DoneFor(Condition):
    """`done` answers `due`: it lies at most `days_before` days before it, or after it."""

    done: str
    due: str
    days_before: int

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.done, self.due)

    def sql(self, row: Columns, on: date) -> ColumnElement[bool]:
        done, due = row[self.done], row[self.due]
        return and_(done.is_not(None), due.is_not(None), done >= due - self.days_before)


@dataclass(frozen=True)
class Below(Condition):
    """A number is below another one of the same row."""

    field: str
    limit: str

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.field, self.limit)

    def sql(self, row: Columns, on: date) -> ColumnElement[bool]:
        return and_(row[self.field].is_not(None), row[self.limit].is_not(None), row[self.field] < row[self.limit])


@dataclass(frozen=True)
class Both(Condition):
    """Both hold."""

    one: Condition
    other: Condition

    @property
    def reads(self) -> tuple[str, ...]:
        return (*self.one.reads, *self.other.reads)

    def sql(self, row: Columns, on: date) -> ColumnElement[bool]:
        return and_(self.one.sql(row, on), self.other.sql(row, on))


@dataclass(frozen=True)
class Either(Condition):
    """One of the two holds, or both."""

    one: Condition
    other: Condition

    @property
    def reads(self) -> tuple[str, ...]:
        return (*self.one.reads, *self.other.reads)

    def sql(self, row: Columns, on: date) -> ColumnElement[bool]:
        return or_(self.one.sql(row, on), self.other.sql(row, on))


def any_of(conditions: Iterable[Condition]) -> Condition:
    """At least one of them holds; there has to be one."""
    return reduce(Either, conditions)


@dataclass(frozen=True)
class Not(Condition):
    """It does not hold."""

    condition: Condition

    @property
    def reads(self) -> tuple[str, ...]:
        return self.condition.reads

    def sql(self, row: Columns, on: date) -> ColumnElement[bool]:
        return not_(self.condition.sql(row, on))
