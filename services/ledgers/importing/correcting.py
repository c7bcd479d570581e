"""Cells that somebody puts right on the page. They are laid over the file, which is then validated again as a whole: a number
put right may make another row a duplicate, or no longer one. The file itself stays as it was sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from kit.errors import Conflict, FieldError, Invalid
from services.ledgers.importing.tables import ImportJob, ImportRow
from services.ledgers.importing.target import ledger_class

# By row number and field: the text that stands in the cell's place; "" for a blank cell.
Cells = dict[str, dict[str, str]]

# More than that is put right in the workbook itself.
MOST_AT_ONCE = 1_000
MOST_OF_A_FILE = 5_000

Text = Annotated[str, Field(max_length=2000)]


class Corrections(BaseModel):
    """By row number and field what the cell should say, as one would write it into the workbook; null: what the file says."""

    model_config = ConfigDict(extra="forbid")

    cells: dict[Annotated[int, Field(ge=1, le=2**20)], Annotated[dict[str, Text | None], Field(max_length=100)]] = (
        Field(min_length=1, max_length=MOST_AT_ONCE)
    )


def correct(session: Session, job: ImportJob, given: Corrections) -> int:
    """Lays the cells over those of the file; says how many. Invalid names the ones that the file does not have. The caller
    has the file validated again."""
    if job.state != "ready":
        raise Conflict("只有待确认的导入才能更正单元格", code="import_not_correctable")
    if job.swept_at is not None:
        raise Conflict("导入已超过 24 小时，请重新上传文件", code="import_expired")
    problems = _wrong(session, job, given)
    if problems:
        raise Invalid("；".join(problem.message for problem in problems[:3]), errors=problems[:MOST_AT_ONCE])
    cells: Cells = {row: dict(found) for row, found in (job.corrections or {}).items()}
    for row, texts in given.cells.items():
        for field, text in texts.items():
            if text is None:
                cells.get(str(row), {}).pop(field, None)
            else:
                cells.setdefault(str(row), {})[field] = text.replace("\0", "")
    cells = {row: found for row, found in cells.items() if found}
    if count(cells) > MOST_OF_A_FILE:
        raise Invalid(
            f"一个文件最多在页面更正 {MOST_OF_A_FILE:,} 个单元格，请在文件中改好后重新上传", code="too_many_corrections"
        )
    job.corrections = cells or None
    return sum(map(len, given.cells.values()))


def _wrong(session: Session, job: ImportJob, given: Corrections) -> list[FieldError]:
    fields = ledger_class(job.slug).input_fields()
    places: Mapping[str, int] = (job.layout or {}).get("places", {})
    known = set(
        session.scalars(
            select(ImportRow.row_no).where(ImportRow.job_id == job.id, ImportRow.row_no.in_(list(given.cells)))
        )
    )
    problems = []
    for row, texts in given.cells.items():
        if row not in known:
            problems.append(FieldError(("body", "cells", row), "unknown_row", f"文件中没有第 {row} 行数据"))
        for field in texts:
            if field not in fields or field not in places:
                title = fields[field].title if field in fields else field[:50]
                message = f"文件中没有“{title}”这一列，不能在页面更正"
                problems.append(FieldError(("body", "cells", row, field), "unknown_column", message))
    return problems


def count(cells: Cells | None) -> int:
    """How many cells have been put right."""
    return sum(map(len, (cells or {}).values()))


def by_place(job: ImportJob) -> dict[int, dict[int, str]]:
    """The same for who goes through the file cell by cell: by row number and position of the column (0 = A)."""
    places: Mapping[str, int] = (job.layout or {}).get("places", {})
    return {
        int(row): {places[field]: text for field, text in texts.items() if field in places}
        for row, texts in (job.corrections or {}).items()
    }
