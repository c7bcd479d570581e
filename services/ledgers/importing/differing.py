"""What an update would change in a row, field by field, for the preview: before and after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit import audit
from kit.directory import scope_clause
from kit.fields import mask_value
from services.ledgers.importing.columns import Presenter, revived
from services.ledgers.importing.matching import Matching
from services.ledgers.importing.sealing import values_of
from services.ledgers.importing.tables import ImportJob, ImportRow
from services.ledgers.reading import PERSONAL

# {"changes": {field: {before, after}}, "kept": {field: text}}
Difference = dict[str, dict[str, Any]]


def differences(
    session: Session,
    job: ImportJob,
    principal: Principal,
    rows: Sequence[tuple[ImportRow, UUID]],
    present: Presenter,
) -> dict[int, Difference]:
    """By row number, for rows that the ledger has: which fields get another value, and what the others keep although the
    file is silent about them. What lies outside the scope of who looks is left out; personal values are masked as in a
    list, and whoever is shown them stands in the audit trail."""
    if not rows:
        return {}
    matching = Matching.of(job)
    stored = _stored(session, matching, principal, [target for _, target in rows])
    whole = principal.may(PERSONAL)
    found: dict[int, Difference] = {}
    disclosed = False
    for row, target in rows:
        if target not in stored:
            continue
        there, changes, kept = stored[target], {}, {}
        for (key, spec), value in zip(matching.fields.items(), values_of(matching.row_class, row), strict=True):
            old, new = there[key], revived(spec, value)
            silent = key not in matching.given or key in (row.blank or ())
            before = present.text(key, old if whole else mask_value(spec, old))
            if silent and old is not None and key not in there["computed_keys"]:
                kept[key] = before
            elif old != new and not (row.masked and key in row.masked):
                changes[key] = {"before": before, "after": present.text(key, new)}
            else:
                continue
            disclosed = disclosed or (whole and spec.personal and old is not None)
        found[row.row_no] = {"changes": changes, "kept": kept}
    if disclosed:
        audit.record(session, principal, "personal.read", f"ledger:{job.slug}", None, detail={"import": str(job.id)})
    return found


def _stored(session: Session, matching: Matching, principal: Principal, ids: Sequence[UUID]) -> dict[UUID, Any]:
    c = matching.table.c
    reach = scope_clause(principal, c.dept_id, c.created_by)
    columns = [c[key] for key in matching.fields]
    rows = session.execute(select(c.id, c.computed_keys, *columns).where(c.id.in_(ids), c.deleted_at.is_(None), reach))
    return {row.id: row._mapping for row in rows}
