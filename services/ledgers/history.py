"""Who changed what of a row, when and by which way: written by PostgreSQL itself, so that no way of writing can forget it.

One statement-level trigger on each ledger compares the rows before and after in one set: an import of 100,000 rows adds one
INSERT … SELECT, and a form's save adds the same. A new row's line has no values, for the first change holds what was
before it. A personal value stands here as it stands in its row, sealed (kit.sealing); one that is not sealed does not stand
here at all, only that it was there: a history must not be the place where plain numbers are left."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from services.ledgers.ledger import LedgerRow
from services.ledgers.models import Base

VIAS = {
    "form": "页面填写",
    "import": "批量导入",
    "batch": "批量修改",
    "undo": "撤销导入",
    "restore": "恢复",
    "movement": "出入库登记",
    "api": "接口",
}
KINDS = {"create": "新建", "update": "修改", "delete": "删除", "restore": "恢复"}


class RowChanged(Base):
    """One change of one row. `changes` is {field: [before, after]}, as PostgreSQL writes the columns as JSON; of a personal
    field the sealed token, or whether there was a value."""

    __tablename__ = "row_change"

    row_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    ledger: Mapped[str]
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    by: Mapped[UUID | None]
    via: Mapped[str]
    kind: Mapped[str]
    # The import that wrote it, so that an import's page can lead to what it did.
    batch_id: Mapped[UUID | None]
    changes: Mapped[Any] = mapped_column(JSONB, server_default="{}", default=dict, info={"tokens": True})

    __table_args__ = (Index("ix_row_change_batch", "batch_id", postgresql_where=text("batch_id IS NOT NULL")),)


def via(session: Session, way: str) -> None:
    """Says by which way the rest of this transaction writes; a form or an import need not say it."""
    session.execute(text("SELECT set_config('safework.via', :way, true)"), {"way": way})


_PERSONAL = """
CREATE OR REPLACE FUNCTION kept_of_personal(value jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $body$
  SELECT CASE WHEN value #>> '{}' LIKE '~1.%' THEN value ELSE to_jsonb(value IS NOT NULL AND value <> 'null') END
$body$"""

_FUNCTION = """
CREATE OR REPLACE FUNCTION keep_row_history() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
  way text := nullif(current_setting('safework.via', true), '');
  -- The fields of the ledger, and those among them that are personal.
  tracked text[] := string_to_array(TG_ARGV[1], ',');
  personal text[] := string_to_array(TG_ARGV[2], ',');
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO row_change (row_id, version, ledger, by, via, kind, batch_id)
    SELECT id, version, TG_ARGV[0], created_by,
           coalesce(way, CASE WHEN import_batch_id IS NULL THEN 'form' ELSE 'import' END), 'create', import_batch_id
    FROM new_rows;
    RETURN NULL;
  END IF;
  INSERT INTO row_change (row_id, version, ledger, by, via, kind, batch_id, changes)
  SELECT n.id, n.version, TG_ARGV[0], n.updated_by,
         coalesce(way, CASE WHEN n.batch IS NOT NULL AND n.batch IS DISTINCT FROM o.batch THEN 'import' ELSE 'form' END),
         CASE WHEN n.gone AND NOT o.gone THEN 'delete' WHEN o.gone AND NOT n.gone THEN 'restore' ELSE 'update' END,
         CASE WHEN n.batch IS DISTINCT FROM o.batch THEN n.batch END, d.changes
  FROM (SELECT id, import_batch_id AS batch, deleted_at IS NOT NULL AS gone, to_jsonb(r) AS j
        FROM old_rows r OFFSET 0) o
  JOIN (SELECT id, version, updated_by, import_batch_id AS batch, deleted_at IS NOT NULL AS gone, to_jsonb(r) AS j
        FROM new_rows r OFFSET 0) n ON n.id = o.id
  CROSS JOIN LATERAL (
    SELECT coalesce(jsonb_object_agg(key, CASE WHEN key = ANY(personal)
                    THEN jsonb_build_array(kept_of_personal(o.j->key), kept_of_personal(n.j->key))
                    ELSE jsonb_build_array(o.j->key, n.j->key) END), '{}') AS changes
    FROM unnest(tracked) AS key
    WHERE n.j->key IS DISTINCT FROM o.j->key
      -- The same value sealed twice is two tokens; its hash is one. Where there was none, this is unknown, and not true.
      AND (key = ANY(personal) AND n.j->>key LIKE '~1.%' AND o.j->>key LIKE '~1.%'
           AND split_part(n.j->>key, '.', 2) <> ''
           AND split_part(n.j->>key, '.', 2) = split_part(o.j->>key, '.', 2)) IS NOT TRUE) d
  WHERE d.changes <> '{}' OR n.gone <> o.gone
  ON CONFLICT (row_id, version) DO UPDATE SET changes = row_change.changes || excluded.changes, at = excluded.at;
  RETURN NULL;
END $body$"""


def standing(row_classes: Iterable[type[LedgerRow]]) -> list[str]:
    """The SQL that stands in the database beside the tables, made anew after every migration (kit.db.migrate): the fields
    that are watched follow the declarations without a migration of their own."""
    statements = [_PERSONAL, _FUNCTION]
    for row_class in row_classes:
        table, fields = row_class.__tablename__, row_class.input_fields()
        personal = ",".join(key for key, spec in fields.items() if spec.personal)
        arguments = f"'{row_class.ledger.slug}', '{','.join(fields)}', '{personal}'"
        for event, tables in (
            ("INSERT", "NEW TABLE AS new_rows"),
            ("UPDATE", "OLD TABLE AS old_rows NEW TABLE AS new_rows"),
        ):
            statements.append(
                f"CREATE OR REPLACE TRIGGER history_{event.lower()} AFTER {event} ON {table} REFERENCING {tables} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION keep_row_history({arguments})"
            )
    return statements


__all__ = ["KINDS", "VIAS", "RowChanged", "standing", "via"]
