"""证书统计, leaf 4.5: the matrix as JSON and as a workbook."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from kit import audit
from kit.db import today
from kit.http.days import Day as IsoDay
from kit.http.principal import CurrentPrincipal, require
from kit.http.session import SessionDep
from services.reports.certificates.sheet import matrix_workbook
from services.reports.certificates.statistics import Figures, Matrix, certificate_matrix

router = APIRouter(prefix="/api/reports/certificates", tags=["证书统计"])

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A date at the edges of the calendar has no 60 days after it.
Day = Annotated[IsoDay, Field(ge=date(1900, 1, 1), le=date(2999, 12, 31))]


class StatisticsQuery(BaseModel):
    """`valid_only`: leave out what has expired or is late with its review (仅有效). `on`: judge expiry as of this day, today by
    default; the rows are always those of this moment."""

    model_config = ConfigDict(extra="forbid")

    valid_only: bool = False
    on: Day | None = None


class ColumnOut(BaseModel):
    """A kind of certificate."""

    key: str
    title: str
    group: str


class DepartmentOut(BaseModel):
    """A department, `level` steps below the company."""

    id: UUID
    name: str
    level: int


class RowOut(BaseModel):
    """One department's own certificates. Every column has its count, also where it is 0."""

    department: DepartmentOut
    counts: dict[str, int]
    total: int
    expiring: int = Field(description="neither late nor safe: to be renewed or reviewed within 60 days")
    review_overdue: int = Field(description="not expired, and late with the review")
    expired: int


class StatisticsOut(BaseModel):
    """The matrix; `totals` holds every column's key, and `total`, `expiring`, `review_overdue`, `expired`."""

    on: date
    valid_only: bool
    columns: list[ColumnOut]
    rows: list[RowOut]
    totals: dict[str, int]


@router.get("", dependencies=[require("reports:certificates:read")], summary="证书统计")
def certificates(
    session: SessionDep, who: CurrentPrincipal, query: Annotated[StatisticsQuery, Query()]
) -> StatisticsOut:
    """Department × kind, in the caller's data scope."""
    matrix = certificate_matrix(session, who, query.on or today(), valid_only=query.valid_only)
    return StatisticsOut(
        on=matrix.on,
        valid_only=matrix.valid_only,
        columns=[ColumnOut(key=one.key, title=one.title, group=one.group) for one in matrix.columns],
        rows=[
            RowOut(
                department=DepartmentOut(id=row.id, name=row.name, level=row.level),
                counts=_counts(matrix, row.figures),
                total=row.figures.total,
                expiring=row.figures.expiring,
                review_overdue=row.figures.review_overdue,
                expired=row.figures.expired,
            )
            for row in matrix.rows
        ],
        totals={
            **_counts(matrix, matrix.totals),
            "total": matrix.totals.total,
            "expiring": matrix.totals.expiring,
            "review_overdue": matrix.totals.review_overdue,
            "expired": matrix.totals.expired,
        },
    )


@router.get(
    "/export.xlsx",
    dependencies=[require("reports:certificates:export")],
    summary="导出证书统计",
    response_class=Response,
    responses={200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}},
)
def export_certificates(
    session: SessionDep, who: CurrentPrincipal, query: Annotated[StatisticsQuery, Query()]
) -> Response:
    """The same matrix as a workbook with a totals row; the export is audited."""
    matrix = certificate_matrix(session, who, query.on or today(), valid_only=query.valid_only)
    audit.record(
        session,
        who,
        "certificates.export",
        "report",
        "certificates",
        detail={"rows": len(matrix.rows), "valid_only": matrix.valid_only, "on": matrix.on.isoformat()},
    )
    name = quote(f"证书统计_{matrix.on:%Y%m%d}.xlsx")
    disposition = f"attachment; filename=\"certificates.xlsx\"; filename*=UTF-8''{name}"
    return Response(matrix_workbook(matrix), media_type=XLSX, headers={"Content-Disposition": disposition})


def _counts(matrix: Matrix, figures: Figures) -> dict[str, int]:
    return {column.key: figures.counts.get(column.key, 0) for column in matrix.columns}
