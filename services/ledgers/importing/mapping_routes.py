"""The mapping step over HTTP: saying what strange headings and words mean, seeing and forgetting what was remembered."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Request
from sqlalchemy import select

from kit import audit
from kit.errors import NotFound
from kit.http.principal import CurrentPrincipal
from kit.http.session import SessionDep
from services.ledgers.importing import mapping
from services.ledgers.importing.preview import job_json
from services.ledgers.importing.routes import MAY_IMPORT, find
from services.ledgers.importing.tables import ImportMapping
from services.ledgers.importing.target import known_ledger
from services.ledgers.importing.uploading import once_more
from services.ledgers.lookups import lookups_for

router = APIRouter(prefix="/api/ledgers/{slug}/imports", tags=["导入导出"])


@router.post("/{import_id}/mapping", dependencies=[MAY_IMPORT], summary="确认列与词的对应关系", response_model=None)
def answer(
    slug: str,
    import_id: UUID,
    body: mapping.Answers,
    request: Request,
    tasks: BackgroundTasks,
    session: SessionDep,
    principal: CurrentPrincipal,
) -> dict[str, Any]:
    """Says what headings and words of this file mean, and has the file validated again; a long one in the background.
    What was said before about this file stays, unless it is said anew."""
    known_ledger(slug)
    job = find(session, principal, slug, import_id, lock=True)
    mapping.answer(session, job, principal, body)
    audit.record(
        session, principal, f"ledgers:{slug}:import.mapping", "import", job.id,
        detail={"file": job.file_name, **body.model_dump()},
    )  # fmt: skip
    once_more(session, job, principal, request, tasks)
    return job_json(session, job, principal)


@router.get("/mapping", dependencies=[MAY_IMPORT], summary="本部门记住的对应关系")
def remembered(slug: str, session: SessionDep, principal: CurrentPrincipal) -> dict[str, Any]:
    """What one's department has said about the headings and words of its files. Other departments have their own."""
    row_class = known_ledger(slug)
    fields, lookups = row_class.input_fields(), lookups_for(session, row_class, principal)
    rows = session.scalars(
        select(ImportMapping)
        .where(ImportMapping.slug == slug, ImportMapping.owner_id == mapping.owner_of(principal))
        .order_by(ImportMapping.kind, ImportMapping.field, ImportMapping.written)
    )
    items = [
        {
            "id": row.id,
            "kind": row.kind,
            "written": row.written,
            "field": row.field or None,
            "field_title": fields[row.field].title if row.field in fields else None,
            "label": mapping.label_of(fields, row, lookups),
            "created_by_name": row.created_by_name,
            "created_at": row.created_at,
        }
        for row in rows
    ]
    return {"items": items}


@router.delete("/mapping/{mapping_id}", status_code=204, dependencies=[MAY_IMPORT], summary="忘记一条对应关系")
def forget(slug: str, mapping_id: UUID, session: SessionDep, principal: CurrentPrincipal) -> None:
    """From the next file on, the heading or word is asked about again."""
    known_ledger(slug)
    row = session.get(ImportMapping, mapping_id)
    if row is None or row.slug != slug or row.owner_id != mapping.owner_of(principal):
        raise NotFound
    session.delete(row)
    audit.record(
        session, principal, f"ledgers:{slug}:import.mapping.forget", "import_mapping", row.id,
        before={"kind": row.kind, "written": row.written, "field": row.field, "target": row.target},
    )  # fmt: skip
