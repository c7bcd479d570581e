"""The process that parses a workbook: `python -I -m kit.excel.child`. It reads a plan and a file from its input, and sends
frames on its output; `kit.excel.runner` is the other end.

The plan names a factory, `module:function`, in code that we ship; it makes the checker that turns rows into whatever the
caller wants back. So rows are validated here, on another core, and the process that serves requests only passes bytes on."""

from __future__ import annotations

import gc
import importlib
import struct
import sys
import traceback
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO, Protocol, cast

import orjson

from kit.excel import frames
from kit.excel.column import Column
from kit.excel.confine import Walls, confine
from kit.excel.headings import Found, column_letter
from kit.excel.limits import LIMITS
from kit.excel.prescan import Prescan, prescan
from kit.excel.refusal import Refused

_BLOCK = 256 * 1024
_PROGRESS_EVERY = 2_000
_NAMED_TOTALS = 5
# Cells that the parser gives as blank although something is in them.
UNCACHED, FAILED = "formula_without_value", "formula_error"


class Checker(Protocol):
    """What a caller's factory makes. `columns` are looked for; `keys` (after `start`) is the order of cells in a row."""

    columns: Sequence[Column]

    def start(self, found: Found) -> Sequence[str]:
        """Told where the headings are; says which columns it wants, in which order."""
        ...

    def row(self, number: int, cells: list[Any], faults: Mapping[str, str]) -> bytes:
        """One row; `faults` names columns whose formula has no value. What is returned is passed on as it is."""
        ...

    # Optional, in place of these: `edited(data, scan)` gives a whole workbook back (kit.excel.editing). Beside them:
    # `ignored` (headings that somebody has said to mean nothing), and `questions(found)`, which may ask a person first what
    # strange headings mean: what it returns, if anything, goes to the caller in place of rows.

    def finish(self) -> dict[str, Any]:
        """Told that the file is at its end; the answer goes to the caller."""
        ...


@dataclass(frozen=True)
class Plan:
    """What the parent asks for."""

    name: str
    factory: str
    context: dict[str, Any]


def main() -> int:
    """Runs one plan. Everything expected is reported in a frame; the rest by dying, which the parent understands."""
    confine(Walls())
    # Everything here lives until the end; looking for garbage among a million cells finds none.
    gc.disable()
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    (length,) = struct.unpack("!I", source.read(4))
    plan = Plan(**orjson.loads(source.read(length)))
    data = source.read()
    try:
        _run(plan, data, sink)
    except Refused as refused:
        frames.write_message(sink, {"event": "refused", "code": refused.code, "detail": refused.detail})
    except BaseException as error:  # including the panics of the parser, which are no Exception
        # Where it went wrong, without values: those belong to people.
        trail = [f"{step.filename}:{step.lineno}" for step in traceback.extract_tb(error.__traceback__)[-4:]]
        frames.write_message(sink, {"event": "crashed", "error": type(error).__name__, "trail": trail})
        return 1
    return 0


def _run(plan: Plan, data: bytes, sink: BinaryIO) -> None:
    scan = prescan(data, plan.name)
    frames.write_message(sink, {"event": "scanned", "rows": scan.rows, "cells": scan.cells})
    module, _, function = plan.factory.partition(":")
    checker = cast(Checker, getattr(importlib.import_module(module), function)(plan.context))
    edited = getattr(checker, "edited", None)
    if edited is not None:
        result: bytes = edited(data, scan)
        for start in range(0, len(result), _BLOCK):
            frames.write(sink, frames.BLOCK, result[start : start + _BLOCK])
        frames.write_message(sink, {"event": "done", "rows": 0})
        return
    # Imported late: the parser has no business in memory before the prescan has passed.
    from kit.excel.reading import choose, data_rows, open_workbook, rows_of

    with open_workbook(data) as workbook:
        questions = getattr(checker, "questions", None)
        sheet, found = choose(
            workbook, scan, checker.columns, getattr(checker, "ignored", ()), mapped=questions is not None
        )
        frames.write_message(
            sink,
            {"event": "headings", "last": sheet.total_height, "first": sheet.start[1] if sheet.start else 0}
            | asdict(found),
        )
        if questions is not None and (asked := questions(found)):
            frames.write_message(sink, {"event": "done", "rows": 0, "questions": asked})
            return
        keys = list(checker.start(found))
        faults = _faults(scan, found, keys)
        block = bytearray()
        count = 0
        totals: list[int] = []
        rows = (
            enumerate(rows_of(sheet, False), start=1)
            if getattr(checker, "whole", False)
            else data_rows(sheet, found, keys, bool(scan.merged), totals)
        )
        for number, cells in rows:
            count += 1
            if count > (LIMITS.last_row if keys == [] else LIMITS.rows):
                raise Refused("too_many_rows")
            block += checker.row(number, cells, faults.get(number, {}))
            if len(block) > _BLOCK:
                frames.write(sink, frames.BLOCK, bytes(block))
                block.clear()
            if count % _PROGRESS_EVERY == 0:
                frames.write_message(sink, {"event": "progress", "rows": count, "row": number})
        if count == 0:
            raise Refused("no_rows")
        if block:
            frames.write(sink, frames.BLOCK, bytes(block))
        left_out = {"count": len(totals), "first": totals[:_NAMED_TOTALS]}
        frames.write_message(sink, {"event": "done", "rows": count, "totals": left_out, **checker.finish()})


def _faults(scan: Prescan, found: Found, keys: Sequence[str]) -> dict[int, dict[str, str]]:
    """By row and column key: cells that look blank and are not."""
    key_at = {column_letter(found.places[key]): key for key in keys}
    result: dict[int, dict[str, str]] = defaultdict(dict)
    for cells, code in ((scan.uncached, UNCACHED), (scan.failed, FAILED)):
        for reference in cells.get(found.sheet, ()):
            letters = reference.rstrip("0123456789")
            if letters in key_at:
                result[int(reference[len(letters) :])][key_at[letters]] = code
    return result


if __name__ == "__main__":
    sys.exit(main())
