"""What is wrong with several rows together: `GET /api/ledgers/{slug}/findings`, for ledgers that declare `findings`."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit.db import today
from kit.http.principal import CurrentPrincipal, require
from kit.http.session import SessionDep
from services.ledgers.findings.groups import NAMED, groups
from services.ledgers.importing.target import known_ledger
from services.ledgers.ledger import Finding, LedgerRow
from services.ledgers.reading import table_of, visible
from services.ledgers.titles import department_names

router = APIRouter(prefix="/api/ledgers", tags=["核对"])

# As many of one kind as a page can show; whoever has more works them off and looks again.
MOST = 50


class FindingOut(BaseModel):
    """A group of rows that somebody has to look at."""

    code: str
    title: str
    label: str = Field(description="what the rows have in common; the list's search finds them by it")
    department: str | None = Field(description="where the rows are of one department")
    rows: int
    differing: list[str] = Field(description="the first of the values that should be one")


class FindingsOut(BaseModel):
    """All findings in the caller's data scope; `more` says that there are others of some kind."""

    items: list[FindingOut]
    more: bool


@router.get("/{slug}/findings", dependencies=[require("ledgers:{slug}:read")], summary="需要核对的记录")
def findings(slug: str, session: SessionDep, who: CurrentPrincipal) -> FindingsOut:
    """Looked for among the rows that the caller may see; a ledger that declares none has none."""
    row_class = known_ledger(slug)
    found = [_found(session, who, row_class, finding) for finding in row_class.ledger.findings]
    return FindingsOut(items=[one for part in found for one in part[:MOST]], more=any(len(p) > MOST for p in found))


def _found(session: Session, who: Principal, row_class: type[LedgerRow], finding: Finding) -> list[FindingOut]:
    c = table_of(row_class).c
    query = groups(row_class, finding, today(), visible(row_class, who))
    rows = session.execute(query.order_by(*(c[key] for key in finding.keys)).limit(MOST + 1)).mappings().all()
    names = department_names(session, {row["dept_id"] for row in rows if "dept_id" in row})
    return [
        FindingOut(
            code=finding.code,
            title=finding.title,
            label=row[finding.search],
            department=names.get(row["dept_id"]) if "dept_id" in row else None,
            rows=row["rows"],
            differing=row["differing"][:NAMED] if finding.differ else [],
        )
        for row in rows
    ]
