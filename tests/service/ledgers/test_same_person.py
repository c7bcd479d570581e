"""One identity number, one name: in a form, in a file, and across the ledgers of people."""

from __future__ import annotations

from datetime import date
from typing import Any

from contracts.principal import Principal
from services.ledgers.catalogue.health_examinations import HealthExamination
from services.ledgers.catalogue.special_operation_certificates import SpecialOperationCertificate
from tests import company
from tests.catalogue.conftest import Bench
from tests.catalogue.examples import example
from tests.fixtures import museum
from tests.service.ledgers.desk import CERTIFICATES, Desk, opened
from tests.service.ledgers.test_rows_together import OFFICER, ok

EXAMINATIONS = "health-examinations"
CODE = "number_of_another_name"


def certificate(**more: Any) -> dict[str, Any]:
    return {**example(SpecialOperationCertificate, OFFICER), **more}


def _title(heading: Any) -> str:
    return str(heading or "").strip(" *＊\n")


def refused(bench: Bench, who: Principal, slug: str, body: dict[str, Any], method: str = "POST") -> str:
    answer = bench.ask(who, method, f"/{slug}", json=body)
    assert answer.status_code == 422, answer.text
    assert [(error["loc"], error["code"]) for error in answer.json()["errors"]] == [(["body", "id_number"], CODE)]
    return str(answer.json()["detail"])


def test_a_number_under_another_name_is_refused_wherever_the_person_stands(bench: Bench) -> None:
    who = bench.who("ledgers:*:*", "ledgers:personal:read")
    row = ok(bench.ask(who, "POST", f"/{CERTIFICATES}", json=certificate(person_name="张伟")), 201)
    other = certificate(person_name="刘别名", item="high_voltage")
    assert "已登记为“张伟”" in refused(bench, who, CERTIFICATES, other)
    examined = {
        **example(HealthExamination, OFFICER), "id_number": other["id_number"], "gender": None, "person_name": "刘别名",
    }  # fmt: skip
    assert "已登记为“张伟”" in refused(bench, who, EXAMINATIONS, examined)
    # Written with a blank, as people do to fill a column, it is the same name.
    ok(bench.ask(who, "POST", f"/{EXAMINATIONS}", json={**examined, "person_name": "张 伟"}), 201)
    # Who may not see the row is not told the name.
    stranger = bench.who("ledgers:*:*", scope="subtree", department="客户服务部")
    theirs = {**other, "dept_id": str(company.department_id("客户服务部"))}
    assert "张伟" not in refused(bench, stranger, CERTIFICATES, theirs)
    # A number that is corrected is looked at, a name that changes is not: one row after another is.
    mine = certificate(
        person_name="刘别名", id_number="990101196806263837", cert_no="T990101196806263837", gender=None
    )  # fmt: skip
    mine = ok(bench.ask(who, "POST", f"/{CERTIFICATES}", json=mine), 201)
    change = {"version": 1, "id_number": other["id_number"], "gender": None}
    assert "张伟" in refused(bench, who, f"{CERTIFICATES}/{mine['id']}", change, "PUT")
    ok(bench.ask(who, "PUT", f"/{CERTIFICATES}/{row['id']}", json={"version": 1, "person_name": "张伟（改名）"}))
    # A deleted row is nobody's.
    ok(bench.ask(who, "DELETE", f"/{CERTIFICATES}/{row['id']}", params={"version": 2}), 204)
    assert "已登记为“张 伟”" in refused(bench, who, CERTIFICATES, other)


def test_a_file_is_looked_through_and_compared_with_every_ledger(bench: Bench) -> None:
    who = bench.who("ledgers:*:*", "ledgers:personal:read")
    ok(bench.ask(who, "POST", f"/{CERTIFICATES}", json=certificate(person_name="张伟")), 201)
    desk = Desk(bench, CERTIFICATES, who)
    book = opened(desk.ask("GET", "/template.xlsx").content)
    sheet = book.active
    heading = next(row for row in sheet.iter_rows() if {"姓名", "身份证号"} <= {_title(cell.value) for cell in row})
    at = {_title(cell.value): cell.column for cell in heading}
    first = heading[0].row + 1
    sheet.delete_rows(first, sheet.max_row)
    own, another = certificate()["id_number"], "990101196806263837"
    # The ledger's person under another name, and two names within the file.
    for place, (name, number, item) in enumerate(
        (("刘别名", own, "高压电工作业"),
         ("赵甲", another, "高压电工作业"), ("赵 甲", another, "电力电缆作业"), ("钱乙", another, "低压电工作业"))
    ):  # fmt: skip
        words = {
            "姓名": name, "身份证号": number, "所属部门": "工程部", "证书类型": "特种作业操作证", "准操项目": item,
            "证书编号": f"T{number}", "发证机关": "应急管理局", "发证日期": date(2025, 1, 6),
        }  # fmt: skip
        for title, value in words.items():
            sheet.cell(first + place, at[title]).value = value
    job = desk.upload(museum.saved(book))
    assert [(error["row"] - first, error["field"], error["code"]) for error in job["errors"]] == [
        (0, "id_number", CODE), (3, "id_number", CODE),
    ]  # fmt: skip
    assert "已登记为“张伟”" in job["errors"][0]["message"]
    assert "（赵甲、钱乙）" in job["errors"][1]["message"]
    assert (job["valid"], job["invalid"]) == (2, 2)


def test_a_person_is_renamed_by_a_file_that_has_their_rows(bench: Bench) -> None:
    who = bench.who("ledgers:*:*", "ledgers:personal:read")
    for item in ("low_voltage", "high_voltage"):
        ok(bench.ask(who, "POST", f"/{CERTIFICATES}", json=certificate(person_name="张伟", item=item)), 201)
    desk = Desk(bench, CERTIFICATES, who)
    book = opened(desk.export())
    for row in book.active.iter_rows():
        for cell in row:
            if cell.value == "张伟":
                cell.value = "张炜"
    job = desk.bring_in(museum.saved(book))
    assert job["updated"] == 2
