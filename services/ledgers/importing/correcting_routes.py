"""Putting cells of an uploaded file right over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Request

from kit import audit
from kit.http.principal import CurrentPrincipal
from kit.http.session import SessionDep
from services.ledgers.importing import correcting
from services.ledgers.importing.preview import job_json
from services.ledgers.importing.routes import MAY_IMPORT, find
from services.ledgers.importing.target import known_ledger
from services.ledgers.importing.uploading import once_more

router = APIRouter(prefix="/api/ledgers/{slug}/imports", tags=["导入导出"])


@router.post("/{import_id}/corrections", dependencies=[MAY_IMPORT], summary="更正单元格", response_model=None)
def correct(
    slug: str,
    import_id: UUID,
    body: correcting.Corrections,
    request: Request,
    tasks: BackgroundTasks,
    session: SessionDep,
    principal: CurrentPrincipal,
) -> dict[str, Any]:
    """Puts cells right and has the file validated again; a long one in the background. What was put right before stays,
    unless it is said anew."""
    known_ledger(slug)
    job = find(session, principal, slug, import_id, lock=True)
    cells = correcting.correct(session, job, body)
    audit.record(
        session, principal, f"ledgers:{slug}:import.correct", "import", job.id,
        detail={"file": job.file_name, "cells": cells, "rows": len(body.cells)},
    )  # fmt: skip
    once_more(session, job, principal, request, tasks)
    return job_json(session, job, principal)
