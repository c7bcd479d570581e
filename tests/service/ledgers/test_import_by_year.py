"""A workbook that is about one year as a whole (leaf 2.6.1: import by year; domain.md 5.1)."""

from __future__ import annotations

import io
from typing import Any

import pytest
from openpyxl import Workbook

from tests.service.ledgers.desk import FACILITIES, Bench, Desk

BUDGETS = "investment-budgets"
HEADINGS = ("年份", "部门", "投入类别", "项目名称", "预算金额(元)")


@pytest.fixture
def desk(bench: Bench) -> Desk:
    return Desk(bench, BUDGETS, bench.who("ledgers:*:*"))


def book(*rows: tuple[Any, ...], headings: tuple[str, ...] = HEADINGS) -> bytes:
    made = Workbook()
    made.active.append(headings)
    for row in rows:
        made.active.append(row)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def budget(year: Any, name: str = "防护服") -> tuple[Any, ...]:
    return (year, "工程部", "从业人员安全防护用品", name, 1000)


def years(desk: Desk) -> list[int]:
    return sorted(row["year"] for row in desk.ask("GET", "", params={"size": "200"}).json()["items"])


def test_a_row_of_another_year_is_wrong(desk: Desk) -> None:
    job = desk.upload(book(budget(2026), budget("2025年度", "宣传"), budget(2025, "演练")), import_by="2026")
    assert (job["import_by"], job["valid"], job["invalid"]) == (2026, 1, 2)
    assert [(e["row"], e["field"], e["code"], e["message"]) for e in job["errors"] if e["row"] == 4] == [
        (4, "year", "not_of_this_import", "年份应为所选的 2026")
    ]


def test_a_file_without_the_column_or_with_blank_cells_is_of_that_year(desk: Desk) -> None:
    desk.bring_in(book(budget(2027)[1:], headings=HEADINGS[1:]), import_by="2027")
    desk.bring_in(book(budget(None, "宣传")), import_by="2027")
    assert years(desk) == [2027, 2027]


def test_the_same_file_again_changes_nothing_and_the_next_year_adds(desk: Desk) -> None:
    file = book(budget(2026)[1:], headings=HEADINGS[1:])
    desk.bring_in(file, import_by="2026")
    again = desk.upload(file, import_by="2026")
    assert (again["unchanged"], again["created"]) == (1, 0)
    assert desk.upload(file, import_by="2027")["created"] == 1


def test_without_a_year_the_file_says_it(desk: Desk) -> None:
    desk.bring_in(book(budget(2025), budget(2026)))
    assert years(desk) == [2025, 2026]
    answer = desk.send(book(budget(2026)[1:], headings=HEADINGS[1:]))
    assert (answer.status_code, answer.json()["code"]) == (422, "missing_columns")


def test_strange_headings_are_asked_about_and_the_year_is_not(desk: Desk) -> None:
    headings = ("部门", "投入类别", "项目名称是什么", "预算金额(元)")
    job = desk.upload(book(budget(2026)[1:], headings=headings), import_by="2026")
    assert (job["state"], job["mapping"]["missing"]) == ("mapping", ["project_name"])
    answer = desk.ask("POST", f"/imports/{job['id']}/mapping", json={"headings": {"项目名称是什么": "project_name"}})
    assert answer.status_code == 200, answer.text
    ready = desk.settled(answer.json())
    assert (ready["state"], ready["valid"]) == ("ready", 1)


@pytest.mark.parametrize("year", ["1999", "2100", "99999999999", "x", "2026.5"])
def test_a_year_that_is_none_is_refused_before_anything_is_read(desk: Desk, year: str) -> None:
    answer = desk.send(book(budget(2026)), import_by=year)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["loc"][-1] == "import_by"


def test_other_ledgers_have_no_year(bench: Bench) -> None:
    desk = Desk(bench, FACILITIES, bench.who("ledgers:*:*"))
    answer = desk.send(b"PK", import_by="2026")
    assert (answer.status_code, answer.json()["code"]) == (422, "not_imported_by")
