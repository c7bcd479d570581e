"""Dictionaries (leaf 1.1)."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, File, Path, Query, UploadFile
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func, select
from starlette.responses import Response

from kit import audit
from kit.audit.duty import unaudited
from kit.db import today
from kit.errors import FieldError, Invalid, TooLarge
from kit.excel.refusal import Refused
from kit.http.days import Day
from kit.http.idempotency import OnceDep
from kit.http.limits import BodyLimit
from kit.http.principal import CurrentPrincipal, require, signed_in
from kit.http.session import SessionDep
from services.auth import dictionaries, dictionary_sheet, extras, facts
from services.auth.dictionaries import Dictionary, DictionaryItem
from services.auth.routes.organisation import Version

router = APIRouter(prefix="/api/auth/dictionaries", tags=["字典"])

Code = Annotated[str, Path(max_length=64, pattern=r"^[A-Za-z0-9_.-]+$")]
Value = Annotated[str, Path(min_length=1, max_length=64)]
Word = Annotated[str, Field(min_length=1, max_length=100)]
AtVersion = Annotated[int, Query(ge=1, le=2**31 - 1)]
# The multipart frame comes on top of the file.
BODY_LIMIT = BodyLimit(r"/api/auth/dictionaries/[^/]+/import/?$", dictionary_sheet.MAX_BYTES + 64 * 1024)
BLANK = unaudited("a blank form, with words that everybody who is signed in may read")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class DictionaryIn(BaseModel):
    """A new dictionary."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    code: Annotated[str, Field(max_length=64, pattern=r"^[a-z][a-z0-9_]*$")]
    name: Annotated[str, Field(min_length=1, max_length=50)]
    parent: Annotated[str, Field(max_length=64, pattern=r"^[a-z][a-z0-9_]*$")] | None = None


class DictionaryChange(BaseModel):
    """A dictionary after a change of its name."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: Annotated[str, Field(min_length=1, max_length=50)]
    version: Version


class ItemFields(BaseModel):
    """What an item is made of. `ext` holds its rules as data with their legal basis."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    label: Word
    sort: Annotated[int, Field(strict=True, ge=0, le=1_000_000)] = 0
    enabled: bool = True
    color: Annotated[str, Field(pattern=r"^(#[0-9a-fA-F]{6}|[a-z]{3,20})$")] | None = None
    parent_value: Annotated[str, Field(max_length=64)] | None = None
    aliases: Annotated[list[Word], Field(max_length=50)] = []
    ext: Annotated[dict[str, Any], Field(max_length=50)] = {}
    valid_from: Day | None = None
    valid_to: Day | None = None


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
    items = [_head(row) | {"items": counts.get(row.code, 0)} for row in dictionaries.all_of(session)]
    return {"items": items, "total": len(items)}


@router.get("/{code}", dependencies=[signed_in()])
def read_dictionary(code: Code, session: SessionDep) -> dict[str, Any]:
    """A dictionary with all its items, retired ones too."""
    row = dictionaries.find(session, code)
    items = dictionaries.items_of(session, code)
    parents = dictionaries.items_of(session, row.parent) if row.parent else []
    rules = dictionaries.completed(session, extras.of_dictionary([item.ext for item in items]))
    return _head(row) | {
        "items": [item.as_json() for item in items],
        "parents": [{"value": item.value, "label": item.label, "enabled": item.enabled} for item in parents],
        "extras": [rule.as_json() for rule in rules],
    }


def _head(row: Dictionary) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": row.name,
        "editable": row.editable,
        "service": row.service,
        "parent": row.parent,
        "version": row.version,
    }


@router.post("", dependencies=[require("auth:dictionaries:create")], status_code=201)
def create_dictionary(
    dictionary: DictionaryIn, session: SessionDep, principal: CurrentPrincipal, once: OnceDep
) -> Response:
    """A new dictionary."""

    def effect() -> dict[str, Any]:
        row = dictionaries.create(session, principal, dictionary.code, dictionary.name, dictionary.parent)
        facts.dictionary_changed(session, row, [])
        return read_dictionary(row.code, session)

    return once(effect)


@router.put("/{code}", dependencies=[require("auth:dictionaries:update")])
def rename_dictionary(
    code: Code, change: DictionaryChange, session: SessionDep, principal: CurrentPrincipal
) -> dict[str, Any]:
    """Renames a dictionary that was made by hand; a declared one is called as its service calls it."""
    row = dictionaries.find(session, code, lock=True)
    dictionaries.rename(session, principal, row, change.name, change.version)
    facts.dictionary_changed(session, row, [])
    return read_dictionary(code, session)


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


@router.post("/{code}/items/{value}/restore", dependencies=[require("auth:dictionaries:update")])
def restore_item(
    code: Code, value: Value, version: AtVersion, session: SessionDep, principal: CurrentPrincipal
) -> dict[str, Any]:
    """Brings a retired item back."""
    parent = dictionaries.find(session, code, lock=True)
    row = dictionaries.change_item(session, principal, parent, value, {"enabled": True}, version, "restore")
    facts.dictionary_changed(session, parent, [row])
    return row.as_json()


@router.post("/{code}/items/{value}/reset", dependencies=[require("auth:dictionaries:update")])
def reset_item(
    code: Code, value: Value, version: AtVersion, session: SessionDep, principal: CurrentPrincipal
) -> dict[str, Any]:
    """A declared item as its service declares it; from now on upgrades change it again."""
    parent = dictionaries.find(session, code, lock=True)
    row = dictionaries.change_item(
        session, principal, parent, value, dictionaries.declared_values(session, parent, value), version, "reset"
    )
    facts.dictionary_changed(session, parent, [row])
    return row.as_json()


@router.get("/{code}/template.xlsx", dependencies=[require("auth:dictionaries:import"), BLANK], response_class=Response)
def download_template(code: Code, session: SessionDep) -> Response:
    """The workbook to fill in."""
    row = dictionaries.find(session, code)
    return workbook(dictionary_sheet.template_of(session, row), f"{row.name}导入模板.xlsx")


@router.get("/{code}/export.xlsx", dependencies=[require("auth:dictionaries:export")], response_class=Response)
def export_items(code: Code, session: SessionDep, principal: CurrentPrincipal) -> Response:
    """All items as a workbook that can be imported again."""
    row = dictionaries.find(session, code)
    content, rows = dictionary_sheet.export_of(session, row)
    audit.record(session, principal, "export", "dictionary", code, detail={"rows": rows})
    return workbook(content, f"{row.name}_{today():%Y%m%d}.xlsx")


@router.post("/{code}/import", dependencies=[require("auth:dictionaries:import")], response_model=None)
def import_items(
    code: Code,
    session: SessionDep,
    principal: CurrentPrincipal,
    file: Annotated[UploadFile, File(description="xlsx，不超过 2 MB、5,000 行")],
    mode: Annotated[Literal["check", "apply", "errors"], Query()] = "check",
) -> Any:
    """Looks at a workbook (`check`), gives it back with its errors marked (`errors`), or writes it (`apply`): all of it, and
    only when every row is right. The file is sent each time; nothing of it is kept."""
    content = file.file.read(dictionary_sheet.MAX_BYTES + 1)
    if len(content) > dictionary_sheet.MAX_BYTES:
        raise TooLarge("文件超过 2 MB 上限", code="file_too_large")
    parent = dictionaries.find(session, code, lock=True)
    try:
        sheet = dictionary_sheet.read(session, parent, content, file.filename or "未命名.xlsx")
    except Refused as error:
        wrong = FieldError(("body", "file"), error.code, error.message)
        raise Invalid(error.message, code=error.code, errors=[wrong]) from error
    trial = session.begin_nested()
    outcome, changed = dictionary_sheet.run(session, principal, parent, sheet)
    if mode == "apply" and not outcome.errors:
        # The savepoint is released by the edge, with the whole transaction.
        if changed:
            facts.dictionary_changed(session, parent, changed)
        counted = {"rows": outcome.rows, "created": len(outcome.created), "updated": len(outcome.updated)}
        audit.record(session, principal, "import", "dictionary", code, detail=counted)
    else:
        trial.rollback()
        session.expire_all()
        counted = {"rows": outcome.rows, "errors": len(outcome.errors)}
        audit.record(session, principal, "check_import", "dictionary", code, detail=counted)
    if mode == "errors":
        columns, _ = dictionary_sheet.layout(session, parent)
        return workbook(dictionary_sheet.marked(sheet, outcome, columns), f"{parent.name}_错误清单.xlsx")
    return dictionary_sheet.outcome_json(outcome, sheet) | {"applied": mode == "apply" and not outcome.errors}


def workbook(content: bytes, name: str) -> Response:
    """A workbook as an answer; `filename*` holds the Chinese, `filename` what old programs can read."""
    headers = {"Content-Disposition": f"attachment; filename=\"export.xlsx\"; filename*=UTF-8''{quote(name, safe='')}"}
    return Response(content, media_type=XLSX, headers=headers)
