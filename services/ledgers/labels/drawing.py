"""Draws label sheets as PDF: texts in the embedded font, the code as vectors, so that it is sharp at any size."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import segno
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from services.ledgers.labels.sheets import A4, Sheet

_FONT = "NotoSansSC"
_FILE = Path(__file__).parent / "font" / "NotoSansSC-subset.ttf"
# Margins within a label, and the share of its width that the code may take.
_MARGIN, _CODE_SHARE = 2.5, 0.42
# A scanner wants four modules of white around a code (ISO/IEC 18004).
_QUIET = 4


@dataclass(frozen=True, slots=True)
class Label:
    """What one label says. `lines` are smaller, `number` stands below the name, `address` is what the code opens."""

    name: str
    number: str
    lines: tuple[str, ...]
    address: str


@cache
def _font() -> str:
    pdfmetrics.registerFont(TTFont(_FONT, str(_FILE)))
    return _FONT


def draw(title: str, sheet: Sheet, labels: Iterable[Label], *, skip: int = 0, frames: bool = False) -> bytes:
    """The PDF. `skip` leaves the first places of the first page free, for a sheet that was begun; `frames` draws the edges,
    for plain paper that is cut."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(A4[0] * mm, A4[1] * mm), pageCompression=1)
    canvas.setTitle(title)
    for number, label in enumerate(labels, start=skip):
        if number and number % sheet.each == 0 and number > skip:
            canvas.showPage()
        _label(canvas, sheet, *sheet.place(number), label, frames)
    canvas.save()
    return buffer.getvalue()


def _label(canvas: Canvas, sheet: Sheet, left: float, top: float, label: Label, frames: bool) -> None:
    if frames:
        canvas.setLineWidth(0.2)
        canvas.setStrokeGray(0.6)
        canvas.rect(left * mm, (A4[1] - top - sheet.height) * mm, sheet.width * mm, sheet.height * mm)
    size = min(sheet.height - 2 * _MARGIN, sheet.width * _CODE_SHARE)
    _code(canvas, label.address, left + _MARGIN, top + (sheet.height - size) / 2, size)
    x = left + size + 2 * _MARGIN
    room = sheet.width - size - 3 * _MARGIN
    # Sizes in points follow the label: 10 for the usual one of 37 mm, at most 18.
    base = min(18.0, max(8.0, sheet.height * 0.27))
    small = base * 0.76
    # The lines that fit, from the top; the name may take two.
    texts = [(text, base) for text in _wrapped(label.name, base, room, 2)]
    texts += [(text, base * 0.9) for text in _wrapped(label.number, base * 0.9, room, 2)]
    texts += [(text, small) for line in label.lines for text in _wrapped(line, small, room, 2)]
    y, end = top + _MARGIN, top + sheet.height - _MARGIN
    for text, points in texts:
        step = points * 1.3 / mm
        if y + step > end:
            break
        canvas.setFont(_font(), points)
        canvas.drawString(x * mm, (A4[1] - y - points / mm) * mm, text)
        y += step


def _wrapped(text: str, points: float, room: float, most: int) -> list[str]:
    """The text in lines of `room` millimetres; the last one ends in … where something is left."""
    lines: list[str] = []
    rest = text.strip()
    while rest and len(lines) < most:
        fits = _fitting(rest, points, room)
        if fits < len(rest) and len(lines) == most - 1:
            return [*lines, rest[: _fitting(rest, points, room - points / mm)] + "…"]
        lines.append(rest[:fits])
        rest = rest[fits:].lstrip()
    return lines


def _fitting(text: str, points: float, room: float) -> int:
    width = 0.0
    for place, character in enumerate(text):
        width += pdfmetrics.stringWidth(character, _font(), points)
        if width > room * mm:
            return max(1, place)
    return len(text)


def _code(canvas: Canvas, address: str, left: float, top: float, size: float) -> None:
    """One path of runs of dark modules: single squares would show hairlines between them on screens."""
    matrix = segno.make(address, error="m", micro=False).matrix
    module = size / (len(matrix) + 2 * _QUIET)
    path = canvas.beginPath()
    for row, modules in enumerate(matrix):
        y = A4[1] - top - (row + _QUIET + 1) * module
        start = None
        for column, dark in enumerate((*modules, 0)):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                x = left + (start + _QUIET) * module
                path.rect(x * mm, y * mm, (column - start) * module * mm, module * mm)
                start = None
    canvas.setFillGray(0)
    canvas.drawPath(path, stroke=0, fill=1)
