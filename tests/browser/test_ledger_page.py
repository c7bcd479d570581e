"""What a list keeps, undoes and refuses: addresses, tabs, conflicts, drafts, deletion, columns."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from kit.db import today
from tests.browser.conftest import Open
from tests.browser.office import CERTIFICATES, api
from tests.browser.people import Person, somebody
from tests.system.stack import Stack

# With the start of the stack, on a machine that does other things too.
pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def certificate(stack: Stack) -> tuple[Person, dict[str, Any]]:
    """A person with a certificate, made through the API."""
    person = somebody()
    with api(stack, "safety") as client:
        departments = client.get("/api/auth/departments").json()["items"]
        department = next(one["id"] for one in departments if one["name"] == "工程部")
        return person, _made(client, person, department)


def _made(client: httpx.Client, person: Person, department: str) -> dict[str, Any]:
    manifest = client.get("/api/ledgers/_manifest").json()
    ledger = next(one for one in manifest["ledgers"] if one["slug"] == "special-operation-certificates")
    values = {code: {item["label"]: item["value"] for item in items} for code, items in ledger["dictionaries"].items()}
    answer = client.post(
        "/api/ledgers/special-operation-certificates",
        json={
            "person_name": person.name,
            "id_number": person.id_number,
            "dept_id": department,
            "cert_type": values["special_operation_cert_type"]["特种作业操作证"],
            "item": values["special_operation_item"]["低压电工作业"],
            "cert_no": f"T{person.id_number}",
            "issuer": "应急管理局",
            "issue_date": (today() - timedelta(days=400)).isoformat(),
        },
    )
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_filters_are_in_the_address_and_tabs_keep_them(
    open_office: Open, certificate: tuple[Person, dict[str, Any]]
) -> None:
    person, _ = certificate
    office = open_office("safety")
    page = office.page
    office.go(f"{CERTIFICATES}?q={person.name}&sort=-valid_to")
    expect(office.main.get_by_label("关键字")).to_have_value(person.name)
    expect(office.rows).to_have_count(1)

    # To another page and back by its tab: the filter is still there, and nothing was typed again.
    menu = page.get_by_role("navigation", name="主菜单")
    menu.get_by_role("link", name="应急物资").click()
    expect(page).to_have_url(re.compile("emergency-supplies"))
    tabs = page.get_by_role("navigation", name="已打开的页面")
    tabs.get_by_role("link", name=re.compile("特种作业")).click()
    expect(office.main.get_by_label("关键字")).to_have_value(person.name)
    expect(office.rows).to_have_count(1)

    # Reset, and back by the browser.
    office.button("重置").click()
    expect(page).not_to_have_url(re.compile("q="))
    page.go_back()
    expect(office.main.get_by_label("关键字")).to_have_value(person.name)

    # Close all others with the right mouse button.
    tabs.get_by_role("link", name=re.compile("特种作业")).click(button="right")
    page.get_by_role("menuitem", name="关闭其他").click()
    expect(tabs.get_by_role("link")).to_have_count(2)  # 首页 stays

    # What no field is called is not sent; a page beyond the end is empty and says so.
    office.go(f"{CERTIFICATES}?nonsense=1&page=900")
    expect(office.main.get_by_role("alert")).to_have_count(0)


def test_two_people_and_one_row(open_office: Open, certificate: tuple[Person, dict[str, Any]]) -> None:
    person, row = certificate
    mine, theirs = open_office("safety"), open_office("gongcheng")
    for office in (mine, theirs):
        office.go(f"{CERTIFICATES}/{row['id']}/edit")
        expect(office.page.get_by_label("姓名", exact=True)).to_have_value(person.name)
    theirs.fill("发证机关", "省应急管理厅")
    theirs.button("保存").click()
    expect(theirs.page.get_by_text("已保存")).to_be_visible()

    mine.fill("岗位", "电工")
    mine.button("保存").click()
    dialog = mine.page.locator(".ant-modal:visible")
    expect(dialog).to_contain_text("刚被别人修改过")
    expect(dialog.locator("tr", has_text="发证机关")).to_contain_text("省应急管理厅")
    expect(dialog.locator("tr", has_text="发证机关")).to_contain_text("对方已改，将保留")
    expect(dialog.locator("tr", has_text="岗位")).to_contain_text("电工")
    expect(dialog.locator("tr", has_text="岗位")).to_contain_text("我已改，将保留")
    mine.accessible()
    mine.dialog_button("合并后保存").click()
    expect(mine.page.get_by_text("已保存")).to_be_visible()
    expect(mine.page.get_by_role("dialog")).to_contain_text("省应急管理厅")


def test_masked_numbers_stay_what_they_are(
    open_office: Open, stack: Stack, certificate: tuple[Person, dict[str, Any]]
) -> None:
    person, row = certificate
    office = open_office("gongcheng")
    office.go(f"{CERTIFICATES}/{row['id']}/edit")
    number = office.page.get_by_label("身份证号", exact=True)
    expect(number).not_to_have_value("")
    office.fill("岗位", "焊工")
    office.button("保存").click()
    expect(office.page.get_by_text("已保存")).to_be_visible()
    with api(stack, "safety") as client:
        kept = client.get(f"/api/ledgers/special-operation-certificates/{row['id']}").json()
    assert kept["id_number"] in (person.id_number, row["id_number"])
    assert kept["post"] == "焊工"


def test_a_draft_survives_a_reload_and_can_be_thrown_away(
    open_office: Open, certificate: tuple[Person, dict[str, Any]]
) -> None:
    _, row = certificate
    office = open_office("safety")
    page = office.page
    office.go(f"{CERTIFICATES}/{row['id']}/edit")
    office.fill("岗位", "还没保存的岗位")
    page.wait_for_timeout(800)
    page.once("dialog", lambda dialog: dialog.accept())  # the browser's own question before leaving
    page.reload()
    expect(page.get_by_text(re.compile("未保存的草稿"))).to_be_visible()
    expect(page.get_by_label("岗位", exact=True)).to_have_value("还没保存的岗位")
    office.button("取消").click()
    office.dialog_button("放弃").click()
    expect(page).to_have_url(re.compile(CERTIFICATES + "$"))
    office.go(f"{CERTIFICATES}/{row['id']}/edit")
    expect(page.get_by_label("岗位", exact=True)).to_have_value("")


def test_a_renewal_under_the_same_number_goes_on_in_the_row_that_is_there(
    open_office: Open, certificate: tuple[Person, dict[str, Any]]
) -> None:
    person, row = certificate
    office = open_office("safety")
    page = office.page
    office.go(f"{CERTIFICATES}?q={person.name}")
    office.rows.first.get_by_role("button", name="更多操作").click()
    page.get_by_role("menuitem", name="续期").click()
    expect(office.main.get_by_role("alert").filter(has_text="原记录")).to_contain_text(f"有效期止 {row['valid_to']}")
    # The person and the kind are there already; what the new certificate says is typed.
    expect(page).to_have_url(re.compile(f"/new\\?after={row['id']}"))
    expect(office.main.get_by_label("姓名", exact=True)).to_have_value(person.name)
    expect(office.main.get_by_label("身份证号", exact=True)).to_have_value(person.id_number)
    expect(office.main.get_by_label("发证日期", exact=True)).to_have_value("")
    for label, value in (
        ("岗位", "焊工"), ("证书编号", f"T{person.id_number}"), ("发证日期", today().isoformat()),
    ):  # fmt: skip
        office.fill(label, value)
    office.button("保存").click()
    refusal = office.main.get_by_role("alert").filter(has_text="如需续期或更正，请修改那一条")
    office.accessible()
    refusal.get_by_role("button", name="用填写的内容修改那一条").click()
    # What was typed lies over what the row has; its own dates stay where nothing was typed.
    expect(page).to_have_url(re.compile(f"{row['id']}/edit$"))
    expect(page.get_by_text(re.compile("未保存的草稿"))).to_be_visible()
    expect(office.main.get_by_label("岗位", exact=True)).to_have_value("焊工")
    expect(office.main.get_by_label("发证日期", exact=True)).to_have_value(today().isoformat())
    # The days of the certificate before are not kept: a renewed one would be overdue on the day of its renewal.
    for label in ("有效期止", "应复审日期"):
        expect(office.main.get_by_label(label, exact=True)).to_have_value("")
    office.main.get_by_role("button", name="放弃草稿").click()
    expect(office.main.get_by_label("岗位", exact=True)).to_have_value("")
    expect(office.main.get_by_label("发证日期", exact=True)).to_have_value(row["issue_date"])
    expect(page.get_by_text(re.compile("未保存的草稿"))).to_have_count(0)


def test_deleting_asks_and_can_be_undone(open_office: Open, certificate: tuple[Person, dict[str, Any]]) -> None:
    person, _ = certificate
    office = open_office("safety")
    page = office.page
    office.go(f"{CERTIFICATES}?q={person.name}")
    office.rows.first.get_by_role("button", name="更多操作").click()
    page.get_by_role("menuitem", name="删除").click()
    expect(page.locator(".ant-modal:visible")).to_contain_text(person.name)
    office.dialog_button("删除").click()
    expect(office.rows).to_have_count(0)
    expect(office.main.get_by_text("没有符合条件的记录")).to_be_visible()
    office.accessible()
    page.get_by_role("button", name="撤销删除").click()
    expect(office.rows).to_have_count(1)


def test_columns_are_remembered(open_office: Open, certificate: tuple[Person, dict[str, Any]]) -> None:
    person, _ = certificate
    office = open_office("safety")
    page = office.page
    office.go(f"{CERTIFICATES}?q={person.name}")
    header = office.main.get_by_role("columnheader", name="性别")
    expect(header).to_have_count(1)
    office.button("列设置").click()
    page.get_by_role("checkbox", name="性别").uncheck()
    expect(header).to_have_count(0)
    page.reload()
    expect(office.rows).to_have_count(1)
    expect(header).to_have_count(0)


def test_what_is_not_mine_is_not_there(open_office: Open) -> None:
    office = open_office("chengnan")
    with api(office.stack, "safety") as client:
        departments = client.get("/api/auth/departments").json()["items"]
        elsewhere = _made(client, somebody(), next(one["id"] for one in departments if one["name"] == "工程部"))
    office.go(f"{CERTIFICATES}?row={elsewhere['id']}")
    expect(office.page.get_by_role("dialog")).to_contain_text("不存在")
    office.go("/ledgers/no-such-ledger")
    expect(office.main.get_by_text("找不到这个页面")).to_be_visible()
    office.accessible()
