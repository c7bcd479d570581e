"""A whole row: every field parsed, every rule applied. One compiled validator serves the form, the API and the import."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from kit.fields.kinds import Parse, parser
from kit.fields.lookups import Lookups
from kit.fields.rules import Check, Rule
from kit.fields.spec import FieldSpec, Issue, Wrong
from kit.fields.text import key_of


class Checked(NamedTuple):
    """A validated row: its values (every key present), what is wrong, and the keys that rules have filled."""

    values: dict[str, Any]
    issues: list[Issue]
    filled: list[str]


class _Known(dict[str, Any]):
    """What the texts of one field were parsed to. Most columns of a workbook say the same few words, and looking one up
    costs a tenth of parsing it; columns in which every text is new stop being remembered soon."""

    def __init__(self, parse: Parse) -> None:
        super().__init__()
        self._parse = parse

    def __missing__(self, text: str) -> Any:
        value = self._parse(text)
        if len(self) < _REMEMBERED and type(value) is not list:
            self[text] = value
        return value


_REMEMBERED = 4096


class RowValidator:
    """Compiled once for a table and its lookups; then some microseconds per field."""

    def __init__(self, fields: Mapping[str, FieldSpec], rules: Iterable[Rule], lookups: Lookups) -> None:
        self.fields = {key: spec for key, spec in fields.items() if not spec.computed}
        rules = tuple(rules)
        self._place = {key: place for place, key in enumerate(self.fields)}
        self._parsers = [(key, parser(spec, lookups)) for key, spec in self.fields.items()]
        self._parser_of = dict(self._parsers)
        self._columns = [(key, parse, _Known(parse)) for key, parse in self._parsers]
        self._defaults = [(key, spec.default) for key, spec in self.fields.items() if spec.default is not None]
        self._endless = {
            key: frozenset(key_of(word) for word in spec.blank_words)
            for key, spec in self.fields.items()
            if spec.blank_words
        }
        self._within = _within_checks(self.fields, lookups)
        self._dictionaries = lookups.dictionaries
        self._fillers = [rule.compile(self.fields, lookups) for rule in rules if rule.fills]
        self._fill = [*self._within, *self._fillers]
        self._checks = [rule.compile(self.fields, lookups) for rule in rules if not rule.fills]
        self._fillable = sorted(
            {key for rule in rules for key in rule.fills} | {s.within for s in fields.values() if s.within}
        )
        self._required = [
            (key, Issue(key, "required", f"{spec.title}必填")) for key, spec in self.fields.items() if spec.required
        ]
        self._required_when = [
            (key, spec.required_when, frozenset(spec.required_when.values), _when_message(spec, self.fields, lookups))
            for key, spec in self.fields.items()
            if spec.required_when
        ]

    def parse(self, key: str, raw: Any) -> Any:
        """One field's value, None, or Wrong; for filters, and for checking a cell alone."""
        return self._parser_of[key](raw)

    def __call__(self, raw: Mapping[str, Any], keep: Mapping[str, Any] | None = None) -> Checked:
        """Validates a row of raw values by key. A key that is absent is blank. `keep` are values that stand in the row
        already and are not being changed: they are not looked up again (an item may have been retired since), but rules
        between fields hold for them too."""
        issues: list[Issue] = []
        row: dict[str, Any] = {}
        wrong: set[str] = set()
        narrowed: list[tuple[int, str]] = []
        get = raw.get
        for key, parse, known in self._columns:
            if keep is not None and key in keep:
                row[key] = keep[key]
                continue
            value = get(key)
            if value is None:
                row[key] = None
                continue
            value = known[value] if type(value) is str else parse(value)
            if type(value) is Wrong:
                if value.word is not None and self.fields[key].within is not None:
                    narrowed.append((len(issues), value.word))
                issues.append(Issue(key, value.code, value.message))
                wrong.add(key)
                value = None
            row[key] = value
        for key, default in self._defaults:
            if row[key] is None and key not in wrong:
                row[key] = default
        endless = self._said_endless(raw, keep)
        # Only now, for the parent may stand to the right of its item.
        for place, word in narrowed:
            issues[place] = self._narrowed(issues[place], word, row)
        blank = [key for key in self._fillable if row[key] is None and key not in wrong]
        self._apply(self._fill, row, wrong, issues, endless)
        for key, issue in self._required:
            # What a rule could not fill because something else is wrong is not a second error.
            if row[key] is None and key not in wrong and not (wrong and self.fields[key].derived):
                issues.append(issue)
        for key, when, values, message in self._required_when:
            if row[key] is None and key not in wrong and key not in endless and row[when.field] in values:
                issues.append(Issue(key, "required", message))
        self._apply(self._checks, row, wrong, issues)
        if len(issues) > 1:
            issues.sort(key=lambda issue: self._place[issue.field])
        return Checked(row, issues, [key for key in blank if row[key] is not None])

    def _said_endless(self, raw: Mapping[str, Any], keep: Mapping[str, Any] | None) -> frozenset[str]:
        """The dates of which a word says that there is none (长期): blank, and no rule may work them out. A row that is
        being changed says it by being blank where no rule has been asked to fill it again."""
        found = []
        for key, words in self._endless.items():
            if keep is not None and key in keep:
                said = keep[key] is None
            else:
                said = isinstance(word := raw.get(key), str) and key_of(word) in words
            if said:
                found.append(key)
        return frozenset(found)

    def _narrowed(self, issue: Issue, word: str, row: Mapping[str, Any]) -> Issue:
        """The issue about a word that is in no dictionary, with the items of the parent that the row names."""
        spec = self.fields[issue.field]
        above = self.fields[spec.within or ""]
        parent = row[above.key]
        if parent is None:
            return issue
        label = self._dictionaries[above.dictionary or ""].labels.get(parent, parent)
        own = self._dictionaries[spec.dictionary or ""]
        return issue._replace(message=own.unknown(word, parent, f"{above.title}“{label}”"))

    @staticmethod
    def _apply(
        checks: Iterable[Check],
        row: dict[str, Any],
        wrong: set[str],
        issues: list[Issue],
        endless: frozenset[str] = frozenset(),
    ) -> None:
        for check in checks:
            issue = check(row)
            for key in endless:
                row[key] = None
            if issue is not None and issue.field not in wrong:
                issues.append(issue)
                wrong.add(issue.field)
            elif wrong:
                # A rule must not fill a field in which the person has written something wrong: its error is the answer.
                for key in wrong:
                    row[key] = None


def _within_checks(fields: Mapping[str, FieldSpec], lookups: Lookups) -> list[Check]:
    """The innermost first: an item fills its class, and the class then fills its kind."""
    checks: list[tuple[int, Check]] = []
    for key, spec in fields.items():
        if spec.within is None:
            continue
        depth, outer = 0, fields[spec.within]
        while outer.within is not None:
            depth, outer = depth + 1, fields[outer.within]
        checks.append((-depth, _within(key, spec.within, fields, lookups)))
    return [check for _, check in sorted(checks, key=lambda pair: pair[0])]


def _within(key: str, parent: str, fields: Mapping[str, FieldSpec], lookups: Lookups) -> Check:
    own = lookups.dictionaries[fields[key].dictionary or ""]
    above = lookups.dictionaries[fields[parent].dictionary or ""]
    parents = {value: item.parent_value for value, item in own.items.items()}
    title, parent_title = fields[key].title, fields[parent].title

    def check(row: dict[str, Any]) -> Issue | None:
        value = row[key]
        expected = parents.get(value) if value is not None else None
        if expected is None:
            return None
        if row[parent] is None:
            row[parent] = expected
            return None
        if row[parent] == expected:
            return None
        label = above.labels.get(expected, expected)
        return Issue(parent, "contradicts", f"{title}“{own.labels[value]}”属于{parent_title}“{label}”，与所填的不一致")

    return check


def _when_message(spec: FieldSpec, fields: Mapping[str, FieldSpec], lookups: Lookups) -> str:
    when = spec.required_when
    assert when is not None
    other = fields[when.field]
    labels = lookups.dictionaries[other.dictionary].labels if other.dictionary else {}
    return f"{other.title}为“{'、'.join(labels.get(v, v) for v in when.values)}”时{spec.title}必填"
