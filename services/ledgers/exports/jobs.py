"""The background of long exports: one thread in each API process. A job is claimed with SKIP LOCKED, kept by a heartbeat,
and begun anew by somebody else when its runner falls silent. What the person may see is looked up when it runs."""

from __future__ import annotations

import contextlib
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

from fastapi import FastAPI
from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit import audit, log
from kit.db import Database, now
from kit.directory.tables import DirectoryPerson
from kit.errors import AppError, Forbidden
from services.ledgers import exporting
from services.ledgers.exports.tables import ExportJob, ExportPiece
from services.ledgers.importing.target import ledger_class

_log = log.get(__name__)

POLL_SECONDS = 2.0
# The file may hold personal data: it is kept for so long, looked for so often.
KEPT = timedelta(hours=24)
SWEEP_SECONDS = 600.0
# A runner tells at every portion of rows that it lives; opening and packing the workbook takes some seconds more.
SILENT = timedelta(seconds=60)
MOST_ATTEMPTS = 3
_PIECE = 1024 * 1024


class Lost(Exception):
    """The job was cancelled, or another runner has taken it up."""


class Background:
    """The thread, and the bell that wakes it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.id = uuid4()
        self._bell = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="exports", daemon=True)

    def start(self) -> None:
        """Begins to work."""
        self._thread.start()

    def ring(self) -> None:
        """There may be something to do."""
        self._bell.set()

    def stop(self) -> None:
        """Ends at the next portion of rows; whoever finds the job silent begins it anew."""
        self._stop.set()
        self._bell.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        sweep_at = 0.0
        while not self._stop.is_set():
            worked = False
            try:
                worked = self.step()
                if not worked and time.monotonic() > sweep_at:
                    sweep_at = time.monotonic() + SWEEP_SECONDS
                    with self.database.transaction() as session:
                        sweep(session)
            except Exception as error:  # the database may be away; the thread must outlive that
                _log.warning("export_background_failed", error=type(error).__name__)
            if not worked:
                self._bell.wait(POLL_SECONDS)
                self._bell.clear()

    def step(self) -> bool:
        """Takes up one job, if there is one."""
        with self.database.transaction() as session:
            job = _claim(session, self.id)
            if job is None:
                return False
            job_id = job.id
        try:
            self._make(job_id)
        except Lost:
            _log.info("export_lost", job=str(job_id))
        except AppError as error:
            self._fail(job_id, error.code, error.detail or error.title)
        except Exception as error:
            _log.error("export_crashed", job=str(job_id), exc_info=error)
            self._fail(job_id, "internal_error", "导出时出错，请重新导出；如果仍然出错，请联系系统维护人员")
        return True

    def _make(self, job_id: UUID) -> None:
        with self.database.transaction() as session, tempfile.TemporaryFile() as file:
            job = session.get_one(ExportJob, job_id)
            session.expunge(job)
            principal = Principal.model_validate(job.principal)
            person = session.get(DirectoryPerson, principal.user_id)
            if person is not None and not person.active:
                raise Forbidden("账号已停用", code="account_disabled")
            row_class = ledger_class(job.slug)
            query, fields = exporting.asked(row_class, [(key, value) for key, value in job.params])
            count = exporting.write(
                session, principal, row_class, query, fields, file, lambda done, total: self._tell(job_id, done, total)
            )
            size = file.tell()
            file.seek(0)
            # Begun anew, it may have left pieces of its first attempt behind.
            session.execute(delete(ExportPiece).where(ExportPiece.job_id == job_id))
            number = 0
            while content := file.read(_PIECE):
                session.add(ExportPiece(job_id=job_id, number=number, content=content))
                session.flush()
                session.expunge_all()
                number += 1
            mine = session.scalars(
                select(ExportJob)
                .where(ExportJob.id == job_id, ExportJob.runner == self.id, ExportJob.state == "running")
                .with_for_update()
            ).one_or_none()
            if mine is None:
                raise Lost
            whole = exporting.shown_whole(row_class, principal, fields)
            mine.state, mine.progress, mine.rows, mine.bytes = "done", 100, count, size
            mine.personal, mine.finished_at, mine.runner = bool(whole), now(), None
            audit.record(
                session, principal, f"ledgers:{job.slug}:export", "ledger", job.slug,
                detail={"rows": count, "columns": [spec.key for spec in fields], "personal": whole, "job": str(job_id)},
            )  # fmt: skip

    def _tell(self, job_id: UUID, done: int, total: int) -> None:
        if self._stop.is_set():
            raise Lost
        with self.database.transaction() as session:
            told = session.execute(
                update(ExportJob)
                .where(ExportJob.id == job_id, ExportJob.runner == self.id, ExportJob.state == "running")
                .values(progress=min(99, 95 * done // max(total, 1)), rows=total, heartbeat_at=now())
            )
        if not told.rowcount:  # type: ignore[attr-defined]
            raise Lost

    def _fail(self, job_id: UUID, code: str, message: str) -> None:
        with self.database.transaction() as session:
            session.execute(
                update(ExportJob)
                .where(ExportJob.id == job_id, ExportJob.runner == self.id, ExportJob.state == "running")
                .values(state="failed", error_code=code, error_message=message, finished_at=now(), runner=None)
            )


def _claim(session: Session, runner: UUID) -> ExportJob | None:
    """The oldest job that nobody works on, now ours."""
    silent = or_(ExportJob.heartbeat_at.is_(None), ExportJob.heartbeat_at < now() - SILENT)
    job = session.scalars(
        select(ExportJob)
        .where(or_(ExportJob.state == "queued", (ExportJob.state == "running") & silent))
        .order_by(ExportJob.created_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if job is None:
        return None
    job.attempts += 1
    if job.attempts > MOST_ATTEMPTS:
        job.state, job.finished_at, job.runner = "failed", now(), None
        job.error_code, job.error_message = "internal_error", "多次导出未能完成，请缩小范围后重新导出"
        return None
    job.state, job.runner, job.heartbeat_at = "running", runner, now()
    return job


def sweep(session: Session) -> int:
    """Removes the files of jobs that ended more than a day ago; says how many. The jobs stay, as history."""
    ids = list(
        session.scalars(
            select(ExportJob.id)
            .where(ExportJob.finished_at < now() - KEPT, ExportJob.swept_at.is_(None))
            .limit(20)
            .with_for_update(skip_locked=True)
        )
    )
    session.execute(delete(ExportPiece).where(ExportPiece.job_id.in_(ids)))
    session.execute(update(ExportJob).where(ExportJob.id.in_(ids)).values(swept_at=now()))
    return len(ids)


def ring(app: FastAPI) -> None:
    """Wakes the background of this process, if it has one; another one finds the job within two seconds."""
    background: Background | None = getattr(app.state, "exports", None)
    if background is not None:
        background.ring()


@contextlib.contextmanager
def running(app: FastAPI) -> Iterator[Background]:
    """For create_app's lifespans: the background works while the application runs."""
    background = Background(app.state.database)
    app.state.exports = background
    background.start()
    try:
        yield background
    finally:
        background.stop()
        app.state.exports = None
