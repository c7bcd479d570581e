"""Which key holds how many values, and sealing all of them anew with the first key.

The tables are read from the metadata: every column of a sealed type, and every column that says `info={"tokens": True}`
because it holds tokens of other columns (a history, a staging table). What is stale is asked of the database each time, so
that a rotation that was killed goes on where it was, and a second one finds nothing to do. The hash within a token does not
change, and neither do indexes, versions or histories."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol

from sqlalchemy import (
    Column,
    ColumnElement,
    LargeBinary,
    MetaData,
    Table,
    Text,
    and_,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
    type_coerce,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from kit.sealing.errors import KeyMissing, SealBroken, SealError
from kit.sealing.keyring import Keyring
from kit.sealing.types import Sealed, SealedBytes, SealedJSON

_BATCH = 500
TOKENS = "tokens"
_TOKEN = re.compile(r"~1\.[A-Za-z0-9_-]*\.([a-z0-9]+)\.[A-Za-z0-9+/]+=*")
_KEY_ID = r"~1\.[A-Za-z0-9_-]*\.([a-z0-9]+)\."


class Transactions(Protocol):
    """What kit.db.Database offers; the command line brings one."""

    def transaction(self) -> AbstractContextManager[Session]: ...


class Step(NamedTuple):
    """One batch of one table: rows sealed anew, and values in them that could not be opened."""

    table: str
    rows: int
    unreadable: int


def sealed_columns(metadatas: Iterable[MetaData]) -> dict[Table, list[Column[Any]]]:
    """Every table that holds sealed values, with the columns that do."""
    found: dict[Table, list[Column[Any]]] = {}
    for metadata in metadatas:
        for table in metadata.sorted_tables:
            columns = [column for column in table.columns if _holds(column)]
            if columns:
                found[table] = columns
    return found


def _holds(column: Column[Any]) -> bool:
    return isinstance(column.type, (Sealed, SealedBytes, SealedJSON)) or bool(column.info.get(TOKENS))


def holdings(session: Session, metadatas: Iterable[MetaData]) -> dict[tuple[str, str], Counter[str]]:
    """How many values each key holds, by table and column."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for table, columns in sealed_columns(metadatas).items():
        for column in columns:
            ids = select(_key_ids(column).label("id")).select_from(table).where(column.is_not(None)).subquery()
            counted = session.execute(select(ids.c.id, func.count()).where(ids.c.id.is_not(None)).group_by(ids.c.id))
            found[table.name, column.name] = Counter({row[0]: row[1] for row in counted})
    return found


def used_keys(session: Session, metadatas: Iterable[MetaData]) -> Counter[str]:
    """How many values each key holds altogether."""
    return sum(holdings(session, metadatas).values(), Counter[str]())


def rotate(database: Transactions, metadatas: Iterable[MetaData], ring: Keyring) -> Iterator[Step]:
    """Seals every value anew that another key than the first one holds, batch by batch, each in a transaction of its own.
    A row that somebody changes at this moment is left to the next pass."""
    tables = sealed_columns(metadatas)
    labels = [c.type.label for columns in tables.values() for c in columns if isinstance(c.type, Sealed)]
    for table, columns in tables.items():
        again = True
        while again:
            again = False
            after: Sequence[Any] | None = None
            while True:
                with database.transaction() as session:
                    rows = session.execute(_stale(table, columns, ring, after)).mappings().all()
                    if not rows:
                        break
                    step = _renew(session, table, columns, ring, [dict(row) for row in rows], labels)
                    again = again or len(rows) > step.rows + step.unreadable
                after = [rows[-1][key.name] for key in table.primary_key]
                yield step


def _stale(table: Table, columns: Sequence[Column[Any]], ring: Keyring, after: Sequence[Any] | None) -> Any:
    keys = list(table.primary_key)
    query = select(*keys, *(_raw(column).label(f"raw_{column.name}") for column in columns))
    query = query.where(or_(*(_is_stale(column, ring.first) for column in columns)))
    if after is not None:
        query = query.where(tuple_(*keys) > tuple_(*(literal(v, k.type) for v, k in zip(after, keys, strict=True))))
    return query.order_by(*keys).limit(_BATCH)


def _renew(
    session: Session, table: Table, columns: Sequence[Column[Any]], ring: Keyring, rows: Sequence[Mapping[str, Any]],
    labels: Sequence[str],
) -> Step:  # fmt: skip
    done = broken = 0
    for row in rows:
        values: dict[str, Any] = {}
        for column in columns:
            old = row[f"raw_{column.name}"]
            if old is None:
                continue
            try:
                new = _resealed(column, old, ring, labels)
            except SealError:
                broken += 1
                continue
            if new != old:
                values[column.name] = new
        if not values:
            continue
        unchanged = [_raw(table.c[name]) == literal(row[f"raw_{name}"], _raw(table.c[name]).type) for name in values]
        same = [key == row[key.name] for key in table.primary_key]
        changes = {name: _back(table.c[name], value) for name, value in values.items()}
        result = session.execute(update(table).where(and_(*same, *unchanged)).values(changes))
        done += result.rowcount  # type: ignore[attr-defined]
    return Step(table.name, done, broken)


# -- what differs from type to type ---------------------------------------------------------------------------------------


def _raw(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The column as it stands in the database: text, or bytes."""
    if isinstance(column.type, SealedBytes):
        return type_coerce(column, LargeBinary())
    if isinstance(column.type, Sealed):
        return type_coerce(column, Text())
    if isinstance(column.type, SealedJSON):
        return type_coerce(column, JSONB()).op("#>>")(literal_column("'{}'")).cast(Text)
    return cast(column, Text)


def _back(column: Column[Any], value: Any) -> Any:
    """A raw value as an expression of the column's own type, past its sealing."""
    if isinstance(column.type, SealedBytes):
        return bindparam(None, value, LargeBinary(), unique=True)
    if isinstance(column.type, Sealed):
        return bindparam(None, value, Text(), unique=True)
    if isinstance(column.type, SealedJSON):
        return func.to_jsonb(cast(bindparam(None, value, Text(), unique=True), Text))
    return cast(bindparam(None, value, Text(), unique=True), column.type)


def _key_ids(column: Column[Any]) -> ColumnElement[Any]:
    if isinstance(column.type, SealedBytes):
        head = func.encode(func.substring(_raw(column), 1, 48), "escape")
        return func.split_part(head, ".", 3)
    if isinstance(column.type, Sealed):
        return func.split_part(_raw(column), ".", 3)
    # A row for each of several tokens, and none for JSON that holds no token.
    return func.unnest(func.regexp_matches(_raw(column), _KEY_ID, "g"))


def _is_stale(column: Column[Any], first: str) -> ColumnElement[bool]:
    if isinstance(column.type, (Sealed, SealedBytes)):
        return and_(column.is_not(None), _key_ids(column) != first)
    return and_(column.is_not(None), _raw(column).op("~")(rf"~1\.[A-Za-z0-9_-]*\.(?!{first}\.)[a-z0-9]+\."))


def _resealed(column: Column[Any], old: Any, ring: Keyring, labels: Sequence[str]) -> Any:
    kind = column.type
    if isinstance(kind, SealedBytes):
        return (
            old if _key_of(bytes(old)) == ring.first else ring.seal_bytes(kind.label, ring.open_bytes(kind.label, old))
        )
    if isinstance(kind, (Sealed, SealedJSON)):
        return _anew(old, ring, [kind.label])
    return _TOKEN.sub(lambda token: _anew(token[0], ring, labels), old)


def _anew(token: str, ring: Keyring, labels: Sequence[str]) -> str:
    """The same value under the first key. Which column a token in a history was made for, only trying tells: the labels are
    few."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        raise SealBroken
    if found[1] == ring.first:
        return token
    if found[1] not in ring.ids:
        raise KeyMissing
    for label in labels:
        try:
            value = ring.open(label, token)
        except SealBroken:
            continue
        return ring.sealed_as(label, value, token.split(".")[1])
    raise SealBroken


def _key_of(sealed: bytes) -> str:
    return sealed[:48].split(b".")[2].decode("ascii", "replace") if sealed[:48].count(b".") >= 3 else ""
