"""Sheets in 万元: converted to the last digit, and said."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook

from tests.fixtures import museum
from tests.service.ledgers.desk import Bench, Desk

BUDGETS = "investment-budgets"


@pytest.fixture
def desk(bench: Bench) -> Desk:
    return Desk(bench, BUDGETS, bench.who("ledgers:*:*"))


def book(amounts: list[Any], *headings: str, note: str | None = None) -> bytes:
    workbook = Workbook()
    if note:
        workbook.active.append([note])
    workbook.active.append(["年份", "部门", "投入类别", "项目名称", *headings])
    for number, amount in enumerate(amounts):
        cells = amount if isinstance(amount, tuple) else (amount,)
        workbook.active.append([2026, "工程部", "从业人员安全防护用品", f"项目{number}", *cells])
    return museum.saved(workbook)


def amounts(desk: Desk, key: str = "budget_amount") -> list[Decimal]:
    rows = desk.ask("GET", "", params={"size": "200"}).json()["items"]
    return [Decimal(str(row[key])) for row in sorted(rows, key=lambda row: row["project_name"])]


def test_the_unit_of_the_heading_is_applied_exactly_and_said(desk: Desk) -> None:
    job = desk.bring_in(book([12, "0.1", 12.345678, "3万元", "5000元"], "预算金额（万元）"))
    assert [(warning["code"], warning["column"], warning["message"]) for warning in job["warnings"]] == [
        ("converted_unit", "E", "“预算金额（万元）”列按万元换算为元")
    ]
    assert amounts(desk) == [120000, 1000, Decimal("123456.78"), 30000, 5000]


def test_the_unit_noted_above_is_applied_where_a_heading_names_none(desk: Desk) -> None:
    headings = ("金额", "一季度(元)", "二季度")
    job = desk.bring_in(book([(12, 20000, 10)], *headings, note="安全费用预算表（单位：万元）"))
    assert [warning["message"] for warning in job["warnings"]] == [
        "“金额”列按表头上方注明的万元换算为元", "“二季度”列按表头上方注明的万元换算为元",
    ]  # fmt: skip
    assert (amounts(desk), amounts(desk, "q1"), amounts(desk, "q2")) == ([120000], [20000], [100000])


def test_a_heading_that_somebody_has_mapped_keeps_its_unit(desk: Desk) -> None:
    asked = desk.upload(book([12], "计划投入额（万元）"))
    assert asked["state"] == "mapping"
    answer = desk.ask(
        "POST", f"/imports/{asked['id']}/mapping", json={"headings": {"计划投入额（万元）": "budget_amount"}}
    )
    job = desk.settled(answer.json())
    assert [warning["code"] for warning in job["warnings"]] == ["converted_unit"]
    desk.confirm(job)
    assert amounts(desk) == [120000]


def test_what_is_wrong_is_shown_as_it_was_written(desk: Desk) -> None:
    job = desk.upload(book([12.34567891, "十二"], "金额（万元）"))
    assert [(error["value"], error["code"]) for error in job["errors"]] == [
        ("12.34567891", "too_many_decimals"), ("十二", "not_a_number"),
    ]  # fmt: skip


def test_our_own_export_is_in_yuan(desk: Desk) -> None:
    desk.bring_in(book([12], "金额（万元）"))
    job = desk.upload(desk.export())
    assert (job["unchanged"], job["warnings"]) == (1, [])
