"""Findings that are still there in the morning reach people's bells: told once, by the daily scan, to each department that has
a row in the group; closed as soon as the rows are mended. Not told when a row is written, for whoever enters a team one by
one has no leader after the first member, and needs no warning of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from sqlalchemy import Index, select, text, true
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.events import LedgerFindingFound, LedgerRowRenewed
from kit.bus import emit_all
from kit.db import today
from services.ledgers.catalogue import LEDGERS
from services.ledgers.findings.groups import NAMED, groups
from services.ledgers.ledger import Finding, LedgerRow
from services.ledgers.models import Base
from services.ledgers.reading import table_of
from services.ledgers.titles import department_names

# What tells one group from another, in every release and every process: never to be changed.
_IDS = UUID("5f1d9c52-6f0a-4c63-9a43-0d8f0f6ce2a1")


class FindingTold(Base):
    """A finding that a department was told of. It stays when it is mended, with its version: should it come back, what is
    told then has to be newer than what closed it."""

    __tablename__ = "finding_told"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    ledger: Mapped[str]
    code: Mapped[str]
    version: Mapped[int]
    open: Mapped[bool]

    __table_args__ = (Index("ix_finding_told_open", "ledger", postgresql_where=text("open")),)


class _Found(NamedTuple):
    """One group, as one department is told of it."""

    id: UUID
    finding: Finding
    department_id: UUID
    label: str
    rows: int
    differing: list[str]


def scan(session: Session, on: date | None = None, row_classes: Iterable[type[LedgerRow]] = LEDGERS) -> int:
    """Tells what is new and closes what is mended. Returns how many were told; a second scan tells none."""
    told = 0
    for row_class in row_classes:
        if row_class.ledger.findings:
            there = {one.id: one for one in _there(session, row_class, on or today())}
            _close(session, row_class, there)
            told += _tell(session, row_class, there, on or today())
    return told


def settle(session: Session, row_class: type[LedgerRow]) -> None:
    """Call after rows were written: closes what they mended."""
    ledger = row_class.ledger
    if ledger.findings and session.scalar(select(FindingTold.id).where(*_open(ledger.slug)).limit(1)):
        _close(session, row_class, {one.id: one for one in _there(session, row_class, today())})


def _open(slug: str) -> tuple[Any, ...]:
    return FindingTold.ledger == slug, FindingTold.open


def _tell(session: Session, row_class: type[LedgerRow], there: dict[UUID, _Found], on: date) -> int:
    ledger = row_class.ledger
    known = {row.id: row for row in session.scalars(select(FindingTold).where(FindingTold.ledger == ledger.slug))}
    new = [one for id_, one in sorted(there.items()) if id_ not in known or not known[id_].open]
    names = department_names(session, {one.department_id for one in new})
    events = []
    for one in new:
        row = known.get(one.id)
        if row is None:
            row = FindingTold(id=one.id, ledger=ledger.slug, code=one.finding.code, version=0, open=True)
            session.add(row)
        row.version, row.open = row.version + 1, True
        differing = f"（{'、'.join(one.differing)}）" if one.differing else ""
        events.append(
            LedgerFindingFound(
                ledger=ledger.slug, ledger_title=ledger.title, row_id=one.id, row_version=row.version,
                title=f"{names.get(one.department_id, '')} {one.label}{differing}".strip(),
                department_id=one.department_id, field=one.finding.code, label=one.finding.title,
                search=one.label, found_on=on,
            )
        )  # fmt: skip
    session.flush()
    emit_all(session, ((event, f"ledger-finding:{event.row_id}") for event in events))
    return len(events)


def _close(session: Session, row_class: type[LedgerRow], there: dict[UUID, _Found]) -> None:
    slug = row_class.ledger.slug
    # Locked, so that of two writers at the same moment only one closes.
    told = session.scalars(select(FindingTold).where(*_open(slug)).order_by(FindingTold.id).with_for_update())
    mended = [row for row in told if row.id not in there]
    for row in mended:
        row.open = False
    session.flush()
    events = [
        LedgerRowRenewed(
            ledger=slug, row_id=row.id, row_version=row.version, due_field=row.code, due_on=None, reason="mended"
        )
        for row in mended
    ]
    emit_all(session, ((event, f"ledger-finding:{event.row_id}") for event in events))


def _there(session: Session, row_class: type[LedgerRow], on: date) -> Iterator[_Found]:
    """Every group of the company in which something is wrong, once for each department with a row in it."""
    table = table_of(row_class)
    for finding in row_class.ledger.findings:
        found = groups(row_class, finding, on, where=[table.c.deleted_at.is_(None)]).subquery("found")
        same = [table.c[key] == found.c[key] for key in finding.keys]
        departments = (
            select(table.c.dept_id).where(*same, table.c.deleted_at.is_(None)).distinct().lateral("departments")
        )
        query = select(found, departments.c.dept_id.label("told_to")).join(departments, true())
        for row in session.execute(query).mappings():
            yield _Found(
                id=_id(row_class, finding, [row[key] for key in finding.keys], row["told_to"]),
                finding=finding,
                department_id=row["told_to"],
                label=row[finding.search],
                rows=row["rows"],
                differing=row["differing"][:NAMED] if finding.differ else [],
            )


def _id(row_class: type[LedgerRow], finding: Finding, values: Sequence[Any], department: UUID) -> UUID:
    return uuid5(_IDS, "\0".join((row_class.ledger.slug, finding.code, str(department), *map(str, values))))
