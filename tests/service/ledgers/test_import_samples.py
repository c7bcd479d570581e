"""The four workbooks that departments have sent (tests/fixtures/samples)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from contracts.events import LedgerRowsChanged
from kit.audit import AuditLog
from kit.bus.tables import Outbox
from tests.service.ledgers.desk import CERTIFICATES, FACILITIES, SUPPLIES, Bench, Desk, opened, sample

GOOD = [
    ("特种作业人员持证台账-运行管理部.xlsx", CERTIFICATES, 86),
    ("消防设施台账-城南储配站.xlsx", FACILITIES, 120),
    ("应急物资台账.xlsx", SUPPLIES, 60),
]
WRONG = "特种作业人员持证台账-工程部-有错.xlsx"


def safety(bench: Bench, slug: str) -> Desk:
    return Desk(bench, slug, bench.who(f"ledgers:{slug}:*", "ledgers:personal:read"))


@pytest.mark.parametrize(("name", "slug", "count"), GOOD, ids=[slug for _, slug, _ in GOOD])
def test_a_clean_sample_is_imported_whole_and_twice_is_once(bench: Bench, name: str, slug: str, count: int) -> None:
    desk = safety(bench, slug)
    job = desk.upload(sample(name), name)
    assert job["errors"] == []
    assert (job["state"], job["rows"], job["valid"], job["created"]) == ("ready", count, count, count)
    assert desk.total() == 0, "a preview writes nothing"
    done = desk.confirm(job).json()
    assert "state" in done, done
    assert (done["state"], done["created"], desk.total()) == ("confirmed", count, count)
    again = desk.upload(sample(name), name)
    assert (again["unchanged"], again["created"], again["updated"], again["invalid"]) == (count, 0, 0, 0)
    assert desk.confirm(again).json()["state"] == "confirmed"
    page = desk.ask("GET", "", params={"size": "200"}).json()
    assert page["total"] == count and {row["version"] for row in page["items"]} == {1}
    if slug == FACILITIES:
        # Numbered one after the other in the file: the newest first is the file's own order within one import.
        numbers = [row["facility_no"] for row in page["items"]]
        assert numbers == sorted(numbers)
    with bench.database.session() as session:
        told = session.scalars(select(Outbox).where(Outbox.type == LedgerRowsChanged.type)).all()
        audited = session.scalars(select(AuditLog).where(AuditLog.action == f"ledgers:{slug}:import")).all()
    assert sum(len(event.data["changes"]) for event in told) == count
    assert [entry.after["created"] for entry in audited] == [count, 0]


# What is wrong in 工程部's file: every cell with its reason, and nothing else.
EXPECTED = [
    (44, "D", "id_number", "number_format"),
    (45, "D", "id_number", "identity_number_check"),
    (46, "E", "dept_id", "unknown_department"),
    (47, "H", "item", "not_in_dictionary"),
    (48, "N", "valid_to", "not_after"),
    (49, "B", "person_name", "required"),
    (50, "N", "valid_to", "no_such_date"),
    (51, "I", "cert_no", "duplicate_in_file"),
    (52, "P", "remark", "formula_without_value"),
]


def test_forty_rows_are_right_and_nine_are_wrong(bench: Bench) -> None:
    desk = safety(bench, CERTIFICATES)
    job = desk.upload(sample(WRONG), WRONG)
    assert (job["state"], job["rows"], job["valid"], job["invalid"], job["created"]) == ("ready", 49, 40, 9, 40)
    found = [(error["row"], error["column"], error["field"], error["code"]) for error in job["errors"]]
    assert found == EXPECTED
    by_row = {error["row"]: error for error in job["errors"]}
    assert by_row[46]["header"] == "所属部门" and by_row[46]["value"] == "火星分公司"
    assert "文本格式" in by_row[44]["message"] and by_row[44]["value"] == "9.90101199712086E+17"
    assert "第 51 行与第 4 行重复" in by_row[51]["message"]
    assert "可填" in by_row[47]["message"]
    refused = desk.confirm(job)
    assert (refused.status_code, refused.json()["code"]) == (409, "rows_invalid")
    assert desk.total() == 0
    done = desk.confirm(job, only_valid=True).json()
    assert (done["state"], done["created"], desk.total()) == ("confirmed", 40, 40)


def test_the_wrong_rows_can_be_looked_at(bench: Bench) -> None:
    desk = safety(bench, CERTIFICATES)
    job = desk.upload(sample(WRONG), WRONG)
    page = desk.ask("GET", f"/imports/{job['id']}/rows", params={"invalid": "1", "size": "4", "page": "3"}).json()
    assert (page["total"], page["page"], page["size"]) == (9, 3, 4)
    (row,) = page["items"]
    assert row["row"] == 52 and row["values"]["person_name"] == "姜思达"
    assert row["errors"]["remark"]["code"] == "formula_without_value"
    every = desk.ask("GET", f"/imports/{job['id']}/rows", params={"size": "200"}).json()
    assert every["total"] == 49
    assert every["items"][0]["values"]["dept_id"] == "工程部" and every["items"][0]["action"] == "created"
    assert every["items"][0]["values"]["valid_to"] == "2030-08-07"


def test_the_marked_workbook_keeps_the_rows_and_says_why(bench: Bench) -> None:
    desk = safety(bench, CERTIFICATES)
    job = desk.upload(sample(WRONG), WRONG)
    answer = desk.ask("GET", f"/imports/{job['id']}/errors.xlsx")
    assert answer.status_code == 200 and "filename*=UTF-8''" in answer.headers["content-disposition"]
    sheet = opened(answer.content).worksheets[0]
    assert sheet["A1"].value.startswith("工程部特种作业")
    assert [cell.value for cell in sheet[3]][-1] == "错误原因" and sheet["D3"].value == "身份证号\n*"
    red = {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.fill.fgColor.rgb == "00FFC7CE"}
    assert red == {f"{column}{row}" for row, column, _, _ in EXPECTED}
    assert all(sheet[place].comment is not None for place in red)
    assert "校验位" in sheet["Q45"].value and sheet["Q4"].value is None
    assert sheet["B4"].value == "施勤" and sheet["K4"].value.year == 2024
    # Sent back as it is, the marked file says the same again.
    again = desk.upload(answer.content, "改错.xlsx")
    assert (again["rows"], again["invalid"]) == (49, 8), "only the formula has become a blank"


def test_the_marked_workbook_is_there_after_the_right_rows_were_written(bench: Bench) -> None:
    desk = safety(bench, CERTIFICATES)
    job = desk.confirm(desk.upload(sample(WRONG), WRONG), only_valid=True).json()
    assert (job["state"], job["invalid"], job["expired"]) == ("confirmed", 9, False)
    answer = desk.ask("GET", f"/imports/{job['id']}/errors.xlsx")
    assert answer.status_code == 200 and "校验位" in opened(answer.content).worksheets[0]["Q45"].value
    again = desk.upload(answer.content, "改错.xlsx")
    assert (again["unchanged"], again["created"], again["invalid"]) == (40, 1, 8), "what was written stays"
