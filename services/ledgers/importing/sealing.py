"""Personal values on their way through an import. The child that parses gets no keys, so it hands them over apart from the
rest of a row, and they are sealed here, in the parent, before the row reaches the database."""

from __future__ import annotations

from typing import Any

import orjson

from kit.sealing import Sealed, keyring, sealed_type
from services.ledgers.importing.tables import ImportRow
from services.ledgers.ledger import LedgerRow
from services.ledgers.reading import table_of

_NULL = b"\\N"


def sealed_keys(row_class: type[LedgerRow]) -> list[str]:
    """The sealed fields of a ledger, in their order: that of `import_row.sealed`."""
    return [key for key in row_class.input_fields() if isinstance(table_of(row_class).c[key].type, Sealed)]


class RowSealer:
    """Turns the child's lines into lines of COPY. The last two columns of a line are, as plain JSON, the cells as they were
    written (or null) and the values of the sealed fields."""

    def __init__(self, row_class: type[LedgerRow]) -> None:
        self._columns = [sealed_type(table_of(row_class).c[key]) for key in sealed_keys(row_class)]
        self._ring = keyring()

    def __call__(self, block: bytes) -> bytes:
        """Whole lines in, whole lines out."""
        lines = []
        for line in block.splitlines():
            head, texts, personal = line.rsplit(b"\t", 2)
            if texts != _NULL:
                token = self._ring.seal("import_row.texts", texts.decode())
                texts = b'"%s"' % token.encode()
            lines.append(b"%s\t%s\t%s\n" % (head, texts, self.tokens(orjson.loads(personal))))
        return b"".join(lines)

    def tokens(self, values: list[str | None]) -> bytes:
        """An array of PostgreSQL; no character of a token wants escaping in it."""
        return b"{%s}" % ",".join([token or "NULL" for token in self.seal(values)]).encode()

    def seal(self, values: list[str | None]) -> list[str | None]:
        """The tokens of a row's sealed fields, made for the columns of the ledger that the row is meant for."""
        return [
            None if value is None else self._ring.seal(column.label, value, column.purpose)
            for column, value in zip(self._columns, values, strict=True)
        ]


def values_of(row_class: type[LedgerRow], row: ImportRow) -> list[Any]:
    """The values of a row of the file, the sealed ones opened, in the order of the fields."""
    if not row.sealed:
        return list(row.vals)
    ring, columns = keyring(), table_of(row_class).c
    opened = {
        key: None if token is None else ring.open(sealed_type(columns[key]).label, token)
        for key, token in zip(sealed_keys(row_class), row.sealed, strict=True)
    }
    return [opened.get(key, value) for key, value in zip(row_class.input_fields(), row.vals, strict=True)]
