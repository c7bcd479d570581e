"""The unit of a column of amounts."""

from __future__ import annotations

from typing import Any

import pytest

from kit.excel.column import Column
from kit.excel.headings import HeadingIndex
from kit.excel.units import unit_of, units_of


@pytest.mark.parametrize(
    ("heading", "unit"),
    [
        ("金额（万元）", "万元"), ("预算金额(元)", "元"), ("金额/万元", "万元"),
        ("金 额\n（单位：千元）*", "千元"), ("一季度万元", "万元"),
        ("金额（万元，含税）", "万元"), ("投资额[亿元]", "亿元"), ("金额（百万元）", "百万元"), ("金额", None), ("单位", None),
        ("元件名称", None), ("金额（含税）", None), (12, None), (None, None),
    ],
)  # fmt: skip
def test_a_heading_names_its_unit(heading: Any, unit: str | None) -> None:
    assert unit_of(heading) == unit


@pytest.mark.parametrize(
    ("heading", "above", "unit"),
    [
        ("金额", [["（单位：万元）"]], ("万元", False)),
        ("金额", [["2026 年预算", None, "金额单位：人民币千元"], []], ("千元", False)),
        ("金额", [["2026年安全费用预算（万元）"] * 3], ("万元", False)),
        ("金额", [["单位：元"], ["单位：万元"]], ("万元", False)),
        ("金额(元)", [["单位：万元"]], ("元", True)),
        ("金额（万元）", [["单位：元"]], ("万元", True)),
        ("一季度", [["基本情况", "预算（万元）"]], ("万元", False)),
        ("金额", [["预算（万元）", "其他"]], None),
        ("金额", [["本年投入 120 万元", "单位：工程部"]], None),
        ("金额", [], None),
    ],
)
def test_the_heading_wins_and_then_the_nearest_row_above(
    heading: str, above: list[list[Any]], unit: tuple[str, bool] | None
) -> None:
    assert units_of({"amount": 1}, {1: heading}, above).get("amount") == unit


def test_a_heading_with_another_unit_means_the_same_column_of_amounts_and_no_other() -> None:
    columns = [
        Column("amount", "预算金额(元)", aliases=("金额",), amount=True),
        Column("size", "规格"),
        Column("bare", "实际金额(元)"),
    ]
    index = HeadingIndex(columns)
    assert [index.match(text) for text in ("预算金额（万元）", "金额/万元", "金额 (万元)*", "预算金额")] == [
        "amount"
    ] * 4
    assert index.match("规格（万元）") is None and index.match("实际金额（万元）") is None
