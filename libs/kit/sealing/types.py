"""Column types whose values are sealed on their way into the database and opened on their way out."""

from __future__ import annotations

import operator
from typing import Any

import orjson
from sqlalchemy import ColumnElement, LargeBinary, Text, func, type_coerce
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.types import TypeDecorator

from kit.sealing.keyring import HASH_LENGTH, MARK, has_keyring, keyring

_BY_HASH = frozenset(
    (operator.eq, operator.ne, operators.is_distinct_from, operators.is_not_distinct_from,
     operators.in_op, operators.not_in_op)
)  # fmt: skip


def fingerprint(column: ColumnElement[Any]) -> ColumnElement[str]:
    """The keyed hash within a token: its place is fixed, so that it can stand in an index."""
    return func.substr(type_coerce(column, Text()), sql(str(len(MARK) + 2)), sql(str(HASH_LENGTH)), type_=Text())


def is_sealed(column: ColumnElement[Any]) -> bool:
    """Whether a column's values are sealed."""
    return isinstance(column.type, Sealed)


def by_value(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """What tells the values of a column apart: the column, or the hash where it is sealed. For indexes and joins."""
    return fingerprint(column) if is_sealed(column) else column


class Sealed(TypeDecorator[str]):
    """Text, sealed under the name `label` (table.column). With a `purpose`, the kind of value, it can be compared for
    equality: the comparison is made by hash, whoever writes it."""

    impl = Text
    cache_ok = True

    def __init__(self, label: str, purpose: str | None = None) -> None:
        super().__init__()
        self.label = label
        self.purpose = purpose

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        return None if value is None else keyring().seal(self.label, value, self.purpose)

    def process_result_value(self, value: Any, dialect: Any) -> str | None:
        return None if value is None else keyring().open(self.label, value)

    class Comparator(TypeDecorator.Comparator[str]):
        """Equality by hash."""

        def operate(self, op: Any, *other: Any, **kwargs: Any) -> Any:
            if op not in _BY_HASH or other[0] is None:
                return super().operate(op, *other, **kwargs)
            return op(fingerprint(self.expr), self._hashed(other[0]), **kwargs)

        def _hashed(self, other: Any) -> Any:
            purpose = self.type.purpose  # type: ignore[attr-defined]
            if purpose is None:
                raise TypeError("a value that was sealed without a purpose cannot be compared")
            if hasattr(other, "__clause_element__"):
                other = other.__clause_element__()
            if isinstance(other, ClauseElement):
                if not isinstance(other, ColumnElement) or not _alike(other, purpose):
                    raise TypeError(f"only another sealed {purpose} can be compared with one")
                return fingerprint(other)
            if isinstance(other, (list, tuple, set, frozenset)):
                return [keyring().hash(purpose, value) for value in other]
            return keyring().hash(purpose, other)

    comparator_factory = Comparator


def _alike(column: ColumnElement[Any], purpose: str) -> bool:
    return isinstance(column.type, Sealed) and column.type.purpose == purpose


def sealed_type(column: ColumnElement[Any]) -> Sealed:
    """The type of a column that is sealed."""
    if not isinstance(column.type, Sealed):
        raise TypeError(f"{column} is not sealed")
    return column.type


class SealedBytes(TypeDecorator[bytes]):
    """Bytes, sealed: uploaded files and the like."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, label: str) -> None:
        super().__init__()
        self.label = label

    def process_bind_param(self, value: Any, dialect: Any) -> bytes | None:
        return None if value is None else keyring().seal_bytes(self.label, value)

    def process_result_value(self, value: Any, dialect: Any) -> bytes | None:
        return None if value is None else keyring().open_bytes(self.label, value)


class SealedJSON(TypeDecorator[Any]):
    """Anything that is JSON, sealed as one JSON text. In kit's own tables, which stand in every service's database, it is
    written as it is where a service has no keys: such a service holds no personal data."""

    impl = JSONB(none_as_null=True)
    cache_ok = True

    def __init__(self, label: str) -> None:
        super().__init__()
        self.label = label

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        if value is None or not has_keyring():
            return value
        return keyring().seal(self.label, orjson.dumps(value).decode())

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        if not isinstance(value, str) or not value.startswith(f"{MARK}."):
            return value
        return orjson.loads(keyring().open(self.label, value))
