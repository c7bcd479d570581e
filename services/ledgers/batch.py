"""Many rows at once: one field changed, rows deleted, a deletion taken back. Each row by the rules of a single change, with a
result of its own; rows that can be written are, the others say why not. One transaction, one audit row, one announcement."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit import audit
from kit.db import now
from kit.directory import scope_clause
from kit.errors import AppError, Conflict, FieldError, Invalid
from services.ledgers import expiry, history
from services.ledgers.changes import announce
from services.ledgers.ledger import LedgerRow
from services.ledgers.reading import table_of
from services.ledgers.rows import RowWriter

MOST_ROWS = 1_000
Outcome = Literal["changed", "unchanged", "deleted", "restored", "conflict", "invalid", "missing"]
_DONE = ("changed", "deleted", "restored")


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one row; `version` is its version afterwards where it was written."""

    id: UUID
    outcome: Outcome
    message: str | None = None
    code: str | None = None
    version: int | None = None


class BatchWriter:
    """Writes many rows of one ledger for one person."""

    def __init__(self, session: Session, row_class: type[LedgerRow], principal: Principal) -> None:
        self.session, self.row_class, self.principal = session, row_class, principal
        self.writer = RowWriter(session, row_class, principal)

    def update(self, field: str, value: Any, versions: Mapping[UUID, int]) -> list[Result]:
        """Sets one field of each row to one value."""
        if field not in self.writer.fields:
            raise Invalid("没有这个字段", errors=[FieldError(("body", "field"), "unknown_field", "没有这个字段")])

        def change(row: LedgerRow) -> bool:
            return self.writer.apply(row, {field: value}) is not None

        return self._run("update", versions, change, "changed", detail={"field": field})

    def delete(self, versions: Mapping[UUID, int]) -> list[Result]:
        """Deletes rows softly; `restore` takes them back."""

        def change(row: LedgerRow) -> bool:
            row.deleted_at = now()
            return True

        return self._run("delete", versions, change, "deleted")

    def restore(self, ids: Sequence[UUID]) -> list[Result]:
        """Takes deletions back, except where a row of the same key has been made since."""

        def change(row: LedgerRow) -> bool:
            self.writer.refuse_twin(self.writer.key_of(row), row.id)
            row.deleted_at = None
            return True

        results = self._run("restore", dict.fromkeys(ids), change, "restored")
        expiry.warn_again(self.session, self.row_class, [one.id for one in results if one.outcome == "restored"])
        return results

    def _run(
        self,
        action: str,
        versions: Mapping[UUID, int | None],
        change: Callable[[LedgerRow], bool],
        done: Outcome,
        *,
        detail: dict[str, Any] | None = None,
    ) -> list[Result]:
        if action == "update":
            history.via(self.session, "batch")
        rows = self._locked(list(versions), deleted=action == "restore")
        results = []
        for id_, version in versions.items():
            row = rows.get(id_)
            if row is None:
                results.append(Result(id_, "missing", "记录不存在、已删除或不在您的数据范围内", "not_found"))
            elif version is not None and row.version != version:
                results.append(Result(id_, "conflict", "已被他人修改", "version_conflict"))
            else:
                results.append(self._one(row, change, done))
        written = [result.id for result in results if result.outcome in _DONE]
        if written:
            announce(self.session, self.row_class, written, actor=self.principal.user_id)
        audit.record(
            self.session, self.principal, f"ledger.batch_{action}", f"ledger:{self.row_class.ledger.slug}", None,
            detail={**(detail or {}), "asked": len(versions), "written": [str(id_) for id_ in written]},
        )  # fmt: skip
        return results

    def _one(self, row: LedgerRow, change: Callable[[LedgerRow], bool], done: Outcome) -> Result:
        try:
            if not change(row):
                return Result(row.id, "unchanged", version=row.version)
        except (Invalid, Conflict) as error:
            return Result(row.id, "invalid", _sentence(error), error.errors[0].code if error.errors else error.code)
        self.writer.touch(row)
        return Result(row.id, done, version=row.version)

    def _locked(self, ids: list[UUID], *, deleted: bool) -> dict[UUID, LedgerRow]:
        """In one order, so that two batches cannot wait for one another."""
        row_class, columns = self.row_class, table_of(self.row_class).c
        found = self.session.scalars(
            select(row_class)
            .where(
                columns.id.in_(ids),
                columns.deleted_at.is_not(None) if deleted else columns.deleted_at.is_(None),
                scope_clause(self.principal, columns.dept_id, columns.created_by),
            )
            .order_by(columns.id)
            .with_for_update()
        )
        return {row.id: row for row in found}


def _sentence(error: AppError) -> str:
    return error.detail or error.title


__all__ = ["MOST_ROWS", "BatchWriter", "Result"]
