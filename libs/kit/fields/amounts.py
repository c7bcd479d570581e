"""Rules about numbers, years and choices of one row."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kit.fields.lookups import Lookups
from kit.fields.rules import Check, Fields, Rule
from kit.fields.spec import Issue


@dataclass(frozen=True)
class SumEquals(Rule):
    """Where any of `parts` is given, together they make `total`, to the last digit."""

    total: str
    parts: tuple[str, ...]

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.total, *self.parts)

    def compile(self, fields: Fields, lookups: Lookups) -> Check:
        total, parts = self.total, self.parts
        names = f"{fields[parts[0]].title}至{fields[parts[-1]].title}"
        title = fields[total].title

        def check(row: dict[str, Any]) -> Issue | None:
            given = [value for part in parts if (value := row.get(part)) is not None]
            whole = row.get(total)
            if not given or whole is None or sum(given) == whole:
                return None
            return Issue(total, "sum_differs", f"{names}之和为 {sum(given)}，应等于{title} {whole}")

        return check


@dataclass(frozen=True)
class SignFollows(Rule):
    """`amount` is above zero, and below zero where `flag` says that the row reverses another one (红冲)."""

    amount: str
    flag: str

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.amount, self.flag)

    def compile(self, fields: Fields, lookups: Lookups) -> Check:
        amount, flag = self.amount, self.flag
        title, reversal = fields[amount].title, fields[flag].title
        positive = Issue(amount, "not_positive", f"{title}应大于 0；冲减时请将“{reversal}”填“是”")
        negative = Issue(amount, "not_negative", f"“{reversal}”为“是”时{title}应小于 0")

        def check(row: dict[str, Any]) -> Issue | None:
            value = row.get(amount)
            if value is None:
                return None
            if row.get(flag):
                return None if value < 0 else negative
            return None if value > 0 else positive

        return check


@dataclass(frozen=True)
class InYear(Rule):
    """`day` lies in the year that the field `year` says. With `fills_year` a blank year is that of the day."""

    day: str
    year: str
    fills_year: bool = False

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.day, self.year)

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.year,) if self.fills_year else ()

    def compile(self, fields: Fields, lookups: Lookups) -> Check:
        key, year, fills, title = self.day, self.year, self.fills_year, fields[self.day].title

        def check(row: dict[str, Any]) -> Issue | None:
            value = row.get(key)
            if value is None:
                return None
            if row.get(year) is None and fills:
                row[year] = value.year
            expected = row.get(year)
            if expected is None or expected == value.year:
                return None
            return Issue(key, "not_in_year", f"{title}应在 {expected} 年内")

        return check


@dataclass(frozen=True)
class AtLeastOne(Rule):
    """At least one of `keys` is given."""

    keys: tuple[str, ...]

    @property
    def reads(self) -> tuple[str, ...]:
        return self.keys

    def compile(self, fields: Fields, lookups: Lookups) -> Check:
        keys = self.keys
        issue = Issue(keys[0], "none_given", f"{'、'.join(fields[key].title for key in keys)}至少填一项")
        return lambda row: None if any(row.get(key) is not None for key in keys) else issue


@dataclass(frozen=True)
class FromItem(Rule):
    """A blank `target` gets what the item of `source` carries as its rule `name`: an item of the target's own dictionary."""

    target: str
    source: str
    name: str

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.source,)

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.target,)

    def compile(self, fields: Fields, lookups: Lookups) -> Check:
        target, source = self.target, self.source
        own = lookups.dictionaries[fields[target].dictionary or ""]
        above = lookups.dictionaries[fields[source].dictionary or ""]
        found = {value: item for value in above.items if (item := above.rule(value, self.name)) in own}

        def check(row: dict[str, Any]) -> None:
            if row.get(target) is None and (item := found.get(row.get(source) or "")) is not None:
                row[target] = item

        return check


@dataclass(frozen=True)
class Score(Rule):
    """A risk matrix as data. The item of `method` carries `factors`, {field: [values that it may have]}, and `bands`, [[least
    score, level], …] falling. `score` is the product of the factors, and `level` that of the first band which it reaches.
    A level that people write may be higher than the computed one, never lower. A method without factors leaves both to
    people. `factors` are the fields that any method may use; what its method does not use stays blank."""

    method: str
    factors: tuple[str, ...]
    score: str
    level: str

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.method, *self.factors)

    @property
    def fills(self) -> tuple[str, ...]:
        return (self.score, self.level)

    def compile(self, fields: Fields, lookups: Lookups) -> Check:
        dictionary = lookups.dictionaries[fields[self.method].dictionary or ""]
        levels = lookups.dictionaries[fields[self.level].dictionary or ""].labels
        titles = {key: fields[key].title for key in (*self.factors, self.score, self.level)}
        methods = {value: _method(dictionary, value) for value in dictionary.items}
        factors, score, level, method = self.factors, self.score, self.level, self.method

        def check(row: dict[str, Any]) -> Issue | None:
            chosen = row.get(method)
            known = methods.get(chosen) if chosen is not None else None
            if known is None:
                return None
            label, allowed, bands = known
            if not allowed:
                return None
            product = Decimal(1)
            for key in factors:
                value = row.get(key)
                if key not in allowed:
                    if value is not None:
                        return Issue(key, "factor_not_used", f"{label}不使用{titles[key]}，请留空")
                    continue
                if value is None:
                    return Issue(key, "required", f"评价方法为{label}时{titles[key]}必填")
                if value not in allowed[key]:
                    values = "、".join(format(one.normalize(), "f") for one in allowed[key])
                    return Issue(key, "factor_not_allowed", f"{label}的{titles[key]}可取 {values}")
                product *= value
            if row.get(score) is None:
                row[score] = product
            elif row[score] != product:
                shown = format(product.normalize(), "f")
                return Issue(score, "score_differs", f"{titles[score]}应为 {shown}，可留空由系统计算")
            reached = next((name for least, name in bands if product >= least), None)
            if reached is None:
                return None
            grave = [name for _, name in bands]
            if row.get(level) is None:
                row[level] = reached
            elif row[level] in grave and grave.index(row[level]) > grave.index(reached):
                return Issue(
                    level, "level_too_low", f"{titles[level]}不能低于评分所得的“{levels.get(reached, reached)}”"
                )
            return None

        return check


def _method(dictionary: Any, value: str) -> tuple[str, dict[str, list[Decimal]], list[tuple[Decimal, str]]]:
    """An item's matrix, numbers exact: JSON's 0.1 is a double."""
    factors = dictionary.rule(value, "factors") or {}
    bands = dictionary.rule(value, "bands") or []
    allowed = {key: [Decimal(str(one)) for one in values] for key, values in factors.items()}
    return dictionary.labels[value], allowed, [(Decimal(str(least)), name) for least, name in bands]
