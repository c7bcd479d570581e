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
        self.used: dict[str, dict[str, int]] = {}

    def used_in(self, raw: Mapping[str, Any]) -> None:
        """Looks at one row for words that were told; nothing to do in a file of which nobody has said anything."""
        for key, words in self._told.items():
            cell = raw.get(key)
            for word in _pieces(self._fields[key], cell):
                if key_of(word) in words:
                    used = self.used.setdefault(key, {})
                    used[word] = used.get(word, 0) + 1

    def unknown(self, key: str, cell: Any) -> None:
        """A cell of a wrong row that no dictionary knows."""
        spec = self._fields[key]
        if spec.personal:
            # What is said of a person is not kept as a word, for nobody in particular to see.
            return
        for word in _pieces(spec, cell):
            place = key, word.strip()[:_LONGEST_WORD]
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
        from kit.excel.likeness import rank

        candidates = {key: _candidates(self._fields[key], lookups) for key, _ in self._unknown}
        found = []
        for (key, word), count in sorted(self._unknown.items(), key=lambda pair: -pair[1]):
            labels = {value: names[0] for value, names in candidates[key].items()}
            suggestions = [
                {"value": value, "label": labels[value], "score": score} for value, score in rank(word, candidates[key])
            ]
            found.append({"field": key, "word": word, "count": count, "suggestions": suggestions})
        return found


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
