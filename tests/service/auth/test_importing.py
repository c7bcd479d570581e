"""Departments and people as workbooks: what is wrong is named by cell, what is right is written once, and what comes out
goes in again without a change."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from contracts.events import OrganisationChanged, UserChanged
from kit.audit import AuditLog
from kit.bus.tables import Outbox
from kit.db import Database, now
from kit.testing.identity import principal
from services.auth.importing.tables import KEPT, OrganisationImport, OrganisationImportFile, sweep
from services.auth.passwords import verify_now
from services.auth.people import User
from tests import company
from tests.service.auth.conftest import PASSWORD
from tests.service.auth.desk import Desk

Open = Callable[..., Desk]
DEPARTMENTS, USERS = "/api/auth/departments", "/api/auth/users"
TREE_HEADS = ("单位编码", "单位名称", "单位类型", "上级单位", "排序")
STAFF_HEADS = ("工号", "姓名", "所属单位", "兼任单位", "岗位", "联系电话", "开通账号", "用户名")


@pytest.fixture
def maintainer(desk: Open) -> Desk:
    return desk("sysadmin")


@pytest.fixture
def security(desk: Open) -> Desk:
    return desk("secadmin")


def book(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    made = Workbook()
    assert made.active is not None
    for row in (heads, *rows):
        made.active.append(list(row))
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def send(who: Desk, url: str, content: bytes, name: str = "表.xlsx", **form: str) -> Any:
    return who.post(f"{url}/imports", files={"file": (name, content)}, data=form)


def confirm(who: Desk, url: str, job: dict[str, Any], *, only_valid: bool = False) -> Any:
    return who.post(f"{url}/imports/{job['id']}/confirm", json={"only_valid": only_valid})


def tree(who: Desk) -> dict[str, dict[str, Any]]:
    return {row["code"]: row for row in who.get(DEPARTMENTS).json()["items"]}


def wrong(job: dict[str, Any]) -> set[tuple[int, str, str]]:
    return {(error["row"], error["field"], error["code"]) for error in job["errors"]}


def numbers(job: dict[str, Any]) -> tuple[int, ...]:
    return tuple(job[key] for key in ("rows", "invalid", "created", "updated", "unchanged", "skipped"))


def test_a_parent_may_stand_below_its_child_and_be_written_in_any_way(maintainer: Desk, database: Database) -> None:
    rows = [
        ("N3", "丙班", "班组", "新区分公司/调压站", None),
        ("N2", "调压站", "场站", "N1", 5),
        ("N4", "丁班", "team", "燃气公司/城北分公司/门站", None),
        ("N1", "新区分公司", "分公司", "燃气公司", 90),
        ("CB2", "二班", "班组", "门站", None),
    ]
    job = send(maintainer, DEPARTMENTS, book(TREE_HEADS, rows)).json()
    assert (job["state"], numbers(job), job["errors"]) == ("ready", (5, 0, 4, 1, 0, 0), [])
    assert "N1" not in tree(maintainer)
    done = confirm(maintainer, DEPARTMENTS, job)
    assert (done.status_code, done.json()["state"]) == (200, "confirmed")
    after = tree(maintainer)
    assert after["N3"]["path"] == f"{after['N1']['path']}{after['N2']['id']}/{after['N3']['id']}/"
    assert (after["N4"]["parent_id"], after["N2"]["sort"], after["CB2"]["name"]) == (after["CBM"]["id"], 5, "二班")
    names = maintainer.get(f"{DEPARTMENTS}/{after['CB2']['id']}/names").json()["items"]
    assert names[0]["name"] == "二班组"
    with database.session() as session:
        last = session.scalars(select(Outbox).where(Outbox.type == OrganisationChanged.type).order_by(Outbox.id)).all()[
            -1
        ]
        assert {fact["code"] for fact in last.data["departments"]} == {"N1", "N2", "N3", "N4", "CB2"}
        assert session.scalars(select(AuditLog).where(AuditLog.action == "departments:import.confirm")).one()
    # Twice the same file is one change; a second confirmation of the same job does nothing.
    assert confirm(maintainer, DEPARTMENTS, job).json()["state"] == "confirmed"
    again = send(maintainer, DEPARTMENTS, book(TREE_HEADS, rows)).json()
    assert numbers(again) == (5, 0, 0, 0, 5, 0)
    assert tree(maintainer) == after


def test_what_is_wrong_with_a_department_is_named_by_cell(maintainer: Desk) -> None:
    before = tree(maintainer)
    rows = [
        ("中文", "甲部", "部门", "燃气公司", None),  # 2
        ("M1", "", "部门", "燃气公司", None),
        ("M2", "乙部", "局", "燃气公司", None),
        ("M3", "丙部", "部门", "没有的单位", None),  # 5
        ("M4", "工程部", "部门", "燃气公司", None),
        ("M5", "丁部", "部门", "一班组", None),
        ("M6", "戊部", "部门", "", None),  # 8
        ("M7", "己部", "部门", "燃气公司", -1),
        ("M8", "庚部", "部门", "M3", None),
        ("M9", "辛部", "部门", "M10", None),  # 11
        ("M10", "壬部", "部门", "M9", None),
        ("M11", "癸部", "部门", "燃气公司", None),
        ("M11", "子部", "部门", "燃气公司", None),  # 14
        ("GS", "燃气公司", "公司", "GC", None),
        ("M12", "丑/部", "部门", "燃气公司", None),
    ]
    job = send(maintainer, DEPARTMENTS, book(TREE_HEADS, rows)).json()
    assert wrong(job) == {
        (2, "code", "pattern_mismatch"), (3, "name", "required"), (4, "kind", "unknown_kind"),
        (5, "parent", "unknown_department"), (6, "name", "taken"), (7, "kind", "kind_not_allowed"),
        (8, "parent", "required"), (9, "sort", "too_small"), (10, "parent", "parent_invalid"),
        (11, "parent", "department_cycle"), (12, "parent", "department_cycle"), (14, "code", "duplicate_in_file"),
        (15, "parent", "department_is_root"), (16, "name", "pattern_mismatch"),
    }  # fmt: skip
    place = next(error for error in job["errors"] if error["row"] == 5)
    assert (place["column"], place["header"], place["value"]) == ("D", "上级单位", "没有的单位")
    assert confirm(maintainer, DEPARTMENTS, job).json()["code"] == "import_has_errors"
    assert tree(maintainer) == before
    assert confirm(maintainer, DEPARTMENTS, job, only_valid=True).json()["created"] == 1
    assert tree(maintainer).keys() - before.keys() == {"M11"}


def test_the_marked_workbook_shows_each_wrong_cell_in_red(maintainer: Desk) -> None:
    job = send(maintainer, DEPARTMENTS, book(TREE_HEADS, [("M1", "甲部", "局", "燃气公司", None)])).json()
    answer = maintainer.get(f"{DEPARTMENTS}/imports/{job['id']}/errors.xlsx")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    assert sheet.cell(1, 6).value == "错误原因"
    assert "单位类型" in str(sheet.cell(2, 6).value)
    assert sheet.cell(2, 3).fill.fgColor.rgb not in ("00000000", None)
    assert sheet.cell(2, 2).fill.fgColor.rgb == "00000000"


def test_the_exported_organisation_comes_in_again_unchanged(maintainer: Desk) -> None:
    row = tree(maintainer)["CB1"]
    maintainer.post(f"{DEPARTMENTS}/{row['id']}/close", json={"version": row["version"]})
    row, target = tree(maintainer)["KF"], tree(maintainer)["GC"]
    merged = maintainer.post(
        f"{DEPARTMENTS}/{row['id']}/merge", json={"version": row["version"], "target_id": target["id"]}
    )
    assert merged.status_code == 200
    content = maintainer.get(f"{DEPARTMENTS}/export.xlsx").content
    job = send(maintainer, DEPARTMENTS, content).json()
    assert (numbers(job), job["errors"], job["warnings"]) == ((11, 0, 0, 0, 11, 0), [], [])


def test_siblings_that_would_trade_names_are_told_to_take_two_steps(maintainer: Desk) -> None:
    rows = [("GC", "抢维修中心", "部门", "燃气公司", 1), ("QX", "工程部", "部门", "燃气公司", 2)]
    job = send(maintainer, DEPARTMENTS, book(TREE_HEADS, rows)).json()
    assert {code for _, _, code in wrong(job)} == {"taken"}


def test_two_that_trade_places_come_out_right(maintainer: Desk) -> None:
    rows = [
        ("CB", "城北分公司", "部门", "GC", 1),
        ("CBM", "门站", "场站", "燃气公司", 2),
        ("GC", "工程部", "部门", "GS", 3),
    ]
    job = send(maintainer, DEPARTMENTS, book(TREE_HEADS, rows)).json()
    assert confirm(maintainer, DEPARTMENTS, job).status_code == 200, job["errors"]
    after = tree(maintainer)
    assert after["CB"]["path"] == f"{after['GC']['path']}{after['CB']['id']}/"
    assert after["CB1"]["path"] == f"{after['CBM']['path']}{after['CB1']['id']}/"


def test_a_preview_that_is_not_true_any_more_is_made_anew(maintainer: Desk) -> None:
    job = send(maintainer, DEPARTMENTS, book(TREE_HEADS, [("M1", "甲部", "部门", "燃气公司", 5)])).json()
    root = tree(maintainer)["GS"]["id"]
    new = {"code": "M1", "name": "甲", "kind": "department", "parent_id": root, "sort": 1}
    assert maintainer.post(DEPARTMENTS, json=new).status_code == 201
    answer = confirm(maintainer, DEPARTMENTS, job)
    assert (answer.status_code, answer.json()["code"]) == (409, "rows_changed")
    renewed = maintainer.get(f"{DEPARTMENTS}/imports/{job['id']}").json()
    assert (renewed["state"], numbers(renewed)) == ("ready", (1, 0, 0, 1, 0, 0))
    assert confirm(maintainer, DEPARTMENTS, job).json()["updated"] == 1


@pytest.mark.parametrize(("mode", "expected"), [("skip", (2, 0, 1, 0, 0, 1)), ("error", (2, 1, 1, 0, 0, 0))])
def test_what_is_there_already_is_skipped_or_refused(maintainer: Desk, mode: str, expected: tuple[int, ...]) -> None:
    rows = [("M1", "甲部", "部门", "燃气公司", 5), ("GC", "建设部", "部门", "燃气公司", 5)]
    job = send(maintainer, DEPARTMENTS, book(TREE_HEADS, rows), on_duplicate=mode).json()
    assert numbers(job) == expected
    confirm(maintainer, DEPARTMENTS, job, only_valid=True)
    assert (tree(maintainer)["GC"]["name"], "M1" in tree(maintainer)) == ("工程部", True)


def test_people_come_in_with_departments_and_accounts(security: Desk, desk: Open, database: Database) -> None:
    rows = [
        ("D9001", "郝新人", "门站", "工程部、客户服务部", "站长", "13800009001", "是", "haoxinren"),
        ("D9002", "吴账户", "城北分公司/门站/一班组", "", "", "", "", ""),
        ("D0611", "伍可为", "城南储配站", "", "班长", "13800000611", "", ""),
    ]
    job = send(security, USERS, book(STAFF_HEADS, rows)).json()
    assert (numbers(job), job["errors"]) == ((3, 0, 2, 1, 0, 0), [])
    assert confirm(security, USERS, job).status_code == 200
    with database.session() as session:
        users = {user.employee_no: user for user in session.scalars(select(User)).unique()}
        new, without, changed = users["D9001"], users["D9002"], users["D0611"]
        assert (new.username, new.must_change, new.has_account) == ("haoxinren", True, True)
        # Nobody knows the password, and it has run out: an administrator gives the person one of their own.
        assert new.password_expires_at is not None and new.password_expires_at <= now()
        assert not verify_now(PASSWORD, new.password_hash or "")
        assert (without.username, without.has_account) == (None, False)
        assert {entry.department.name for entry in new.further_departments} == {"工程部", "客户服务部"}
        assert (changed.post, changed.version, changed.username) == ("班长", 2, "worker")
        rows_ = session.scalars(select(Outbox).where(Outbox.type == UserChanged.type).order_by(Outbox.id)).all()
        facts = {fact["employee_no"]: fact for row in rows_ for fact in row.data["users"]}
        assert (facts["D9002"]["username"], facts["D9001"]["phone_masked"]) == ("", "138****9001")
        assert len(facts["D9001"]["further_department_ids"]) == 2
        assert "13800009001" not in str([row.after for row in session.scalars(select(AuditLog))])
    listed = security.get(f"{USERS}?under={company.department_id('KF')}").json()["items"]
    assert {row["username"] for row in listed} == {"haoxinren", "kefu.head"}
    assert send(security, USERS, book(STAFF_HEADS, rows)).json()["unchanged"] == 3


def test_what_is_wrong_with_a_person_is_named_by_cell(security: Desk) -> None:
    rows = [
        ("", "无工号", "工程部", "", "", "", "", ""),  # 2
        ("E2", "电话错", "工程部", "", "", "1380", "", ""),
        ("E3", "单位错", "火星部", "", "", "", "", ""),
        ("E4", "兼任错", "工程部", "门站、火星部", "", "", "", ""),  # 5
        ("E5", "兼任同", "工程部", "工程部", "", "", "", ""),
        ("E6", "缺用户名", "工程部", "", "", "", "是", ""),
        ("E7", "重用户名", "工程部", "", "", "", "是", "worker"),  # 8
        ("E8", "坏用户名", "工程部", "", "", "", "是", "张三"),
        ("E9", "两人同名", "工程部", "", "", "", "是", "twin.one"),
        ("E10", "两人同名", "工程部", "", "", "", "是", "twin.one"),  # 11
        ("E11", "忘了是", "工程部", "", "", "", "", "forgot"),
        ("D0611", "伍可为", "城南储配站", "", "储配工", "", "否", ""),
        ("D0611", "伍可为", "城南储配站", "", "储配工", "", "", "other.name"),  # 14
        ("E12", "脱敏号", "工程部", "", "", "138****0000", "", ""),
        ("E13", "填错了", "工程部", "", "", "", "也许", ""),
    ]
    job = send(security, USERS, book(STAFF_HEADS, rows)).json()
    assert wrong(job) == {
        (2, "employee_no", "required"), (3, "phone", "not_a_phone"), (4, "department", "unknown_department"),
        (5, "further", "unknown_department"), (6, "further", "main_department_twice"), (7, "username", "required"),
        (8, "username", "taken"), (9, "username", "pattern_mismatch"), (11, "username", "duplicate_in_file"),
        (12, "account", "account_word_missing"), (13, "account", "account_not_withdrawn"),
        (14, "employee_no", "duplicate_in_file"), (14, "username", "username_fixed"), (15, "phone", "masked"),
        (16, "account", "not_yes_no"),
    }  # fmt: skip
    # What we keep and show of a number that is wrong is not the number.
    assert next(error["value"] for error in job["errors"] if error["row"] == 3) == "****"


def test_the_exported_people_come_in_again_unchanged_whoever_exports(
    security: Desk, desk: Open, database: Database
) -> None:
    rows = [("D9001", "郝新人", "门站", "工程部", "站长", "13800009001", "是", "haoxinren")]
    confirm(security, USERS, send(security, USERS, book(STAFF_HEADS, rows)).json())
    # Somebody without a number, in a department that is closed: what is there may come in again.
    with database.transaction() as session:
        user = session.scalars(select(User).where(User.username == "kefu.head")).one()
        user.employee_no, user.phone = None, "0513-85551234"
    blind = principal("auth:users:*", user_id=company.person("secadmin").id)
    for who in (security, desk(blind)):
        content = who.get(f"{USERS}/export.xlsx").content
        shown = str([cell for row in load_workbook(io.BytesIO(content)).active.values for cell in row])  # type: ignore[union-attr]
        assert ("13800009001" in shown) == (who is security)
        job = send(who, USERS, content).json()
        assert (job["errors"], job["invalid"], job["unchanged"]) == ([], 0, job["rows"])


def test_a_row_that_was_changed_since_the_export_is_told(security: Desk) -> None:
    content = security.get(f"{USERS}/export.xlsx?q=worker").content
    made = load_workbook(io.BytesIO(content))
    sheet = made.active
    assert sheet is not None
    heads = [cell.value for cell in sheet[1]]
    sheet.cell(2, heads.index("岗位") + 1, "新岗位")
    buffer = io.BytesIO()
    made.save(buffer)
    who = company.person("worker")
    change = {"name": "伍可为", "department_id": str(who.department_id), "employee_no": "D0611", "version": 1}
    assert security.put(f"{USERS}/{who.id}", json=change).status_code == 200
    job = send(security, USERS, buffer.getvalue()).json()
    assert {code for _, _, code in wrong(job)} == {"changed_since_export"}


def test_a_file_reaches_only_as_far_as_the_person_who_sends_it(desk: Open) -> None:
    north = principal(
        "auth:users:*",
        scope="subtree",
        department_id=company.department_id("CB"),
        user_id=company.person("chengbei").id,
    )
    rows = [
        ("D0301", "龚程万", "门站", "", "", "", "", ""),
        ("N1", "新一", "工程部", "", "", "", "", ""),
        ("N2", "新二", "一班组", "", "", "", "", ""),
    ]
    who = desk(north)
    job = send(who, USERS, book(STAFF_HEADS, rows)).json()
    assert wrong(job) == {(2, "employee_no", "exists_elsewhere"), (3, "department", "department_out_of_scope")}
    # The officer of another department does not know of this import.
    assert desk("secadmin").get(f"{USERS}/imports/{job['id']}").status_code == 404
    shown = load_workbook(io.BytesIO(who.get(f"{USERS}/export.xlsx").content)).active
    assert shown is not None
    assert {row[0] for row in shown.iter_rows(min_row=2, values_only=True)} == {"D0700", "D0701", "D0711"}


def test_the_template_offers_kinds_and_departments(maintainer: Desk, security: Desk) -> None:
    made = load_workbook(io.BytesIO(maintainer.get(f"{DEPARTMENTS}/template.xlsx").content))
    sheet = made.active
    assert sheet is not None
    assert [cell.value for cell in sheet[3]][:4] == ["序号", "单位编码*", "单位名称*", "单位类型*"]
    words = [cell for row in made["字典"].values for cell in row]
    assert {"分公司", "班组", "城北分公司"} <= set(words)
    # The example is no row: an empty template has nothing to import.
    answer = send(maintainer, DEPARTMENTS, maintainer.get(f"{DEPARTMENTS}/template.xlsx").content)
    assert (answer.status_code, answer.json()["code"]) == (422, "no_rows")
    assert security.get(f"{USERS}/template.xlsx").status_code == 200


def test_a_file_that_is_none_is_refused(security: Desk) -> None:
    assert send(security, USERS, b"hello", "a.csv").json()["code"] == "csv_file"
    assert send(security, USERS, book(("甲", "乙"), [(1, 2)])).json()["code"] == "headings_not_found"
    assert send(security, USERS, book(("工号", "姓名"), [("1", "2")])).json()["code"] == "missing_columns"


def test_a_cancelled_import_keeps_nothing_and_an_old_one_is_swept(security: Desk, database: Database) -> None:
    content = book(STAFF_HEADS, [("E2", "电话错", "工程部", "", "", "1380", "", "")])
    first, second = send(security, USERS, content).json(), send(security, USERS, content).json()
    assert security.request("DELETE", f"{USERS}/imports/{first['id']}").json()["state"] == "cancelled"
    assert confirm(security, USERS, first, only_valid=True).json()["code"] == "import_not_ready"
    with database.transaction() as session:
        assert [str(file.job_id) for file in session.scalars(select(OrganisationImportFile))] == [second["id"]]
        assert sweep(session, now()) == 0
        assert sweep(session, now() + KEPT) == 1
        assert session.scalars(select(OrganisationImportFile)).all() == []
        assert len(session.scalars(select(OrganisationImport)).all()) == 2
    gone = security.get(f"{USERS}/imports/{second['id']}/errors.xlsx")
    assert (gone.status_code, gone.json()["code"]) == (410, "import_expired")
    listed = security.get(f"{USERS}/imports").json()["items"]
    assert [row["id"] for row in listed] == [second["id"], first["id"]]


def test_the_uploaded_file_lies_sealed(security: Desk, database: Database) -> None:
    send(security, USERS, book(STAFF_HEADS, [("E2", "张三", "工程部", "", "", "1380", "", "")]))
    with database.session() as session:
        raw = session.connection().exec_driver_sql("SELECT content, wrong::text FROM organisation_import_file").one()
    assert not bytes(raw[0]).startswith(b"PK")
    assert "张三" not in raw[1]


@pytest.mark.parametrize("username", ["auditor", "safety", "yunxing", "worker"])
def test_only_administrators_import(desk: Open, username: str) -> None:
    one = desk(username)
    for url in (DEPARTMENTS, USERS):
        assert send(one, url, book(STAFF_HEADS, [])).status_code == 403
        assert one.get(f"{url}/template.xlsx").status_code == 403
        assert one.get(f"{url}/imports").status_code == 403
