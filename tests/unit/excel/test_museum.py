"""Every exhibit of the museum gets its answer, from the child process as from nowhere else."""

from __future__ import annotations

import time
from typing import Any

import orjson
import pytest

from kit.excel.refusal import REASONS, Refused
from kit.excel.runner import parse
from tests.fixtures import museum


def read(data: bytes, name: str = "台账.xlsx") -> tuple[list[Any], dict[str, Any]]:
    """The rows as the probe gives them, and the message about the headings."""
    context = {"titles": list(museum.HEADINGS), "required": ["设施编号", "设施名称"]}
    rows: list[Any] = []
    headings: dict[str, Any] = {}
    for frame in parse(data, name, "kit.excel.probe:make", context):
        if isinstance(frame, bytes):
            rows += [orjson.loads(line) for line in frame.splitlines()]
        elif frame["event"] == "headings":
            headings = frame
    return rows, headings


@pytest.mark.parametrize("exhibit", museum.REFUSED.values(), ids=museum.REFUSED.keys())
def test_refused(exhibit: museum.Exhibit) -> None:
    began = time.monotonic()
    with pytest.raises(Refused) as refused:
        read(exhibit.make(), exhibit.name)
    assert refused.value.code == exhibit.code
    assert refused.value.message.startswith(REASONS[exhibit.code])
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(("make", "count"), museum.ACCEPTED.values(), ids=museum.ACCEPTED.keys())
def test_accepted(make: Any, count: int) -> None:
    rows, _ = read(make())
    assert len(rows) == count
    assert all(row[1][0] for row in rows), "the number of each facility is there"


def test_merged_cells_have_the_value_of_the_first() -> None:
    rows, _ = read(museum.merged_cells())
    assert [row[1][4] for row in rows] == ["城南储配站"] * 3


def test_the_lower_of_two_heading_rows_counts() -> None:
    rows, headings = read(museum.two_heading_rows())
    assert headings["row"] == 3
    assert rows[0][0] == 4 and rows[0][1][7:9] == [1.0, "台"]


def test_cached_values_of_formulas_are_used_and_missing_ones_named() -> None:
    rows, _ = read(museum.cached_formula())
    assert rows[0][1][7] == 3.0 and rows[0][2] == {}
    workbook = museum.book([museum.facility(1, 数量="=1+1", 备注="=NA()")])
    rows, _ = read(museum.saved(workbook))
    assert rows[0][2] == {"数量": "formula_without_value", "备注": "formula_without_value"}


def test_a_failed_formula_is_no_blank() -> None:
    cell = '<c r="M2" t="e"><f>NA()</f><v>#N/A</v></c></row>'
    xml = museum.sheet_xml(museum._head() + museum._row(1).replace("</row>", cell))
    rows, _ = read(museum.by_hand(xml))
    assert rows[0][2] == {"备注": "formula_error"}


def test_unknown_columns_and_other_sheets_are_told() -> None:
    _, headings = read(museum.shuffled())
    assert [title for _, title in headings["unknown"]] == ["我们自己的列"]
    workbook = museum.book()
    second = workbook.create_sheet("二月")
    second.append(list(museum.HEADINGS))
    second.append(list(museum.facility(2).values()))
    rows, headings = read(museum.saved(workbook))
    assert len(rows) == 1 and headings["others"] == ["二月"]


def test_examples_totals_and_repeated_headings_are_no_rows() -> None:
    rows = [
        {**museum.facility(9), "序号": "示例"},
        {**museum.facility(1), "序号": 1},
        dict(zip(museum.HEADINGS, museum.HEADINGS, strict=True)),
        {**museum.facility(2), "序号": 2},
        {"序号": "合 计", "数量": 2},
        {"序号": 3},
    ]
    read_rows, _ = read(museum.saved(museum.book(rows, ("序号", *museum.HEADINGS))))
    assert [row[0] for row in read_rows] == [3, 5]
