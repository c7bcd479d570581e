"""What a service tells the web application about itself: pages of the menu, and the fields of its tables.

The web engine draws lists, forms and import pages from this alone (frontend.md)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict

from kit.db import today
from kit.fields import FieldSpec, Score, offered
from kit.fields.lookups import DictionaryItem


class Page(BaseModel):
    """One entry of the menu. `leaf` places it in the manual's order."""

    model_config = ConfigDict(frozen=True)

    leaf: str
    title: str
    screen: str
    key: str
    path: str


def field_manifest(spec: FieldSpec) -> dict[str, Any]:
    """One field; always with every key, so that the web need not know defaults."""
    when = spec.required_when
    return {
        "key": spec.key,
        "title": spec.title,
        "kind": spec.kind,
        "group": spec.group,
        "required": spec.must_be_given,
        "required_when": {"field": when.field, "in": list(when.values)} if when else None,
        "search": spec.search,
        "filter": spec.filter,
        "sortable": spec.sortable,
        "in_list": spec.in_list,
        "width": spec.width,
        "max_length": spec.max_length,
        "min": spec.min,
        "max": spec.max,
        "precision": spec.precision,
        "dictionary": spec.dictionary,
        "within": spec.within,
        "pattern": spec.pattern,
        "help": spec.help,
        "example": spec.example,
        "default": spec.default,
        "computed": spec.computed,
        "derived": spec.derived,
        "personal": spec.personal,
        "aliases": list(spec.aliases),
        "format": spec.format,
        "blank_words": list(spec.blank_words),
    }


def score_manifest(rule: Score, methods: Iterable[DictionaryItem]) -> dict[str, Any]:
    """A risk matrix with the data of its methods: the form offers the values, and shows what comes out of them."""
    return {
        "method": rule.method,
        "factors": list(rule.factors),
        "score": rule.score,
        "level": rule.level,
        "methods": {
            item.value: {"factors": item.ext.get("factors") or {}, "bands": item.ext.get("bands") or []}
            for item in methods
        },
    }


def dictionary_manifest(items: Iterable[DictionaryItem]) -> list[dict[str, Any]]:
    """A dictionary's items in order; retired ones and those outside their dates too, for old rows still show them."""
    return [
        {
            "value": item.value,
            "label": item.label,
            "color": getattr(item, "color", None),
            "parent_value": item.parent_value,
            "enabled": offered(item, today()),
        }
        for item in items
    ]
