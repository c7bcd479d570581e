"""The history of a row as people read it: Chinese labels, dictionary words, and numbers masked as everywhere else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit.db import today
from kit.directory import departments, dictionaries
from kit.directory.tables import DirectoryPerson
from kit.errors import NotFound
from kit.fields import HIDDEN, Dictionary, FieldSpec, Lookups, formatter, mask_value
from kit.sealing import Sealed, SealError, keyring
from services.ledgers.history import KINDS, VIAS, RowChanged
from services.ledgers.ledger import LedgerRow
from services.ledgers.reading import PERSONAL, table_of, visible


class FieldChange(BaseModel):
    """One field, before and after, as people read it."""

    field: str
    title: str
    before: str | None
    after: str | None


class Change(BaseModel):
    """One change of a row."""

    version: int
    at: datetime
    by: UUID | None
    by_name: str | None
    kind: str = Field(description="create, update, delete, restore")
    kind_label: str
    via: str = Field(description="form, import, batch, undo, restore, movement")
    via_label: str
    batch_id: UUID | None
    changes: list[FieldChange]


class HistoryPage(BaseModel):
    """One page of a row's history, the newest first."""

    items: list[Change]
    total: int
    page: int
    size: int


def page_of(
    session: Session, who: Principal, row_class: type[LedgerRow], id_: UUID, page: int, size: int
) -> HistoryPage:
    """The changes of a row that exists for this person; NotFound for any other, as for the row itself."""
    c = table_of(row_class).c
    if session.scalar(select(c.id).where(c.id == id_, *visible(row_class, who))) is None:
        raise NotFound
    total = session.scalar(select(func.count()).where(RowChanged.row_id == id_)) or 0
    rows = session.execute(
        select(RowChanged, DirectoryPerson.name)
        .outerjoin(DirectoryPerson, DirectoryPerson.id == RowChanged.by)
        .where(RowChanged.row_id == id_)
        .order_by(RowChanged.version.desc())
        .limit(size)
        .offset((page - 1) * size)
    ).all()
    wording = _Wording(session, row_class, reveal=who.may(PERSONAL))
    items = [
        Change(
            version=row.version, at=row.at, by=row.by, by_name=name, kind=row.kind, kind_label=KINDS[row.kind],
            via=row.via, via_label=VIAS.get(row.via, row.via), batch_id=row.batch_id, changes=wording(row.changes),
        )
        for row, name in rows
    ]  # fmt: skip
    return HistoryPage(items=items, total=total, page=page, size=size)


class _Wording:
    """Turns stored JSON into words. A field that the ledger no longer has is left out; an item that its dictionary no
    longer has is shown as it stands."""

    def __init__(self, session: Session, row_class: type[LedgerRow], *, reveal: bool) -> None:
        self.row_class, self.reveal = row_class, reveal
        self.fields = row_class.input_fields()
        self.names = {str(row.id): row.name for row in departments(session)}
        found = dictionaries(session, row_class.dictionaries())
        self.lookups = Lookups(
            today=today(), dictionaries={code: Dictionary(code, items) for code, items in found.items()}
        )
        self._formats: dict[str, Callable[[Any], Any]] = {}

    def __call__(self, changes: Mapping[str, Any]) -> list[FieldChange]:
        return [
            FieldChange(field=key, title=spec.title, before=self._word(spec, pair[0]), after=self._word(spec, pair[1]))
            for key, spec in self.fields.items()
            if (pair := changes.get(key)) is not None
        ]

    def _word(self, spec: FieldSpec, value: Any) -> str | None:
        if spec.personal:
            return self._personal(spec, value)
        if value is None or value == []:
            return None
        if spec.kind == "department":
            return self.names.get(str(value), str(value))
        if spec.kind == "day":
            return date.fromisoformat(value).isoformat()
        if spec.kind == "yes_no":
            return "是" if value else "否"
        if spec.kind == "decimal":
            return format(value, "f").rstrip("0").rstrip(".") if "." in str(value) else str(value)
        show = self._formats.setdefault(spec.key, formatter(spec, self.lookups))
        shown = show(value)
        return "、".join(shown) if isinstance(shown, list) else str(shown)

    def _personal(self, spec: FieldSpec, value: Any) -> str | None:
        """Sealed values are opened for the mask; of others only their presence is known."""
        if not value:
            return None
        column = table_of(self.row_class).c[spec.key].type
        if isinstance(value, str) and isinstance(column, Sealed):
            try:
                opened = keyring().open(column.label, value)
            except SealError:
                return HIDDEN
            return str(formatter(spec, self.lookups)(opened) if self.reveal else mask_value(spec, opened))
        return HIDDEN


__all__ = ["Change", "FieldChange", "HistoryPage", "page_of"]
