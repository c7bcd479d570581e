"""An entry, and the counter-entry that takes it back: with the row's number, its version, its history, the audit row and what
others are told, in one transaction. The row is locked first, so that of two people at once neither is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit import audit
from kit.db import now, today, uuid7
from kit.directory import dictionary
from kit.errors import Conflict, FieldError, Invalid, NotFound
from kit.fields import Lookups, RowValidator, Wrong, offered, parser
from services.ledgers import history
from services.ledgers.changes import announce
from services.ledgers.ledger import LedgerRow
from services.ledgers.movements.kinds import declared, direction_of
from services.ledgers.movements.tables import FIELDS, RULES, LedgerMovement
from services.ledgers.rows import RowWriter


class MovementWriter:
    """Writes the entries of one ledger for one person."""

    def __init__(self, session: Session, row_class: type[LedgerRow], principal: Principal) -> None:
        self.session, self.row_class, self.principal = session, row_class, principal
        self.movements = declared(row_class)
        self.spec = row_class.fields[self.movements.field]
        self.rows = RowWriter(session, row_class, principal)
        self.lookups = Lookups(today=today())

    def record(self, id_: UUID, given: Mapping[str, Any]) -> UUID:
        """A new entry of a row; its id. `given` are the FIELDS with kind, amount, and perhaps an id made by the client and
        `seen`, the stock that somebody saw who counted: where it has moved since, the count is not that of now."""
        row = self.rows.locked(id_, deleted=False)
        checked = RowValidator(FIELDS, RULES, self.lookups)({"happened_on": today(), **_filled(given, FIELDS)})
        errors = [FieldError(("body", issue.field), issue.code, issue.message) for issue in checked.issues]
        kind = self._kind(given["kind"], errors)
        amount = self._amount(given["amount"], errors, counted=kind is not None and kind[1] == "count")
        if kind is None or amount is None or errors:
            raise Invalid("；".join(error.message for error in errors[:3]), errors=errors)
        label, direction = kind
        before = self._stock(row)
        if direction == "count" and given.get("seen") is not None and given["seen"] != before:
            message = (
                f"盘点期间库存已由 {self._told(row, given['seen'])}变为 {self._told(row, before)}，请核对后重新登记"
            )
            raise Conflict(message, code="stock_moved")
        after = {"in": before + amount, "out": before - amount, "count": amount}[direction]
        if after < 0:
            message = f"现有 {self._told(row, before)}，不够{label} {self._told(row, amount)}"
            raise _refused("amount", "not_enough", message)
        movement = LedgerMovement(
            id=given.get("id") or uuid7(), kind=given["kind"], direction=direction, amount=amount, before=before,
            after=after, **checked.values,
        )  # fmt: skip
        return self._write("move", row, movement)

    def reverse(self, id_: UUID, movement_id: UUID, reason: str, own_id: UUID | None = None) -> UUID:
        """Takes an entry back by another one, once; the new one's id. What it did is undone, whatever has moved since."""
        row = self.rows.locked(id_, deleted=False)
        wrong = self.session.scalars(
            select(LedgerMovement).where(LedgerMovement.id == movement_id, LedgerMovement.row_id == id_)
        ).one_or_none()
        if wrong is None:
            raise NotFound
        if wrong.reverses is not None:
            raise Conflict("冲销记录不能再冲销，请重新登记", code="reversal_is_final")
        if self.session.scalar(select(exists().where(LedgerMovement.reverses == movement_id))):
            raise Conflict("这笔记录已经冲销过", code="already_reversed")
        checked = RowValidator(FIELDS, RULES, self.lookups)(
            {"happened_on": today(), "person": self.principal.name, "purpose": reason}
        )
        if checked.issues or checked.values["purpose"] is None:
            message = next((issue.message for issue in checked.issues), "请填写冲销原因")
            raise _refused("reason", "required", message)
        before = self._stock(row)
        after = before - (wrong.after - wrong.before)
        if after < 0:
            message = f"现有 {self._told(row, before)}，冲销后将少于零，请先登记这期间的入库或归还"
            raise _refused("reason", "not_enough", message)
        movement = LedgerMovement(
            id=own_id or uuid7(), kind=wrong.kind, direction=wrong.direction, amount=wrong.amount, before=before,
            after=after, reverses=wrong.id, **checked.values,
        )  # fmt: skip
        return self._write("move_back", row, movement)

    # -- the steps ----------------------------------------------------------------------------------------------------

    def _kind(self, value: str, errors: list[FieldError]) -> tuple[str, str] | None:
        """Label and direction."""
        items = {item.value: item for item in dictionary(self.session, self.movements.kinds)}
        item = items.get(value)
        direction = direction_of(item) if item is not None and offered(item, today()) else None
        if item is not None and direction is not None:
            return item.label, direction
        choices = "、".join(one.label for one in items.values() if direction_of(one) and offered(one, today()))
        errors.append(FieldError(("body", "kind"), "unknown_item", f"类型只能是{choices}"))
        return None

    def _amount(self, raw: Any, errors: list[FieldError], *, counted: bool) -> Decimal | None:
        """As exact as the field itself; only a count may find nothing."""
        amount = parser(replace(self.spec, min=0), self.lookups)(raw)
        if isinstance(amount, Wrong):
            errors.append(FieldError(("body", "amount"), amount.code, f"{self.spec.title}{amount.message}"))
            return None
        if not amount and not counted:
            errors.append(FieldError(("body", "amount"), "not_positive", f"{self.spec.title}应大于零"))
            return None
        return Decimal(amount)

    def _stock(self, row: LedgerRow) -> Decimal:
        return Decimal(getattr(row, self.movements.field) or 0)

    def _told(self, row: LedgerRow, number: Decimal) -> str:
        unit = getattr(row, self.movements.unit) if self.movements.unit else None
        return f"{plain(number)} {unit} " if unit else f"{plain(number)} "

    def _write(self, action: str, row: LedgerRow, movement: LedgerMovement) -> UUID:
        key, slug = self.movements.field, self.row_class.ledger.slug
        stock = parser(self.spec, self.lookups)(movement.after)
        if isinstance(stock, Wrong):
            raise _refused("amount", stock.code, f"登记后{self.spec.title}{stock.message}")
        if self.session.get(LedgerMovement, movement.id) is not None:
            raise _twice()
        history.via(self.session, "movement")
        setattr(row, key, stock)
        self.rows.touch(row)
        movement.ledger, movement.row_id, movement.row_version = slug, row.id, row.version
        movement.created_by, movement.created_at = self.principal.user_id, now()
        self.session.add(movement)
        try:
            self.session.flush()
        except IntegrityError as error:
            # The look before found nothing, so the same entry is being made on another row in this moment.
            raise _twice() from error
        audit.record(
            self.session, self.principal, f"ledger.{action}", f"ledger:{slug}", row.id,
            before={key: plain(movement.before)}, after={key: plain(movement.after)},
            detail={
                "movement": str(movement.id), "kind": movement.kind, "amount": plain(movement.amount),
                "person": movement.person, "purpose": movement.purpose, "voucher": movement.voucher,
                **({"reverses": str(movement.reverses)} if movement.reverses else {}),
            },
        )  # fmt: skip
        announce(self.session, self.row_class, [row.id], actor=self.principal.user_id)
        return movement.id


def plain(number: Decimal) -> str:
    """As people write it: no blank decimals, no exponent."""
    return format(number.normalize(), "f")


def _filled(given: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    return {key: given[key] for key in fields if given.get(key) is not None}


def _refused(field: str, code: str, message: str) -> Invalid:
    return Invalid(message, errors=[FieldError(("body", field), code, message)])


def _twice() -> Conflict:
    return Conflict("这笔出入库已经登记过", code="already_recorded")


__all__ = ["MovementWriter", "plain"]
