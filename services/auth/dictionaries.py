"""Dictionaries (leaf 1.1): the words that people choose from, with their rules as data.

What code relies on is declared by the service that uses it; what an administrator changed is theirs from then on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import Text

from contracts.events import DictionaryItemFact
from contracts.principal import Principal
from kit import audit
from kit.db import uuid7
from kit.errors import Conflict, FieldError, Forbidden, Invalid, NotFound, VersionConflict
from services.auth import extras
from services.auth.departments import record_change
from services.auth.extras import Extra
from services.auth.models import Base

# What a declaration brings and an administrator may change.
FIELDS = ("label", "sort", "enabled", "color", "parent_value", "aliases", "ext", "valid_from", "valid_to")


def plain(value: Any) -> Any:
    """A field as JSON keeps it."""
    return value.isoformat() if isinstance(value, date) else list(value) if isinstance(value, tuple) else value


class Dictionary(Base):
    """One kind of word. `editable` says whether items may be added or retired by hand; `service` and `revision` are of its
    newest declaration. `parent` is the dictionary that the items' parents are in, when it is another one."""

    __tablename__ = "dictionary"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    editable: Mapped[bool] = mapped_column(default=True)
    service: Mapped[str | None]
    parent: Mapped[str | None]
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
    # What the service declared last: an upgrade changes only what an administrator has left as it was declared.
    declared: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (UniqueConstraint("dictionary", "value"), UniqueConstraint("dictionary", "label"))

    def fact(self) -> DictionaryItemFact:
        """As it goes out on the bus."""
        return DictionaryItemFact(value=self.value, version=self.version, **{key: getattr(self, key) for key in FIELDS})

    def as_json(self) -> dict[str, Any]:
        """As the API shows it."""
        fact = self.fact().model_dump(mode="json")
        return {**fact, "origin": self.origin, "customised": self.customised, "declared": self.declared}

    def as_declared(self) -> bool:
        """Whether nothing differs from what was declared last."""
        return self.declared is not None and all(plain(getattr(self, key)) == self.declared[key] for key in FIELDS)


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


def parents_of(session: Session, parent: Dictionary) -> dict[str, DictionaryItem]:
    """The items that may be parents of this dictionary's items, by value."""
    return {row.value: row for row in items_of(session, parent.parent or parent.code)}


def completed(session: Session, used: Iterable[Extra]) -> list[Extra]:
    """The rules with what may be chosen in them now: those that name items of other dictionaries get these as choices. A
    retired item stays one, for a rule that names it has to stay readable."""
    used = list(used)
    codes = {code for extra in used for code in extra.of}
    if not codes:
        return used
    names = dict(session.execute(select(Dictionary.code, Dictionary.name).where(Dictionary.code.in_(codes))).all())
    known = {code: items_of(session, code) for code in names}
    return [
        replace(extra, choices=tuple(_choice(names[code], row) for code in extra.of for row in known.get(code, ())))
        if extra.of
        else extra
        for extra in used
    ]


def _choice(name: str, row: DictionaryItem) -> tuple[str, str]:
    retired = "" if row.enabled else "（已停用）"
    return f"{row.dictionary}{extras.TERM}{row.value}", f"{name}：{row.label}{retired}"


def create(session: Session, principal: Principal, code: str, name: str, parent: str | None = None) -> Dictionary:
    """A new dictionary, made by hand."""
    if session.get(Dictionary, code) is not None:
        raise Invalid(errors=[FieldError(("body", "code"), "taken", f"编码 {code} 已被使用")])
    if parent is not None and session.get(Dictionary, parent) is None:
        raise Invalid(errors=[FieldError(("body", "parent"), "not_found", f"没有字典 {parent}")])
    row = Dictionary(code=code, name=name, parent=parent, version=1, revision=0)
    session.add(row)
    session.flush()
    audit.record(session, principal, "create", "dictionary", code, after={"name": name})
    return row


def rename(session: Session, principal: Principal, row: Dictionary, name: str, version: int) -> None:
    """Another name for a dictionary that was made by hand; `row` is locked."""
    if row.service is not None:
        raise Forbidden("此字典由系统声明，不能改名", code="dictionary_fixed")
    if row.version != version:
        raise VersionConflict(current={"code": row.code, "name": row.name, "version": row.version})
    before, row.name = row.name, name
    row.version += 1
    session.flush()
    audit.record(session, principal, "update", "dictionary", row.code, before={"name": before}, after={"name": name})


def declared_values(session: Session, parent: Dictionary, value: str) -> dict[str, Any]:
    """The fields of an item as its service declared them last."""
    query = select(DictionaryItem).where(DictionaryItem.dictionary == parent.code, DictionaryItem.value == value)
    row = session.scalar(query)
    if row is None:
        raise NotFound
    if row.declared is None:
        raise Conflict("自建条目没有系统默认值可恢复", code="not_declared")
    days = {
        key: date.fromisoformat(row.declared[key]) if row.declared[key] else None for key in ("valid_from", "valid_to")
    }
    return {key: row.declared[key] for key in FIELDS} | days


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
    _refuse_bad_parent(session, parent, value, values)
    _refuse_bad_rules(session, parent, values.get("ext") or {})
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
    """Changes some fields of an item; what was changed is the administrator's from then on, and no declaration touches
    it."""
    row = session.scalar(
        select(DictionaryItem).where(DictionaryItem.dictionary == parent.code, DictionaryItem.value == value)
    )
    if row is None:
        raise NotFound
    if row.version != version:
        raise VersionConflict(current=row.as_json())
    before = row.as_json()
    if values.get("enabled") is False and row.enabled:
        _refuse_retiring(session, parent, row)
    others = [other for other in items_of(session, parent.code) if other.value != value]
    _refuse_ambiguous(others, {**{key: getattr(row, key) for key in FIELDS}, **values})
    if values.get("parent_value", row.parent_value) != row.parent_value:
        _refuse_bad_parent(session, parent, value, values)
    if values.get("ext", row.ext) != row.ext:
        _refuse_bad_rules(session, parent, values["ext"])
    for key, new in values.items():
        setattr(row, key, new)
    parent.version += 1
    row.customised, row.version = row.origin == "custom" or row.as_declared() is False, parent.version
    session.flush()
    record_change(session, principal, action, "dictionary_item", f"{parent.code}/{value}", before, row.as_json())
    return row


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
    start, stop = values.get("valid_from"), values.get("valid_to")
    if start and stop and stop < start:
        raise Invalid(errors=[FieldError(("body", "valid_to"), "date_order", "失效日期不能早于生效日期")])


def _refuse_bad_rules(session: Session, parent: Dictionary, ext: dict[str, Any]) -> None:
    used = completed(session, [extras.BY_NAME[name] for name in ext if name in extras.BY_NAME])
    extras.check(parent.code, ext, {extra.name: extra for extra in used})


def _refuse_bad_parent(session: Session, parent: Dictionary, value: str, values: dict[str, Any]) -> None:
    """A parent has to exist, and no chain of parents may lead back to the item."""
    chosen = values.get("parent_value")
    if chosen is None:
        return
    known = parents_of(session, parent)
    if chosen not in known:
        raise Invalid(errors=[FieldError(("body", "parent_value"), "not_found", f"没有上级条目 {chosen}")])
    at: str | None = chosen
    while parent.parent is None and at is not None:
        if at == value:
            raise Conflict("条目不能是自己的上级", code="dictionary_cycle")
        at = known[at].parent_value if at in known else None


def _refuse_retiring(session: Session, parent: Dictionary, row: DictionaryItem) -> None:
    if not parent.editable:
        raise Forbidden("此字典的条目由系统规定，不能停用", code="dictionary_fixed")
    below = [
        item.label
        for child in session.scalars(
            select(Dictionary).where(or_(Dictionary.parent == parent.code, Dictionary.code == parent.code))
        )
        if (child.parent or child.code) == parent.code
        for item in items_of(session, child.code)
        if item.enabled and item.parent_value == row.value
    ]
    if below:
        words = "、".join(below[:10]) + (f" 等 {len(below)} 项" if len(below) > 10 else "")
        raise Conflict(f"请先停用它的下级条目：{words}", code="dictionary_children")
