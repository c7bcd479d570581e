"""Search for a part of a text, also for two Chinese characters, by an index.

A trigram index cannot serve two characters, and pg_trgm knows Chinese letters only under some locales. So the text is cut
into pairs of neighbouring characters, and the pairs are indexed as an array (GIN): built-in functions only, 1.4 µs a row.
The pairs find candidates; LIKE confirms them. Personal fields are never searched by parts, for a part found is a digit
told: they match as a whole, through an index of their own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Index, Text, and_, any_, bindparam, false, func, or_
from sqlalchemy import text as sql

from kit.fields import half_width
from kit.sealing import fingerprint, keyring, sealed_type

# Between fields, so that no pair and no match reaches from one into the next. People cannot type it.
_BETWEEN = "chr(31)"
# The end of a pair.
_MARK = "chr(30)"
LONGEST = 100


def searched_text(columns: Sequence[ColumnElement[Any]]) -> ColumnElement[str]:
    """All searched fields of a row as one text in lower case. Only immutable functions, for it stands in an index."""
    text: ColumnElement[Any] = func.coalesce(columns[0], sql("''"))
    for column in columns[1:]:
        text = text.op("||")(sql(_BETWEEN)).op("||")(func.coalesce(column, sql("''")))
    return func.lower(text)


def pairs(text: ColumnElement[str]) -> ColumnElement[Any]:
    """The neighbouring pairs of a text as an array: those that begin at odd places, then those at even ones."""
    cut = r"'(..)'", r"'\1' || chr(30)", "'g'"
    odd = func.regexp_replace(text, *(sql(part) for part in cut))
    even = func.regexp_replace(func.substr(text, sql("2")), *(sql(part) for part in cut))
    return func.string_to_array(odd.op("||")(sql(_MARK)).op("||")(even), sql(_MARK))


def search_index(name: str, columns: Sequence[ColumnElement[Any]]) -> Index | None:
    """The index that a Search uses; None where nothing is searched. It covers deleted rows too: PostgreSQL keeps no
    statistics of an expression for a partial index, and without them it would fetch and sort two thirds of the table for
    a pair that is everywhere (measured: 2 s on a million rows instead of 1 ms along the order's index)."""
    return Index(name, pairs(searched_text(columns)), postgresql_using="gin") if columns else None


class Search:
    """One search: rows in which `q` is a part of one of the fields `parts_of`, whatever the case, or equals one of the
    sealed fields `whole`, whose kinds are `sealed`. A code typed in full width is found as well."""

    def __init__(self, q: str, sealed: Sequence[str] = ()) -> None:
        self.spellings = tuple(dict.fromkeys(s for s in (q.lower(), half_width(q).lower()) if s))
        # Two characters are one pair, and the index alone decides; more need a look at the text; one has no pair.
        self.shape = tuple(min(len(spelling), 3) for spelling in self.spellings)
        whole = dict.fromkeys((q, half_width(q), half_width(q).upper()))
        # The database is told the hashes of what was typed, one list for each kind of value.
        self.values: dict[str, Any] = {
            f"q_{kind}": [keyring().hash(kind, spelling) for spelling in whole] for kind in sealed
        }
        for place, spelling in enumerate(self.spellings):
            self.values[f"q{place}_pairs"] = [spelling[start : start + 2] for start in range(len(spelling) - 1)]
            self.values[f"q{place}_like"] = f"%{_LIKE.sub(_escaped, spelling)}%"

    @property
    def indexed(self) -> bool:
        """Whether the index of pairs can find it; one character has no pair."""
        return min(self.shape, default=0) > 1

    def clause(
        self, parts_of: Sequence[ColumnElement[Any]], whole: Sequence[ColumnElement[Any]]
    ) -> ColumnElement[bool]:
        """The condition; its values are the parameters named in `values`."""
        conditions: list[ColumnElement[bool]] = []
        if parts_of:
            text = searched_text(parts_of)
            for place, length in enumerate(self.shape):
                both = []
                if length > 1:
                    wanted = bindparam(f"q{place}_pairs", self.values[f"q{place}_pairs"], ARRAY(Text))
                    both.append(pairs(text).op("@>", is_comparison=True)(wanted))
                if length != 2:
                    both.append(text.like(bindparam(f"q{place}_like", self.values[f"q{place}_like"], Text), escape="/"))
                conditions.append(and_(*both))
        for column in whole:
            name = f"q_{sealed_type(column).purpose}"
            conditions.append(fingerprint(column) == any_(bindparam(name, self.values[name], ARRAY(Text))))
        return or_(false(), *conditions)


_LIKE = re.compile(r"[%_/]")


def _escaped(match: re.Match[str]) -> str:
    return f"/{match.group()}"
