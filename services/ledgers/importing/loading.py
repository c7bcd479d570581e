"""From the file to a preview: the child's rows go by COPY into import_row, and are compared with the ledger there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import delete, exists, func, select, text, update
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit.directory import scope_clause
from kit.excel.headings import column_letter
from kit.excel.refusal import Refused
from kit.excel.runner import parse
from kit.fields import mask_value
from services.ledgers import same_person
from services.ledgers.importing import mapping
from services.ledgers.importing.checking import COPY_COLUMNS, spoken_key
from services.ledgers.importing.context import pack
from services.ledgers.importing.matching import Matching
from services.ledgers.importing.preview import one_line
from services.ledgers.importing.rechecking import recheck
from services.ledgers.importing.sealing import RowSealer, sealed_keys, values_of
from services.ledgers.importing.tables import ImportJob, ImportMatch, ImportRow
from services.ledgers.importing.target import ledger_class
from services.ledgers.lookups import lookups_for
from services.ledgers.movements import guard

FACTORY = "services.ledgers.importing.checking:make"
# Up to here a file is answered at once; beyond, it is processed in the background with progress (domain.md 14).
AT_ONCE_ROWS = 500
# One statement may take as long as the child may; ordinary requests have 15 s.
LONG = text("SET LOCAL statement_timeout = '150s'")
_MASKED_BATCH = 500

Beat = Callable[[int], None]


class TooManyForNow(Exception):
    """The file has more rows than are answered at once."""


def load(
    session: Session,
    job: ImportJob,
    content: bytes,
    principal: Principal,
    *,
    at_once: bool = False,
    beat: Beat = lambda _: None,
) -> None:
    """Fills the job: rows, counts, warnings, state ready; or its questions, state mapping. Raises Refused for a file that
    cannot be imported at all, and TooManyForNow with `at_once` for one that should go to the background."""
    row_class = ledger_class(job.slug)
    session.execute(LONG)
    session.execute(delete(ImportRow).where(ImportRow.job_id == job.id))
    session.execute(delete(ImportMatch).where(ImportMatch.job_id == job.id))
    memory = mapping.remembered(session, principal, job.slug)
    told = mapping.Told.of((job.mapping or {}).get("given")).over(memory)
    context = {
        "slug": job.slug,
        "job": str(job.id),
        "lookups": pack(session, principal, row_class),
        "told": told.for_child(),
        "whole": whole(job),
        "blank_cells": job.blank_cells,
        "corrections": job.corrections or {},
    }
    frames = parse(content, job.file_name, FACTORY, context)
    try:
        _copy(session, job, frames, at_once, beat)
    finally:
        frames.close()  # type: ignore[attr-defined]
    recalled = mapping.recalled(job, memory)
    job.mapping = {**(job.mapping or {}), "recalled": {key: target for key, (_, target) in recalled.items()}}
    if job.state == "mapping":
        return
    beat(70)
    fields = row_class.input_fields()
    job.warnings = [
        *mapping.notes(job, memory, fields, lookups_for(session, row_class, principal)),
        *(job.warnings or []),
    ]
    matching = Matching.of(job)
    _unmask(session, job, matching)
    compare(session, job, matching, principal)
    job.state, job.progress = "ready", 100


def whole(job: ImportJob) -> dict[str, int]:
    """What the file is about as a whole: a field and its value, or nothing."""
    key = ledger_class(job.slug).ledger.import_by
    return {key: job.import_by} if key and job.import_by is not None else {}


def _copy(session: Session, job: ImportJob, frames: Iterator[Any], at_once: bool, beat: Beat) -> None:
    """Passes the child's blocks on to PostgreSQL, with their personal values sealed; nothing else of them is looked at."""
    seal = RowSealer(ledger_class(job.slug))
    driver = session.connection().connection.driver_connection
    assert driver is not None
    total = 1
    with driver.cursor() as cursor, cursor.copy(f"COPY import_row ({', '.join(COPY_COLUMNS)}) FROM STDIN") as copy:
        for frame in frames:
            if isinstance(frame, bytes):
                copy.write(seal(frame))
            elif frame["event"] == "scanned":
                total = max(int(frame["rows"]), 1)
                # The prescan counts formatted blank rows as well; those that are left decide at the end.
                if at_once and total > 20 * AT_ONCE_ROWS:
                    raise TooManyForNow
            elif frame["event"] == "headings":
                job.layout = {key: frame[key] for key in ("sheet", "row", "places", "titles")}
                job.warnings = _warnings(frame)
            elif frame["event"] == "progress":
                if at_once and frame["rows"] > AT_ONCE_ROWS:
                    raise TooManyForNow
                beat(min(5 + 60 * int(frame["row"]) // total, 65))
            elif frame["event"] == "done":
                if at_once and frame["rows"] > AT_ONCE_ROWS:
                    raise TooManyForNow
                questions = frame["questions"]
                job.samples = questions.pop("samples", None) or None
                job.mapping = {**(job.mapping or {}), "questions": questions, "used": frame.get("used", {})}
                if "valid" not in frame:
                    # Nothing was read: somebody has to say first what the headings mean.
                    job.state, job.progress, job.rows, job.warnings = "mapping", 100, 0, []
                    return
                job.rows, job.valid, job.invalid = frame["rows"], frame["valid"], frame["invalid"]
                job.keys = list(frame["keys"])
                job.warnings = [*(job.warnings or []), *_totals(**frame["totals"])]


def _warnings(frame: dict[str, Any]) -> list[dict[str, Any]]:
    warnings = [
        {
            "code": "unknown_column",
            "column": column_letter(place),
            "header": title,
            "message": f"第 {column_letter(place)} 列“{title[:50]}”不是本台账的字段，已忽略",
        }
        for place, title in frame["unknown"]
    ]
    for key, (unit, own) in frame["units"].items():
        if unit != "元":
            place = frame["places"][key]
            title = one_line(frame["titles"][str(place)])[:50]
            message = f"“{title}”列按{'' if own else '表头上方注明的'}{unit}换算为元"
            warnings.append(
                {"code": "converted_unit", "column": column_letter(place), "header": title, "message": message}
            )
    for sheet in frame["others"]:
        message = f"工作表“{sheet[:31]}”也有表头，本次只导入了“{frame['sheet'][:31]}”"
        warnings.append({"code": "other_sheet", "column": None, "header": sheet, "message": message})
    return warnings


def _totals(count: int, first: list[int]) -> list[dict[str, Any]]:
    """A word about the rows that were left out as sums of others."""
    if not count:
        return []
    named = "、".join(str(row) for row in first)
    message = f"{count} 行合计、小计没有导入（第 {named} 行{'等' if count > len(first) else ''}）"
    return [{"code": "totals_left_out", "column": None, "header": None, "message": message}]


def compare(session: Session, job: ImportJob, matching: Matching, principal: Principal, *, again: bool = False) -> None:
    """Finds out what each right row would do, turns what may not be done into errors, and counts. With `again` it has been
    found out before, when the ledger was another one."""
    parameters = {"job": job.id, "on_duplicate": job.on_duplicate}
    session.execute(delete(ImportMatch).where(ImportMatch.job_id == job.id))
    has_records = session.scalar(
        select(exists().where(ImportRow.job_id == job.id, ImportRow.ok, ImportRow.record_id.is_not(None)))
    )
    if has_records:
        session.execute(matching.match_records(), parameters)
    session.execute(matching.match_keys(), parameters)
    recheck(session, job, matching, principal, again=again)
    _forbid(session, job, matching, principal, bool(has_records))
    count(session, job, matching)


def _forbid(session: Session, job: ImportJob, matching: Matching, principal: Principal, has_records: bool) -> None:
    row_class = matching.row_class
    title = "、".join(matching.fields[key].title for key in matching.key)
    spoken = spoken_key(matching.key, matching.fields)
    # A row that somebody outside this person's scope owns must not be told apart from what may not be written there.
    visible = select(row_class.id).where(
        row_class.id == ImportMatch.target_id, scope_clause(principal, row_class.dept_id, row_class.created_by)
    )
    session.execute(
        update(ImportMatch)
        .where(ImportMatch.job_id == job.id, ~visible.exists())
        .values(reachable=False)
        .execution_options(synchronize_session=False)
    )
    _fail(
        session, job, ~ImportMatch.reachable, spoken, "exists_elsewhere",
        f"已有{title}相同的记录，但不在您的数据范围内，不能修改",
    )  # fmt: skip
    _fail(
        session, job, ImportMatch.action == "stale", spoken, "changed_since_export",
        "该记录在导出之后已被他人修改，请重新导出后再修改",
    )  # fmt: skip
    movements = row_class.ledger.movements
    if movements is not None and movements.field in matching.given:
        past = list(session.scalars(matching.past_entries(movements.field), {"job": job.id}))
        _refuse(
            session,
            job,
            ImportRow.row_no == func.any(past),
            movements.field,
            guard.MOVED_ONLY,
            guard.sentence(row_class),
        )
    if job.on_duplicate == "error":
        _fail(
            session, job, ImportMatch.action.in_(("update", "unchanged")), spoken, "already_exists",
            f"已有{title}相同的记录",
        )  # fmt: skip
    for keys in row_class.ledger.also_unique:
        titles = "、".join(matching.fields[key].title for key in keys)
        shared = list(session.scalars(matching.shared_keys(keys), {"job": job.id}))
        # Of what lies outside one's scope, that it is there is told by the refusal alone, as everywhere.
        _refuse(session, job, ImportRow.row_no == func.any(shared), spoken_key(keys, matching.fields), "already_exists",
                f"已有另一条{titles}相同的记录")  # fmt: skip
    same_person.refuse_rows(session, job, matching, principal)
    if not has_records:
        return
    taken = list(session.scalars(matching.taken_keys(), {"job": job.id}))
    twice = (
        select(ImportMatch.target_id, func.min(ImportMatch.row_no).label("first"))
        .where(ImportMatch.job_id == job.id)
        .group_by(ImportMatch.target_id)
        .having(func.count() > 1)
        .subquery()
    )
    again = select(twice.c.target_id).where(
        twice.c.target_id == ImportMatch.target_id, twice.c.first < ImportMatch.row_no
    )
    _fail(session, job, ImportMatch.row_no == func.any(taken), spoken, "already_exists", f"已有另一条{title}相同的记录")
    _fail(session, job, again.exists(), spoken, "duplicate_in_file", "文件中有另一行指向同一条记录")


def _fail(session: Session, job: ImportJob, condition: Any, field: str, code: str, message: str) -> None:
    """Turns matched rows into wrong ones."""
    rows = select(ImportMatch.row_no).where(ImportMatch.job_id == job.id, condition)
    _refuse(session, job, ImportRow.row_no.in_(rows), field, code, message)


def _refuse(session: Session, job: ImportJob, condition: Any, field: str, code: str, message: str) -> None:
    """Turns rows of the file into wrong ones."""
    session.execute(
        update(ImportRow)
        .where(ImportRow.job_id == job.id, ImportRow.ok, condition)
        .values(ok=False, errors={field: [code, message]})
        .execution_options(synchronize_session=False)
    )


def _unmask(session: Session, job: ImportJob, matching: Matching) -> None:
    """A masked number in a row of our own export stands for what is stored, when it is that number's mask."""
    places = {key: place for place, key in enumerate(matching.fields)}
    sealed, seal = sealed_keys(matching.row_class), RowSealer(matching.row_class)
    after = 0
    while True:
        rows = session.scalars(
            select(ImportRow)
            .where(ImportRow.job_id == job.id, ImportRow.row_no > after, ImportRow.masked.is_not(None))
            .order_by(ImportRow.row_no)
            .limit(_MASKED_BATCH)
            .execution_options(populate_existing=True)
        ).all()
        if not rows:
            return
        after = rows[-1].row_no
        columns = [matching.table.c[key] for key, spec in matching.fields.items() if spec.personal]
        stored = {
            row.id: row
            for row in session.execute(
                select(matching.table.c.id, *columns).where(
                    matching.table.c.id.in_([row.record_id for row in rows]), matching.table.c.deleted_at.is_(None)
                )
            )
        }
        for row in rows:
            vals, errors, ok = values_of(matching.row_class, row), dict(row.errors or {}), row.ok
            for key, shown in (row.masked or {}).items():
                value = getattr(stored.get(row.record_id), key, None)
                if value is not None and mask_value(matching.fields[key], value) == shown:
                    vals[places[key]] = value
                else:
                    errors[key], ok = ["masked", "号码是脱敏后的，且与原记录不符，请填写完整号码"], False
            tokens = seal.seal([vals[places[key]] for key in sealed])
            vals = [None if key in sealed else value for key, value in zip(places, vals, strict=True)]
            session.execute(
                update(ImportRow)
                .where(ImportRow.job_id == job.id, ImportRow.row_no == row.row_no)
                .values(vals=vals, sealed=tokens, ok=ok, errors=errors or None)
                .execution_options(synchronize_session=False)
            )


def count(session: Session, job: ImportJob, matching: Matching) -> None:
    """The preview's numbers."""
    job.valid = (
        session.scalar(select(func.count()).select_from(ImportRow).where(ImportRow.job_id == job.id, ImportRow.ok)) or 0
    )
    job.invalid = job.rows - job.valid
    actions: dict[str, int] = dict(
        session.execute(
            select(ImportMatch.action, func.count())
            .join(ImportRow, (ImportRow.job_id == ImportMatch.job_id) & (ImportRow.row_no == ImportMatch.row_no))
            .where(ImportMatch.job_id == job.id, ImportRow.ok)
            .group_by(ImportMatch.action)
        ).all()
    )
    job.updated, job.unchanged, job.skipped = (actions.get(name, 0) for name in ("update", "unchanged", "skip"))
    job.created = job.valid - sum(actions.values())
    job.cleared = (session.scalar(matching.cleared(), {"job": job.id}) or 0) if job.updated else 0


__all__ = ["AT_ONCE_ROWS", "LONG", "Refused", "TooManyForNow", "compare", "count", "load"]
