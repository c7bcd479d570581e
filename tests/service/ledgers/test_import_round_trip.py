"""Template and export go out, come back, and lose nothing."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import select

from kit.audit import AuditLog
from kit.excel.guard import guard, guard_plain, unguard
from tests.fixtures import museum
from tests.service.ledgers.desk import CERTIFICATES, FACILITIES, SUPPLIES, Bench, Desk, opened, sample


def desk_of(bench: Bench, slug: str, *more: str, department: str | None = None) -> Desk:
    scope = "subtree" if department else "company"
    return Desk(bench, slug, bench.who(f"ledgers:{slug}:*", *more, scope=scope, department=department))


def save(workbook: Any) -> bytes:
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def test_a_filled_template_is_imported_and_its_example_is_not(bench: Bench) -> None:
    desk = desk_of(bench, FACILITIES, department="城南储配站")
    answer = desk.ask("GET", "/template.xlsx")
    assert answer.status_code == 200, answer.text
    workbook = opened(answer.content)
    sheet = workbook.worksheets[0]
    headings = {str(cell.value).strip("*"): cell for cell in sheet[3] if cell.value}
    assert sheet["A1"].value == "消防设施台账导入模板" and sheet["A2"].font.color.rgb == "00C00000"
    assert sheet["A4"].value == "示例" and sheet.freeze_panes == "A4"
    assert headings["设施编号"].value == "设施编号*" and headings["设施编号"].font.color.rgb == "00C00000"
    assert workbook["字典"].sheet_state == "hidden"
    lists = {str(rule.sqref)[0]: rule for rule in sheet.data_validations.dataValidation if rule.type == "list"}
    assert {headings["类型"].column_letter, headings["所属部门"].column_letter} <= set(lists)
    assert sheet.column_dimensions[headings["设施编号"].column_letter].number_format == "@"
    assert sheet.column_dimensions[headings["出厂日期"].column_letter].number_format == "yyyy-mm-dd"
    assert "无权" not in str([cell.value for row in workbook["字典"].iter_rows() for cell in row])
    offered = {cell.value for row in workbook["字典"].iter_rows() for cell in row}
    assert "城南储配站" in offered and "工程部" not in offered, "only departments where this person may write"
    nothing = desk.send(answer.content)
    assert (nothing.status_code, nothing.json()["code"]) == (422, "no_rows")
    for title, value in museum.facility().items():
        headings_cell = headings[title]
        sheet.cell(5, headings_cell.column, value)
    job = desk.upload(save(workbook))
    assert (job["rows"], job["errors"], job["warnings"]) == (1, [], [])


def test_what_was_exported_comes_back_unchanged(bench: Bench) -> None:
    for slug, name in (
        (CERTIFICATES, "特种作业人员持证台账-运行管理部.xlsx"),
        (FACILITIES, "消防设施台账-城南储配站.xlsx"),
        (SUPPLIES, "应急物资台账.xlsx"),
    ):
        desk = desk_of(bench, slug, "ledgers:personal:read")
        count = desk.bring_in(sample(name))["created"]
        job = desk.upload(desk.export())
        assert (job["rows"], job["unchanged"], job["errors"], job["warnings"]) == (count, count, [], []), slug
        # Somebody who sees masks only gets masks, and they mean that the number is left as it is.
        masked = desk_of(bench, slug)
        content = masked.export()
        if slug == CERTIFICATES:
            shown = [row[2].value for row in opened(content).worksheets[0].iter_rows(min_row=2)]
            assert all("***********" in str(number) for number in shown)
        job = masked.upload(content)
        assert (job["rows"], job["unchanged"], job["errors"]) == (count, count, []), slug


def test_a_masked_number_that_is_another_ones_is_refused(bench: Bench) -> None:
    desk_of(bench, CERTIFICATES, "ledgers:personal:read").bring_in(sample("特种作业人员持证台账-运行管理部.xlsx"))
    desk = desk_of(bench, CERTIFICATES)
    workbook = opened(desk.export())
    sheet = workbook.worksheets[0]
    places = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(2, places["身份证号"]).value = "110***********0000"
    sheet.cell(3, places["发证机关"]).value = "省应急管理厅"
    sheet.cell(4, places["记录编号"]).value = None
    job = desk.upload(save(workbook))
    found = {(error["row"], error["field"], error["code"]) for error in job["errors"]}
    assert (2, "id_number", "masked") in found and (4, "id_number", "masked") in found
    assert {row for row, _, _ in found} == {2, 4} and (job["updated"], job["unchanged"]) == (1, 83)
    assert desk.confirm(job, only_valid=True).json()["updated"] == 1
    found = desk.ask("GET", "", params={"q": "省应急管理厅"}).json()
    assert found["total"] == 1 and found["items"][0]["version"] == 2


def test_export_follows_filters_columns_and_scope_and_is_audited(bench: Bench) -> None:
    desk_of(bench, SUPPLIES).bring_in(sample("应急物资台账.xlsx"))
    station = desk_of(bench, SUPPLIES, department="城南储配站")
    answer = station.ask("GET", "/export.xlsx", params={"category": "lighting", "columns": "name,category,dept_id"})
    if answer.status_code == 422:
        raise AssertionError(answer.text)
    sheet = opened(answer.content).worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("物资名称", "类别", "所属部门", "记录编号")
    assert {row[2] for row in rows[1:] if row[0]} <= {"城南储配站"}
    assert sheet.column_dimensions["D"].hidden and sheet.freeze_panes == "A2"
    name = answer.headers["content-disposition"]
    assert "filename*=UTF-8''" in name and ".xlsx" in name
    with bench.database.session() as session:
        entry = session.scalars(select(AuditLog).where(AuditLog.action == f"ledgers:{SUPPLIES}:export")).one()
    assert entry.detail is not None and entry.detail["rows"] == len([row for row in rows[1:] if row[0]])
    wrong = station.ask("GET", "/export.xlsx", params={"columns": "name,secret"})
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (422, "unknown_field")
    empty = station.ask("GET", "/export.xlsx", params={"q": "不存在的东西"})
    assert empty.status_code == 200 and opened(empty.content).worksheets[0]["A1"].value


NASTY = st.text(min_size=1, max_size=60) | st.builds(
    lambda head, tail: head + tail,
    st.sampled_from(["=", "+", "-", "@", "'", "'=", "''=", "＝", "＠", "\t=", "_x0041_"]),
    st.text(max_size=20),
)


@given(NASTY)
def test_the_guard_is_taken_off_exactly_as_it_was_put_on(text: str) -> None:
    assert unguard(guard(text)) == text
    assert unguard(guard_plain(text)) == text
    assert guard_plain(text)[0] not in "=+-@\t\r\0＝＋－＠"


def test_five_hundred_nasty_texts_go_out_and_come_back(bench: Bench) -> None:
    desk = desk_of(bench, FACILITIES)
    texts: list[str] = []

    @settings(max_examples=500, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(NASTY)
    def collect(text: str) -> None:
        texts.append(text)

    collect()
    made: dict[str, str] = {}
    for number, text in enumerate(["=1+1", "=cmd|'/c calc'!A1", "'=1", "''=x", "+86", "-1", "@SUM(A1)", *texts]):
        body = {
            "facility_no": f"N-{number}", "name": "室外消火栓", "facility_type": "outdoor_hydrant", "dept_id": str(department()),
            "location": "北区", "spec": "SS100", "quantity": 1, "unit": "台", "keeper": "张三", "status": "good",
            "remark": text[:400],
        }  # fmt: skip
        answer = desk.ask("POST", "", json=body)
        if answer.status_code == 201:
            made[answer.json()["facility_no"]] = answer.json()["remark"]
        else:
            assert answer.status_code == 422, answer.text
        if len(made) >= 160:
            break
    assert len(made) > 100
    content = desk.export()
    book = load_workbook(io.BytesIO(content))
    kinds = {cell.data_type for row in book.worksheets[0].iter_rows() for cell in row}
    assert "f" not in kinds, "nothing in an export is a formula"
    remark = [cell.value for cell in book.worksheets[0][1]].index("备注")
    assert all(row[remark].quotePrefix for row in book.worksheets[0].iter_rows(min_row=2) if row[remark].value)
    job = desk.upload(content)
    assert (job["unchanged"], job["errors"]) == (len(made), [])


def department() -> Any:
    from tests import company

    return company.department_id("城南储配站")


def test_ticked_rows_are_exported_and_no_others(bench: Bench) -> None:
    desk = desk_of(bench, SUPPLIES)
    desk.bring_in(sample("应急物资台账.xlsx"))
    station = desk_of(bench, SUPPLIES, department="城南储配站")
    mine = station.ask("GET", "", params={"sort": "next_maintain", "size": 200}).json()["items"]
    ticked = [mine[2]["id"], mine[0]["id"]]
    others = {row["id"] for row in desk.ask("GET", "", params={"size": 200}).json()["items"]} - {
        row["id"] for row in mine
    }
    body = {"ids": [*ticked, min(others)], "columns": "name,dept_id", "sort": "-next_maintain"}
    answer = station.ask("POST", "/export.xlsx", json=body)
    assert answer.status_code == 200, answer.text
    rows = [row[:2] for row in opened(answer.content).worksheets[0].iter_rows(values_only=True)]
    assert rows[0] == ("物资名称", "所属部门")
    names = [row[0] for row in rows[1:]]
    assert sorted(names) == sorted([mine[0]["name"], mine[2]["name"]]), "what is out of reach is left out"
    # The order is the list's, not that of ticking.
    ordered = station.ask("GET", "", params={"sort": "-next_maintain", "size": 200}).json()["items"]
    assert names == [row["name"] for row in ordered if row["id"] in ticked]
    with bench.database.session() as session:
        entry = session.scalars(select(AuditLog).where(AuditLog.action == f"ledgers:{SUPPLIES}:export")).one()
    assert entry.detail is not None and (entry.detail["rows"], entry.detail["ticked"]) == (2, 3)
    # All fields, when nothing is said: the file can be brought back without a change.
    whole = station.ask("POST", "/export.xlsx", json={"ids": ticked})
    assert station.upload(whole.content)["unchanged"] == 2


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"ids": []}, "too_short"),
        ({"ids": ["00000000-0000-0000-0000-000000000000"] * 1001}, "too_long"),
        ({"ids": ["00000000-0000-0000-0000-000000000000"]}, "no_rows"),
        ({"ids": ["00000000-0000-0000-0000-000000000000"], "columns": "secret"}, "unknown_field"),
        ({"ids": ["00000000-0000-0000-0000-000000000000"], "sort": "secret"}, None),
        ({}, None),
    ],
)
def test_what_cannot_be_exported_as_ticked_is_refused(bench: Bench, body: dict[str, Any], code: str | None) -> None:
    answer = desk_of(bench, SUPPLIES).ask("POST", "/export.xlsx", json=body)
    assert answer.status_code == 422, answer.text
    if code:
        assert code in answer.text
    reader = Desk(bench, SUPPLIES, bench.who(f"ledgers:{SUPPLIES}:read"))
    assert reader.ask("POST", "/export.xlsx", json=body).status_code == 403
