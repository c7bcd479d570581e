"""Which certificates a post requires: the dictionary 岗位持证要求, read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from kit.db import today
from kit.directory import dictionaries
from kit.fields import Dictionary, Wrong
from services.ledgers.catalogue import CERTIFICATES
from services.ledgers.checks.judging import FIELDS
from services.ledgers.dictionaries.posts import POST_CERTIFICATE
from services.ledgers.ledger import LedgerRow

# Where an item of a dictionary stands in a certificate ledger. No two fields have one dictionary.
PLACES: dict[str, tuple[type[LedgerRow], str]] = {
    row_class.fields[key].dictionary or "": (row_class, key)
    for row_class in CERTIFICATES
    for key in FIELDS
    if key in row_class.fields
}


@dataclass(frozen=True)
class Term:
    """One kind, class or item of certificate: a value of a field of a ledger."""

    row_class: type[LedgerRow]
    field: str
    value: str
    label: str

    @property
    def slug(self) -> str:
        """The ledger's."""
        return self.row_class.ledger.slug


# A requirement: any one of these will do.
Need = tuple[Term, ...]


@dataclass(frozen=True)
class Post:
    """A post with what it requires, all of it."""

    value: str
    label: str
    needs: tuple[Need, ...]
    basis: str | None


class Posts:
    """The posts that require something today, found by what people write."""

    def __init__(self, session: Session) -> None:
        found = dictionaries(session, {POST_CERTIFICATE.code, *PLACES})
        rules = found.pop(POST_CERTIFICATE.code)
        labels = {(code, item.value): item.label for code, items in found.items() for item in items}
        # Retired ones too, so that `find` knows them, and says that they hold no longer.
        self._words = Dictionary(POST_CERTIFICATE.code, rules, today())
        self.all = {
            rule.value: Post(rule.value, rule.label, needs, str(rule.ext.get("basis") or "") or None)
            for rule in rules
            if rule.value not in self._words.withdrawn and (needs := _needs(rule.ext.get("certificates"), labels))
        }

    @property
    def terms(self) -> set[Term]:
        """Every certificate that some post asks for."""
        return {term for post in self.all.values() for need in post.needs for term in need}

    def named(self, text: str) -> Post | None:
        """What somebody's post requires; None for a post that requires nothing, or that nobody has declared."""
        value = self._words.find(text)
        return None if isinstance(value, Wrong) else self.all.get(value)


def _needs(rule: Any, labels: dict[tuple[str, str], str]) -> tuple[Need, ...]:
    # The identity service refuses what is not a list of lists of known terms. A term whose dictionary has not arrived here
    # yet is left out: nobody could be said to lack it.
    rows = rule if isinstance(rule, list) else []
    needs = (tuple(_terms(row if isinstance(row, list) else [], labels)) for row in rows)
    return tuple(need for need in needs if need)


def _terms(row: list[Any], labels: dict[tuple[str, str], str]) -> list[Term]:
    found = []
    for text in row:
        code, _, value = str(text).partition(":")
        if code in PLACES and (code, value) in labels:
            row_class, field = PLACES[code]
            found.append(Term(row_class, field, value, labels[code, value]))
    return found
