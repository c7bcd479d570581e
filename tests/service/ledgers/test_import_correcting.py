"""Wrong cells put right on the page: laid over the file, which is validated again as a whole."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update

from kit.audit import AuditLog
from kit.db import now
from services.ledgers.importing.jobs import sweep
from services.ledgers.importing.tables import ImportJob
from tests.fixtures import museum
from tests.fixtures.museum import facility
from tests.service.ledgers.desk import CERTIFICATES, FACILITIES, Bench, Desk, opened, sample

WRONG = "特种作业人员持证台账-工程部-有错.xlsx"


@pytest.fixture
def desk(bench: Bench) -> Desk:
    return Desk(bench, FACILITIES, bench.who(f"ledgers:{FACILITIES}:*", scope="subtree", department="城南储配站"))


def correct(desk: Desk, job: dict[str, Any], cells: dict[int, dict[str, str | None]]) -> Any:
    return desk.ask(
        "POST", f"/imports/{job['id']}/corrections", json={"cells": {str(row): cells[row] for row in cells}}
    )


def wrong(job: dict[str, Any]) -> list[tuple[int, str, str]]:
    return [(error["row"], error["field"], error["code"]) for error in job["errors"]]


def book(*rows: dict[str, Any]) -> bytes:
    return museum.saved(museum.book(list(rows)))


def test_cells_put_right_are_validated_with_the_whole_file_and_imported(desk: Desk) -> None:
    job = desk.upload(book(facility(1), facility(2, 数量="两台"), facility(3, 出厂日期="2024-02-30", 状态="好的")))
    assert wrong(job) == [
        (3, "quantity", "not_an_integer"), (4, "made_date", "no_such_date"), (4, "status", "not_in_dictionary"),
    ]  # fmt: skip
    # As one would write it into the workbook; one cell is still wrong, and says why anew.
    done = correct(desk, job, {3: {"quantity": "2"}, 4: {"made_date": "2024年2月29日", "status": "很好"}})
    assert done.status_code == 200, done.text
    half = done.json()
    assert (half["state"], half["valid"], half["invalid"], half["corrected"]) == ("ready", 2, 1, 3)
    assert wrong(half) == [(4, "status", "not_in_dictionary")] and half["errors"][0]["value"] == "很好"
    shown = desk.ask("GET", f"/imports/{job['id']}/rows").json()["items"]
    assert [row["corrected"] for row in shown] == [[], ["quantity"], ["made_date", "status"]]
    mine = desk.ask("GET", f"/imports/{job['id']}/rows", params={"what": "corrected"}).json()
    assert ([row["row"] for row in mine["items"]], mine["total"], half["corrected_rows"]) == ([3, 4], 2, 2)
    # What was put right before stays; what was not mentioned is as the file has it.
    whole = correct(desk, job, {4: {"status": "完好"}}).json()
    assert (whole["valid"], whole["invalid"], whole["corrected"]) == (3, 0, 3)
    assert desk.confirm(whole).json()["created"] == 3
    rows = {row["facility_no"]: row for row in desk.ask("GET", "").json()["items"]}
    assert rows["MX-0002"]["quantity"] == 2 and rows["MX-0003"]["made_date"] == "2024-02-29"


def test_a_number_put_right_makes_another_row_a_duplicate_or_no_longer_one(desk: Desk) -> None:
    job = desk.upload(book(facility(1), facility(2), facility(2)))
    assert wrong(job) == [(4, "facility_no", "duplicate_in_file")]
    done = correct(desk, job, {4: {"facility_no": "MX-0001"}}).json()
    assert "第 4 行与第 2 行重复" in done["errors"][0]["message"]
    done = correct(desk, job, {4: {"facility_no": "MX-0003"}}).json()
    assert (done["valid"], done["errors"]) == (3, [])
    # Also a right cell can be changed; null gives the file's own back.
    done = correct(desk, job, {3: {"facility_no": "MX-0003"}}).json()
    assert wrong(done) == [(4, "facility_no", "duplicate_in_file")]
    done = correct(desk, job, {3: {"facility_no": None}}).json()
    assert (done["valid"], done["corrected"]) == (3, 1)
    # A blank cell is a correction as well, and where something has to stand, a mistake.
    done = correct(desk, job, {4: {"facility_no": "", "remark": ""}}).json()
    assert wrong(done) == [(4, "facility_no", "required")]


def test_what_the_file_does_not_have_cannot_be_put_right(desk: Desk) -> None:
    job = desk.upload(book(facility(1, 数量="两台")))
    refused = correct(desk, job, {2: {"quantity": "2", "nonsense": "1", "warn_days": "5"}, 9: {"quantity": "2"}})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert [(error["loc"][2:], error["code"]) for error in refused.json()["errors"]] == [
        ([2, "nonsense"], "unknown_column"), ([2, "warn_days"], "unknown_column"), ([9], "unknown_row"),
    ]  # fmt: skip
    assert "第 9 行" in refused.json()["detail"]
    assert wrong(desk.ask("GET", f"/imports/{job['id']}").json()) == wrong(job), "all or nothing"
    for cells in ({}, {2: {"quantity": "2" * 2001}}, {0: {"quantity": "2"}}):
        assert correct(desk, job, cells).status_code == 422
    done = correct(desk, job, {2: {"quantity": "2"}}).json()
    assert desk.confirm(done).status_code == 200
    late = correct(desk, job, {2: {"quantity": "3"}})
    assert (late.status_code, late.json()["code"]) == (409, "import_not_correctable")


def test_the_marked_workbook_says_what_has_been_put_right(desk: Desk) -> None:
    job = desk.upload(book(facility(1, 数量="两台", 出厂日期="2024-02-30")))
    correct(desk, job, {2: {"quantity": "2"}})
    answer = desk.ask("GET", f"/imports/{job['id']}/errors.xlsx")
    sheet = opened(answer.content).active
    assert sheet is not None and sheet["H2"].value == "2" and "出厂日期" in str(sheet["N2"].value)
    again = desk.upload(answer.content)
    assert wrong(again) == [(2, "made_date", "no_such_date")], "one can go on in the workbook"


def test_what_is_typed_is_sealed_is_the_senders_alone_and_goes_with_the_file(bench: Bench) -> None:
    desk = Desk(bench, CERTIFICATES, bench.who(f"ledgers:{CERTIFICATES}:*"))
    job = desk.upload(sample(WRONG), WRONG)
    # Row 45 has the wrong check digit; the number of the certificate has the right one.
    before = job["invalid"]
    done = correct(desk, job, {45: {"id_number": "990101197205069662"}})
    assert done.json()["invalid"] == before - 1
    colleague = Desk(bench, CERTIFICATES, bench.who(f"ledgers:{CERTIFICATES}:*"))
    assert correct(colleague, job, {45: {"id_number": "1"}}).json()["code"] == "not_the_uploader"
    with bench.database.transaction() as session:
        raw = session.scalar(text("SELECT corrections::text FROM import_job WHERE id = :id"), {"id": job["id"]})
        assert raw and "990101197205069662" not in raw
        entry = session.scalars(select(AuditLog).where(AuditLog.action.endswith("import.correct"))).one()
        assert "990101197205069662" not in str(entry.detail) and entry.detail["cells"] == 1
        session.execute(update(ImportJob).values(created_at=now() - timedelta(days=2)))
        assert sweep(session) == 1
    with bench.database.session() as session:
        assert session.scalar(select(ImportJob.corrections)) is None
    assert correct(desk, job, {45: {"id_number": "1"}}).json()["code"] == "import_expired"


def test_a_long_file_is_validated_again_in_the_background(desk: Desk) -> None:
    job = desk.upload(book(*(facility(n, 数量="两台" if n == 501 else 1) for n in range(1, 503))))
    assert (job["rows"], job["invalid"]) == (502, 1)
    done = correct(desk, job, {502: {"quantity": "2"}})
    assert done.json()["state"] == "queued"
    assert (desk.settled(done.json())["valid"], done.json()["corrected"]) == (502, 1)
