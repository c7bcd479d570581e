"""Reads the fields of a mapped class and checks the declaration, so that a wrong one fails when it is imported."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Mapped

from kit.fields.declare import spec_of
from kit.fields.kinds import KINDS, parser
from kit.fields.lookups import Lookups
from kit.fields.rules import Rule
from kit.fields.spec import DeclarationError, FieldSpec, Wrong
from kit.sealing.types import Sealed

_LOOKED_UP = ("choice", "multi_choice", "department")


def bind(cls: type[Any], rules: Iterable[Rule] = (), *, last: Sequence[str] = ()) -> dict[str, FieldSpec]:
    """The fields of a declared class by key, in the order of writing: inherited ones first unless written again, those in
    `last` at the end."""
    annotations = typing.get_type_hints(cls, include_extras=True)
    fields: dict[str, FieldSpec] = {}
    filled = {key for rule in rules for key in rule.fills}
    keys = _order(cls)
    for key in [*(key for key in keys if key not in last), *(key for key in last if key in keys)]:
        spec = spec_of(cls.__table__.c[key]) if key in cls.__table__.c else None
        if spec is None:
            continue
        where = f"{cls.__name__}.{key}"
        python, optional = _annotated(annotations.get(key), where)
        if python is not KINDS[spec.kind].python:
            raise DeclarationError(
                f"{where}: {spec.kind}(…) holds {KINDS[spec.kind].python.__name__}, but the annotation says {python.__name__}"
            )
        if spec.required_when and not optional:
            raise DeclarationError(f"{where}: required_when needs `| None` in the annotation")
        fields[key] = spec.bound(key=key, required=not optional, derived=key in filled)
        column = cls.__table__.c[key]
        if isinstance(column.type, Sealed):
            # Only here is it known whose column it is, and a token is worth nothing in another one.
            column.type = Sealed(f"{cls.__table__.name}.{key}", column.type.purpose)
    _check(cls.__name__, fields, rules)
    return fields


def _order(cls: type[Any]) -> list[str]:
    """Keys in the order of writing; a key that a subclass writes again stands where the subclass writes it."""
    keys: dict[str, None] = {}
    for klass in reversed(cls.__mro__):
        for key in inspect.get_annotations(klass):
            keys.pop(key, None)
            keys[key] = None
    return list(keys)


def _annotated(annotation: Any, where: str) -> tuple[type, bool]:
    if typing.get_origin(annotation) is not Mapped:
        raise DeclarationError(f"{where}: the annotation has to be Mapped[…]")
    (inner,) = typing.get_args(annotation)
    optional = False
    if typing.get_origin(inner) in (types.UnionType, typing.Union):
        options = [option for option in typing.get_args(inner) if option is not type(None)]
        optional = len(options) < len(typing.get_args(inner))
        inner = options[0]
    return typing.get_origin(inner) or inner, optional


def _check(name: str, fields: Mapping[str, FieldSpec], rules: Iterable[Rule]) -> None:
    headings: dict[str, str] = {}
    for key, spec in fields.items():
        for heading in spec.headings:
            if headings.setdefault(heading, key) != key:
                raise DeclarationError(f"{name}.{key}: the heading {heading!r} is already taken by {headings[heading]}")
        for other in (spec.within, spec.required_when.field if spec.required_when else None):
            if other is not None and other not in fields:
                raise DeclarationError(f"{name}.{key}: there is no field {other}")
        if spec.within and not fields[spec.within].dictionary:
            raise DeclarationError(f"{name}.{key}: within={spec.within!r} is not a choice")
        if spec.example is None and spec.must_be_given and spec.kind != "department":
            raise DeclarationError(f"{name}.{key}: a field that must be given needs an example")
        for what, value in (("example", spec.example), ("default", spec.default)):
            if value is None or spec.kind in _LOOKED_UP:
                continue
            found = parser(spec, Lookups(today=_FAR))(value)
            if isinstance(found, Wrong):
                raise DeclarationError(f"{name}.{key}: the {what} {value!r} is not valid: {found.code}")
    for rule in rules:
        for key in (*rule.reads, *rule.fills):
            if key not in fields:
                raise DeclarationError(f"{name}: {rule!r} names {key}, and there is no such field")


_FAR = date(2199, 12, 31)
