"""What a preview shows of each row: what will happen to it, and what an update would change."""

from __future__ import annotations

import io
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from kit.audit import AuditLog
from tests.fixtures import museum
from tests.fixtures.museum import facility
from tests.service.ledgers.desk import CERTIFICATES, FACILITIES, Bench, Desk, sample


@pytest.fixture
def desk(bench: Bench) -> Desk:
    return Desk(bench, FACILITIES, bench.who(f"ledgers:{FACILITIES}:*"))


def book(*rows: dict[str, Any]) -> bytes:
    return museum.saved(museum.book(list(rows)))


def rows(desk: Desk, job: dict[str, Any], **params: Any) -> dict[str, Any]:
    answer = desk.ask("GET", f"/imports/{job['id']}/rows", params=params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_rows_by_what_will_happen_to_them(desk: Desk) -> None:
    desk.bring_in(book(facility(1), facility(2)))
    job = desk.upload(book(facility(1, 放置位置="南区"), facility(2), facility(3), facility(4, 数量="很多")))
    found = {
        what: ([row["row"] for row in page["items"]], page["total"])
        for what in ("invalid", "created", "updated", "unchanged", "skipped")
        for page in [rows(desk, job, what=what)]
    }
    assert found == {
        "invalid": ([5], 1), "created": ([4], 1), "updated": ([2], 1), "unchanged": ([3], 1), "skipped": ([], 0),
    }  # fmt: skip
    assert rows(desk, job, invalid="1")["total"] == 1 and rows(desk, job, size="2", page="2")["total"] == 4
    assert desk.ask("GET", f"/imports/{job['id']}/rows", params={"what": "all"}).status_code == 422


def test_an_update_says_old_and_new_and_what_it_keeps(desk: Desk) -> None:
    desk.bring_in(book(facility(1, 备注="甲")))
    job = desk.upload(book(facility(1, 状态="停用", 所属部门="城南储配站", 备注=None, 出厂日期=45419, 数量=3)))
    (row,) = rows(desk, job, what="updated")["items"]
    assert row["changes"] == {
        "status": {"before": "完好", "after": "停用"},
        "made_date": {"before": "2024-05-06", "after": "2024-05-07"},
        "quantity": {"before": "1", "after": "3"},
    }
    assert (row["kept"], row["values"]["remark"], row["values"]["made_date"]) == (["remark"], "甲", "2024-05-07")
    assert job["updated"] == 1
    desk.confirm(job)
    assert rows(desk, job, what="updated")["items"][0]["changes"] == {}, "what is written is no preview"


def test_nothing_is_told_of_rows_out_of_reach(bench: Bench, desk: Desk) -> None:
    desk.bring_in(book(facility(1, 备注="不能说"), facility(2, 所属部门="工程部")))
    station = Desk(bench, FACILITIES, bench.who(f"ledgers:{FACILITIES}:*", scope="subtree", department="工程部"))
    job = station.upload(book(facility(1), facility(2, 所属部门="工程部", 放置位置="南区")))
    assert "不能说" not in str(rows(station, job))
    assert [row["changes"] for row in rows(station, job, what="updated")["items"]] == [
        {"location": {"before": "北区", "after": "南区"}}
    ]


def test_old_personal_values_are_masked_or_audited(bench: Bench) -> None:
    name = "特种作业人员持证台账-运行管理部.xlsx"
    may = Desk(bench, CERTIFICATES, bench.who(f"ledgers:{CERTIFICATES}:*", "ledgers:personal:read"))
    may.bring_in(sample(name))
    number = {row["id"]: row for row in may.ask("GET", "", params={"size": "200"}).json()["items"]}
    workbook = load_workbook(io.BytesIO(may.export()))
    sheet = workbook.worksheets[0]
    titles = [cell.value for cell in sheet[1]]
    sheet.cell(2, titles.index("证书编号") + 1).value = "ZS-2026-0001"
    content = museum.saved(workbook)
    old = number[str(sheet.cell(2, titles.index("记录编号") + 1).value).split(":")[0]]["cert_no"]

    def before(desk: Desk) -> str:
        (row,) = rows(desk, desk.upload(content), what="updated")["items"]
        return str(row["changes"]["cert_no"]["before"])

    def audited() -> int:
        with bench.database.session() as session:
            entries = session.scalars(select(AuditLog).where(AuditLog.action == "personal.read")).all()
        return sum("import" in (entry.detail or {}) for entry in entries)

    others = Desk(bench, CERTIFICATES, bench.who(f"ledgers:{CERTIFICATES}:*"))
    assert "*" in before(others) and audited() == 0
    assert before(may) == old and audited() == 1
