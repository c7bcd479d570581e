"""The background of imports: one thread in each API process takes up what is too long to be answered at once.

A job is claimed with SKIP LOCKED, kept by a heartbeat, and taken up again by somebody else when its runner falls silent:
whatever is killed, the file is parsed and the rows are written, once."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

from fastapi import FastAPI
from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit import log
from kit.db import Database, now
from kit.errors import AppError
from kit.excel.refusal import Refused
from kit.excel.runner import GATE
from services.ledgers.importing import undoing
from services.ledgers.importing.confirming import RowsChanged, write
from services.ledgers.importing.loading import LONG, load
from services.ledgers.importing.tables import ImportFile, ImportJob, ImportMatch, ImportRow

_log = log.get(__name__)

POLL_SECONDS = 2.0
# Uploaded files and rows are personal data: they are kept for so long, looked for so often.
KEPT = timedelta(hours=24)
SWEEP_SECONDS = 600.0
# A runner tells at least every second that it lives; silent for this long, it is dead.
SILENT = timedelta(seconds=20)
MOST_ATTEMPTS = 3


class Lost(Exception):
    """The job was cancelled, or another runner has taken it up."""


class Background:
    """The thread, and the bell that wakes it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.id = uuid4()
        self._bell = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="imports", daemon=True)

    def start(self) -> None:
        """Begins to work."""
        self._thread.start()

    def ring(self) -> None:
        """There may be something to do."""
        self._bell.set()

    def stop(self) -> None:
        """Ends after the job in hand, or leaves it to whoever finds it silent."""
        self._stop.set()
        self._bell.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        sweep_at = 0.0
        while not self._stop.is_set():
            try:
                worked = self.step()
                if not worked and time.monotonic() > sweep_at:
                    sweep_at = time.monotonic() + SWEEP_SECONDS
                    with self.database.transaction() as session:
                        sweep(session)
            except Exception as error:  # the database may be away; the thread must outlive that
                _log.warning("import_background_failed", error=type(error).__name__)
                worked = False
            if not worked:
                self._bell.wait(POLL_SECONDS)
                self._bell.clear()

    def step(self) -> bool:
        """Takes up one job, if there is one."""
        with self.database.transaction() as session:
            job = claim(session, self.id)
            if job is None:
                return False
            job_id, state = job.id, job.state
        with self._beating(job_id):
            try:
                {"parsing": self._parse, "confirming": self._confirm, "undoing": self._undo}[state](job_id)
            except Lost:
                _log.info("import_lost", job=str(job_id))
            except Refused as refused:
                self._fail(job_id, refused.code, refused.message)
            except AppError as error:
                self._fail(job_id, error.code, error.detail or error.title)
            except Exception as error:
                _log.error("import_crashed", job=str(job_id), exc_info=error)
                self._again(job_id)
        return True

    def _parse(self, job_id: UUID) -> None:
        with self.database.transaction() as session:
            job = session.get_one(ImportJob, job_id)
            session.expunge(job)
            content = session.get_one(ImportFile, job_id).content
        principal = Principal.model_validate(job.principal)
        with GATE.enter() as _, self.database.transaction() as session:
            load(session, job, content, principal, beat=lambda progress: self._tell(job_id, progress))
            mine = held(session, job_id, self.id)
            for name in ("rows", "valid", "invalid", "created", "updated", "unchanged", "skipped", "cleared", "progress",
                         "layout", "keys", "warnings", "mapping", "samples", "state"):  # fmt: skip
                setattr(mine, name, getattr(job, name))
            mine.runner = None

    def _confirm(self, job_id: UUID) -> None:
        with self.database.transaction() as session:
            job = held(session, job_id, self.id)
            try:
                write(session, job, Principal.model_validate(job.principal))
            except RowsChanged as changed:
                # The renewed preview is kept: the person looks at it and confirms again.
                job.state, job.error_code, job.error_message = "ready", "rows_changed", str(changed)
            job.runner = None

    def _undo(self, job_id: UUID) -> None:
        with self.database.transaction() as session:
            job = held(session, job_id, self.id)
            undoing.undo(session, job, Principal.model_validate(job.principal))
            job.runner = None

    def _tell(self, job_id: UUID, progress: int) -> None:
        with self.database.transaction() as session:
            told = session.execute(
                update(ImportJob)
                .where(ImportJob.id == job_id, ImportJob.runner == self.id, ImportJob.state == "parsing")
                .values(progress=progress, heartbeat_at=now())
            )
        if not told.rowcount:  # type: ignore[attr-defined]
            raise Lost

    @contextlib.contextmanager
    def _beating(self, job_id: UUID) -> Iterator[None]:
        """Tells every second that this runner lives, from a thread of its own: a long statement must not look like death."""
        done = threading.Event()

        def beat() -> None:
            while not done.wait(1.0):
                with contextlib.suppress(Exception), self.database.transaction() as session:
                    session.execute(
                        update(ImportJob)
                        .where(ImportJob.id == job_id, ImportJob.runner == self.id)
                        .values(heartbeat_at=now())
                        .execution_options(synchronize_session=False)
                    )

        thread = threading.Thread(target=beat, name="import-heartbeat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join(timeout=5)

    def _fail(self, job_id: UUID, code: str, message: str) -> None:
        with self.database.transaction() as session, contextlib.suppress(Lost):
            job = held(session, job_id, self.id)
            _end(job, code, message)

    def _again(self, job_id: UUID) -> None:
        with self.database.transaction() as session, contextlib.suppress(Lost):
            job = held(session, job_id, self.id)
            if job.attempts >= MOST_ATTEMPTS:
                _end(job, "internal_error", "处理时出错，请重新上传；如果仍然出错，请联系系统维护人员")
            else:
                job.heartbeat_at = now() - SILENT + timedelta(seconds=5)


def claim(session: Session, runner: UUID) -> ImportJob | None:
    """The oldest job that nobody works on, now ours."""
    silent = or_(ImportJob.heartbeat_at.is_(None), ImportJob.heartbeat_at < now() - SILENT)
    job = session.scalars(
        select(ImportJob)
        .where(or_(ImportJob.state == "queued", ImportJob.state.in_(("parsing", "confirming", "undoing")) & silent))
        .order_by(ImportJob.created_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if job is None:
        return None
    job.attempts += 1
    if job.attempts > MOST_ATTEMPTS:
        _end(job, "internal_error", "多次处理未能完成，请检查文件后重新上传")
        return None
    job.runner, job.heartbeat_at = runner, now()
    if job.state == "queued":
        job.state = "parsing"
    return job


def held(session: Session, job_id: UUID, runner: UUID) -> ImportJob:
    """The job, locked; Lost when it is not ours any more."""
    job = session.scalars(
        select(ImportJob).where(ImportJob.id == job_id, ImportJob.runner == runner).with_for_update()
    ).one_or_none()
    if job is None or job.state not in ("parsing", "confirming", "undoing"):
        raise Lost
    return job


def _end(job: ImportJob, code: str, message: str) -> None:
    """Fails the job; an undo that did not succeed leaves the import as it stands."""
    job.state = "confirmed" if job.state == "undoing" else "failed"
    job.error_code, job.error_message = code, message
    job.finished_at, job.runner = now(), None


def sweep(session: Session) -> int:
    """Removes files and rows of jobs older than a day; says how many jobs it was. The jobs stay, as history."""
    session.execute(LONG)
    old = select(ImportJob.id).where(
        ImportJob.created_at < now() - KEPT,
        ImportJob.swept_at.is_(None),
        ImportJob.state.not_in(("parsing", "confirming", "undoing")),
    )
    undoing.sweep(session)
    ids = list(session.scalars(old.limit(20).with_for_update(skip_locked=True)))
    for table in (ImportRow, ImportMatch, ImportFile):
        session.execute(delete(table).where(table.job_id.in_(ids)))
    session.execute(
        update(ImportJob)
        .where(ImportJob.id.in_(ids))
        .values(swept_at=now(), mapping=None, samples=None, corrections=None)
    )
    return len(ids)


def ring(app: FastAPI) -> None:
    """Wakes the background of this process, if it has one; another one finds the job within two seconds."""
    background: Background | None = getattr(app.state, "imports", None)
    if background is not None:
        background.ring()


@contextlib.contextmanager
def running(app: FastAPI) -> Iterator[Background]:
    """For create_app's lifespans: the background works while the application runs."""
    background = Background(app.state.database)
    app.state.imports = background
    background.start()
    try:
        yield background
    finally:
        background.stop()
        app.state.imports = None
