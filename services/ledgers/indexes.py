"""The indexes of a ledger's table, derived from its declaration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sqlalchemy import Index, Table, and_

from kit.fields import FieldSpec
from kit.query import search_index
from kit.sealing import by_value

if TYPE_CHECKING:
    from services.ledgers.ledger import Ledger


def add_indexes(table: Table, fields: Mapping[str, FieldSpec], ledger: Ledger) -> None:
    """What lists, imports and the daily scan need. All are partial: deleted rows are looked at by nobody but a restore."""
    columns, called = table.c, table.name
    alive = columns.deleted_at.is_(None)
    # Blank parts of a key are equal to one another: two rows without a batch number are the same row.
    Index(
        f"uq_{called}_natural_key", *(by_value(columns[key]) for key in ledger.natural_key), unique=True,
        postgresql_where=alive, postgresql_nulls_not_distinct=True,
    )  # fmt: skip
    for keys in ledger.also_unique:
        Index(f"uq_{called}_{'_'.join(keys)}"[:63], *(by_value(columns[key]) for key in keys), unique=True,
              postgresql_where=alive)  # fmt: skip
    # Both directions of a sort read the index, for the id follows the same direction (kit.query).
    sort = ledger.default_sort.removeprefix("-")
    Index(f"ix_{called}_{sort}", columns[sort], columns.id, postgresql_where=alive)
    Index(f"ix_{called}_dept_{sort}", columns.dept_id, columns[sort], columns.id, postgresql_where=alive)
    expiring = {expiry.field for expiry in ledger.expiry}
    for key, spec in fields.items():
        if spec.computed or key in (sort, "dept_id"):
            continue
        if key in expiring or spec.sortable:
            Index(f"ix_{called}_{key}", columns[key], columns.id, postgresql_where=alive)
        elif spec.personal and (spec.search or spec.filter):
            Index(f"ix_{called}_{key}", by_value(columns[key]), postgresql_where=alive)
    if expiring:
        # The scan looks for dates within the furthest threshold, and for the few rows that have a longer one of their own.
        Index(f"ix_{called}_warn_days", columns.id, postgresql_where=and_(alive, columns.warn_days.is_not(None)))
    if ledger.superseded_by:
        # With the date, so that of most rows the index alone says that nothing replaces them.
        keys = (*ledger.superseded_by.keys, ledger.superseded_by.by)
        Index(f"ix_{called}_{'_'.join(keys)}"[:63], *(by_value(columns[key]) for key in keys), postgresql_where=alive)
    search_index(f"ix_x_{called}_search", [columns[k] for k, s in fields.items() if s.search and not s.personal])
