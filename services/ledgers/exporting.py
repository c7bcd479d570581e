"""export.xlsx: the rows of a list, with the list's own filters, scope and masks, as a workbook that can be imported again."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import Annotated, Any, BinaryIO
from uuid import UUID

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Double, String, Text, cast, func, literal, select, type_coerce
from sqlalchemy.orm import Session
from starlette.responses import StreamingResponse

from contracts.principal import Principal
from kit import audit
from kit.errors import FieldError, Invalid
from kit.excel import Column, export
from kit.fields import FieldSpec, Lookups, formatter
from kit.http.principal import CurrentPrincipal, require
from kit.http.recent import refuse_large_export
from kit.http.session import SessionDep
from kit.query import ListQuery, order
from kit.sealing import is_sealed
from services.ledgers.importing.columns import RECORD, column_of
from services.ledgers.importing.loading import LONG
from services.ledgers.importing.target import known_ledger
from services.ledgers.ledger import LedgerRow
from services.ledgers.lookups import lookups_for
from services.ledgers.quotas import EXPORTS
from services.ledgers.reading import RowReader, params_of
from services.ledgers.workbooks import XLSX, disposition, file_name

router = APIRouter(prefix="/api/ledgers", tags=["导入导出"])

MOST_ROWS = 100_000
# As many as the list lets one tick and change at once.
MOST_TICKED = 1_000
_PORTION = 2_000
_CHUNK = 256 * 1024
Show = Callable[[Any], Any]


MAY_EXPORT = require("ledgers:{slug}:export")


class Ticked(BaseModel):
    """Rows that somebody has ticked, and the keys of the wanted fields; all fields when nothing is said."""

    model_config = ConfigDict(extra="forbid")

    ids: Annotated[list[UUID], Field(min_length=1, max_length=MOST_TICKED)]
    columns: Annotated[str, Field(max_length=4000)] = ""
    sort: Annotated[str, Field(max_length=200, description="as the list's own; without it, the list's first order")] = (
        ""
    )


@router.get("/{slug}/export.xlsx", dependencies=[MAY_EXPORT, EXPORTS.dependency()], summary="导出", response_model=None)
def export_rows(slug: str, request: Request, session: SessionDep, principal: CurrentPrincipal) -> StreamingResponse:
    """The list's parameters without pages, and `columns`, the keys of the wanted fields separated by commas. More than
    5,000 rows are made in the background: POST …/exports with the same parameters."""
    row_class = known_ledger(slug)
    query, fields = asked(row_class, request.query_params.multi_items())
    settings = request.app.state.settings
    most = settings.export_at_once_rows
    rows = counted(session, RowReader(row_class, principal), query, most)
    if rows > most:
        raise Invalid(f"超过 {most:,} 行的导出在后台进行，请使用后台导出", code="export_in_background")
    refuse_large_export(settings, principal, rows)
    return _answer(session, principal, row_class, query, fields, {"query": str(request.query_params)})


@router.post(
    "/{slug}/export.xlsx",
    dependencies=[MAY_EXPORT, EXPORTS.dependency()],
    summary="导出选中的记录",
    response_model=None,
)
def export_ticked(
    slug: str, body: Annotated[Ticked, Body()], request: Request, session: SessionDep, principal: CurrentPrincipal
) -> StreamingResponse:
    """A POST, for a thousand ids do not fit into an address; it changes nothing. Rows out of reach are left out, as they
    are from a list."""
    row_class = known_ledger(slug)
    sort = [("sort", body.sort)] if body.sort else []
    query, fields = asked(row_class, [*sort, ("columns", body.columns)])
    rows = counted(session, RowReader(row_class, principal), query, MOST_TICKED, body.ids)
    if not rows:
        raise Invalid("没有可以导出的记录，它们可能已被删除", code="no_rows")
    refuse_large_export(request.app.state.settings, principal, rows)
    return _answer(session, principal, row_class, query, fields, {"ticked": len(body.ids)}, body.ids)


def _answer(
    session: Session,
    principal: Principal,
    row_class: type[LedgerRow],
    query: ListQuery,
    fields: Sequence[FieldSpec],
    detail: dict[str, Any],
    only: Sequence[UUID] | None = None,
) -> StreamingResponse:
    # A temporary file rather than memory: the process must stay flat whatever is asked of it.
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- closed by the answer, when it has been sent
    try:
        count = write(session, principal, row_class, query, fields, file, only=only)
    except BaseException:
        file.close()
        raise
    slug = row_class.ledger.slug
    audit.record(
        session, principal, f"ledgers:{slug}:export", "ledger", slug,
        detail={
            "rows": count, **detail, "columns": [spec.key for spec in fields],
            # Which columns left the house unmasked.
            "personal": shown_whole(row_class, principal, fields),
        },
    )  # fmt: skip
    size = file.tell()
    file.seek(0)
    headers = {**disposition(file_name(row_class.ledger.title)), "Content-Length": str(size)}
    return StreamingResponse(_sent(file), media_type=XLSX, headers=headers)


def shown_whole(row_class: type[LedgerRow], principal: Principal, fields: Sequence[FieldSpec]) -> list[str]:
    """The personal fields among these that this person is given unmasked."""
    return [spec.key for spec in fields if spec.personal] if RowReader(row_class, principal).reveal else []


def asked(row_class: type[LedgerRow], params: Sequence[tuple[str, str]]) -> tuple[ListQuery, list[FieldSpec]]:
    """What a query string asks to be exported."""
    query = params_of(row_class).read(list(params), also=("columns", "page", "size"))
    return query, chosen(row_class, dict(params).get("columns", ""))


def counted(
    session: Session, reader: RowReader, query: ListQuery, most: int, only: Sequence[UUID] | None = None
) -> int:
    """How many rows that is; counting ends one beyond `most`."""
    some = select(literal(1)).select_from(reader.table).where(*_where(reader, query, only)).limit(most + 1).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def _where(reader: RowReader, query: ListQuery, only: Sequence[UUID] | None) -> list[ColumnElement[bool]]:
    ticked = [] if only is None else [reader.table.c.id == func.any(list(only))]
    return [*reader.where(query), *ticked]


def too_many() -> Invalid:
    """Nobody reads so many rows, and no import takes them back."""
    return Invalid("导出不能超过 100,000 行，请先缩小查询范围", code="too_many_rows")


def _sent(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk


def chosen(row_class: type[LedgerRow], columns: str) -> list[FieldSpec]:
    """The fields that are exported, in the order asked for; all of them when nothing is said."""
    if not columns:
        return list(row_class.fields.values())
    keys = list(dict.fromkeys(part.strip() for part in columns.split(",") if part.strip()))
    unknown = [key for key in keys if key not in row_class.fields]
    if unknown or not keys:
        message = f"没有这些字段：{'、'.join(unknown[:10])}"
        raise Invalid(message, errors=[FieldError(("query", "columns"), "unknown_field", message)])
    return [row_class.fields[key] for key in keys]


def write(
    session: Session,
    principal: Principal,
    row_class: type[LedgerRow],
    query: ListQuery,
    fields: Sequence[FieldSpec],
    target: BinaryIO,
    beat: Callable[[int, int], None] = lambda done, total: None,
    *,
    only: Sequence[UUID] | None = None,
) -> int:
    """Writes the workbook and says how many rows it has; Invalid when there are too many. `beat` is told, from time to
    time, how many rows of how many are done. Of the query's rows, those in `only`, where that is given."""
    session.execute(LONG)
    reader = RowReader(row_class, principal)
    where = _where(reader, query, only)
    count = counted(session, reader, query, MOST_ROWS, only)
    if count > MOST_ROWS:
        raise too_many()
    lookups = lookups_for(session, row_class, principal)
    shown = {label.name: label.element for label in reader.columns(reader.table.c)}
    cells = [_sql(spec, shown[spec.key]).label(f"c{place}") for place, spec in enumerate(fields)]
    record = (cast(reader.table.c.id, String) + ":" + cast(reader.table.c.version, String)).label("record")
    statement = select(*cells, record).where(*where).order_by(*order(reader.table.c, query.sorts))
    columns = [*(column_of(spec) for spec in fields), RECORD]
    shows = [(place, show) for place, spec in enumerate(fields) if (show := _show(spec, lookups, reader)) is not None]
    # Closed in any case: a server's cursor must not outlive an export that was given up.
    with closing(session.execute(statement, execution_options={"yield_per": _PORTION})) as result:
        rows = _rows(result, columns, shows, lambda done: beat(done, count))
        export.write(target, row_class.ledger.title, columns, rows)
    return count


def _rows(
    result: Any, columns: Sequence[Column], shows: Sequence[tuple[int, Show]], beat: Callable[[int], None]
) -> Iterator[dict[str, Any]]:
    titles = [column.title for column in columns]
    texts = [place for place, column in enumerate(columns) if column.text]
    done = 0
    for portion in result.partitions():
        beat(done)
        done += len(portion)
        for row in portion:
            cells = list(row)
            for place, show in shows:
                cells[place] = show(cells[place])
            for place in texts:
                cell = cells[place]
                # Only what begins with an apostrophe needs a look (kit.excel.guard).
                if cell is not None and cell[:1] == "'":
                    cells[place] = export.guarded(cell)
            yield dict(zip(titles, cells, strict=True))


def _sql(spec: FieldSpec, column: Any) -> Any:
    """The column as the driver should bring it: a workbook has no decimals, only doubles."""
    if is_sealed(column):
        # As the token: it is opened, and masked, where the cell is made.
        return type_coerce(column, Text)
    return cast(column, Double) if spec.kind == "decimal" and not spec.personal else column


def _show(spec: FieldSpec, lookups: Lookups, reader: RowReader) -> Show | None:
    """What turns a value into a cell, or None where it is one already. Dictionaries of ready answers, for this runs for
    each of a million cells."""
    show = formatter(spec, lookups)
    if spec.key in reader.personal.fields:
        opened = reader.personal.opener(spec.key)
        return (lambda token: show(opened(token))) if spec.dictionary else opened
    if spec.kind == "choice":
        return _ready({item: show(item) for item in lookups.dictionaries[spec.dictionary or ""].items})
    if spec.kind == "department":
        return _ready({id_: show(id_) for id_ in lookups.departments.names})
    if spec.kind == "yes_no":
        return {None: None, True: "是", False: "否"}.__getitem__
    return show if spec.kind == "multi_choice" or spec.blank_words else None


def _ready(words: dict[Any, Any]) -> Show:
    find = words.get
    return lambda value: find(value, value) if value is None or type(value) is str else find(value, str(value))


__all__ = ["asked", "chosen", "counted", "router", "shown_whole", "write"]
