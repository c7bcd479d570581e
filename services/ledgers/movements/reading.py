"""The log of one row, the register of a ledger, and the register as a workbook."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO, Literal, cast
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, Select, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from contracts.principal import Principal
from kit.db import COMPANY_ZONE
from kit.directory import scope_clause
from kit.directory.tables import DirectoryDepartment, DirectoryPerson
from kit.errors import Invalid, NotFound
from kit.excel import Column, export
from services.ledgers.ledger import LedgerRow
from services.ledgers.movements.kinds import declared, labels
from services.ledgers.movements.tables import LedgerMovement
from services.ledgers.movements.writing import plain
from services.ledgers.reading import departments_under, table_of, visible
from services.ledgers.titles import titles_of

MOST_ROWS = 20_000
RESULTS = {"surplus": "盘盈", "loss": "盘亏", "even": "账实相符"}


class Movement(BaseModel):
    """One entry. Numbers are exact decimals, and therefore texts."""

    id: UUID
    kind: str
    kind_label: str
    direction: Literal["in", "out", "count"]
    amount: str
    change: str = Field(description="what it did to the stock, with its sign")
    before: str
    after: str
    result: Literal["surplus", "loss", "even"] | None = Field(description="of a count")
    happened_on: date
    person: str
    purpose: str | None
    voucher: str | None
    remark: str | None
    reverses: UUID | None = Field(description="the entry that this one takes back")
    reversed_by: UUID | None = Field(description="the entry by which this one was taken back")
    created_by_name: str | None
    created_at: datetime


class MovementPage(BaseModel):
    """One page of a row's log, the newest first."""

    items: list[Movement]
    total: int
    page: int
    size: int


class Registered(Movement):
    """An entry with the row that it belongs to. What has been deleted since was in the store all the same."""

    row_id: UUID
    title: str
    unit: str | None
    dept_name: str | None
    deleted: bool


class RegisterPage(BaseModel):
    """One page of a ledger's register, the newest first."""

    items: list[Registered]
    total: int
    page: int
    size: int


@dataclass(frozen=True)
class Wanted:
    """Which entries of a register; days are those on which it happened, both included."""

    start: date | None = None
    until: date | None = None
    kind: str | None = None
    department: UUID | None = None
    q: str | None = None


def one(session: Session, row_class: type[LedgerRow], id_: UUID) -> Movement:
    """An entry that has just been made."""
    row = session.execute(_entries().where(LedgerMovement.id == id_)).one()
    return Movement(**_shown(row, labels(session, declared(row_class))))


def page_of(
    session: Session, who: Principal, row_class: type[LedgerRow], id_: UUID, page: int, size: int
) -> MovementPage:
    """The log of a row that exists for this person; NotFound for any other, as for the row itself."""
    words = labels(session, declared(row_class))
    c = table_of(row_class).c
    if session.scalar(select(c.id).where(c.id == id_, *visible(row_class, who))) is None:
        raise NotFound
    total = session.scalar(select(func.count()).where(LedgerMovement.row_id == id_)) or 0
    query = _entries().where(LedgerMovement.row_id == id_).order_by(LedgerMovement.row_version.desc())
    rows = session.execute(query.limit(size).offset((page - 1) * size))
    return MovementPage(items=[Movement(**_shown(row, words)) for row in rows], total=total, page=page, size=size)


class Register:
    """The entries of a whole ledger that one person may see: those of the rows in their data scope."""

    def __init__(self, session: Session, who: Principal, row_class: type[LedgerRow], wanted: Wanted) -> None:
        self.session, self.row_class, self.wanted = session, row_class, wanted
        self.movements = declared(row_class)
        self.table = table_of(row_class)
        c, m = self.table.c, LedgerMovement
        self.where: list[ColumnElement[bool]] = [
            m.ledger == row_class.ledger.slug,
            scope_clause(who, c.dept_id, c.created_by),
        ]
        if wanted.start is not None:
            self.where.append(m.happened_on >= wanted.start)
        if wanted.until is not None:
            self.where.append(m.happened_on <= wanted.until)
        if wanted.kind is not None:
            self.where.append(m.kind == wanted.kind)
        if wanted.department is not None:
            self.where.append(c.dept_id.in_(departments_under(literal(wanted.department))))
        if wanted.q:
            searched = [c[key] for key, spec in row_class.fields.items() if spec.search and not spec.personal]
            words = [m.person, m.purpose, m.voucher, *searched]
            self.where.append(or_(*(word.icontains(wanted.q, autoescape=True) for word in words)))

    def count(self) -> int:
        """How many entries that is."""
        joined = select(func.count()).select_from(LedgerMovement).join(self.table, self._same)
        return self.session.scalar(joined.where(*self.where)) or 0

    def page(self, page: int, size: int) -> RegisterPage:
        """One page."""
        items = list(self.rows((page - 1) * size, size))
        return RegisterPage(items=items, total=self.count(), page=page, size=size)

    def rows(self, skip: int, most: int) -> Iterator[Registered]:
        """Entries with their rows, the newest first."""
        c, m = self.table.c, LedgerMovement
        unit = c[self.movements.unit] if self.movements.unit else literal(None)
        named = [c[key].label(f"title_{key}") for key in self.row_class.ledger.row_title]
        query = (
            _entries()
            .add_columns(m.row_id, unit.label("unit"), c.deleted_at, DirectoryDepartment.name.label("dept_name"))
            .add_columns(*named)
            .join(self.table, self._same)
            .outerjoin(DirectoryDepartment, DirectoryDepartment.id == c.dept_id)
            .where(*self.where)
            .order_by(m.happened_on.desc(), m.created_at.desc(), m.row_version.desc(), m.id)
        )
        words, title = labels(self.session, self.movements), titles_of(self.session, self.row_class)
        for row in self.session.execute(query.offset(skip).limit(most)):
            yield Registered(
                **_shown(row, words), row_id=row.row_id, title=title(row[-len(named) :]), unit=row.unit,
                dept_name=row.dept_name, deleted=row.deleted_at is not None,
            )  # fmt: skip

    @property
    def _same(self) -> ColumnElement[bool]:
        return self.table.c.id == LedgerMovement.row_id

    def write(self, target: BinaryIO) -> int:
        """The workbook; how many entries it has."""
        rows = list(self.rows(0, MOST_ROWS + 1))
        if len(rows) > MOST_ROWS:
            raise Invalid(f"导出不能超过 {MOST_ROWS:,} 行，请先缩小查询范围", code="too_many_rows")
        columns = columns_of(self.row_class)
        export.write(target, f"{self.row_class.ledger.title}出入库", columns, (_cells(row, columns) for row in rows))
        return len(rows)


def _entries() -> Select[Any]:
    back, person = aliased(LedgerMovement), aliased(DirectoryPerson)
    query = (
        select(LedgerMovement, back.id.label("reversed_by"), person.name.label("created_by_name"))
        .outerjoin(back, back.reverses == LedgerMovement.id)
        .outerjoin(person, person.id == LedgerMovement.created_by)
    )
    return cast("Select[Any]", query)


_AS_THEY_STAND = ("id", "kind", "direction", "happened_on", "person", "purpose", "voucher", "remark", "reverses",
                  "created_at")  # fmt: skip


def _shown(row: Any, words: dict[str, str]) -> dict[str, Any]:
    entry: LedgerMovement = row[0]
    change = entry.after - entry.before
    counted = entry.direction == "count" and entry.reverses is None
    return {
        **{key: getattr(entry, key) for key in _AS_THEY_STAND},
        "kind_label": words.get(entry.kind, entry.kind),
        "amount": plain(entry.amount),
        "change": signed(change),
        "before": plain(entry.before),
        "after": plain(entry.after),
        "result": None if not counted else "surplus" if change > 0 else "loss" if change < 0 else "even",
        "reversed_by": row.reversed_by,
        "created_by_name": row.created_by_name,
    }


def signed(change: Decimal) -> str:
    """+5, -3, 0."""
    return f"+{plain(change)}" if change > 0 else plain(change)


def columns_of(row_class: type[LedgerRow]) -> tuple[Column, ...]:
    """The register's columns."""
    stock = row_class.fields[declared(row_class).field].title
    return (
        Column("happened_on", "日期", date=True, width=12),
        Column("kind_label", "类型", width=14, text=True),
        Column("title", row_class.ledger.title, width=36, text=True),
        Column("change", f"{stock}增减", width=12),
        Column("after", f"{stock}结存", width=12),
        Column("unit", "单位", width=8, text=True),
        Column("person", "经办人", width=12, text=True),
        Column("purpose", "用途（原因）", width=30, text=True),
        Column("voucher", "单号", width=18, text=True),
        Column("dept_name", "部门", width=18, text=True),
        Column("remark", "备注", width=24, text=True),
        Column("created_by_name", "登记人", width=12, text=True),
        Column("created_at", "登记时间", width=18, text=True),
    )


def _cells(row: Registered, columns: tuple[Column, ...]) -> dict[str, Any]:
    cells: dict[str, Any] = row.model_dump()
    note = "冲销" if row.reverses else "已冲销" if row.reversed_by else RESULTS.get(row.result or "")
    cells["kind_label"] = f"{row.kind_label}（{note}）" if note else row.kind_label
    cells["title"] = f"{row.title}（已删除）" if row.deleted else row.title
    # A workbook has no decimals, only doubles.
    cells["change"], cells["after"] = float(row.change), float(row.after)
    cells["created_at"] = row.created_at.astimezone(COMPANY_ZONE).strftime("%Y-%m-%d %H:%M")
    return {
        column.title: export.guarded(cells[column.key]) if column.text and cells[column.key] else cells[column.key]
        for column in columns
    }


__all__ = ["Movement", "MovementPage", "Register", "RegisterPage", "Registered", "Wanted", "one", "page_of"]
