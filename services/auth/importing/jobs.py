"""An import from upload to confirmation. What was shown is what is written: when the organisation has changed since, the
preview is made anew and confirmed again."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit import audit
from kit.db import today
from kit.errors import Conflict, Gone, NotFound
from kit.excel.headings import column_letter
from kit.fields import Lookups
from services.auth.departments import lock_tree
from services.auth.importing import reading, staff, tree
from services.auth.importing.planning import Plan, understood
from services.auth.importing.subjects import SUBJECTS, Subject
from services.auth.importing.tables import OrganisationImport, OrganisationImportFile
from services.auth.people import mask_phone

MOST_ERRORS = 1_000
_COUNTS = ("rows", "valid", "invalid", "created", "updated", "unchanged", "skipped")


def start(
    session: Session,
    principal: Principal,
    subject: Subject,
    workbook: reading.Workbook,
    *,
    content: bytes,
    file_name: str,
    on_duplicate: str,
    at: datetime,
) -> OrganisationImport:
    """A new job, planned."""
    job = OrganisationImport(
        subject=subject.name,
        file_name=file_name,
        sha256=hashlib.sha256(content).hexdigest(),
        on_duplicate=on_duplicate,
        state="ready",
        layout=workbook.layout,
        warnings=workbook.warnings,
        created_by=principal.user_id,
        created_by_name=principal.name,
        created_at=at,
    )
    session.add(job)
    session.flush()
    session.add(OrganisationImportFile(job_id=job.id, content=content, wrong=[]))
    session.flush()
    _keep(session, job, plan(session, principal, subject, workbook, on_duplicate))
    audit.record(
        session, principal, f"{subject.name}:import.upload", "import", job.id,
        detail={"file": file_name, "rows": job.rows, "invalid": job.invalid},
    )  # fmt: skip
    return job


def plan(
    session: Session, principal: Principal, subject: Subject, workbook: reading.Workbook, on_duplicate: str
) -> Plan:
    """What the file would do to the organisation as it is now."""
    rows = understood(subject, Lookups(today=today()), workbook.lines)
    made = Plan(subject, frozenset(workbook.keys), rows)
    if subject.name == "departments":
        tree.check(session, made, on_duplicate)
    else:
        staff.check(session, made, principal, on_duplicate)
    return made


def find(
    session: Session, principal: Principal, subject: Subject, job_id: UUID, *, lock: bool = False
) -> OrganisationImport:
    """One's own import: the file may hold what others must not see."""
    query = select(OrganisationImport).where(
        OrganisationImport.id == job_id,
        OrganisationImport.subject == subject.name,
        OrganisationImport.created_by == principal.user_id,
    )
    job = session.scalar(query.with_for_update() if lock else query)
    if job is None:
        raise NotFound
    return job


def kept_file(session: Session, job: OrganisationImport) -> OrganisationImportFile:
    """The file of a job, as long as it is kept."""
    file = session.get(OrganisationImportFile, job.id)
    if file is None:
        raise Gone("原文件已超过 24 小时，不再保留，请重新上传", code="import_expired")
    return file


def confirm(
    session: Session, principal: Principal, job: OrganisationImport, *, only_valid: bool, hashed: str, at: datetime
) -> bool:
    """Writes what was shown, once however often it is asked for. False when the organisation has changed since: the
    preview is new then, and wants to be looked at."""
    if job.state == "confirmed":
        return True
    if job.state != "ready":
        raise Conflict("导入已取消或没有通过校验，不能确认", code="import_not_ready")
    if job.invalid and not only_valid:
        raise Conflict(f"还有 {job.invalid} 行有错误；可以只导入正确的行", code="import_has_errors")
    subject = SUBJECTS[job.subject]
    content = kept_file(session, job).content
    # Before anything is read: what is planned must still be so when it is written.
    lock_tree(session)
    made = plan(session, principal, subject, reading.read(subject, content, job.file_name), job.on_duplicate)
    if made.outcome != job.outcome:
        job.error_code, job.error_message = "rows_changed", "预览之后数据已被他人修改，请核对后重新确认"
        _keep(session, job, made)
        audit.record(session, principal, f"{subject.name}:import.renew", "import", job.id, result="refused")
        return False
    if subject.name == "departments":
        tree.write(session, principal, made)
    else:
        staff.write(session, principal, made, hashed, at)
    job.state, job.only_valid, job.confirmed_at = "confirmed", only_valid, at
    job.error_code = job.error_message = None
    audit.record(
        session, principal, f"{subject.name}:import.confirm", "import", job.id,
        detail={name: getattr(job, name) for name in _COUNTS} | {"file": job.file_name},
    )  # fmt: skip
    return True


def cancel(session: Session, principal: Principal, job: OrganisationImport, at: datetime) -> None:
    """Ends a job that has not been confirmed and removes what was uploaded."""
    if job.state == "confirmed":
        raise Conflict("导入已确认，不能取消", code="import_confirmed")
    if job.state == "cancelled":
        return
    job.state, job.swept_at = "cancelled", at
    file = session.get(OrganisationImportFile, job.id)
    if file is not None:
        session.delete(file)
    audit.record(session, principal, f"{job.subject}:import.cancel", "import", job.id)


def history(session: Session, principal: Principal, subject: Subject, page: int, size: int) -> dict[str, Any]:
    """One's own imports, newest first."""
    mine = (OrganisationImport.subject == subject.name, OrganisationImport.created_by == principal.user_id)
    total = session.scalar(select(func.count()).select_from(OrganisationImport).where(*mine)) or 0
    query = select(OrganisationImport).where(*mine).order_by(OrganisationImport.created_at.desc())
    rows = session.scalars(query.limit(size).offset((page - 1) * size))
    return {"items": [as_json(session, row, errors=False) for row in rows], "total": total, "page": page, "size": size}


def as_json(session: Session, job: OrganisationImport, *, errors: bool = True) -> dict[str, Any]:
    """A job as the web sees it: the shape of the ledgers' imports."""
    answer: dict[str, Any] = {
        "id": job.id,
        "slug": job.subject,
        "file_name": job.file_name,
        "state": job.state,
        "on_duplicate": job.on_duplicate,
        **{name: getattr(job, name) for name in _COUNTS},
        "progress": 100,
        "created_at": job.created_at,
        "created_by_name": job.created_by_name,
        "confirmed_at": job.confirmed_at,
        "only_valid": job.only_valid,
        "expired": job.swept_at is not None,
        "error": {"code": job.error_code, "message": job.error_message} if job.error_code else None,
        "warnings": job.warnings,
    }
    if errors:
        answer["columns"] = _columns(job)
        answer["errors"] = _errors(session, job)
        answer["more_errors"] = len(answer["errors"]) >= MOST_ERRORS
    return answer


def wrong_rows(session: Session, job: OrganisationImport, page: int, size: int) -> dict[str, Any]:
    """The wrong rows page by page, each with its cells as they were written and what is wrong with them."""
    wrong = _wrong(session, job)
    items = [
        {
            "row": entry["row"],
            "action": None,
            "values": entry["values"],
            "errors": {key: {"code": code, "message": message} for key, (code, message) in entry["errors"].items()},
        }
        for entry in wrong[(page - 1) * size : page * size]
    ]
    return {"items": items, "total": len(wrong), "page": page, "size": size}


def _keep(session: Session, job: OrganisationImport, made: Plan) -> None:
    job.rows = len(made.rows)
    job.invalid = sum(not row.ok for row in made.rows)
    job.valid = job.rows - job.invalid
    for action in ("created", "updated", "unchanged", "skipped"):
        setattr(job, action, made.count(action))
    job.outcome = made.outcome
    kept_file(session, job).wrong = [
        {
            "row": row.number,
            "values": _shown(row.texts),
            "errors": {key: list(pair) for key, pair in row.errors.items()},
        }
        for row in made.rows
        if not row.ok
    ]
    session.flush()


def _shown(texts: dict[str, str | None]) -> dict[str, str | None]:
    # The person has the whole number in the file; here it would only lie about.
    return texts | ({"phone": mask_phone(texts["phone"])} if texts.get("phone") else {})


def _wrong(session: Session, job: OrganisationImport) -> list[dict[str, Any]]:
    file = session.get(OrganisationImportFile, job.id)
    return list(file.wrong) if file is not None else []


def _columns(job: OrganisationImport) -> list[dict[str, Any]]:
    titles, known = job.layout.get("titles", {}), SUBJECTS[job.subject].titles
    return [
        {"field": key, "column": column_letter(place), "header": _one_line(titles.get(str(place), ""))}
        for key, place in sorted(job.layout.get("places", {}).items(), key=lambda pair: pair[1])
        if key in known
    ]


def _errors(session: Session, job: OrganisationImport) -> list[dict[str, Any]]:
    places, titles = job.layout.get("places", {}), job.layout.get("titles", {})
    known = SUBJECTS[job.subject].titles
    found = []
    for entry in _wrong(session, job):
        for key in sorted(entry["errors"], key=lambda key: (places.get(key, 1_000), key)):
            code, message = entry["errors"][key]
            place = places.get(key)
            found.append(
                {
                    "row": entry["row"],
                    "column": column_letter(place) if place is not None else None,
                    "field": key,
                    "header": _one_line(titles.get(str(place), "")) or known.get(key),
                    "value": entry["values"].get(key),
                    "code": code,
                    "message": message,
                }
            )
    return found[:MOST_ERRORS]


def _one_line(heading: str) -> str:
    return "".join(heading.split()).strip("*＊")
