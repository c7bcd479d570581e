"""Rows follow their department: when it moves, and when it is merged. The events are those that auth sends."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from openpyxl import load_workbook

from contracts.events import DepartmentFact, OrganisationChanged
from contracts.principal import Principal
from kit.directory import apply_organisation
from kit.testing.identity import principal
from services.ledgers.catalogue.fire_facilities import FireFacility
from tests import company
from tests.catalogue.conftest import Bench, example
from tests.service.ledgers.desk import Desk

SLUG = FireFacility.ledger.slug


def tell(bench: Bench, *facts: DepartmentFact) -> None:
    with bench.transaction() as session:
        apply_organisation(session, OrganisationChanged(departments=facts))


def under(code: str, parent: DepartmentFact, **changes: Any) -> DepartmentFact:
    """A department, now below another one."""
    row = company.COMPANY.department(code)
    moved = {"parent_id": parent.id, "path": f"{parent.path}{row.id}/", "version": 2}
    return row.model_copy(update=moved | changes)


def merged(code: str, into: str) -> DepartmentFact:
    target = company.COMPANY.department(into)
    return under(code, target, closed_on=date(2026, 11, 1), merged_into=target.id)


def row_in(bench: Bench, department: str) -> dict[str, Any]:
    answer = bench.ask(bench.who("ledgers:*:*"), "POST", f"/{SLUG}", json=example(FireFacility, department, 1))
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def sees(bench: Bench, who: Principal, row: dict[str, Any]) -> tuple[int, int]:
    """How many rows the list has, and what the row itself answers."""
    listed = bench.ask(who, "GET", f"/{SLUG}", params={"size": "1"}).json()["total"]
    return listed, bench.ask(who, "GET", f"/{SLUG}/{row['id']}").status_code


def test_a_moved_departments_rows_follow(bench: Bench) -> None:
    row = row_in(bench, "一班组")
    south, north = company.officer("城南储配站"), company.officer("城北分公司")
    assert (sees(bench, south, row), sees(bench, north, row)) == ((0, 404), (1, 200))
    gate = under("CBM", company.COMPANY.department("CN"))
    tell(bench, gate, under("CB1", gate), under("CB2", gate))
    assert (sees(bench, south, row), sees(bench, north, row)) == ((1, 200), (0, 404))
    # An event of before the move that arrives late brings nothing back.
    tell(bench, company.COMPANY.department("CB1"), company.COMPANY.department("CBM"))
    assert (sees(bench, south, row), sees(bench, north, row)) == ((1, 200), (0, 404))


@pytest.mark.parametrize("scope", ["subtree", "department", "chosen"])
def test_a_merged_departments_rows_belong_to_the_one_that_took_it_over(bench: Bench, scope: str) -> None:
    row = row_in(bench, "工程部")
    theirs = principal("ledgers:*:*", scope=scope, department_id=company.department_id("QX"))
    assert sees(bench, theirs, row) == (0, 404)
    tell(bench, merged("GC", "QX"))
    assert sees(bench, theirs, row) == (1, 200)
    # The row says where it was made; the filter by department finds it below the other one.
    shown = bench.ask(theirs, "GET", f"/{SLUG}/{row['id']}").json()
    assert (shown["dept_id"], shown["dept_name"]) == (str(company.department_id("GC")), "工程部")
    params = {"dept_id.under": str(company.department_id("QX"))}
    assert bench.ask(theirs, "GET", f"/{SLUG}", params=params).json()["total"] == 1


def test_what_it_was_called_goes_to_the_other_one_when_it_is_imported(bench: Bench) -> None:
    row_in(bench, "工程部")
    tell(bench, merged("GC", "QX"))
    desk = Desk(bench, SLUG, company.officer("抢维修中心"))
    content = desk.export()
    sheet = load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    assert "工程部" in [cell.value for cell in sheet[2]]
    job = desk.bring_in(content)
    assert (job["invalid"], job["updated"], job["created"]) == (0, 1, 0)
    rows = desk.ask("GET", "").json()["items"]
    assert [row["dept_name"] for row in rows] == ["抢维修中心"]
