"""The look at a workbook before it is parsed: every limit of reliability.md 3.7, cheaply and in one pass."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.parsers import expat

from kit.excel.container import Container
from kit.excel.limits import LIMITS, Limits
from kit.excel.refusal import Refused
from kit.excel.sheetscan import NotPlain, Scan, check_counts, scan_careful, scan_plain

_SMALL_PART = 4 * 1024 * 1024


@dataclass
class Prescan:
    """What is in a workbook that has passed. `uncached` lists, by sheet name, cells whose formula has no value, `failed`
    those whose formula failed."""

    rows: int = 0
    cells: int = 0
    merged: int = 0
    sheets: list[str] = field(default_factory=list)
    uncached: dict[str, list[str]] = field(default_factory=dict)
    failed: dict[str, list[str]] = field(default_factory=dict)


def prescan(data: bytes, name: str = "", limits: Limits = LIMITS) -> Prescan:
    """Raises Refused, or says what the workbook holds. `name` is the file's name, for better sentences."""
    container = Container(data, name, limits)
    total = Scan()
    parts: dict[str, Scan] = {}
    for part in container.names:
        if part.endswith((".xml", ".rels", ".vml")):
            parts[part] = scan = _part(container, part, limits)
            total.cells += scan.cells
            total.strings += scan.strings
            total.merged += scan.merged
            total.styles += scan.styles
            check_counts(total, limits)
            total.rows = max(total.rows, scan.rows)
        else:
            for _ in container.chunks(part):
                pass
    sheets = _sheets(container)
    if not sheets:
        raise Refused("no_sheet")
    if len(sheets) > limits.sheets:
        raise Refused("too_many_sheets")
    present = {title: parts[part] for title, part in sheets.items() if part in parts}
    return Prescan(
        total.rows,
        total.cells,
        total.merged,
        list(sheets),
        {title: scan.uncached for title, scan in present.items() if scan.uncached},
        {title: scan.failed for title, scan in present.items() if scan.failed},
    )


def _part(container: Container, part: str, limits: Limits) -> Scan:
    before = container.inflated
    try:
        return scan_plain(container.chunks(part), limits, sheet=part.startswith("xl/worksheets/"))
    except NotPlain:
        container.inflated = before
        return scan_careful(container.chunks(part), limits)


def _sheets(container: Container) -> dict[str, str]:
    """Sheet titles in the workbook's order, each with the lower-case name of its part."""
    targets: dict[str, str] = {}
    found: list[tuple[str, str]] = []

    def relation(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def sheet(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "sheet":
            id_ = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            found.append((attributes.get("name", ""), id_))

    for part, handler in (("xl/_rels/workbook.xml.rels", relation), ("xl/workbook.xml", sheet)):
        if part not in container.names:
            raise Refused("bad_workbook")
        parser = expat.ParserCreate()
        parser.StartElementHandler = handler
        try:
            parser.Parse(container.read(part, _SMALL_PART), True)
        except expat.ExpatError as error:
            raise Refused("bad_xml") from error
    result: dict[str, str] = {}
    for title, id_ in found:
        target = targets.get(id_, "").lower()
        result[title] = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    return result
