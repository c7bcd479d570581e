"""POST /api/ledgers/{slug}/labels.pdf: labels of chosen rows, or of what a list shows. A POST, for 500 ids do not fit into
an address; it changes nothing."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Body, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit import audit
from kit.db import today
from kit.directory import departments
from kit.errors import FieldError, Invalid, NotFound
from kit.fields import formatter
from kit.http.principal import CurrentPrincipal, require
from kit.http.session import SessionDep
from kit.query import order
from services.ledgers.importing.target import known_ledger
from services.ledgers.labels.drawing import Label, draw
from services.ledgers.labels.sheets import SHEETS
from services.ledgers.ledger import LedgerRow
from services.ledgers.lookups import lookups_for
from services.ledgers.reading import RowReader, params_of, table_of, visible

MOST_LABELS = 500
router = APIRouter(prefix="/api/ledgers/{slug}", tags=["标签"])


class Wanted(BaseModel):
    """Which rows, and on what sheet. `ids` or, without them, the list's own parameters in `filters` (q and sort too)."""

    model_config = ConfigDict(extra="forbid")

    ids: Annotated[list[UUID], Field(max_length=MOST_LABELS)] | None = None
    filters: dict[Annotated[str, StringConstraints(max_length=80)], Annotated[str, Field(max_length=4000)]] = {}
    sheet: str = "70x37"
    skip: Annotated[int, Field(ge=0, le=100, description="已用掉的标签数，从第一张的左上角数起")] = 0
    frames: Annotated[bool, Field(description="画出裁切线，用于普通纸")] = False


@router.post(
    "/labels.pdf",
    dependencies=[require("ledgers:{slug}:read")],
    summary="二维码标签",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}},
)
def print_labels(
    slug: str, body: Annotated[Wanted, Body()], request: Request, session: SessionDep, who: CurrentPrincipal
) -> Response:
    """An A4 PDF; rows out of reach are left out, as they are from a list."""
    row_class = known_ledger(slug)
    if row_class.ledger.label is None:
        raise NotFound("该台账没有标签", code="no_labels")
    sheet = SHEETS.get(body.sheet)
    if sheet is None or body.skip >= sheet.each:
        field = "sheet" if sheet is None else "skip"
        message = f"可选的标签纸：{'、'.join(SHEETS)}" if sheet is None else "跳过的标签数超过了一张"
        raise Invalid(message, errors=[FieldError(("body", field), "unknown_sheet", message)])
    labels = labels_of(session, who, row_class, body, request.app.state.settings.public_url)
    if not labels:
        raise Invalid("没有可以打印的记录", code="no_rows")
    title = f"{row_class.ledger.title}标签"
    content = draw(title, sheet, labels, skip=body.skip, frames=body.frames)
    audit.record(
        session, who, f"ledgers:{slug}:labels", "ledger", slug, detail={"labels": len(labels), "sheet": sheet.key}
    )
    name = quote(f"{title}_{today():%Y%m%d}.pdf", safe="")
    headers = {"Content-Disposition": f"inline; filename=\"labels.pdf\"; filename*=UTF-8''{name}"}
    return Response(content, media_type="application/pdf", headers=headers)


def labels_of(
    session: Session, who: Principal, row_class: type[LedgerRow], wanted: Wanted, public_url: str
) -> list[Label]:
    """The labels, in the order of the ids or of the list."""
    spec = row_class.ledger.label
    assert spec is not None
    c, keys = table_of(row_class).c, (spec.name, spec.number, *spec.lines)
    query = select(c.id, c.dept_id, *(c[key] for key in keys))
    if wanted.ids is not None:
        query = query.where(c.id.in_(wanted.ids), *visible(row_class, who))
        rows = session.execute(query).all()
        place = {id_: number for number, id_ in enumerate(wanted.ids)}
        rows = sorted(rows, key=lambda row: place[row[0]])
    else:
        asked = params_of(row_class).read(list(wanted.filters.items()))
        reader = RowReader(row_class, who)
        where = reader.where(asked)
        total = session.scalar(select(func.count()).select_from(reader.table).where(*where), asked.values) or 0
        if total > MOST_LABELS:
            raise Invalid(f"共 {total} 条，一次最多打印 {MOST_LABELS} 枚标签，请先缩小查询范围", code="too_many_rows")
        query = query.where(*where).order_by(*order(reader.table.c, asked.sorts))
        rows = list(session.execute(query, asked.values).all())
    lookups = lookups_for(session, row_class, who)
    names = {row.id: row.name for row in departments(session)}
    formats = [formatter(row_class.fields[key], lookups) for key in keys]
    labels = []
    for id_, dept_id, *values in rows:
        name, number, *lines = (
            "" if value is None else str(show(value)) for show, value in zip(formats, values, strict=True)
        )
        address = f"{public_url.rstrip('/')}/ledgers/{row_class.ledger.slug}/{id_}"
        labels.append(Label(name, number, (names.get(dept_id, ""), *(line for line in lines if line)), address))
    return labels
