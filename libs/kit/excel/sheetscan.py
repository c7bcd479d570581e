"""Counts what a part of a workbook holds, before any parser that builds it in memory may see it.

Two ways to the same numbers. Excel, WPS and every library we know write XML of one plain dialect, in which searching for
bytes is enough: 0.7 s for 100,000 × 15 cells. What strays from that dialect (comments, prefixes, single quotes, cells
without a reference) is read again by expat, which takes 3 s. Somebody may still craft a part that looks plain and is not:
the limits of the child process, in which all of this runs, are the second wall."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from xml.parsers import expat

from kit.excel.limits import Limits
from kit.excel.refusal import Refused

# More than a cell of the longest text needs, each character escaped at its longest.
_LONGEST_TAIL = 1024 * 1024
_MOST_FORMULAS = 10_000
# References that may lie outside the limits: column beyond I?, or six digits and more.
_FAR = re.compile(rb' r="(?:[A-Za-z]{3}|[J-Zj-z][A-Za-z]|[Ii][W-Zw-z]|[A-Za-z]*\d{6})')
_PREFIXED = re.compile(rb"<[A-Za-z0-9_.-]+:(?:c|row|si|xf|sheetData)[\s/>]")
_OTHER_CELL = re.compile(rb'<c(?! r=")[\s/>]')
_REF = re.compile(rb'"([A-Za-z]*)(\d*)"')
_UNCACHED = re.compile(rb'<c r="([A-Z]+\d+)"((?:\s[^>]*)?)><f(?:\s[^>]*)?(?:/>|>[^<]*</f>)(?:<v\s*/>|<v></v>)?</c>')
_FAILED = re.compile(rb'<c r="([A-Z]+\d+)"[^>]*? t="e"')
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")


@dataclass
class Scan:
    """What one part holds. `uncached` names cells whose formula has no value, `failed` those that hold `#N/A` or the
    like: the parser gives both as blank."""

    cells: int = 0
    rows: int = 0
    merged: int = 0
    strings: int = 0
    styles: int = 0
    last_row: int = 0
    last_column: int = 0
    uncached: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


class NotPlain(Exception):
    """The part strays from the plain dialect and has to be read by expat."""


def column_number(letters: bytes | str) -> int:
    """A → 1, Z → 26, AA → 27; very long nonsense is cut to something far beyond every limit."""
    text = letters.decode("ascii") if isinstance(letters, bytes) else letters
    number = 0
    for letter in text.upper()[:6]:
        number = number * 26 + ord(letter) - 64
    return number


def scan_plain(chunks: Iterable[bytes], limits: Limits, *, sheet: bool) -> Scan:
    """The quick way. Raises NotPlain as soon as the dialect is left, Refused as soon as a limit is passed. `sheet` says
    that the part is a worksheet, which has neither shared strings nor styles to count."""
    scan = Scan()
    tail, first = b"", True
    for chunk in chunks:
        if first:
            check_encoding(chunk)
            _check_dialect(chunk)
            first = False
        data = tail + chunk
        cut = data.rfind(b"<c ")
        if cut <= 0:
            cut = max(data.rfind(b"<"), 0)
        tail = data[cut:]
        if len(tail) > _LONGEST_TAIL:
            raise Refused("cell_text_too_long")
        _block(data[:cut], scan, limits, sheet)
    _block(tail, scan, limits, sheet)
    return scan


def _check_dialect(head: bytes) -> None:
    """One writer writes one dialect: what it does with prefixes and quotes shows at the beginning."""
    if _PREFIXED.search(head) or b"='" in head.replace(b"version='", b"").replace(b"encoding='", b""):
        raise NotPlain


def _block(data: bytes, scan: Scan, limits: Limits, sheet: bool) -> None:
    """One block that begins and ends between tags."""
    if b"\0" in data:
        raise Refused("bad_encoding")
    if b"<!" in data:
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            raise Refused("doctype_refused")
        raise NotPlain
    cells = data.count(b'<c r="')
    if data.count(b"<c") != cells and _OTHER_CELL.search(data):
        raise NotPlain
    scan.cells += cells
    scan.rows += data.count(b"<row ")
    scan.merged += data.count(b"<mergeCell ")
    if not sheet:
        scan.strings += data.count(b"<si>") + data.count(b"<si ")
        scan.styles += data.count(b"<xf ") + data.count(b"<definedName ")
    for match in _FAR.finditer(data):
        reference = _REF.match(data, match.start() + 3)
        if reference is None:
            raise NotPlain
        _position(scan, limits, int(reference[2][:9] or 0), column_number(reference[1]))
    if b"<f" in data:
        for match in _UNCACHED.finditer(data):
            # A formula whose text result is empty carries t="str": that is a value.
            if b't="str"' not in match[2] and len(scan.uncached) < _MOST_FORMULAS:
                scan.uncached.append(match[1].decode("ascii"))
    if b't="e"' in data:
        room = _MOST_FORMULAS - len(scan.failed)
        scan.failed.extend(match[1].decode("ascii") for match in islice(_FAILED.finditer(data), room))
    check_counts(scan, limits)


def _position(scan: Scan, limits: Limits, row: int, column: int) -> None:
    scan.last_row = max(scan.last_row, row)
    scan.last_column = max(scan.last_column, column)
    if row > limits.last_row:
        raise Refused("too_many_rows")
    if column > limits.columns:
        raise Refused("too_many_columns")


def check_counts(scan: Scan, limits: Limits) -> None:
    """The limits that are about numbers of things."""
    if scan.rows > limits.last_row:
        raise Refused("too_many_rows")
    if scan.cells > limits.cells:
        raise Refused("too_many_cells")
    if scan.strings > limits.shared_strings:
        raise Refused("too_many_shared_strings")
    if scan.merged > limits.merged_ranges:
        raise Refused("too_many_merged_ranges")
    if scan.styles > limits.styles:
        raise Refused("too_many_styles")


def check_encoding(head: bytes) -> None:
    """Only UTF-8: other encodings would hide a DOCTYPE from a search for its bytes."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head[:64]:
        raise Refused("bad_encoding")
    declared = _ENCODING.match(head.removeprefix(b"\xef\xbb\xbf")[:200])
    if declared and declared[1].lower() not in (b"utf-8", b"utf8", b"us-ascii"):
        raise Refused("bad_encoding")


def scan_careful(chunks: Iterable[bytes], limits: Limits) -> Scan:
    """The slow way: expat sees every tag, whatever its dress."""
    return _Careful(limits).run(chunks)


class _Careful:
    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.scan = Scan()
        self.row = self.column = 0
        self.cell = ""
        self.kind = ""
        self.formula = self.value = self.in_value = False
        self.text = 0

    def run(self, chunks: Iterable[bytes]) -> Scan:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        try:
            for chunk in chunks:
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise Refused("bad_xml") from error
        check_counts(self.scan, self.limits)
        return self.scan

    def _doctype(self, *_: object) -> None:
        raise Refused("doctype_refused")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        scan = self.scan
        self.text = 0
        if local == "c":
            scan.cells += 1
            reference = attributes.get("r", "")
            letters = reference.rstrip("0123456789")
            digits = reference[len(letters) :]
            self.column = column_number(letters) if letters.isascii() and letters.isalpha() else self.column + 1
            _position(scan, self.limits, int(digits[:9]) if digits else self.row, self.column)
            self.cell, self.kind = reference, attributes.get("t", "")
            self.formula = self.value = False
            if scan.cells % 4096 == 0:
                check_counts(scan, self.limits)
        elif local == "row":
            scan.rows += 1
            number = attributes.get("r", "")
            self.row = int(number[:9]) if number.isascii() and number.isdigit() else self.row + 1
            self.column = 0
            _position(scan, self.limits, self.row, 0)
        elif local == "f":
            self.formula = True
        elif local == "v":
            self.in_value = True
        elif local == "mergeCell":
            scan.merged += 1
        elif local == "si":
            scan.strings += 1
            if scan.strings > self.limits.shared_strings:
                raise Refused("too_many_shared_strings")
        elif local in ("xf", "definedName"):
            scan.styles += 1

    def _end(self, name: str) -> None:
        local = name.rpartition(":")[2]
        if local == "v":
            self.in_value = False
        elif local == "c" and self.formula and not self.value and self.kind != "str" and self.cell:
            if len(self.scan.uncached) < _MOST_FORMULAS:
                self.scan.uncached.append(self.cell)
            self.formula = False
        elif local == "c" and self.kind == "e" and self.cell and len(self.scan.failed) < _MOST_FORMULAS:
            self.scan.failed.append(self.cell)

    def _characters(self, text: str) -> None:
        self.text += len(text)
        if self.text > self.limits.cell_text:
            raise Refused("cell_text_too_long")
        if self.in_value:
            self.value = True
