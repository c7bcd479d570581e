"""What users expect of rows beside reading and writing one: history, batches, the recycle bin. The same routes for every
ledger, by its slug in the path."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from kit.db import now
from kit.http.idempotency import OnceDep
from kit.http.principal import CurrentPrincipal, require
from kit.http.recent import refuse_stale
from kit.http.session import SessionDep
from services.ledgers import bin as recycle_bin
from services.ledgers import disclosing, rights, timeline
from services.ledgers.batch import MOST_ROWS, BatchWriter, Result
from services.ledgers.importing.target import known_ledger

# A handful is a slip that is undone; beyond it a deletion is bulk deletion (reliability.md 3.1 S7).
UNPROVEN_DELETES = 20

router = APIRouter(prefix="/api/ledgers/{slug}", tags=["台账记录"])


class Seen(BaseModel):
    """A row in the version that the person has seen."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    version: Annotated[int, Field(ge=1, le=2**31 - 1)]


Rows = Annotated[list[Seen], Field(min_length=1, max_length=MOST_ROWS)]


class BatchUpdate(BaseModel):
    """One field of many rows; the value as in an update of one row, null to blank it."""

    model_config = ConfigDict(extra="forbid")

    field: Annotated[str, Field(min_length=1, max_length=63)]
    value: Any = None
    rows: Rows


class BatchDelete(BaseModel):
    """Rows to delete."""

    model_config = ConfigDict(extra="forbid")

    rows: Rows


class BatchRestore(BaseModel):
    """Rows whose deletion is taken back."""

    model_config = ConfigDict(extra="forbid")

    ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_ROWS)]


class RowResult(BaseModel):
    """What became of one row."""

    id: UUID
    outcome: str = Field(description="changed, unchanged, deleted, restored, conflict, invalid, missing")
    code: str | None
    message: str | None
    version: int | None


class BatchResult(BaseModel):
    """What became of each row, in the order asked for, and how many were written."""

    done: int
    failed: int
    results: list[RowResult]


class Paging(BaseModel):
    """Which page."""

    model_config = ConfigDict(extra="forbid")

    page: Annotated[int, Field(ge=1, le=100_000)] = 1
    size: Annotated[int, Field(ge=1, le=200)] = 20


class BinQuery(Paging):
    """Which deleted rows."""

    q: Annotated[str, Field(max_length=100)] | None = None


@router.get("/trash", dependencies=[require("ledgers:{slug}:delete")], summary="回收站")
def list_deleted(
    slug: str, query: Annotated[BinQuery, Query()], session: SessionDep, who: CurrentPrincipal
) -> recycle_bin.BinPage:
    """What was deleted, the newest first."""
    return recycle_bin.page_of(session, who, known_ledger(slug), query.q, query.page, query.size)


@router.get("/{id}/history", dependencies=[require("ledgers:{slug}:read")], summary="修改历史")
def read_history(
    slug: str, id: UUID, query: Annotated[Paging, Query()], session: SessionDep, who: CurrentPrincipal
) -> timeline.HistoryPage:
    """Who changed what of a row, the newest first."""
    page = timeline.page_of(session, who, known_ledger(slug), id, query.page, query.size)
    disclosing.row_shown(session, known_ledger(slug), who, id)
    return page


@router.get("/{id}/rights", dependencies=[require("ledgers:{slug}:read")], summary="对该记录的权限")
def read_rights(slug: str, id: UUID, session: SessionDep, who: CurrentPrincipal) -> rights.Rights:
    """What the caller may do with a row. Other services ask it with the caller's own token before they show what they
    keep for the row (attachments); 404 where the row does not exist for the caller."""
    return rights.of(session, who, known_ledger(slug), id)


@router.post(
    "/batch-update", dependencies=[require("ledgers:{slug}:update")], summary="批量修改", response_model=BatchResult
)
def batch_update(
    slug: str, body: Annotated[BatchUpdate, Body()], session: SessionDep, who: CurrentPrincipal, once: OnceDep
) -> Response:
    """Sets one field of up to 1,000 rows."""
    batch = BatchWriter(session, known_ledger(slug), who)
    return once(lambda: _answer(batch.update(body.field, body.value, _versions(body.rows))), status=200)


@router.post(
    "/batch-delete", dependencies=[require("ledgers:{slug}:delete")], summary="批量删除", response_model=BatchResult
)
def batch_delete(
    slug: str, body: Annotated[BatchDelete, Body()], session: SessionDep, who: CurrentPrincipal, once: OnceDep
) -> Response:
    """Deletes up to 1,000 rows; `batch-restore` takes it back. Many at once want a fresh proof of who it is."""
    if len(body.rows) > UNPROVEN_DELETES:
        refuse_stale(who, now())
    batch = BatchWriter(session, known_ledger(slug), who)
    return once(lambda: _answer(batch.delete(_versions(body.rows))), status=200)


@router.post(
    "/batch-restore", dependencies=[require("ledgers:{slug}:delete")], summary="批量恢复", response_model=BatchResult
)
def batch_restore(
    slug: str, body: Annotated[BatchRestore, Body()], session: SessionDep, who: CurrentPrincipal, once: OnceDep
) -> Response:
    """Takes deletions back."""
    batch = BatchWriter(session, known_ledger(slug), who)
    return once(lambda: _answer(batch.restore(list(dict.fromkeys(body.ids)))), status=200)


def _versions(rows: list[Seen]) -> dict[UUID, int]:
    return {row.id: row.version for row in rows}


def _answer(results: list[Result]) -> dict[str, Any]:
    done = sum(one.outcome in ("changed", "unchanged", "deleted", "restored") for one in results)
    return {
        "done": done,
        "failed": len(results) - done,
        "results": [
            {"id": str(one.id), "outcome": one.outcome, "code": one.code, "message": one.message,
             "version": one.version}
            for one in results
        ],
    }  # fmt: skip
