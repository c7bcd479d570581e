"""Rules between fields, for a file that lacks some of the columns or has blank cells: a row that the ledger has keeps what
stands there, and so the rules are looked at with it. The child could not do it, for it does not know the ledger."""

from __future__ import annotations

from typing import Any

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit.fields import RowValidator
from services.ledgers.importing.columns import revived
from services.ledgers.importing.connected import connected
from services.ledgers.importing.matching import Matching
from services.ledgers.importing.sealing import values_of
from services.ledgers.importing.tables import ImportJob, ImportMatch, ImportRow
from services.ledgers.lookups import lookups_for

_BATCH = 500


def recheck(session: Session, job: ImportJob, matching: Matching, principal: Principal, *, again: bool = False) -> None:
    """Looks at the rows that the ledger has once more, with what stands there; says anew what each would do. What a new row
    lacks is wrong, and what an old one has is not. With `again` it has been done before, when other values stood there."""
    keys = connected(matching.row_class)
    if not matching.keeps and matching.given.issuperset(keys):
        return
    matched = exists().where(ImportMatch.job_id == ImportRow.job_id, ImportMatch.row_no == ImportRow.row_no)
    session.execute(
        update(ImportRow)
        .where(ImportRow.job_id == job.id, ImportRow.ok, ImportRow.errors.is_not(None), ~matched)
        .values(ok=False)
        .execution_options(synchronize_session=False)
    )
    unjudged = list(session.scalars(matching.unjudged(keys, every=again), {"job": job.id}))
    if not unjudged:
        return
    rules = matching.row_class.ledger.rules
    validate = RowValidator(matching.fields, rules, lookups_for(session, matching.row_class, principal))
    for start in range(0, len(unjudged), _BATCH):
        found = session.execute(
            select(ImportRow, ImportMatch.target_id)
            .join(ImportMatch, (ImportMatch.job_id == ImportRow.job_id) & (ImportMatch.row_no == ImportRow.row_no))
            .where(ImportRow.job_id == job.id, ImportRow.row_no.in_(unjudged[start : start + _BATCH]))
            .execution_options(populate_existing=True)
        ).all()
        stored = _stored(session, matching, [target for _, target in found])
        changes = [
            change
            for row, target in found
            if target in stored and (change := _one(matching, validate, row, stored[target]))
        ]
        for row, _ in found:
            session.expunge(row)
        if changes:
            session.execute(update(ImportRow), [{"job_id": job.id, **change} for change in changes])
    session.execute(matching.judge(), {"job": job.id, "on_duplicate": job.on_duplicate})


def _stored(session: Session, matching: Matching, ids: list[Any]) -> dict[Any, Any]:
    c = matching.table.c
    columns = [c[key] for key in matching.fields]
    rows = session.execute(select(c.id, c.computed_keys, *columns).where(c.id.in_(ids), c.deleted_at.is_(None)))
    return {row.id: row._mapping for row in rows}


def _one(matching: Matching, validate: RowValidator, row: ImportRow, stored: Any) -> dict[str, Any] | None:
    """What changes in a row of the file; None when it is as it was."""
    given = dict(zip(matching.fields, values_of(matching.row_class, row), strict=True))
    own = matching.given.difference(row.blank or ())
    values = {}
    for key, spec in matching.fields.items():
        if key in own:
            values[key] = revived(spec, given[key])
        elif key not in stored["computed_keys"]:
            # What a rule has filled is left out: a rule fills it again, from what the row will say.
            values[key] = stored[key]
    checked = validate({}, values)
    if checked.issues:
        errors = {issue.field: [issue.code, issue.message] for issue in checked.issues}
        return {"row_no": row.row_no, "ok": False, "errors": errors}
    vals = [
        old if key in own or key in matching.sealed else _plain(checked.values[key])
        for key, old in zip(matching.fields, row.vals, strict=True)
    ]
    filled = sorted(checked.filled)
    if vals == row.vals and filled == sorted(row.filled or []):
        return None
    return {"row_no": row.row_no, "vals": vals, "filled": filled or None}


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (str, int, bool, list)) else str(value)
