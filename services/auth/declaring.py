"""What a service declares becomes items, three-way: what was declared last, what an administrator made of it, what is declared
now. A field that the administrator left as it was declared follows the new declaration; one that they changed is theirs."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from contracts.events import DictionaryDeclared, DictionaryItemFact
from kit import audit, log
from kit.db import uuid7
from services.auth.dictionaries import FIELDS, Dictionary, DictionaryItem, find, items_of, plain

_log = log.get(__name__)
_NOTHING = object()


def take_declaration(session: Session, event: DictionaryDeclared) -> list[DictionaryItem]:
    """Takes over a declaration; the items that are new or different now are returned."""
    session.execute(
        insert(Dictionary)
        .values(code=event.dictionary, name=event.name, editable=event.editable, revision=0, version=0)
        .on_conflict_do_nothing()
    )
    parent = find(session, event.dictionary, lock=True)
    if event.revision < parent.revision:
        return []
    parent.revision, parent.service = event.revision, event.service
    parent.name, parent.editable, parent.parent = event.name, event.editable, event.parent
    known = {row.value: row for row in items_of(session, event.dictionary)}
    words = _kept_words(known, event)
    wanted: list[tuple[DictionaryItem, dict[str, Any]]] = []
    for fact in event.items:
        values = _values(event.dictionary, fact, words)
        row = known.get(fact.value)
        if row is None:
            row = DictionaryItem(dictionary=event.dictionary, value=fact.value, origin="declared")
        else:
            new = _merged(row, values)
            row.declared = {key: plain(value) for key, value in values.items()}
            if all(getattr(row, key) == value for key, value in new.items()):
                continue
            values, row.customised = new, any(plain(value) != row.declared[key] for key, value in new.items())
            if row.label != values["label"]:
                # Two items may swap their labels, and the database looks at one row after the other: all give theirs up
                # first.
                row.label = f"{row.value}#{uuid7()}"
        wanted.append((row, values))
    session.flush()
    for row, values in wanted:
        for key, value in values.items():
            setattr(row, key, value)
        if row.declared is None:
            row.declared = {key: plain(value) for key, value in values.items()}
        session.add(row)
    changed = [row for row, _ in wanted]
    if changed:
        parent.version += 1
        for row in changed:
            row.version = parent.version
        session.flush()
        audit.record(
            session,
            None,
            "declare",
            "dictionary",
            event.dictionary,
            detail={"service": event.service, "revision": event.revision, "items": [row.value for row in changed]},
        )
    return changed


def _kept_words(known: dict[str, DictionaryItem], event: DictionaryDeclared) -> dict[str, str]:
    """The words that stay whatever is declared: those that an administrator chose, and those of items that this event does
    not name. Code relies on values, so a declared item comes all the same, and gives way with its words."""
    declared = {fact.value for fact in event.items}
    words: dict[str, str] = {}
    for row in known.values():
        base = row.declared or {}
        own = row.value not in declared or row.declared is None
        if own or row.label != base.get("label"):
            words[row.label] = row.value
        if own or row.aliases != base.get("aliases"):
            words |= dict.fromkeys(row.aliases, row.value)
    return words


def _values(dictionary: str, fact: DictionaryItemFact, words: dict[str, str]) -> dict[str, Any]:
    values = {key: getattr(fact, key) for key in FIELDS}
    values["aliases"] = [alias for alias in fact.aliases if words.get(alias, fact.value) == fact.value]
    if words.get(fact.label, fact.value) != fact.value:
        # An administrator already uses this word for something of their own: the label says which of the two it is.
        values["label"] = f"{fact.label}（{fact.value}）"
        _log.warning("dictionary_label_taken", dictionary=dictionary, value=fact.value, label=fact.label)
    return values


def _merged(row: DictionaryItem, theirs: dict[str, Any]) -> dict[str, Any]:
    """The item's fields after the declaration: theirs where nobody touched ours. Rules in `ext` are looked at one by one."""
    base = row.declared
    if base is None:
        # Made by hand under a value that is declared only now: it is the administrator's.
        return {key: getattr(row, key) for key in FIELDS} if row.customised else theirs
    merged = {
        key: theirs[key] if plain(getattr(row, key)) == base[key] else getattr(row, key)
        for key in FIELDS
        if key != "ext"
    }
    mine, before, new = row.ext, base["ext"], theirs["ext"]
    merged["ext"] = {
        name: value
        for name in {**mine, **new}
        if (value := _side(mine.get(name, _NOTHING), before.get(name, _NOTHING), new.get(name, _NOTHING)))
        is not _NOTHING
    }
    return merged


def _side(mine: Any, before: Any, theirs: Any) -> Any:
    return theirs if mine == before else mine
