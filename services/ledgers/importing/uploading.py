"""What becomes of an uploaded workbook: a job, and for a small one its preview in the same request."""

from __future__ import annotations

import hashlib

from fastapi import BackgroundTasks, Request
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit import audit
from kit.db import now, today, uuid7
from kit.errors import FieldError, Invalid
from kit.excel.refusal import Refused
from kit.excel.runner import GATE
from kit.fields import Departments, Lookups, Wrong, parser
from services.ledgers.importing import jobs
from services.ledgers.importing.loading import AT_ONCE_ROWS, TooManyForNow, load
from services.ledgers.importing.tables import ImportFile, ImportJob
from services.ledgers.ledger import LedgerRow

# How long a small file waits for another one to be parsed before it goes to the background.
PATIENCE_SECONDS = 3.0
# A file of 500 rows is smaller than this; a larger one need not be looked at twice.
AT_ONCE_BYTES = 1024 * 1024


def refused(error: Refused) -> Invalid:
    """A workbook that cannot be imported, as an answer."""
    return Invalid(error.message, code=error.code, errors=[FieldError(("body", "file"), error.code, error.message)])


def may_be_about(row_class: type[LedgerRow], value: int) -> None:
    """Whether a whole file may be said to be about this; Invalid otherwise."""
    key = row_class.ledger.import_by
    if key is None:
        raise _wrong_whole("not_imported_by", f"{row_class.ledger.title}不按某一项整体导入")
    spec = row_class.fields[key]
    parsed = parser(spec, Lookups(today=today(), dictionaries={}, departments=Departments({})))(value)
    if isinstance(parsed, Wrong):
        raise _wrong_whole(parsed.code, parsed.message)


def _wrong_whole(code: str, message: str) -> Invalid:
    return Invalid(message, code=code, errors=[FieldError(("body", "import_by"), code, message)])


def new_job(
    session: Session,
    principal: Principal,
    slug: str,
    name: str,
    content: bytes,
    on_duplicate: str,
    blank_cells: str,
    import_by: int | None,
) -> ImportJob:
    """The job of a file, and the file; nothing has been looked at yet."""
    job = ImportJob(
        id=uuid7(),
        slug=slug,
        file_name=name,
        sha256=hashlib.sha256(content).hexdigest(),
        on_duplicate=on_duplicate,
        blank_cells=blank_cells,
        import_by=import_by,
        state="queued",
        principal=principal.model_dump(mode="json"),
        created_by=principal.user_id,
        created_by_name=principal.name,
        created_at=now(),
        **dict.fromkeys(
            ("progress", "rows", "valid", "invalid", "created", "updated", "unchanged", "skipped", "attempts"), 0
        ),
        only_valid=False,
    )
    session.add_all([job, ImportFile(job_id=job.id, content=content, created_at=now())])
    session.flush()
    audit.record(
        session, principal, f"ledgers:{slug}:import.upload", "import", job.id,
        detail={"file": name, "sha256": job.sha256, "bytes": len(content)},
    )  # fmt: skip
    return job


def once_more(session: Session, job: ImportJob, principal: Principal, request: Request, tasks: BackgroundTasks) -> None:
    """Has a file validated again, after something has been said about it: a long one in the background."""
    rows = job.rows
    job.state, job.progress, job.attempts = "queued", 0, 0
    job.principal, job.runner, job.heartbeat_at = principal.model_dump(mode="json"), None, None
    session.flush()
    if rows <= AT_ONCE_ROWS:
        at_once(session, job, session.get_one(ImportFile, job.id).content, principal)
    tasks.add_task(jobs.ring, request.app)


def at_once(session: Session, job: ImportJob, content: bytes, principal: Principal) -> None:
    """Validates a small file in this request; what turns out to be long, or would have to wait, stays queued."""
    if len(content) > AT_ONCE_BYTES:
        return
    with GATE.enter(PATIENCE_SECONDS) as free:
        if not free:
            return
        try:
            # A COPY that is broken off takes its transaction with it, and the job must stay.
            with session.begin_nested():
                load(session, job, content, principal, at_once=True)
        except TooManyForNow:
            session.refresh(job)
        except Refused as error:
            raise refused(error) from error
