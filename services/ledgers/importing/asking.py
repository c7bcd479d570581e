"""What a file is asked about, in the child process: headings and words that differ from ours, with what they may mean.

A file is stopped for it (state `mapping`) only when it would otherwise lose something: a required column is missing and a
strange heading may be it, or a strange heading is much like a field that the file lacks. Everything else is offered beside
the preview, so that a clean file is never held up."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from kit.excel import Column
from kit.excel.headings import Found, column_letter
from kit.fields import FieldSpec, Lookups, Wrong, key_of
from kit.fields.kinds import split_words

UNKNOWN_WORD = frozenset(("not_in_dictionary", "unknown_department"))
WORD_KINDS = frozenset(("choice", "multi_choice", "department"))
_MOST_WORDS, _LONGEST_WORD = 200, 60
# A number of somebody in the wrong column is not a word to be kept and shown around.
_PERSONAL = re.compile(r"\d{9,}")


def known_columns(columns: Iterable[Column], headings: Mapping[str, str]) -> list[Column]:
    """The columns, each known by what somebody has said to mean it as well."""
    more: dict[str, list[str]] = defaultdict(list)
    for written, field in headings.items():
        more[field].append(written)
    return [
        replace(column, aliases=(*column.aliases, *more[column.key])) if column.key in more else column
        for column in columns
    ]


def teach(lookups: dict[str, Any], fields: Mapping[str, FieldSpec], words: Mapping[str, Mapping[str, str]]) -> None:
    """Puts what somebody has said about words beside the dictionaries' own aliases (importing/context.py says their
    shape). A dictionary's own word always wins over it."""
    units = {id_: [id_, name] for id_, name in lookups["departments"].values()}
    for key, meanings in words.items():
        spec = fields.get(key)
        if spec is None:
            continue
        if spec.kind == "department":
            for word, id_ in meanings.items():
                if id_ in units:
                    lookups["departments"].setdefault(word, units[id_])
        elif spec.dictionary:
            items = {item[0]: item for item in lookups["dictionaries"][spec.dictionary]}
            for word, value in meanings.items():
                if value in items:
                    items[value][4].append(word)


def about_headings(found: Found, fields: Mapping[str, FieldSpec], whole: Mapping[str, Any]) -> dict[str, Any]:
    """The strange headings with the fields that they may mean, and what the file lacks; not what was said of all its rows."""
    from kit.excel.likeness import rank

    lacking = {key: (spec.title, *spec.aliases) for key, spec in fields.items() if key not in found.places}
    headings = [
        {
            "header": title[:200],
            "column": column_letter(place),
            "suggestions": [{"field": key, "score": score} for key, score in rank(title, lacking)],
        }
        for place, title in found.unknown
    ]
    missing = [key for key, spec in fields.items() if spec.must_be_given and key not in {**found.places, **whole}]
    return {"headings": headings, "missing": missing}


def samples_of(found: Found, fields: Mapping[str, FieldSpec], about: Mapping[str, Any]) -> dict[str, list[str]]:
    """Some values of each column, by its letter, so that a person sees what it holds. None of a column that holds personal
    values, or may: what is said of people is not shown around, nor is what looks like a number of theirs."""
    personal = {found.places[key] for key, spec in fields.items() if spec.personal and key in found.places}
    maybe = {
        heading["column"]
        for heading in about["headings"]
        if any(fields[suggestion["field"]].personal for suggestion in heading["suggestions"])
    }
    return {
        column_letter(place): shown
        for place, values in found.samples.items()
        if place not in personal
        and column_letter(place) not in maybe
        and (shown := [value for value in values if not _PERSONAL.search(value)])
    }


def must_ask(questions: Mapping[str, Any]) -> bool:
    """Whether the file stops here until somebody has answered."""
    from kit.excel.likeness import STRONG

    best = (heading["suggestions"][0]["score"] for heading in questions["headings"] if heading["suggestions"])
    return bool(questions["headings"]) and (bool(questions["missing"]) or any(score >= STRONG for score in best))


class Words:
    """Counts the words of a file that mean nothing, and those that mean something only because somebody has said so."""

    def __init__(self, fields: Mapping[str, FieldSpec], told: Mapping[str, Mapping[str, str]], parse: Any) -> None:
        self._fields = fields
        self._parse = parse
        self._told = {key: {key_of(word) for word in words} for key, words in told.items() if words}
        self._unknown: dict[tuple[str, str], int] = {}
        # Where an item belongs to another one, what the rows with the word say of that: only its items may be meant.
        self._parents: dict[tuple[str, str], set[str | None]] = defaultdict(set)
        self.used: dict[str, dict[str, int]] = {}

    def used_in(self, raw: Mapping[str, Any]) -> None:
        """Looks at one row for words that were told; nothing to do in a file of which nobody has said anything."""
        for key, words in self._told.items():
            cell = raw.get(key)
            for word in _pieces(self._fields[key], cell):
                if key_of(word) in words:
                    used = self.used.setdefault(key, {})
                    used[word] = used.get(word, 0) + 1

    def unknown(self, key: str, cell: Any, values: Mapping[str, Any]) -> None:
        """A cell of a wrong row that no dictionary knows; `values` are what the row says otherwise."""
        spec = self._fields[key]
        if spec.personal:
            # What is said of a person is not kept as a word, for nobody in particular to see.
            return
        for word in _pieces(spec, cell):
            place = key, word.strip()[:_LONGEST_WORD]
            if spec.within and (place in self._unknown or len(self._unknown) < _MOST_WORDS):
                self._parents[place].add(values.get(spec.within))
            if place in self._unknown:
                self._unknown[place] += 1
            elif (
                len(self._unknown) < _MOST_WORDS
                and not _PERSONAL.search(word)
                and (spec.kind != "multi_choice" or isinstance(self._parse(key, word), Wrong))
            ):
                self._unknown[place] = 1

    def questions(self, lookups: Lookups) -> list[dict[str, Any]]:
        """Each unknown word with how often it occurs and what it may mean, the most frequent first."""
        if not self._unknown:
            return []
        from kit.excel.likeness import rank_items

        every = {key: _candidates(self._fields[key], lookups) for key, _ in self._unknown}
        found = []
        for (key, word), count in sorted(self._unknown.items(), key=lambda pair: -pair[1]):
            below = self._below(key, word, lookups)
            candidates = {value: names for value, names in every[key].items() if below is None or value in below}
            suggestions = [
                {"value": value, "label": candidates[value][0], "score": score}
                for value, score in rank_items(word, candidates)
            ]
            asked = {"field": key, "word": word, "count": count, "suggestions": suggestions}
            found.append(asked if below is None else {**asked, "below": sorted(below)})
        return found

    def _below(self, key: str, word: str, lookups: Lookups) -> set[str] | None:
        """The items that belong to what the rows with this word say; None where all may be meant."""
        parents = self._parents.get((key, word), set())
        if not parents or None in parents:
            return None
        items = lookups.dictionaries[self._fields[key].dictionary or ""].items.values()
        return {item.value for item in items if item.enabled and item.parent_value in (None, *parents)} or None


def _candidates(spec: FieldSpec, lookups: Lookups) -> dict[str, tuple[str, ...]]:
    if spec.kind == "department":
        departments = lookups.departments
        return {
            str(id_): (name, *name.split("/")[-1:])
            for id_, name in departments.unique_names.items()
            if departments.writable is None or id_ in departments.writable
        }
    items = lookups.dictionaries[spec.dictionary or ""].items.values()
    return {item.value: (item.label, *item.aliases) for item in items if item.enabled}


def _pieces(spec: FieldSpec, cell: Any) -> list[str]:
    if not isinstance(cell, str) or not cell.strip():
        return []
    return [word for word in split_words(cell) if word.strip()] if spec.kind == "multi_choice" else [cell]
