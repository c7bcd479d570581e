"""POST /api/ledgers/certificates/check and /api/ledgers/equipment/check. Who writes a permit may ask about anybody on it, so
these look at the whole company; of what lies outside the asker's data scope the answer holds the state alone."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from kit import audit
from kit.db import today
from kit.errors import FieldError, Invalid
from kit.fields import Wrong
from kit.fields.identity import to_identity_number
from kit.http.days import Day as IsoDay
from kit.http.principal import CurrentPrincipal, require
from kit.http.session import SessionDep
from services.ledgers.checks import certificates, equipment, judging

router = APIRouter(prefix="/api/ledgers", tags=["核验"])

Day = Annotated[IsoDay, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))]
Word = Annotated[str, Field(min_length=1, max_length=64)]


class PersonIn(BaseModel):
    """One person: by identity number or by account, not both."""

    model_config = ConfigDict(extra="forbid")

    id_number: Annotated[str, Field(max_length=40)] | None = None
    user_id: UUID | None = None

    @model_validator(mode="after")
    def _one(self) -> PersonIn:
        if (self.id_number is None) == (self.user_id is None):
            raise ValueError("id_number or user_id")
        return self


class CertificateCheckIn(BaseModel):
    """`item` is a kind of certificate, a class or an item, by value, label or alias; `ledger` tells which, where two
    ledgers have one of that name. `start` is today unless given."""

    model_config = ConfigDict(extra="forbid")

    people: Annotated[list[PersonIn], Field(min_length=1, max_length=certificates.MOST_PEOPLE)]
    item: Word
    ledger: Word | None = None
    start: Day | None = None
    until: Day


class WantedOut(BaseModel):
    """What the item was understood to be."""

    ledger: str
    field: str
    value: str
    label: str
    basis: str | None


class HeldOut(BaseModel):
    """The answer about the person at `index`; `row` and `expires_on` only in the asker's data scope."""

    index: int
    state: judging.State
    message: str
    expires_on: date | None
    row: dict[str, Any] | None


class CertificateCheckOut(BaseModel):
    """`all_valid` is what a permit asks for."""

    item: WantedOut
    start: date
    until: date
    all_valid: bool
    results: list[HeldOut]


class EquipmentCheckIn(BaseModel):
    """`codes` are device codes, registration numbers or the company's own numbers; also those of fire facilities, among
    which fixed gas detectors stand."""

    model_config = ConfigDict(extra="forbid")

    codes: Annotated[list[Word], Field(min_length=1, max_length=equipment.MOST_CODES)]
    until: Day


class InspectedOut(BaseModel):
    """The answer about one code; `row` only in the asker's data scope."""

    code: str
    state: equipment.State
    message: str
    basis: str | None
    row: dict[str, Any] | None


class EquipmentCheckOut(BaseModel):
    """`all_valid` is what a permit asks for."""

    until: date
    all_valid: bool
    results: list[InspectedOut]


@router.post("/certificates/check", dependencies=[require("ledgers:certificates:check")], summary="核验证书")
def check_certificates(session: SessionDep, who: CurrentPrincipal, body: CertificateCheckIn) -> CertificateCheckOut:
    """Whether each person holds a valid certificate for the item from `start` to `until`."""
    start = body.start or today()
    if body.until < start:
        message = "截止日期不能早于开始日期"
        raise Invalid(message, errors=[FieldError(("body", "until"), "not_after", message)])
    people, errors = [], []
    for place, person in enumerate(body.people):
        number = to_identity_number(person.id_number) if person.id_number is not None else None
        if isinstance(number, Wrong):
            errors.append(FieldError(("body", "people", place, "id_number"), number.code, number.message))
        people.append(number if isinstance(number, str) else person.user_id)
    if errors:
        raise Invalid(errors[0].message, errors=errors)
    what = certificates.wanted(session, body.item, body.ledger)
    found = certificates.check(session, who, what, [one for one in people if one is not None], start, body.until)
    slug = what.row_class.ledger.slug
    audit.record(
        session, who, "ledgers.check", "ledger", slug,
        detail={"item": what.value, "people": len(found), "valid": sum(one.state == "valid" for one in found),
                "until": body.until.isoformat()},
    )  # fmt: skip
    return CertificateCheckOut(
        item=WantedOut(ledger=slug, field=what.field, value=what.value, label=what.label, basis=what.basis or None),
        start=start,
        until=body.until,
        all_valid=all(one.state == "valid" for one in found),
        results=[HeldOut(index=place, **one._asdict()) for place, one in enumerate(found)],
    )


@router.post("/equipment/check", dependencies=[require("ledgers:equipment:check")], summary="核验设备和仪表")
def check_equipment(session: SessionDep, who: CurrentPrincipal, body: EquipmentCheckIn) -> EquipmentCheckOut:
    """Whether each piece is registered, in use, and inspected and calibrated until `until`."""
    found = equipment.check(session, who, body.codes, body.until)
    audit.record(
        session, who, "ledgers.check", "ledger", "special-equipment",
        detail={"codes": len(found), "valid": sum(one.state == "valid" for one in found),
                "until": body.until.isoformat()},
    )  # fmt: skip
    results = [InspectedOut(code=code, **one._asdict()) for code, one in zip(body.codes, found, strict=True)]
    return EquipmentCheckOut(until=body.until, all_valid=all(one.state == "valid" for one in found), results=results)
