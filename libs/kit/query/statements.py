"""SQL text by shape. Building a list's statement from its parts takes longer than PostgreSQL takes to answer it (measured:
3 ms against 0.3 ms), and two requests that ask the same of other values have the same text. So the text is built once per
shape, and a request brings its values."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Row, Select
from sqlalchemy.orm import Session

_MOST = 4_000

AnySelect: TypeAlias = Select[*tuple[Any, ...]]
AnyRow: TypeAlias = Row[*tuple[Any, ...]]


class Statement(NamedTuple):
    """Compiled SQL, and the values that belong to the shape rather than to a request."""

    sql: str
    fixed: dict[str, Any]

    def one(self, session: Session, values: Mapping[str, Any]) -> AnyRow:
        """Runs it; it has to give one row."""
        result: AnyRow = session.connection().exec_driver_sql(self.sql, {**self.fixed, **values}).one()
        return result


class Statements:
    """The statements of one process, the least recently used forgotten first."""

    def __init__(self) -> None:
        self._known: OrderedDict[Hashable, Statement] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, session: Session, shape: Hashable, build: Callable[[], AnySelect]) -> Statement:
        """The statement of a shape. Everything that `build` reads beyond named parameters has to be in `shape`."""
        with self._lock:
            known = self._known.get(shape)
            if known is not None:
                self._known.move_to_end(shape)
                return known
        compiled = build().compile(dialect=session.get_bind().dialect, compile_kwargs={"render_postcompile": True})
        made = Statement(str(compiled), dict(compiled.params))
        with self._lock:
            self._known[shape] = made
            while len(self._known) > _MOST:
                self._known.popitem(last=False)
        return made
