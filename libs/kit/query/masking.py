"""Personal values that are not sealed, as those without the permission see them: made by the database, so that they never
leave it. Sealed ones, which the database cannot read, are masked in kit.query.personal."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, case, literal

from kit.fields import HIDDEN, FieldSpec
from kit.sealing import is_sealed


def masked(spec: FieldSpec, column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The column, or HIDDEN wherever it has a value."""
    return column if not spec.personal or is_sealed(column) else case((column.is_not(None), literal(HIDDEN)))
