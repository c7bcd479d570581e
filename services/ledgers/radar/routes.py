"""GET /api/ledgers/radar: list, sums, workbook, and the calendar to subscribe to."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Any, BinaryIO
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AfterValidator
from starlette.responses import StreamingResponse

from contracts.principal import Principal
from kit import audit
from kit.audit.duty import unaudited
from kit.db import today
from kit.errors import FieldError, Invalid
from kit.http.days import Day as IsoDay
from kit.http.principal import CurrentPrincipal, public, signed_in
from kit.http.recent import refuse_large_export
from kit.http.session import SessionDep
from services.ledgers.quotas import EXPORTS
from services.ledgers.radar import calendar
from services.ledgers.radar.due import Wanted
from services.ledgers.radar.reading import Radar
from services.ledgers.workbooks import XLSX, disposition, file_name

router = APIRouter(prefix="/api/ledgers/radar", tags=["到期雷达"])
# Which dates are shown follows from what the person may read in each ledger (due.seen_by).
SEEN = [signed_in()]
LONGEST = timedelta(days=3 * 366)
Day = Annotated[IsoDay, Query(ge=date(2000, 1, 1), le=date(2199, 12, 31))]


def _no_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("NUL")
    return text


Word = Annotated[str, Query(min_length=1, max_length=50), AfterValidator(_no_nul)]


def wanted(
    *, start: Day | None = None, until: Day | None = None, source: Word | None = None, department: UUID | None = None,
    below: bool = True, person: Word | None = None, q: Word | None = None,
) -> Wanted:  # fmt: skip
    """What a query string asks for; without dates, everything overdue and the next 90 days."""
    last = until or (start or today()) + timedelta(days=90)
    if last > (start or today()) + LONGEST or (start is not None and last < start):
        message = "截止日期应不早于开始日期，且在三年以内"
        raise Invalid(message, errors=[FieldError(("query", "until"), "bad_range", message)])
    return Wanted(start=start, until=last, source=source, department=department, below=below, person=person, q=q)


Asked = Annotated[Wanted, Depends(wanted)]


@router.get("", dependencies=SEEN, summary="到期事项")
def due_dates(
    session: SessionDep,
    who: CurrentPrincipal,
    asked: Asked,
    page: Annotated[int, Query(ge=1, le=500)] = 1,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """The due dates of all ledgers that one may read, the most urgent first."""
    return Radar(session, who, asked, today()).page(page, size)


@router.get("/summary", dependencies=SEEN, summary="到期事项汇总")
def sums(
    session: SessionDep,
    who: CurrentPrincipal,
    asked: Asked,
) -> dict[str, Any]:
    """How many by level, ledger, department and day."""
    return Radar(session, who, asked, today()).summary()


@router.get("/people", dependencies=SEEN, summary="到期事项按人员汇总")
def people(
    session: SessionDep,
    who: CurrentPrincipal,
    asked: Asked,
    page: Annotated[int, Query(ge=1, le=500)] = 1,
    size: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """How many each person has by level: holders of certificates, those who were examined, keepers of things."""
    return Radar(session, who, asked, today()).people(page, size)


@router.get("/export.xlsx", dependencies=[*SEEN, EXPORTS.dependency()], summary="导出到期事项", response_class=Response)
def workbook(
    request: Request,
    session: SessionDep,
    who: CurrentPrincipal,
    asked: Asked,
) -> StreamingResponse:
    """The same list as a workbook."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- closed by the answer, when it has been sent
    try:
        count = Radar(session, who, asked, today()).write(file)
        refuse_large_export(request.app.state.settings, who, count)
    except BaseException:
        file.close()
        raise
    audit.record(
        session, who, "radar.export", "radar", None, detail={"rows": count, "query": str(request.query_params)}
    )
    file.seek(0)
    return StreamingResponse(_sent(file), media_type=XLSX, headers=disposition(file_name("到期雷达")))


def _sent(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(256 * 1024):
            yield chunk


@router.get("/calendar", dependencies=SEEN, summary="日历订阅状态")
def link_state(session: SessionDep, who: CurrentPrincipal) -> dict[str, Any]:
    """Whether one has a calendar, since when, and when it was last fetched; the link itself is shown once only."""
    return calendar.state(session, who)


@router.post("/calendar", dependencies=SEEN, status_code=201, summary="生成日历订阅地址")
def make_link(request: Request, session: SessionDep, who: CurrentPrincipal) -> dict[str, str]:
    """A new personal address; the one before it is no longer good."""
    secret = calendar.renew(session, who)
    audit.record(session, who, "radar.calendar_made", "calendar", who.user_id)
    base = request.app.state.settings.public_url.rstrip("/")
    return {"url": f"{base}/api/ledgers/radar/calendar/{secret}.ics"}


@router.delete("/calendar", dependencies=SEEN, status_code=204, summary="停用日历订阅", response_class=Response)
def drop_link(session: SessionDep, who: CurrentPrincipal) -> Response:
    """Ends the address."""
    calendar.drop(session, who)
    audit.record(session, who, "radar.calendar_ended", "calendar", who.user_id)
    return Response(status_code=204)


@router.get(
    "/calendar/{secret}.ics",
    dependencies=[
        public("calendar programs cannot sign in; the 192-bit address is the proof, and the rights are asked anew"),
        unaudited(
            "programs ask all day; making the address is in the trail, and the address tells when it was used last"
        ),
    ],
    summary="日历",
    response_class=Response,
)
def feed(secret: str, request: Request, session: SessionDep) -> Response:
    """The due dates of the owner of this address, by the rights that they have now."""

    def rights_of(user_id: UUID) -> Principal | None:
        holder: calendar.Rights = request.app.state.rights
        return holder.of(user_id)

    content = calendar.feed(session, secret, rights_of, request.app.state.settings.public_url, today())
    return Response(content, media_type="text/calendar; charset=utf-8")
