"""The log of a row, and the register of a ledger. A ledger that keeps no stock answers 404."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, BinaryIO
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from starlette.responses import StreamingResponse

from kit import audit
from kit.errors import FieldError, Invalid
from kit.http.days import Day
from kit.http.idempotency import OnceDep
from kit.http.principal import CurrentPrincipal, require
from kit.http.recent import refuse_large_export
from kit.http.session import SessionDep
from services.ledgers.importing.target import known_ledger
from services.ledgers.movements import reading
from services.ledgers.movements.reading import Movement, MovementPage, Register, RegisterPage, Wanted
from services.ledgers.movements.writing import MovementWriter
from services.ledgers.quotas import EXPORTS
from services.ledgers.row_routes import Paging
from services.ledgers.workbooks import XLSX, disposition, file_name

router = APIRouter(prefix="/api/ledgers/{slug}", tags=["出入库"])

MAY_READ, MAY_RECORD = require("ledgers:{slug}:read"), require("ledgers:{slug}:update")
# More digits than any field has: how many are right is the field's own matter.
Amount = Annotated[Decimal, Field(ge=0, max_digits=30, decimal_places=10)]


def _no_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("NUL")
    return text


class NewMovement(BaseModel):
    """What came in, went out or was counted."""

    model_config = ConfigDict(extra="forbid")

    id: UUID | None = Field(None, description="made by the client; the same one twice is refused")
    kind: Annotated[str, Field(min_length=1, max_length=64)]
    amount: Annotated[Amount, Field(description="of a count, what was found")]
    seen: Annotated[Amount | None, Field(description="of a count: the stock that was shown")] = None
    happened_on: Annotated[Day | None, Field(description="today when left out")] = None
    person: Annotated[str, Field(min_length=1, max_length=50)]
    purpose: Annotated[str, Field(max_length=200)] | None = None
    voucher: Annotated[str, Field(max_length=50)] | None = None
    remark: Annotated[str, Field(max_length=500)] | None = None


class Reversal(BaseModel):
    """Why an entry is taken back."""

    model_config = ConfigDict(extra="forbid")

    id: UUID | None = Field(None, description="of the counter-entry; made by the client")
    reason: Annotated[str, Field(min_length=1, max_length=200)]


class Asked(BaseModel):
    """Which entries of the register."""

    model_config = ConfigDict(extra="forbid")

    start: Annotated[Day, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))] | None = None
    until: Annotated[Day, Field(ge=date(2000, 1, 1), le=date(2199, 12, 31))] | None = None
    kind: Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_no_nul)] | None = None
    department: UUID | None = Field(None, description="with those below it")
    q: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_no_nul)] | None = None

    def wanted(self) -> Wanted:
        """As the register reads it."""
        if self.start and self.until and self.until < self.start:
            message = "截止日期不能早于开始日期"
            raise Invalid(message, errors=[FieldError(("query", "until"), "bad_range", message)])
        return Wanted(self.start, self.until, self.kind, self.department, (self.q or "").strip() or None)


class AskedPage(Asked, Paging):
    """Which page of it."""


@router.get("/movements", dependencies=[MAY_READ], summary="出入库记录")
def register(
    slug: str, query: Annotated[AskedPage, Query()], session: SessionDep, who: CurrentPrincipal
) -> RegisterPage:
    """The entries of all rows in the caller's data scope, the newest first."""
    return Register(session, who, known_ledger(slug), query.wanted()).page(query.page, query.size)


@router.get(
    "/movements/export.xlsx",
    dependencies=[require("ledgers:{slug}:export"), EXPORTS.dependency()],
    summary="导出出入库记录",
    response_class=Response,
)
def workbook(
    slug: str, query: Annotated[Asked, Query()], request: Request, session: SessionDep, who: CurrentPrincipal
) -> StreamingResponse:
    """The same entries as a workbook."""
    row_class = known_ledger(slug)
    asked = Register(session, who, row_class, query.wanted())
    refuse_large_export(request.app.state.settings, who, asked.count())
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- closed by the answer, when it has been sent
    try:
        count = asked.write(file)
    except BaseException:
        file.close()
        raise
    audit.record(
        session, who, f"ledgers:{slug}:export.movements", "ledger", slug,
        detail={"rows": count, "query": str(request.query_params)},
    )  # fmt: skip
    file.seek(0)
    headers = disposition(file_name(f"{row_class.ledger.title}出入库记录"))
    return StreamingResponse(_sent(file), media_type=XLSX, headers=headers)


@router.get("/{id}/movements", dependencies=[MAY_READ], summary="该记录的出入库")
def log(
    slug: str, id: UUID, query: Annotated[Paging, Query()], session: SessionDep, who: CurrentPrincipal
) -> MovementPage:
    """The entries of one row, the newest first, each with the stock after it."""
    return reading.page_of(session, who, known_ledger(slug), id, query.page, query.size)


@router.post(
    "/{id}/movements", status_code=201, dependencies=[MAY_RECORD], summary="登记出入库", response_model=Movement
)
def record(
    slug: str,
    id: UUID,
    body: Annotated[NewMovement, Body()],
    session: SessionDep,
    who: CurrentPrincipal,
    once: OnceDep,
) -> Response:
    """An entry, and with it the row's number."""
    row_class = known_ledger(slug)
    writer = MovementWriter(session, row_class, who)
    return once(lambda: reading.one(session, row_class, writer.record(id, body.model_dump())))


@router.post(
    "/{id}/movements/{movement}/reverse",
    status_code=201,
    dependencies=[MAY_RECORD],
    summary="冲销出入库记录",
    response_model=Movement,
)
def reverse(
    slug: str,
    id: UUID,
    movement: UUID,
    body: Annotated[Reversal, Body()],
    session: SessionDep,
    who: CurrentPrincipal,
    once: OnceDep,
) -> Response:
    """A counter-entry: entries are never changed and never deleted."""
    row_class = known_ledger(slug)
    writer = MovementWriter(session, row_class, who)
    return once(lambda: reading.one(session, row_class, writer.reverse(id, movement, body.reason, body.id)))


def _sent(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(256 * 1024):
            yield chunk
