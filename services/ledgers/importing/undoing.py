"""Takes an import back within a day: what it created is deleted, what it changed is as it was before. Row by row it refuses
what somebody has touched since; those rows stay, and are named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, any_, delete, exists, func, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit import audit
from kit.db import now
from kit.directory import scope_clause
from kit.errors import Conflict, VersionConflict
from services.ledgers import expiry, history
from services.ledgers.changes import announce
from services.ledgers.importing.loading import LONG
from services.ledgers.importing.matching import Matching
from services.ledgers.importing.preview import UNDO_WITHIN
from services.ledgers.importing.tables import ImportEffect, ImportJob
from services.ledgers.importing.target import ledger_class
from services.ledgers.ledger import LedgerRow
from services.ledgers.lookups import writable_departments
from services.ledgers.reading import table_of
from services.ledgers.titles import titles_of

_MOST_NAMED = 1_000
REASONS = {
    "changed_since_import": "导入之后又有人修改过，保持现状",
    "deleted_since_import": "导入之后已被删除，保持现状",
    "out_of_scope": "已不在您的数据范围内，保持现状",
    "key_taken": "撤销后会与另一条记录重复，保持现状",
}
# What a row keeps when it is put back: who it is, and that it was changed once more.
_OWN = frozenset(
    ("id", "created_by", "created_at", "updated_by", "updated_at", "version", "deleted_at", "import_batch_id")
)


def keep_before(session: Session, job: ImportJob, matching: Matching) -> None:
    """Before rows are changed: as they are now."""
    session.execute(
        text(f"""
            INSERT INTO import_effect (job_id, row_id, version, before)
            SELECT :job, t.id, t.version + 1, to_jsonb(t) FROM {matching.name} t
            JOIN import_match m ON m.job_id = :job AND m.target_id = t.id AND m.action = 'update'
            JOIN import_row r ON r.job_id = :job AND r.row_no = m.row_no AND r.ok"""),  # noqa: S608
        {"job": job.id},
    )


def keep_after(session: Session, job: ImportJob, matching: Matching) -> None:
    """When everything that follows from the writing has been done: which rows there are, in which version."""
    session.execute(
        text(f"""
            INSERT INTO import_effect (job_id, row_id, version)
            SELECT :job, t.id, t.version FROM {matching.name} t WHERE t.import_batch_id = :job
            ON CONFLICT (job_id, row_id) DO UPDATE SET version = excluded.version"""),  # noqa: S608
        {"job": job.id},
    )
    job.undoable = job.created + job.updated > 0


def check(job: ImportJob) -> None:
    """Refuses what cannot be undone."""
    if job.state in ("undoing", "undone"):
        raise Conflict("这次导入已经撤销", code="import_undone")
    if job.state != "confirmed":
        raise Conflict("只有已完成的导入才能撤销", code="import_not_confirmed")
    if job.created + job.updated == 0:
        raise Conflict("这次导入没有写入任何内容，无需撤销", code="nothing_to_undo")
    if not job.undoable or job.confirmed_at is None or job.confirmed_at + UNDO_WITHIN <= now():
        raise Conflict("导入已超过 24 小时，不能撤销", code="undo_expired")


def undo(session: Session, job: ImportJob, principal: Principal) -> None:
    """Takes back what can be taken back. A second undo is refused, also for the rows that stayed."""
    row_class = ledger_class(job.slug)
    matching = Matching(row_class, ())
    session.execute(LONG)
    history.via(session, "undo")
    refused = _refused(session, job, principal, matching)
    parameters = {"job": job.id, "user": principal.user_id}
    try:
        # Deleted first: a row that the import made may hold the key that another one gets back.
        deleted = list(session.scalars(_delete_created(matching), parameters))
        restored = list(session.scalars(_restore_changed(row_class, matching), parameters))
    except IntegrityError as error:
        raise VersionConflict("数据刚被他人修改，请重新撤销", code="rows_changed") from error
    announce(session, row_class, [*deleted, *restored], actor=principal.user_id)
    expiry.warn_again(session, row_class, restored)
    session.execute(delete(ImportEffect).where(ImportEffect.job_id == job.id))
    job.state, job.progress, job.undoable = "undone", 100, False
    job.undone_at, job.undone_by_name = now(), principal.name
    job.undo = {
        "deleted": len(deleted), "restored": len(restored), "refused_count": len(refused),
        "refused": _named(session, row_class, refused[:_MOST_NAMED]),
    }  # fmt: skip
    audit.record(
        session, principal, f"ledgers:{job.slug}:import.undo", "import", job.id,
        after={"deleted": len(deleted), "restored": len(restored), "refused": len(refused)},
        detail={"file": job.file_name, "sha256": job.sha256},
    )  # fmt: skip


def _refused(session: Session, job: ImportJob, principal: Principal, matching: Matching) -> list[tuple[UUID, str]]:
    """Takes the rows out of the import's effect that must stay as they are."""
    # Locked in one order, so that nobody edits them between the look and the writing.
    session.execute(
        text(f"""
            SELECT count(*) FROM (SELECT t.id FROM {matching.name} t WHERE t.id IN
              (SELECT row_id FROM import_effect WHERE job_id = :job) ORDER BY t.id FOR UPDATE) l"""),  # noqa: S608
        {"job": job.id},
    )
    t, effect = table_of(matching.row_class).c, ImportEffect
    row = select(literal(1)).where(t.id == effect.row_id)
    reach = scope_clause(principal, t.dept_id, t.created_by)
    conditions = [
        ("deleted_since_import", ~exists(row.where(t.deleted_at.is_(None)))),
        ("changed_since_import", ~exists(row.where(t.version == effect.version))),
        ("out_of_scope", ~exists(row.where(reach))),
    ]
    writable = writable_departments(session, principal)
    if writable is not None:
        before = effect.before["dept_id"].astext.cast(Uuid)
        conditions.append(
            (
                "out_of_scope",
                effect.before.is_not(None) & (before != any_(literal(list(writable), ARRAY(Uuid)))).is_(True),
            )
        )
    refused: list[tuple[UUID, str]] = []
    for code, condition in conditions:
        gone = delete(effect).where(effect.job_id == job.id, condition).returning(effect.row_id)
        refused += [(id_, code) for id_ in session.scalars(gone.execution_options(synchronize_session=False))]
    refused += [(id_, "key_taken") for id_ in session.scalars(_key_taken(matching), {"job": job.id})]
    return refused


def _key_taken(matching: Matching) -> Any:
    """Rows whose old key another row has by now; one that this import made and that goes does not count."""
    return text(f"""
        DELETE FROM import_effect e WHERE e.job_id = :job AND e.before IS NOT NULL AND EXISTS (
          SELECT 1 FROM jsonb_populate_record(NULL::{matching.name}, e.before) s
          JOIN {matching.name} t ON t.deleted_at IS NULL AND t.id <> e.row_id AND {matching.key_equal()}
          WHERE NOT EXISTS (SELECT 1 FROM import_effect made
                            WHERE made.job_id = :job AND made.row_id = t.id AND made.before IS NULL))
        RETURNING e.row_id""")  # noqa: S608


def _delete_created(matching: Matching) -> Any:
    return text(f"""
        UPDATE {matching.name} t SET deleted_at = now(), version = t.version + 1, updated_by = :user, updated_at = now()
        FROM import_effect e WHERE e.job_id = :job AND e.row_id = t.id AND e.before IS NULL RETURNING t.id""")  # noqa: S608


def _restore_changed(row_class: type[LedgerRow], matching: Matching) -> Any:
    """Every column as it was, sealed ones as they were sealed."""
    sets = ", ".join(f'"{c.name}" = s."{c.name}"' for c in table_of(row_class).columns if c.name not in _OWN)
    return text(f"""
        UPDATE {matching.name} t SET {sets}, version = t.version + 1, updated_by = :user, updated_at = now()
        FROM import_effect e CROSS JOIN LATERAL jsonb_populate_record(NULL::{matching.name}, e.before) s
        WHERE e.job_id = :job AND e.row_id = t.id AND e.before IS NOT NULL RETURNING t.id""")  # noqa: S608


def _named(session: Session, row_class: type[LedgerRow], refused: Sequence[tuple[UUID, str]]) -> list[dict[str, Any]]:
    if not refused:
        return []
    table, keys = table_of(row_class), row_class.ledger.row_title
    name = titles_of(session, row_class)
    ids = literal([id_ for id_, _ in refused], ARRAY(Uuid))
    titles = {
        row[0]: name(row[1:])
        for row in session.execute(select(table.c.id, *(table.c[key] for key in keys)).where(table.c.id == any_(ids)))
    }
    return [
        {
            "row_id": str(id_),
            # Outside the reach of the person a row must not be named.
            "title": titles.get(id_) if code != "out_of_scope" else None,
            "code": code,
            "message": REASONS[code],
        }
        for id_, code in refused
    ]


def sweep(session: Session) -> None:
    """Forgets how rows were before imports that can no longer be undone."""
    late = select(ImportJob.id).where(ImportJob.undoable, ImportJob.confirmed_at <= func.now() - UNDO_WITHIN)
    ids = list(session.scalars(late.limit(20).with_for_update(skip_locked=True)))
    if ids:
        session.execute(delete(ImportEffect).where(ImportEffect.job_id.in_(ids)))
        for job in session.scalars(select(ImportJob).where(ImportJob.id.in_(ids))):
            job.undoable = False
