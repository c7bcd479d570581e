"""What a job shows: its numbers, what is wrong in which cell, and its rows page by page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit.db import now
from kit.excel.headings import column_letter
from services.ledgers.importing import correcting
from services.ledgers.importing.columns import Presenter
from services.ledgers.importing.differing import differences
from services.ledgers.importing.mapping import mapping_json
from services.ledgers.importing.matching import Matching
from services.ledgers.importing.sealing import values_of
from services.ledgers.importing.tables import ImportJob, ImportMatch, ImportRow
from services.ledgers.importing.target import ledger_class
from services.ledgers.ledger import LedgerRow

MOST_ERRORS = 1_000
MOST_CLEARED = 5
# How long an import can be undone (domain.md 14).
UNDO_WITHIN = timedelta(hours=24)
_COUNTS = ("rows", "valid", "invalid", "created", "updated", "unchanged", "skipped", "cleared", "progress")
_ACTIONS = {"update": "updated", "unchanged": "unchanged", "skip": "skipped", "stale": "updated"}


def job_json(
    session: Session, job: ImportJob, principal: Principal | None = None, *, errors: bool = True
) -> dict[str, Any]:
    """A job as the web sees it. In a history the errors are left out. With `principal` it says what may be asked about the
    file, with everything that this person can choose."""
    answer: dict[str, Any] = {
        "id": job.id,
        "slug": job.slug,
        "file_name": job.file_name,
        "state": job.state,
        "on_duplicate": job.on_duplicate,
        "blank_cells": job.blank_cells,
        "import_by": job.import_by,
        **{name: getattr(job, name) for name in _COUNTS},
        "created_at": job.created_at,
        "created_by_name": job.created_by_name,
        "confirmed_at": job.confirmed_at,
        "only_valid": job.only_valid,
        "expired": job.swept_at is not None,
        "error": {"code": job.error_code, "message": job.error_message} if job.error_code else None,
        "warnings": job.warnings or [],
        "undo": undo_json(job),
    }
    if errors:
        answer["sheet"] = (job.layout or {}).get("sheet")
        answer["heading_row"] = (job.layout or {}).get("row")
        answer["columns"] = columns_json(job)
        answer["mapping"] = mapping_json(session, job, principal) if principal and not job.swept_at else None
        answer["errors"] = errors_json(session, job)
        answer["cleared_first"] = cleared_json(session, job)
        answer["corrected"] = correcting.count(job.corrections)
        answer["corrected_rows"] = len(job.corrections or ())
        if answer["undo"]["possible_until"]:
            answer["undo"]["possible_rows"] = session.scalar(Matching.of(job).untouched(), {"job": job.id})
        answer["more_errors"] = job.invalid > 0 and len(answer["errors"]) >= MOST_ERRORS
    return answer


def undo_json(job: ImportJob) -> dict[str, Any]:
    """Until when the import can be undone, or what its undo did."""
    open_until = job.confirmed_at + UNDO_WITHIN if job.undoable and job.confirmed_at else None
    return {
        "possible_until": open_until if open_until and open_until > now() and job.state == "confirmed" else None,
        "undone_at": job.undone_at,
        "by_name": job.undone_by_name,
        **(job.undo or {"deleted": 0, "restored": 0, "refused": []}),
    }


def columns_json(job: ImportJob) -> list[dict[str, Any]]:
    """The columns of the file that are imported, in the file's order: {field, column, header}."""
    fields = ledger_class(job.slug).input_fields()
    places: Mapping[str, int] = (job.layout or {}).get("places", {})
    titles: Mapping[str, str] = (job.layout or {}).get("titles", {})
    return [
        {"field": key, "column": column_letter(place), "header": one_line(titles.get(str(place), ""))}
        for key, place in sorted(places.items(), key=lambda pair: pair[1])
        if key in fields
    ]


def errors_json(session: Session, job: ImportJob) -> list[dict[str, Any]]:
    """The first 1,000 wrong cells, in the order of the file."""
    if not job.invalid:
        return []
    wrong = session.execute(
        select(ImportRow.row_no, ImportRow.errors, ImportRow.texts)
        .where(ImportRow.job_id == job.id, ~ImportRow.ok)
        .order_by(ImportRow.row_no)
        .limit(MOST_ERRORS)
    ).all()
    fields = ledger_class(job.slug).input_fields()
    places: Mapping[str, int] = (job.layout or {}).get("places", {})
    titles: Mapping[str, str] = (job.layout or {}).get("titles", {})
    found: list[dict[str, Any]] = []
    for row_no, errors, texts in wrong:
        for field in sorted(errors or {}, key=lambda key: (places.get(key, 1_000), key)):
            code, message = errors[field]
            place = places.get(field)
            found.append(
                {
                    "row": row_no,
                    "column": column_letter(place) if place is not None else None,
                    "field": field,
                    "header": one_line(titles.get(str(place), "")) or fields[field].title,
                    "value": (texts or {}).get(field),
                    "code": code,
                    "message": message,
                }
            )
    return found[:MOST_ERRORS]


def cleared_json(session: Session, job: ImportJob) -> list[dict[str, Any]]:
    """The first cells of the ledger that the updates would leave blank, as long as they have not."""
    if job.state != "ready" or not job.cleared:
        return []
    matching = Matching.of(job)
    found = session.execute(matching.first_cleared(), {"job": job.id, "most": MOST_CLEARED})
    return [{"row": row, "field": field, "title": matching.fields[field].title} for row, field in found]


def one_line(heading: str) -> str:
    """A heading without its line breaks and its asterisk."""
    return "".join(heading.split()).strip("*＊")


def row_json(row_class: type[LedgerRow], row: ImportRow, action: str | None, present: Presenter) -> dict[str, Any]:
    """One row: its cells as text, its errors by field, and what will become of it."""
    # A right row may keep errors that would be some if the ledger did not have it (importing/rechecking.py).
    errors = {} if row.ok else row.errors or {}
    return {
        "row": row.row_no,
        "action": None if not row.ok else _ACTIONS[action] if action else "created",
        "values": texts_of(row_class, row, present),
        "errors": {field: {"code": code, "message": message} for field, (code, message) in errors.items()},
    }


def texts_of(row_class: type[LedgerRow], row: ImportRow, present: Presenter) -> dict[str, str | None]:
    """What the person wrote where we kept it (wrong rows), otherwise what we understood."""
    fields = row_class.input_fields()
    if row.texts and not row.ok:
        return {key: text for key, text in row.texts.items() if key in fields}
    texts: dict[str, str | None] = {}
    for value, key in zip(values_of(row_class, row), fields, strict=True):
        texts[key] = present.from_json(key, value)
    # What was sent masked is shown masked: the number behind it is known to the ledger, not to whoever sent the file.
    return texts | (row.masked or {})


# What a preview is looked at for, and how many rows of it there are.
KINDS_OF_ROWS: dict[str, tuple[Any, str]] = {
    "invalid": (~ImportRow.ok, "invalid"),
    "created": (ImportRow.ok & ImportMatch.action.is_(None), "created"),
    "updated": (ImportRow.ok & (ImportMatch.action == "update"), "updated"),
    "unchanged": (ImportRow.ok & (ImportMatch.action == "unchanged"), "unchanged"),
    "skipped": (ImportRow.ok & (ImportMatch.action == "skip"), "skipped"),
}


def rows_json(
    session: Session,
    job: ImportJob,
    principal: Principal,
    present: Presenter,
    *,
    what: str | None,
    page: int,
    size: int,
) -> dict[str, Any]:
    """A page of rows, all or those of one kind; for rows that the ledger has, with what would become another value."""
    row_class = ledger_class(job.slug)
    query = (
        select(ImportRow, ImportMatch.action, ImportMatch.target_id)
        .outerjoin(ImportMatch, (ImportMatch.job_id == ImportRow.job_id) & (ImportMatch.row_no == ImportRow.row_no))
        .where(ImportRow.job_id == job.id)
    )
    condition: ColumnElement[bool]
    if what == "corrected":
        rows = list(map(int, job.corrections or ()))
        condition, total = ImportRow.row_no.in_(rows), len(rows)
    else:
        condition, counted = KINDS_OF_ROWS[what] if what else (true(), "rows")
        total = getattr(job, counted)
    found = session.execute(
        query.where(condition).order_by(ImportRow.row_no).offset((page - 1) * size).limit(size)
    ).all()
    # Once it is written, the ledger is what the file says.
    old = [(row, target) for row, action, target in found if row.ok and action] if job.state == "ready" else []
    differing = differences(session, job, principal, old, present)
    items = []
    for row, action, _ in found:
        item = row_json(row_class, row, action, present)
        changes, kept = (differing.get(row.row_no) or {"changes": {}, "kept": {}}).values()
        corrected = sorted((job.corrections or {}).get(str(row.row_no), ()))
        items.append(
            {
                **item,
                "values": {**item["values"], **kept},
                "changes": changes,
                "kept": sorted(kept),
                "corrected": corrected,
            }
        )
    return {
        "items": items,
        "total": 0 if job.swept_at else total,
        "page": page,
        "size": size,
    }


__all__ = ["MOST_ERRORS", "UUID", "columns_json", "errors_json", "job_json", "rows_json"]
