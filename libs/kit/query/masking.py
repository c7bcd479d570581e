"""Personal values as those without the permission see them, made by the database, so that they never leave it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, case, func, literal

from kit.fields import HIDDEN, FieldSpec
from kit.fields.identity import SQL_MASK_PATTERN, SQL_MASK_REPLACEMENT, SQL_PHONE_PATTERN, SQL_PHONE_REPLACEMENT


def masked(spec: FieldSpec, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The SQL twin of kit.fields.mask_value."""
    if spec.kind in ("identity", "code"):
        return func.regexp_replace(column, SQL_MASK_PATTERN, SQL_MASK_REPLACEMENT, "g")
    if spec.kind == "phone":
        return func.regexp_replace(column, SQL_PHONE_PATTERN, SQL_PHONE_REPLACEMENT)
    return case((column.is_not(None), literal(HIDDEN)))
