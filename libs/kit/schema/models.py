"""Pydantic models made of FieldSpecs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict, create_model
from pydantic_core import PydanticCustomError

from kit.fields import FieldSpec

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")


def _iso_day(raw: Any) -> Any:
    # Pydantic would take a number for seconds since 1970; a client that sends 20260105 deserves an error.
    if isinstance(raw, date) or (isinstance(raw, str) and _ISO.fullmatch(raw)):
        return raw
    raise PydanticCustomError("date_parsing", "a date such as 2026-01-05")


def _type(spec: FieldSpec) -> Any:
    match spec.kind:
        case "integer":
            return Annotated[int, Strict(), Field(ge=spec.min, le=spec.max)]
        case "decimal":
            return Annotated[
                Decimal, Field(ge=spec.min, le=spec.max, max_digits=spec.digits, decimal_places=spec.precision)
            ]
        case "day":
            day = Annotated[date, BeforeValidator(_iso_day)]
            return day | Literal[spec.blank_words] if spec.blank_words else day
        case "multi_choice":
            return Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=100)]
        case "department":
            return UUID
        case "yes_no":
            return Annotated[bool, Strict()]
        case "choice":
            return Annotated[str, Field(max_length=64)]
        case _:
            return Annotated[str, Field(max_length=spec.max_length)] if spec.max_length else str


def _described(spec: FieldSpec, default: Any) -> Any:
    extra: dict[str, Any] = {"x-kind": spec.kind}
    if spec.dictionary:
        extra["x-dictionary"] = spec.dictionary
    return Field(
        default, title=spec.title, description=spec.help, examples=[spec.example] if spec.example is not None else None,
        json_schema_extra=extra,
    )  # fmt: skip


def create_model_of(name: str, fields: Mapping[str, FieldSpec]) -> type[BaseModel]:
    """The body of a creation. Fields that a rule or a default fills may be left out."""
    content: dict[str, Any] = {
        key: (_type(spec), _described(spec, ...))
        if spec.must_be_given
        else (_type(spec) | None, _described(spec, None))
        for key, spec in fields.items()
        if not spec.computed
    }
    return create_model(name, __config__=ConfigDict(extra="forbid"), **content)


def update_model_of(name: str, fields: Mapping[str, FieldSpec]) -> type[BaseModel]:
    """The body of an update: the version that was read, and the fields that change. A field that is left out stays as it is;
    null blanks it."""
    content: dict[str, Any] = {
        key: (_type(spec) | None, _described(spec, None)) for key, spec in fields.items() if not spec.computed
    }
    version: Any = (
        Annotated[int, Strict()],
        Field(ge=1, le=2**31 - 1, title="版本", description="读到的版本（乐观锁）"),
    )
    return create_model(name, __config__=ConfigDict(extra="forbid"), **content, version=version)


def read_model_of(name: str, fields: Mapping[str, FieldSpec], **more: Any) -> type[BaseModel]:
    """A row as it is answered; only for documentation, for the database writes the JSON."""
    content: dict[str, Any] = {"id": (UUID, ...)}
    for key, spec in fields.items():
        shown: Any = {"integer": int, "decimal": Decimal, "day": date, "multi_choice": list[str], "department": UUID,
                      "yes_no": bool}.get(spec.kind, str)  # fmt: skip
        optional = not spec.required and not spec.computed
        content[key] = (shown | None if optional else shown, _described(spec, None if optional else ...))
    content |= {
        "computed_keys": (list[str], Field(description="由规则推算而非填写的字段")),
        "quiet_keys": (list[str], Field(description="不再预警的到期字段：已停用、离职等，或已完成、已有更新的记录")),
        "version": (int, ...),
        "created_at": (datetime, ...),
        "updated_at": (datetime, ...),
        **more,
    }
    return create_model(name, **content)


def page_model_of(name: str, row: type[BaseModel]) -> type[BaseModel]:
    """One page of a list."""
    return create_model(name, items=(list[row], ...), total=(int, ...), page=(int, ...), size=(int, ...))  # type: ignore[valid-type]
