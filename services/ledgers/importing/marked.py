"""errors.xlsx: what was sent, with what has been put right on the page and with the errors that are left. Corrected there, the
same file can be sent again."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from kit.errors import Gone
from kit.excel import marking
from kit.excel.refusal import Refused
from kit.excel.runner import GATE, parse
from kit.excel.whole import untagged
from services.ledgers.importing import correcting
from services.ledgers.importing.columns import import_columns
from services.ledgers.importing.tables import ImportFile, ImportJob, ImportRow
from services.ledgers.importing.target import ledger_class

# Up to here every row stands where it stood; of longer files only the wrong rows are given, with their old numbers.
MOST_IN_PLACE = 5_000
MOST_ROWS = 20_000


def build(session: Session, job: ImportJob) -> bytes:
    """The marked workbook. Gone when the file has been swept away."""
    stored = session.get(ImportFile, job.id)
    if stored is None:
        raise Gone("原文件已超过 24 小时，不再保留，请重新上传", code="import_expired")
    fields = ledger_class(job.slug).fields
    places: dict[str, int] = (job.layout or {}).get("places", {})
    titles: dict[int, str] = {int(place): text for place, text in (job.layout or {}).get("titles", {}).items()}
    heading_row = int((job.layout or {}).get("row", 1))
    marks: dict[int, list[marking.Mark]] = {}
    for row_no, errors in session.execute(
        select(ImportRow.row_no, ImportRow.errors)
        .where(ImportRow.job_id == job.id, ~ImportRow.ok)
        .order_by(ImportRow.row_no)
        .limit(MOST_ROWS)
    ):
        marks[row_no] = [
            marking.Mark(places.get(field), fields[field].title if field in fields else "", message)
            for field, (_, message) in sorted((errors or {}).items(), key=lambda pair: places.get(pair[0], 1_000))
        ]
    corrected = correcting.by_place(job)
    in_place = job.rows <= MOST_IN_PLACE
    if in_place:
        # As it was sent, with everything that is around the data; a file that cannot be kept so is written anew below.
        with contextlib.suppress(Refused), GATE.enter():
            return _edited(stored.content, job, heading_row, marks, corrected)
    context = {
        # A heading that somebody has said to mean a field means it here as well.
        "columns": [
            [
                column.key,
                column.title,
                [*column.aliases, *([titles[places[column.key]]] if column.key in places else [])],
            ]
            for column in import_columns(fields)
        ],
        "only": None if in_place else sorted(marks),
    }
    above: list[list[Any]] = []
    rows: list[tuple[int, list[Any]]] = []
    first = 0
    with GATE.enter():
        for frame in parse(stored.content, job.file_name, "kit.excel.whole:make", context):
            if isinstance(frame, dict):
                first = int(frame.get("first", first))
                continue
            for number, cells in _lines(frame):
                if number < heading_row:
                    above.append(cells)
                elif number > heading_row:
                    for place, text in corrected.get(number, {}).items():
                        if 0 <= place - first < len(cells):
                            cells[place - first] = text
                    rows.append((number, cells))
    return marking.build(
        (job.layout or {}).get("sheet") or "数据",
        above,
        titles,
        ((number, cells, marks.get(number, ())) for number, cells in rows),
        in_place=in_place,
        first=first,
    )


def _edited(
    content: bytes,
    job: ImportJob,
    heading_row: int,
    marks: dict[int, list[marking.Mark]],
    corrected: dict[int, dict[int, str]],
) -> bytes:
    """The workbook itself, marked by the child that may have it in memory."""
    context = {
        "sheet": (job.layout or {}).get("sheet"),
        "heading_row": heading_row,
        "marks": {row: [[mark.place, mark.message] for mark in found] for row, found in marks.items()},
        "texts": {row: list(texts.items()) for row, texts in corrected.items()},
        "reasons": {row: marking.reason_of(row, found, True) for row, found in marks.items()},
    }
    frames = parse(content, job.file_name, "kit.excel.editing:make", context)
    return b"".join(frame for frame in frames if isinstance(frame, bytes))


def _lines(block: bytes) -> Iterator[tuple[int, list[Any]]]:
    for line in block.splitlines():
        number, cells = orjson.loads(line)
        yield number, [untagged(cell) for cell in cells]
