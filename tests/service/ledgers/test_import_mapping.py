"""Files whose headings and words differ from ours: asked about, answered, validated again, remembered."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from tests import company
from tests.fixtures import museum
from tests.fixtures.museum import facility
from tests.service.ledgers.desk import CERTIFICATES, FACILITIES, Bench, Desk, opened, sample


@pytest.fixture
def desk(bench: Bench) -> Desk:
    return station(bench)


def station(bench: Bench, department: str = "城南储配站") -> Desk:
    return Desk(bench, FACILITIES, bench.who(f"ledgers:{FACILITIES}:*", scope="subtree", department=department))


def book(*rows: dict[str, Any], renamed: dict[str, str] | None = None, top: int = 0) -> bytes:
    """A workbook whose headings are partly other ones than ours."""
    workbook = museum.book(list(rows), top=top)
    for cell in workbook.active[top + 1]:
        cell.value = (renamed or {}).get(cell.value, cell.value)
    return museum.saved(workbook)


STRANGE = {"设施编号": "消防设施编码", "责任人": "负责人员"}


def answer(desk: Desk, job: dict[str, Any], **body: Any) -> Any:
    return desk.ask("POST", f"/imports/{job['id']}/mapping", json=body)


def test_a_missing_column_is_asked_for_and_the_answer_is_remembered_for_this_department_only(
    bench: Bench, desk: Desk
) -> None:
    job = desk.upload(book(facility(1), facility(2), renamed=STRANGE))
    assert (job["state"], job["rows"], job["errors"]) == ("mapping", 0, [])
    asked = {heading["header"]: heading for heading in job["mapping"]["headings"]}
    assert set(asked) == {"消防设施编码", "负责人员"} and asked["消防设施编码"]["column"] == "A"
    assert asked["消防设施编码"]["suggestions"][0]["field"] == "facility_no"
    assert "facility_no" in job["mapping"]["missing"]
    assert {"field": "facility_no", "title": "设施编号", "required": True} in job["mapping"]["fields"]
    assert desk.confirm(job).json()["code"] == "import_needs_mapping"
    done = answer(desk, job, headings={"消防设施编码": "facility_no", "负责人员": "keeper"})
    assert done.status_code == 200, done.text
    assert (done.json()["state"], done.json()["valid"], done.json()["warnings"]) == ("ready", 2, [])
    assert desk.confirm(done.json()).json()["created"] == 2
    # The next file of the department is not asked, and says what it took for granted.
    again = desk.upload(book(facility(1), facility(2), renamed=STRANGE))
    assert (again["state"], again["unchanged"]) == ("ready", 2)
    assert [warning["code"] for warning in again["warnings"]] == ["remembered_mapping", "remembered_mapping"]
    other = station(bench, "工程部")
    assert other.upload(book(facility(9, 所属部门="工程部"), renamed=STRANGE))["state"] == "mapping"
    assert other.ask("GET", "/imports/mapping").json()["items"] == []
    # Shown, and forgotten by the department that it belongs to.
    kept = desk.ask("GET", "/imports/mapping").json()["items"]
    assert {(item["written"], item["field_title"]) for item in kept} == {
        ("消防设施编码", "设施编号"), ("负责人员", "责任人"),
    }  # fmt: skip
    assert other.ask("DELETE", f"/imports/mapping/{kept[0]['id']}").status_code == 404
    for item in kept:
        assert desk.ask("DELETE", f"/imports/mapping/{item['id']}").status_code == 204
    assert desk.upload(book(facility(1), renamed=STRANGE))["state"] == "mapping"


def test_unknown_words_are_offered_beside_the_errors_and_mapped(desk: Desk) -> None:
    rows = [facility(n, 类型="消火栓（室外）", 所属部门="城南站") for n in (1, 2)]
    job = desk.upload(book(*rows, facility(3)))
    assert (job["state"], job["valid"], job["invalid"]) == ("ready", 1, 2)
    words = {(word["field"], word["word"]): word for word in job["mapping"]["words"]}
    assert set(words) == {("facility_type", "消火栓（室外）"), ("dept_id", "城南站")}
    assert words["facility_type", "消火栓（室外）"]["count"] == 2
    offered = words["dept_id", "城南站"]["suggestions"][0]
    assert offered["label"] == "城南储配站" and offered["value"] == str(company.department_id("城南储配站"))
    assert {item["label"] for item in job["mapping"]["items"]["dept_id"]} == {"城南储配站"}, "where one may write"
    done = answer(
        desk,
        job,
        words={"facility_type": {"消火栓（室外）": "outdoor_hydrant"}, "dept_id": {"城南站": offered["value"]}},
    ).json()
    assert (done["state"], done["valid"], done["invalid"]) == ("ready", 3, 0), done
    again = desk.upload(book(*rows))
    assert again["valid"] == 2
    assert any("2 处“消火栓（室外）”按“室外消火栓”导入" in warning["message"] for warning in again["warnings"])


def test_answers_that_cannot_be_meant_are_refused_by_name(bench: Bench, desk: Desk) -> None:
    job = desk.upload(book(facility(1), renamed=STRANGE))
    elsewhere = str(company.department_id("工程部"))
    for body, code in (
        ({"headings": {"没有这列": "facility_no"}}, "unknown_heading"),
        ({"headings": {"消防设施编码": "secret"}}, "unknown_field"),
        ({"headings": {"消防设施编码": "name"}}, "field_taken"),
        ({"headings": {"负责人员": "keeper"}}, "missing_column"),
        ({"headings": {"消防设施编码": "facility_no", "负责人员": "facility_no"}}, "field_taken"),
        ({"words": {"remark": {"甲": "乙"}}}, "unknown_field"),
        ({"words": {"facility_type": {"甲": "no_such_item"}}}, "unknown_item"),
        ({"words": {"dept_id": {"工程部": elsewhere}}}, "unknown_item"),
    ):
        refused = answer(desk, job, **body)
        assert refused.status_code == 422 and code in {error["code"] for error in refused.json()["errors"]}, (
            refused.text
        )
    assert answer(desk, job, surprise=1).status_code == 422
    assert answer(station(bench, "工程部"), job).status_code == 404
    assert desk.ask("GET", "/imports/mapping").json()["items"] == [], "nothing of it was remembered"
    desk.ask("DELETE", f"/imports/{job['id']}")
    assert answer(desk, job).json()["code"] == "import_not_mappable"


def test_a_strange_optional_column_can_be_left_out_for_good(desk: Desk) -> None:
    job = desk.upload(book(facility(1, 出厂日期="2024-05-06"), renamed={"出厂日期": "出厂时日期"}))
    assert job["state"] == "mapping", "much like a field that the file lacks: not dropped silently"
    left = answer(desk, job, ignore=["出厂时日期"]).json()
    assert (left["state"], left["valid"]) == ("ready", 1)
    assert desk.upload(book(facility(2), renamed={"出厂日期": "出厂时日期"}))["state"] == "ready"


def test_headings_that_are_all_strange_are_found_under_titles(desk: Desk) -> None:
    strange = {
        "设施编号": "消防设施编号码", "设施名称": "消防设施名称", "类型": "设施的类型", "所属部门": "归属部门情况",
        "放置位置": "放置的位置", "规格型号": "规格及型号", "数量": "设施数量", "单位": "计量单位名", "出厂日期": "出厂的日期",
        "状态": "目前状态", "责任人": "责任人姓名", "备注": "备注信息", "灭火剂种类": "灭火剂的种类",
    }  # fmt: skip
    job = desk.upload(book(facility(1), renamed=strange, top=12))
    assert job["state"] == "mapping" and job["heading_row"] == 13
    best = {heading["header"]: heading["suggestions"][0]["field"] for heading in job["mapping"]["headings"]}
    done = answer(desk, job, headings=best, remember=False).json()
    assert (done["state"], done["valid"], done["errors"]) == ("ready", 1, []), done
    assert desk.ask("GET", "/imports/mapping").json()["items"] == []


def test_a_long_file_is_asked_and_validated_in_the_background(desk: Desk) -> None:
    content = book(*(facility(n) for n in range(1, 620)), renamed={"设施编号": "消防设施编码"})
    job = desk.settled(desk.send(content).json(), "mapping", "failed")
    assert job["state"] == "mapping"
    done = desk.settled(answer(desk, job, headings={"消防设施编码": "facility_no"}).json())
    assert (done["state"], done["valid"]) == ("ready", 619)


def test_a_word_within_another_one_is_suggested_from_what_belongs_to_it(bench: Bench) -> None:
    """What 作业类别 says decides which 准操项目 may be meant, as in the message about the error."""
    desk = Desk(bench, CERTIFICATES, bench.who(f"ledgers:{CERTIFICATES}:*", "ledgers:personal:read"))
    workbook = opened(sample("特种作业人员持证台账-运行管理部.xlsx"))
    sheet = workbook.worksheets[0]
    titles = {str(cell.value).strip(" *\n"): cell.column for cell in sheet[3] if cell.value}
    sheet.cell(4, titles["准操项目"]).value = "作业"
    job = desk.upload(museum.saved(workbook))
    (word,) = [word for word in job["mapping"]["words"] if word["field"] == "item"]
    (error,) = [error for error in job["errors"] if error["field"] == "item"]
    labels = {item["value"]: item["label"] for item in job["mapping"]["items"]["item"]}
    below = {labels[value] for value in word["below"]}
    assert 0 < len(below) < len(labels)
    assert below == {label.strip("“”") for label in error["message"].split("可填：")[1].split("；")}
    assert {suggestion["label"] for suggestion in word["suggestions"]} <= below


def test_what_was_remembered_can_be_said_anew_from_the_result(desk: Desk) -> None:
    renamed = {"设施编号": "器具号", "责任人": "负责人员", "备注": "检查情况"}
    first = desk.upload(book(facility(1), renamed=renamed))
    answered = answer(desk, first, headings={"器具号": "facility_no", "负责人员": "keeper"}, ignore=["检查情况"]).json()
    known = {entry["header"]: (entry["column"], entry["field"], entry["id"]) for entry in answered["mapping"]["known"]}
    assert known == {
        "器具号": ("A", "facility_no", None), "负责人员": ("L", "keeper", None), "检查情况": ("M", None, None),
    }  # fmt: skip
    again = desk.upload(book(facility(2, 备注="正常"), renamed=renamed))
    assert again["state"] == "ready" and [entry["field"] for entry in again["mapping"]["known"]] == [
        "facility_no", "keeper", None,
    ]  # fmt: skip
    assert {"facility_no", "keeper", "remark"} <= {field["field"] for field in again["mapping"]["fields"]}
    # Said anew, it holds for this file and for the next ones; what it was taken for before is free.
    corrected = answer(desk, again, headings={"器具号": "facility_no", "负责人员": "remark", "检查情况": "keeper"})
    assert corrected.status_code == 200, corrected.text
    (row,) = desk.ask("GET", f"/imports/{again['id']}/rows").json()["items"]
    assert (row["values"]["remark"], row["values"]["keeper"]) == ("张三", "正常")
    missing = answer(desk, again, headings={"负责人员": "maker", "检查情况": "remark"})
    assert {error["code"] for error in missing.json()["errors"]} == {"missing_column"}
    third = desk.upload(book(facility(3, 备注="正常"), renamed=renamed))
    assert [entry["field"] for entry in third["mapping"]["known"]] == ["facility_no", "remark", "keeper"]
    for entry in third["mapping"]["known"]:
        assert desk.ask("DELETE", f"/imports/mapping/{entry['id']}").status_code == 204
    assert desk.upload(book(facility(3), renamed=renamed))["state"] == "mapping"


def test_what_a_strange_column_holds_is_shown(bench: Bench, desk: Desk) -> None:
    rows = [facility(n, 责任人=name, 备注=f"电话 1380000000{n}") for n, name in enumerate("甲乙甲丙丁", start=1)]
    job = desk.upload(book(*rows, renamed={"设施编号": "器具号", "责任人": "负责人员", "备注": "情况备考"}))
    samples = job["mapping"]["samples"]
    assert (samples["L"], samples["A"], samples["H"]) == (["甲", "乙", "丙"], ["MX-0001", "MX-0002", "MX-0003"], ["1"])
    assert "M" not in samples, "numbers of people are not shown around"
    with bench.database.session() as session:
        kept = session.scalar(text("SELECT samples::text FROM import_job WHERE id = :id"), {"id": job["id"]})
    assert kept and "MX-0001" not in kept, "kept as sealed as the rows are"
    assert [column["field"] for column in job["columns"]][:2] == ["name", "facility_type"]


def test_no_value_is_shown_of_a_column_that_is_or_may_be_personal(bench: Bench) -> None:
    desk = Desk(bench, CERTIFICATES, bench.who(f"ledgers:{CERTIFICATES}:*"))
    workbook = opened(sample("特种作业人员持证台账-运行管理部.xlsx"))
    sheet = workbook.worksheets[0]
    for cell in sheet[3]:
        cell.value = {"身份证号\n*": "身份证件的号", "姓名 *": "持证者姓名称"}.get(cell.value, cell.value)
    job = desk.upload(museum.saved(workbook))
    assert job["state"] == "mapping" and {heading["column"] for heading in job["mapping"]["headings"]} == {"B", "D"}
    samples = job["mapping"]["samples"]
    assert "E" in samples and "D" not in samples and "I" not in samples
    colleague = Desk(bench, CERTIFICATES, bench.who(f"ledgers:{CERTIFICATES}:*"))
    seen = colleague.ask("GET", f"/imports/{job['id']}").json()
    assert seen["mapping"]["samples"] == {}, "what others have sent"
