"""SQL text by shape. Building a list's statement from its parts takes longer than PostgreSQL takes to answer it (measured:
3 ms against 0.3 ms), and two requests that ask the same of other values have the same text. So the text is built once per
shape, and a request brings its values."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import ARRAY, Boolean, Select
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from kit.db.reads import Reads

_MOST = 4_000
# Parameters as PostgreSQL itself numbers them, so that the text can be sent as it is.
_DIALECT = PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]

AnySelect: TypeAlias = Select[*tuple[Any, ...]]


class Statement(NamedTuple):
    """Compiled SQL, and the values that belong to the shape rather than to a request."""

    sql: str
    names: tuple[str, ...]
    fixed: dict[str, Any]
    # Whether PostgreSQL may keep one plan for all values. A plan takes as long to make as a page to read; but where the
    # values decide which index is good (a filter, a search), each execution has to have its own.
    one_plan: bool

    async def one(self, reads: Reads, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """Runs it; it has to give one row, whose values are PostgreSQL's text in UTF-8."""
        given = {**self.fixed, **values}
        return await reads.one(self.sql, [given[name] for name in self.names], prepare=None if self.one_plan else False)


class Statements:
    """The statements of one process, the least recently used forgotten first."""

    def __init__(self) -> None:
        self._known: OrderedDict[Hashable, Statement] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, shape: Hashable, build: Callable[[], AnySelect], *, one_plan: bool = False) -> Statement:
        """The statement of a shape. Everything that `build` reads beyond named parameters has to be in `shape`."""
        with self._lock:
            known = self._known.get(shape)
            if known is not None:
                self._known.move_to_end(shape)
                return known
        compiled = build().compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
        names = tuple(compiled.positiontup or ())
        # The values go to the driver as they are; that suits every type but those that SQLAlchemy would change first.
        for name in names:
            kind = compiled.binds[name].type if name in compiled.binds else None
            if (
                kind is not None
                # Of a boolean SQLAlchemy only makes sure that it is one.
                and not isinstance(kind, (ARRAY, Boolean))
                and kind.dialect_impl(_DIALECT).bind_processor(_DIALECT)
            ):
                raise TypeError(f"a parameter of the type {kind} cannot go to the driver as it is: {name}")
        made = Statement(str(compiled), names, dict(compiled.params), one_plan)
        with self._lock:
            self._known[shape] = made
            while len(self._known) > _MOST:
                self._known.popitem(last=False)
        return made
