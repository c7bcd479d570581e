"""The undo of an import over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter, BackgroundTasks, Request

from kit import audit
from kit.http.principal import CurrentPrincipal
from kit.http.session import SessionDep
from services.ledgers.importing import jobs, undoing
from services.ledgers.importing.loading import AT_ONCE_ROWS
from services.ledgers.importing.preview import job_json
from services.ledgers.importing.routes import MAY_IMPORT, find
from services.ledgers.importing.target import known_ledger

router = APIRouter(prefix="/api/ledgers/{slug}/imports", tags=["导入导出"])


@router.post("/{import_id}/undo", dependencies=[MAY_IMPORT], summary="撤销导入（24 小时内）", response_model=None)
def undo(
    slug: str,
    import_id: UUID,
    request: Request,
    tasks: BackgroundTasks,
    session: SessionDep,
    principal: CurrentPrincipal,
) -> dict[str, Any]:
    """Deletes the rows that the import created and puts those back that it changed, except where somebody has touched them
    since: `undo.refused` names those. Only the person who imported may do it, once. Of more than 500 rows it is done in
    the background (`undoing`)."""
    known_ledger(slug)
    job = find(session, principal, slug, import_id, lock=True)
    undoing.check(job)
    if job.created + job.updated > AT_ONCE_ROWS:
        job.state, job.progress, job.attempts = "undoing", 0, 0
        job.error_code = job.error_message = None
        job.principal, job.runner, job.heartbeat_at = principal.model_dump(mode="json"), None, None
        audit.record(
            session, principal, f"ledgers:{slug}:import.undo.start", "import", job.id, detail={"file": job.file_name}
        )
        tasks.add_task(jobs.ring, request.app)
    else:
        undoing.undo(session, job, principal)
    return job_json(session, job, principal)
