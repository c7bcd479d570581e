"""Dictionaries (leaf 1.1)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func, select
from starlette.responses import Response

from kit.http.idempotency import OnceDep
from kit.http.principal import CurrentPrincipal, require, signed_in
from kit.http.session import SessionDep
from services.auth import dictionaries, facts
from services.auth.dictionaries import DictionaryItem
from services.auth.routes.organisation import Version

router = APIRouter(prefix="/api/auth/dictionaries", tags=["字典"])

Code = Annotated[str, Path(max_length=64, pattern=r"^[A-Za-z0-9_.-]+$")]
Value = Annotated[str, Path(min_length=1, max_length=64)]
Word = Annotated[str, Field(min_length=1, max_length=100)]


class DictionaryIn(BaseModel):
    """A new dictionary."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    code: Annotated[str, Field(max_length=64, pattern=r"^[a-z][a-z0-9_]*$")]
    name: Annotated[str, Field(min_length=1, max_length=50)]


class ItemFields(BaseModel):
    """What an item is made of. `ext` holds its rules as data with their legal basis."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    label: Word
    sort: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    enabled: bool = True
    color: Annotated[str, Field(pattern=r"^(#[0-9a-fA-F]{6}|[a-z]{3,20})$")] | None = None
    parent_value: Annotated[str, Field(max_length=64)] | None = None
    aliases: Annotated[list[Word], Field(max_length=50)] = []
    ext: Annotated[dict[str, Any], Field(max_length=50)] = {}
    valid_from: date | None = None
    valid_to: date | None = None


class NewItem(ItemFields):
    """A new item."""

    value: Annotated[str, Field(max_length=64, pattern=r"^[\w.()（）-]+$")]


class ItemChange(ItemFields):
    """A whole item after a change."""

    version: Version


@router.get("", dependencies=[signed_in()])
def list_dictionaries(session: SessionDep) -> dict[str, Any]:
    """Every dictionary with the number of its items."""
    numbers = select(DictionaryItem.dictionary, func.count()).group_by(DictionaryItem.dictionary)
    counts: dict[str, int] = dict(session.execute(numbers).all())
    items = [
        {
            "code": row.code,
            "name": row.name,
            "editable": row.editable,
            "service": row.service,
            "version": row.version,
            "items": counts.get(row.code, 0),
        }
        for row in dictionaries.all_of(session)
    ]
    return {"items": items, "total": len(items)}


@router.get("/{code}", dependencies=[signed_in()])
def read_dictionary(code: Code, session: SessionDep) -> dict[str, Any]:
    """A dictionary with all its items, retired ones too."""
    row = dictionaries.find(session, code)
    return {
        "code": row.code,
        "name": row.name,
        "editable": row.editable,
        "service": row.service,
        "version": row.version,
        "items": [item.as_json() for item in dictionaries.items_of(session, code)],
    }


@router.post("", dependencies=[require("auth:dictionaries:create")], status_code=201)
def create_dictionary(
    dictionary: DictionaryIn, session: SessionDep, principal: CurrentPrincipal, once: OnceDep
) -> Response:
    """A new dictionary."""

    def effect() -> dict[str, Any]:
        row = dictionaries.create(session, principal, dictionary.code, dictionary.name)
        facts.dictionary_changed(session, row, [])
        return read_dictionary(row.code, session)

    return once(effect)


@router.post("/{code}/items", dependencies=[require("auth:dictionaries:create")], status_code=201)
def create_item(code: Code, item: NewItem, session: SessionDep, principal: CurrentPrincipal, once: OnceDep) -> Response:
    """A new item."""

    def effect() -> dict[str, Any]:
        parent = dictionaries.find(session, code, lock=True)
        row = dictionaries.create_item(session, principal, parent, item.value, item.model_dump(exclude={"value"}))
        facts.dictionary_changed(session, parent, [row])
        return row.as_json()

    return once(effect)


@router.put("/{code}/items/{value}", dependencies=[require("auth:dictionaries:update")])
def change_item(
    code: Code, value: Value, change: ItemChange, session: SessionDep, principal: CurrentPrincipal
) -> dict[str, Any]:
    """Changes an item."""
    parent = dictionaries.find(session, code, lock=True)
    values = change.model_dump(exclude={"version"})
    row = dictionaries.change_item(session, principal, parent, value, values, change.version)
    facts.dictionary_changed(session, parent, [row])
    return row.as_json()


@router.delete("/{code}/items/{value}", dependencies=[require("auth:dictionaries:delete")])
def retire_item(
    code: Code,
    value: Value,
    version: Annotated[int, Query(ge=1, le=2**31 - 1)],
    session: SessionDep,
    principal: CurrentPrincipal,
) -> dict[str, Any]:
    """Retires an item: it can no longer be chosen, and old rows keep naming it."""
    parent = dictionaries.find(session, code, lock=True)
    row = dictionaries.change_item(session, principal, parent, value, {"enabled": False}, version, "retire")
    facts.dictionary_changed(session, parent, [row])
    return row.as_json()
