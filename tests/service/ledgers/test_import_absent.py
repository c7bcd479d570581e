"""A file with few columns: what it does not have stays as it is, and the rules are looked at with it."""

from __future__ import annotations

from typing import Any

import pytest

from tests import company
from tests.fixtures import museum
from tests.fixtures.museum import facility
from tests.service.ledgers.desk import FACILITIES, Bench, Desk

EXTINGUISHER = {"类型": "灭火器", "灭火剂种类": "干粉"}


@pytest.fixture
def desk(bench: Bench) -> Desk:
    return Desk(bench, FACILITIES, bench.who(f"ledgers:{FACILITIES}:*"))


def book(*rows: dict[str, Any], without: tuple[str, ...] = (), more: tuple[str, ...] = ()) -> bytes:
    headings = tuple(heading for heading in (*museum.HEADINGS, *more) if heading not in without)
    return museum.saved(museum.book(list(rows), headings))


def only(desk: Desk) -> dict[str, Any]:
    (row,) = desk.ask("GET", "").json()["items"]
    return dict(row)


def test_an_old_row_may_lack_in_the_file_what_it_has_in_the_ledger_and_a_new_one_may_not(desk: Desk) -> None:
    desk.bring_in(book(facility(1, **EXTINGUISHER)))
    before = only(desk)
    assert before["scrap_date"] and "scrap_date" in before["computed_keys"]
    few = book(
        facility(1, 放置位置="南区", **EXTINGUISHER), facility(2, **EXTINGUISHER), without=("灭火剂种类", "出厂日期")
    )
    job = desk.upload(few)
    assert (job["updated"], job["invalid"]) == (1, 1)
    assert {(error["row"], error["field"], error["code"]) for error in job["errors"]} == {
        (3, "agent", "required"), (3, "made_date", "required"),
    }  # fmt: skip
    rows = desk.ask("GET", f"/imports/{job['id']}/rows").json()["items"]
    assert [(row["row"], row["action"], bool(row["errors"])) for row in rows] == [
        (2, "updated", False),
        (3, None, True),
    ]
    assert desk.confirm(job, only_valid=True).json()["updated"] == 1
    after = only(desk)
    assert after["location"] == "南区"
    same = ("agent", "made_date", "scrap_date", "next_repair", "computed_keys")
    assert {key: after[key] for key in same} == {key: before[key] for key in same}
    again = desk.upload(book(facility(1, 放置位置="南区", **EXTINGUISHER), without=("灭火剂种类", "出厂日期")))
    assert (again["unchanged"], again["invalid"]) == (1, 0)


def test_a_date_is_checked_against_the_one_in_the_ledger(desk: Desk) -> None:
    desk.bring_in(book(facility(1, 出厂日期="2024-05-06")))
    wrong = desk.upload(book(facility(1, 上次维修日期="2023-01-01"), without=("出厂日期",), more=("上次维修日期",)))
    assert [(error["field"], error["code"]) for error in wrong["errors"]] == [("refill_date", "not_after")]
    assert (
        desk.upload(book(facility(1, 上次维修日期="2024-06-01"), without=("出厂日期",), more=("上次维修日期",)))[
            "updated"
        ]
        == 1
    )


def test_what_a_rule_has_filled_follows_what_the_file_changes(desk: Desk) -> None:
    desk.bring_in(book(facility(1, **EXTINGUISHER)))
    before = only(desk)["scrap_date"]
    carbon = {"类型": "灭火器", "灭火剂种类": "二氧化碳"}
    job = desk.bring_in(book(facility(1, **carbon), without=("出厂日期",)))
    assert job["updated"] == 1
    after = only(desk)
    assert (
        after["made_date"] == "2024-05-06" and after["scrap_date"] > before and "scrap_date" in after["computed_keys"]
    )


def test_moving_a_row_needs_the_right_to_both_departments(bench: Bench, desk: Desk) -> None:
    """Found again by the record number of an export; the key has the department in it."""
    import io

    from openpyxl import load_workbook

    desk.bring_in(book(facility(1), facility(2, 所属部门="工程部")))
    workbook = load_workbook(io.BytesIO(desk.export()))
    sheet = workbook.worksheets[0]
    titles = [cell.value for cell in sheet[1]]
    department = titles.index("所属部门") + 1
    for row in (2, 3):
        here = sheet.cell(row, department)
        here.value = "工程部" if here.value == "城南储配站" else "城南储配站"
    content = museum.saved(workbook)
    for name in ("城南储配站", "工程部"):
        officer = Desk(bench, FACILITIES, bench.who(f"ledgers:{FACILITIES}:*", scope="subtree", department=name))
        job = officer.upload(content)
        assert (job["valid"], job["updated"]) == (0, 0)
        # One may not give a row away, and not take one that is somebody else's.
        assert {error["code"] for error in job["errors"]} == {"department_out_of_scope", "exists_elsewhere"}
    job = desk.upload(content)
    assert (job["updated"], job["invalid"]) == (2, 0)
    assert desk.confirm(job).status_code == 200
    found = {row["facility_no"]: row["dept_id"] for row in desk.ask("GET", "").json()["items"]}
    assert found["MX-0001"] == str(company.department_id("工程部"))
    both = bench.who(f"ledgers:{FACILITIES}:*", scope="subtree", department="城南储配站")
    scope = both.scope.model_copy(
        update={"department_ids": tuple(map(company.department_id, ("城南储配站", "工程部")))}
    )
    holder = Desk(bench, FACILITIES, both.model_copy(update={"scope": scope}))
    assert holder.upload(book(facility(1), facility(2, 所属部门="工程部")))["invalid"] == 0


def test_somebody_of_no_department_writes_nowhere_and_remembers_for_themselves(bench: Bench) -> None:
    nobody = Desk(bench, FACILITIES, bench.who(f"ledgers:{FACILITIES}:*", scope="own"))
    assert nobody.who.department_id is None
    job = nobody.upload(book(facility(1)))
    assert (job["valid"], {error["code"] for error in job["errors"]}) == (0, {"department_out_of_scope"})
    whole = Desk(bench, FACILITIES, bench.who(f"ledgers:{FACILITIES}:*"))
    assert whole.who.department_id is None and whole.bring_in(book(facility(1)))["created"] == 1
    workbook = museum.book([facility(2)])
    workbook.active["A1"].value = "消防设施编码"
    job = whole.upload(museum.saved(workbook))
    asked = whole.ask("POST", f"/imports/{job['id']}/mapping", json={"headings": {"消防设施编码": "facility_no"}})
    assert asked.json()["state"] == "ready"
    assert len(whole.ask("GET", "/imports/mapping").json()["items"]) == 1
    other = Desk(bench, FACILITIES, bench.who(f"ledgers:{FACILITIES}:*"))
    assert other.ask("GET", "/imports/mapping").json()["items"] == []
