"""Dictionaries (leaf 1.1): the words that people choose from, with their rules as data.

What code relies on is declared by the service that uses it; what an administrator changed is theirs from then on."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import Text

from contracts.events import DictionaryDeclared, DictionaryItemFact
from contracts.principal import Principal
from kit import audit, log
from kit.db import uuid7
from kit.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, VersionConflict
from services.auth.departments import record_change
from services.auth.models import Base

_log = log.get(__name__)

# What a declaration brings and an administrator may change.
FIELDS = ("label", "sort", "enabled", "color", "parent_value", "aliases", "ext", "valid_from", "valid_to")


class Dictionary(Base):
    """One kind of word. `editable` says whether items may be added by hand; `service` and `revision` are of its newest
    declaration."""

    __tablename__ = "dictionary"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    editable: Mapped[bool] = mapped_column(default=True)
    service: Mapped[str | None]
    revision: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=0)


class DictionaryItem(Base):
    """One word. `version` is that of the dictionary when the item last changed. Retired, never removed: old rows name it.
    A label leads back to one value, or an export could not be imported again."""

    __tablename__ = "dictionary_item"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    dictionary: Mapped[str] = mapped_column(ForeignKey("dictionary.code"))
    value: Mapped[str]
    label: Mapped[str]
    sort: Mapped[int] = mapped_column(default=0)
    enabled: Mapped[bool] = mapped_column(default=True)
    color: Mapped[str | None]
    parent_value: Mapped[str | None]
    aliases: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    ext: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    origin: Mapped[str] = mapped_column(default="custom")
    customised: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (UniqueConstraint("dictionary", "value"), UniqueConstraint("dictionary", "label"))

    def fact(self) -> DictionaryItemFact:
        """As it goes out on the bus."""
        return DictionaryItemFact(value=self.value, version=self.version, **{key: getattr(self, key) for key in FIELDS})

    def as_json(self) -> dict[str, Any]:
        """As the API shows it."""
        fact = self.fact().model_dump(mode="json")
        return {**fact, "origin": self.origin, "customised": self.customised}


def all_of(session: Session) -> list[Dictionary]:
    """Every dictionary by its code."""
    return list(session.scalars(select(Dictionary).order_by(Dictionary.code)))


def find(session: Session, code: str, *, lock: bool = False) -> Dictionary:
    """A dictionary; locked when it is going to change, for its version numbers its items' changes."""
    query = select(Dictionary).where(Dictionary.code == code)
    row = session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise NotFound
    return row


def items_of(session: Session, code: str) -> list[DictionaryItem]:
    """The items of a dictionary in order, retired ones too."""
    query = select(DictionaryItem).where(DictionaryItem.dictionary == code)
    return list(session.scalars(query.order_by(DictionaryItem.sort, DictionaryItem.value)))


def create(session: Session, principal: Principal, code: str, name: str) -> Dictionary:
    """A new dictionary, made by hand."""
    if session.get(Dictionary, code) is not None:
        raise Invalid(errors=[FieldError(("body", "code"), "taken", f"编码 {code} 已被使用")])
    row = Dictionary(code=code, name=name, version=1, revision=0)
    session.add(row)
    session.flush()
    audit.record(session, principal, "create", "dictionary", code, after={"name": name})
    return row


def create_item(
    session: Session, principal: Principal, parent: Dictionary, value: str, values: dict[str, Any]
) -> DictionaryItem:
    """A new item, made by hand; `parent` is locked."""
    if not parent.editable:
        raise Forbidden("此字典的条目由系统规定，不能新增", code="dictionary_fixed")
    others = items_of(session, parent.code)
    if any(other.value == value for other in others):
        raise Invalid(errors=[FieldError(("body", "value"), "taken", f"值 {value} 已存在")])
    _refuse_ambiguous(others, values)
    parent.version += 1
    row = DictionaryItem(
        dictionary=parent.code, value=value, origin="custom", customised=True, version=parent.version, **values
    )
    session.add(row)
    session.flush()
    audit.record(session, principal, "create", "dictionary_item", f"{parent.code}/{value}", after=row.as_json())
    return row


def change_item(
    session: Session,
    principal: Principal,
    parent: Dictionary,
    value: str,
    values: dict[str, Any],
    version: int,
    action: str = "update",
) -> DictionaryItem:
    """Changes some fields of an item; from then on it is the administrator's, and no declaration touches it."""
    row = session.scalar(
        select(DictionaryItem).where(DictionaryItem.dictionary == parent.code, DictionaryItem.value == value)
    )
    if row is None:
        raise NotFound
    if row.version != version:
        raise VersionConflict(current=row.as_json())
    before = row.as_json()
    others = [other for other in items_of(session, parent.code) if other.value != value]
    _refuse_ambiguous(others, {**{key: getattr(row, key) for key in FIELDS}, **values})
    for key, new in values.items():
        setattr(row, key, new)
    parent.version += 1
    row.customised, row.version = True, parent.version
    session.flush()
    record_change(session, principal, action, "dictionary_item", f"{parent.code}/{value}", before, row.as_json())
    return row


def take_declaration(session: Session, event: DictionaryDeclared) -> list[DictionaryItem]:
    """What a service declares becomes items; those that are new or different now are returned. Items that an
    administrator has touched stay as they are."""
    session.execute(
        insert(Dictionary)
        .values(code=event.dictionary, name=event.name, editable=event.editable, revision=0, version=0)
        .on_conflict_do_nothing()
    )
    parent = find(session, event.dictionary, lock=True)
    if event.revision < parent.revision:
        return []
    parent.revision, parent.service = event.revision, event.service
    parent.name, parent.editable = event.name, event.editable
    known = {row.value: row for row in items_of(session, event.dictionary)}
    declared = {fact.value for fact in event.items}
    # The words that stay whatever is declared: those of an administrator, and of items that this event does not name.
    words = {
        word: row.value
        for row in known.values()
        if row.customised or row.value not in declared
        for word in (row.label, *row.aliases)
    }
    wanted: list[tuple[DictionaryItem, dict[str, Any]]] = []
    for fact in event.items:
        values = {key: getattr(fact, key) for key in FIELDS}
        values["aliases"] = [alias for alias in fact.aliases if words.get(alias, fact.value) == fact.value]
        if words.get(fact.label, fact.value) != fact.value:
            # An administrator already uses this word for something of their own. Code relies on the value, so the item
            # has to be there; its label says which of the two it is.
            values["label"] = f"{fact.label}（{fact.value}）"
            _log.warning("dictionary_label_taken", dictionary=event.dictionary, value=fact.value, label=fact.label)
        row = known.get(fact.value)
        if row is None:
            row = DictionaryItem(dictionary=event.dictionary, value=fact.value, origin="declared")
        elif row.customised or all(getattr(row, key) == new for key, new in values.items()):
            continue
        elif row.label != values["label"]:
            # Two items may swap their labels, and the database looks at one row after the other: all give theirs up first.
            row.label = f"{row.value}#{uuid7()}"
        wanted.append((row, values))
    session.flush()
    for row, values in wanted:
        for key, new in values.items():
            setattr(row, key, new)
        session.add(row)
    changed = [row for row, _ in wanted]
    if changed:
        parent.version += 1
        for row in changed:
            row.version = parent.version
        session.flush()
        audit.record(
            session,
            None,
            "declare",
            "dictionary",
            event.dictionary,
            detail={"service": event.service, "revision": event.revision, "items": [row.value for row in changed]},
        )
    return changed


def _refuse_ambiguous(others: list[DictionaryItem], values: dict[str, Any]) -> None:
    taken = {word: row for row in others for word in (row.label, *row.aliases)}
    errors = []
    if values["label"] in taken:
        errors.append(FieldError(("body", "label"), "taken", f"名称“{values['label']}”已存在"))
    for place, alias in enumerate(values.get("aliases") or ()):
        if alias in taken:
            errors.append(FieldError(("body", "aliases", place), "taken", f"别名“{alias}”已被使用"))
    if errors:
        raise Invalid(errors=errors)
    parent_value = values.get("parent_value")
    start, stop = values.get("valid_from"), values.get("valid_to")
    if start and stop and stop < start:
        raise Invalid(errors=[FieldError(("body", "valid_to"), "date_order", "失效日期不能早于生效日期")])
    if parent_value == values.get("value") and parent_value is not None:
        raise Conflict("条目不能是自己的上级", code="dictionary_cycle")
