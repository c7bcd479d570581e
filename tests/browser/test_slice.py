"""The main job, by the hands of one person: a department's workbook goes in, a warning comes out."""

from __future__ import annotations

import re
from datetime import date, timedelta
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from kit.db import today
from tests.browser.conftest import Open
from tests.browser.office import CERTIFICATES, SAMPLES, Office, cells_of
from tests.browser.people import Person, somebody
from tests.system.stack import Stack

# With the start of the stack, on a machine that does other things too.
pytestmark = pytest.mark.timeout(900)

WRONG = SAMPLES / "特种作业人员持证台账-工程部-有错.xlsx"
TITLE = "特种作业和特种设备操作人员资格证"


def test_a_workbook_with_wrong_cells_goes_in_row_by_row(open_office: Open) -> None:
    office = open_office("safety")
    page = office.page
    page.get_by_role("navigation", name="主菜单").get_by_role("link", name=TITLE).click()
    office.accessible()

    office.button("批量导入").click()
    template = office.save_as(office.main.get_by_role("button", name="模板下载"))
    assert template.suggested_filename.endswith(".xlsx")
    office.accessible()

    # A file that is none is refused before it is sent.
    upload = office.main.locator("input[type=file]")
    upload.set_input_files({"name": "台账.xls", "mimeType": "application/vnd.ms-excel", "buffer": b"x"})
    expect(office.main.get_by_role("alert").filter(has_text="另存为 .xlsx")).to_be_visible()

    upload.set_input_files(WRONG)
    expect(office.main.get_by_role("heading", name="逐行核对")).to_be_visible()
    counts = office.main.get_by_role("status")
    expect(counts).to_contain_text("49")
    expect(counts).to_contain_text("40")
    expect(counts).to_contain_text("9")
    marked = office.main.get_by_role("region", name="有错误的行")
    expect(marked.locator("tbody tr.ant-table-row")).to_have_count(9)
    expect(marked.locator("td.cell-wrong")).not_to_have_count(0)

    # A marked cell says why, on the mouse and on the keyboard.
    cell = marked.locator("td.cell-wrong button", has_text="火星分公司")
    cell.hover()
    expect(page.get_by_role("tooltip")).to_contain_text("火星分公司")
    # The right rows are shown as well, with what will happen to them.
    office.main.get_by_text(re.compile("^新增 40$")).click()
    right = office.main.get_by_role("region", name="文件中的行")
    expect(right.locator("tbody tr.ant-table-row")).to_have_count(20)
    office.accessible()
    office.main.get_by_text(re.compile("^有错误 9$")).click()
    listed = office.main.get_by_role("region", name="错误清单").locator("tbody tr.ant-table-row")
    expect(listed.filter(has_text="火星分公司")).to_contain_text("E 列")
    page.mouse.move(0, 0)
    office.accessible()

    errors = office.save_as(office.button("下载错误清单"))
    assert "错误原因" in cells_of(errors)

    office.main.get_by_role("button", name=re.compile("^仅导入正确的 40 行")).click()
    office.dialog_button(re.compile("^导入 40 行")).click()
    expect(office.main.get_by_text("导入完成")).to_be_visible()
    expect(office.main.locator(".ant-result-subtitle")).to_contain_text("9 行有错误，没有导入")
    office.accessible()
    # What was wrong is still to be had.
    assert "错误原因" in cells_of(office.save_as(office.button("下载错误清单")))

    office.button("查看台账").click()
    expect(page).to_have_url(re.compile(CERTIFICATES + "$"))
    office.page.locator(".department-tree:visible").get_by_text("工程部", exact=True).click()
    expect(page).to_have_url(re.compile("dept="))
    expect(office.rows.first).to_contain_text("工程部")
    assert office.total() >= 40

    # The import is in the history, with its numbers.
    office.go(f"{CERTIFICATES}/import")
    expect(office.rows.filter(has_text=WRONG.name).first).to_contain_text("已导入")


def test_a_row_made_by_hand_is_changed_exported_counted_and_warned_about(open_office: Open, stack: Stack) -> None:
    office = open_office("safety")
    page = office.page
    person = somebody()
    due = today() + timedelta(days=20)
    _create(office, person, due)

    # Changed, and found by its name.
    office.go(CERTIFICATES)
    office.search(person.name)
    expect(office.rows).to_have_count(1)
    expect(office.rows.first).to_contain_text(re.compile("剩 (19|20|21) 天"))
    office.rows.first.get_by_role("button", name="修改").click()
    expect(page.get_by_label("备注")).to_be_visible()
    office.accessible()
    office.fill("备注", "浏览器测试")
    office.button("保存").click()
    expect(page.get_by_text("已保存")).to_be_visible()
    drawer = page.get_by_role("dialog")
    expect(drawer).to_contain_text("浏览器测试")
    expect(drawer).to_contain_text("第 2 版")
    office.accessible()
    drawer.get_by_role("button", name="关闭").or_(drawer.get_by_label("Close")).first.click()

    # Exported: what is filtered, and only that.
    office.search(person.name)
    office.button("导出").click()
    expect(page.get_by_role("radio", name=re.compile("^全部字段"))).to_be_checked()
    exported = office.save_as(page.get_by_role("button", name="下载 Excel"))
    assert re.search(r"_\d{8}\.xlsx$", exported.suggested_filename)
    assert person.name in cells_of(exported)

    # Counted: the number leads to the rows that it counts.
    page.get_by_role("navigation", name="主菜单").get_by_role("link", name="证书统计").click()
    expect(office.main.get_by_role("img", name=re.compile("柱状图"))).to_be_visible()
    office.accessible()
    # The statistics hear of rows by event: what other tests deleted a moment ago may still be counted.
    for _ in range(30):
        figure = office.rows.filter(has_text="工程部").get_by_role("link").first
        expect(figure).to_have_text(re.compile(r"\d+"))
        counted = int(figure.inner_text())
        figure.click()
        expect(page).to_have_url(re.compile("status.in="))
        expect(office.rows.first).to_contain_text("工程部")
        if office.total() == counted:
            break
        office.go("/reports/certificates")
    assert office.total() == counted

    # Warned about.
    stack.safework("scan")
    bell = page.get_by_role("button", name=re.compile("^提醒，"))
    expect(bell).to_have_accessible_name(re.compile("条未读"), timeout=60_000)
    # Few enough for their groups to be open: what hundreds of notices look like is folded.
    page.goto(f"/notices?q={quote(person.name)}")
    notice = office.main.get_by_role("link", name=re.compile(person.name))
    for _ in range(30):
        if notice.count():
            break
        page.wait_for_timeout(1000)
        page.reload()
        expect(office.main.get_by_role("search")).to_be_visible()
    office.accessible()
    notice.first.click()
    expect(page.get_by_role("dialog")).to_contain_text(person.id_number)
    expect(page).to_have_url(re.compile(r"\?row="))


def _create(office: Office, person: Person, valid_to: date) -> None:
    """A certificate, with the mistakes that the page catches on the way."""
    page = office.page
    office.go(CERTIFICATES)
    office.button("新建").click()
    expect(page.get_by_label("姓名", exact=True)).to_be_visible()
    office.button("保存").click()
    expect(page.get_by_text("请填写姓名")).to_be_visible()
    office.accessible()
    wrong = person.id_number[:-1] + ("0" if person.id_number[-1] != "0" else "1")
    office.fill("身份证号", wrong)
    page.keyboard.press("Tab")
    expect(page.get_by_text("身份证号校验位不正确")).to_be_visible()
    office.fill("身份证号", person.id_number)
    office.fill("姓名", person.name)
    office.choose("所属部门", "工程部")
    office.choose("证书类型", "特种作业操作证")
    office.choose("准操项目", "低压电工作业")
    # The wider choice follows the narrower one.
    expect(page.locator(".ant-form-item", has_text="作业类别").first).to_contain_text("电工作业")
    office.fill("证书编号", f"T{person.id_number}")
    office.fill("发证机关", "应急管理局")
    # The server's own rule, shown at its field: an issue date lies in the past.
    office.fill("发证日期", (today() + timedelta(days=3)).isoformat())
    office.fill("有效期止", valid_to.isoformat())
    office.fill("应复审日期", valid_to.isoformat())
    office.button("保存").click()
    item = page.locator(".ant-form-item", has_text="发证日期").filter(has_not_text="初次")
    expect(item.locator(".ant-form-item-explain-error")).to_be_visible()
    office.fill("发证日期", (today() - timedelta(days=700)).isoformat())
    office.button("保存").click()
    expect(page.get_by_text("已新建")).to_be_visible()
    expect(page.get_by_role("dialog")).to_contain_text(person.name)
