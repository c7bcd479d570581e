"""The matrix department × kind of certificate (domain.md 6.3), counted by PostgreSQL over the facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, collate, false, func, or_, select, true
from sqlalchemy.orm import Session

from contracts.principal import Principal, ScopeKind
from kit.directory import departments, dictionaries, scope_clause
from kit.directory.tables import DirectoryDepartment
from services.reports.certificates.sources import CANCELLED, EXPIRING_DAYS, KIND, LEDGERS, REVIEW_DATE, VALID_TO
from services.reports.facts.models import LedgerFact

UNKNOWN_KIND = "未填类型"
UNKNOWN_DEPARTMENT = "未知部门"


@dataclass(frozen=True, slots=True)
class Column:
    """A kind of certificate; `group` is the ledger that it belongs to."""

    key: str
    title: str
    group: str


@dataclass(slots=True)
class Figures:
    """Counts by column, and the sub-figures of the same certificates."""

    counts: dict[str, int] = field(default_factory=dict)
    total: int = 0
    expiring: int = 0
    review_overdue: int = 0
    expired: int = 0

    def add(self, key: str, total: int, expiring: int, review_overdue: int, expired: int) -> None:
        """Adds the count of one cell."""
        self.counts[key] = self.counts.get(key, 0) + total
        self.total += total
        self.expiring += expiring
        self.review_overdue += review_overdue
        self.expired += expired


@dataclass(slots=True)
class Row:
    """A department's own certificates, without those of the departments below it, so that columns add up. `level` is its
    depth in the tree, from 0."""

    id: UUID
    name: str
    level: int
    figures: Figures = field(default_factory=Figures)


@dataclass(slots=True)
class Matrix:
    """The whole statistics, as of `on`."""

    on: date
    valid_only: bool
    columns: list[Column]
    rows: list[Row]
    totals: Figures


@dataclass(frozen=True, slots=True)
class _Cell:
    department_id: UUID
    slug: str
    kind: str
    total: int
    expiring: int
    review_overdue: int
    expired: int

    @property
    def key(self) -> str:
        return f"{self.slug}:{self.kind}"


def certificate_matrix(session: Session, principal: Principal, on: date, *, valid_only: bool = False) -> Matrix:
    """Counts what is neither deleted nor cancelled, in the principal's data scope. The sub-figures are the ledger's own
    statuses: expired 已过期, review_overdue 复审超期, expiring 即将到期 and 待复审; what is left is 有效. `valid_only` leaves out
    the first two, which nobody may work with. Every open department of the scope has a row,
    a closed one only where something still points at it."""
    cells = _cells(session, principal, on, valid_only=valid_only)
    rows = _rows(session, principal, {cell.department_id for cell in cells})
    totals = Figures()
    for cell in cells:
        for figures in (rows[cell.department_id].figures, totals):
            figures.add(cell.key, cell.total, cell.expiring, cell.review_overdue, cell.expired)
    return Matrix(on, valid_only, _columns(session, cells), list(rows.values()), totals)


def _cells(session: Session, principal: Principal, on: date, *, valid_only: bool) -> list[_Cell]:
    # ISO dates compare as texts, byte by byte; a fact that is no date then cannot break the statistics with a cast.
    def fact(name: str) -> ColumnElement[str]:
        return collate(LedgerFact.facts[name].astext, "C")

    day, horizon = on.isoformat(), (on + timedelta(days=EXPIRING_DAYS)).isoformat()
    # A certificate without an end (长期) never expires. The ledger sends no review date once it has been answered.
    expired = func.coalesce(fact(VALID_TO) < day, false())
    late = func.coalesce(fact(REVIEW_DATE) < day, false())
    due_soon = or_(fact(VALID_TO) <= horizon, fact(REVIEW_DATE) <= horizon)
    kind = func.coalesce(LedgerFact.facts[KIND].astext, "")
    query = (
        select(
            LedgerFact.department_id,
            LedgerFact.ledger,
            kind,
            func.count(),
            func.count().filter(and_(~expired, ~late, due_soon)),
            func.count().filter(and_(~expired, late)),
            func.count().filter(expired),
        )
        .where(
            LedgerFact.ledger.in_([ledger.slug for ledger in LEDGERS]),
            LedgerFact.deleted.is_(False),
            func.coalesce(LedgerFact.facts[CANCELLED].astext, "false") != "true",
            and_(~expired, ~late) if valid_only else true(),
            scope_clause(principal, LedgerFact.department_id, LedgerFact.owner_id),
        )
        .group_by(LedgerFact.department_id, LedgerFact.ledger, kind)
    )
    return [_Cell(*row) for row in session.execute(query)]


def _rows(session: Session, principal: Principal, used: set[UUID]) -> dict[UUID, Row]:
    """The rows in the order of the tree; departments that the directory's copy does not know yet come last."""
    if principal.scope.kind is ScopeKind.OWN:
        visible = {principal.department_id}
    else:
        visible = set(
            session.scalars(select(DirectoryDepartment.id).where(scope_clause(principal, DirectoryDepartment.id)))
        )
    rows = {
        row.id: Row(row.id, row.name, row.path.count("/") - 2)
        for row in departments(session)
        if row.id in used or (row.id in visible and row.closed_on is None)
    }
    for id_ in sorted(used - rows.keys()):
        rows[id_] = Row(id_, UNKNOWN_DEPARTMENT, 0)
    return rows


def _columns(session: Session, cells: list[_Cell]) -> list[Column]:
    """Each ledger's kinds in the order of its dictionary: those in use today, retired ones that are still counted, and at
    the end what no dictionary knows."""
    counted = {cell.key: cell for cell in cells}
    items = dictionaries(session, {ledger.dictionary for ledger in LEDGERS})
    columns: dict[str, Column] = {}
    for ledger in LEDGERS:
        for item in items[ledger.dictionary]:
            key = f"{ledger.slug}:{item.value}"
            if item.enabled or key in counted:
                columns[key] = Column(key, item.label, ledger.title)
        for key, cell in sorted(counted.items()):
            if cell.slug == ledger.slug and key not in columns:
                columns[key] = Column(key, cell.kind or UNKNOWN_KIND, ledger.title)
    return list(columns.values())
