"""角色权限 and 字典管理 as people use them: one walk through each."""

from __future__ import annotations

import io
import re
from pathlib import Path
from uuid import uuid4

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.office import Office, api

pytestmark = pytest.mark.timeout(900)


def row(office: Office, text: str) -> object:
    return office.main.get_by_role("row").filter(has_text=text)


def test_a_role_is_made_given_explained_and_taken_back(open_office: Open) -> None:
    mark = uuid4().hex[:6]
    name = f"资料员{mark}"
    office = open_office("secadmin")
    page = office.page
    office.go("/system/roles")
    expect(office.main.get_by_role("row").filter(has_text="部门安全员").first).to_be_visible()
    office.accessible()
    # Another role: the matrix is what the services declare.
    office.button("新建角色").click()
    drawer = page.get_by_role("dialog").filter(has_text="新建角色")
    drawer.get_by_label("编码").fill(f"clerk_{mark}")
    drawer.get_by_label("名称").fill(name)
    drawer.get_by_role("button", name=re.compile("资料库")).click()
    drawer.get_by_role("checkbox", name="安全生产法律：下载").check()
    drawer.get_by_role("checkbox", name="安全生产法律：查看").check()
    drawer.get_by_role("button", name=re.compile("保 ?存")).click()
    expect(office.main.get_by_role("row").filter(has_text=name)).to_contain_text("自建")
    # Somebody gets it.
    line = office.main.get_by_role("row").filter(has_text=name)
    line.get_by_role("button", name="人员").click()
    holders = page.get_by_role("dialog").filter(has_text=f"拥有“{name}”的人员")
    holders.get_by_role("button", name="授予人员").click()
    dialog = page.locator(".ant-modal:visible")
    dialog.get_by_label("选择人员").fill("伍可为")
    page.locator(".ant-select-dropdown:visible .ant-select-item-option").first.click()
    dialog.get_by_role("button", name=re.compile("授 ?予")).click()
    expect(holders.get_by_role("row").filter(has_text="伍可为")).to_be_visible()
    # Why may they do it?
    holders.get_by_role("row").filter(has_text="伍可为").get_by_role("button", name="全部权限").click()
    why = page.get_by_role("dialog").filter(has_text="的全部权限")
    expect(why.get_by_label("权限来源")).to_contain_text(f"角色 {name}，数据范围 本单位（城南储配站）")
    expect(page).to_have_url(re.compile("user="))
    why.get_by_role("button", name=re.compile("Close|关闭")).click()
    # And it is taken back.
    holders.get_by_role("row").filter(has_text="伍可为").get_by_role("button", name=re.compile("收 ?回")).click()
    office.dialog_button(re.compile("收 ?回")).click()
    expect(holders.get_by_text("还没有人拥有此角色")).to_be_visible()


def test_an_office_needs_two_and_a_leader_lends(open_office: Open) -> None:
    office = open_office("secadmin")
    page = office.page
    office.go("/system/roles")
    office.main.get_by_role("row").filter(has_text="审计管理员").get_by_role("button", name="人员").click()
    holders = page.get_by_role("dialog").filter(has_text="拥有“审计管理员”的人员")
    holders.get_by_role("button", name="申请授予").click()
    dialog = page.locator(".ant-modal:visible")
    dialog.get_by_label("选择人员").fill("柯福来")
    page.locator(".ant-select-dropdown:visible .ant-select-item-option").first.click()
    dialog.get_by_label("原因").fill("审计管理员休假")
    dialog.get_by_role("button", name="提交申请").click()
    expect(page.get_by_text("申请已提交，等待另一名管理员确认")).to_be_visible()
    office.go("/system/roles?tab=requests")
    mine = office.main.get_by_role("row").filter(has_text="柯福来")
    expect(mine.get_by_role("button", name=re.compile("同 ?意"))).to_have_count(0)
    second = open_office("auditor")
    second.go("/system/roles?tab=requests")
    theirs = second.main.get_by_role("row").filter(has_text="柯福来")
    theirs.get_by_role("button", name=re.compile("拒 ?绝")).click()
    second.dialog_button(re.compile("拒 ?绝")).click()
    expect(theirs).to_contain_text("未同意")
    # A leader who travels, on a phone.
    leader = open_office("leader", width=390, height=844)
    leader.go("/account")
    leader.button("委托给别人").click()
    dialog = leader.page.locator(".ant-modal:visible")
    dialog.get_by_label("选择受托人").fill("程楠木")
    leader.page.locator(".ant-select-dropdown:visible .ant-select-item-option").first.click()
    first = dialog.get_by_label("开始日期").input_value()
    dialog.get_by_label("结束日期").fill(first)
    dialog.get_by_label("原因").fill("出差")
    dialog.get_by_role("button", name=re.compile("委 ?托")).click()
    expect(leader.main.get_by_role("row").filter(has_text="程楠木").first).to_contain_text("生效中")
    leader.fits()
    with api(leader.stack, "chengnan") as client:
        assert "leader" in {source["role"]["code"] for source in _mine(client)}
    leader.main.get_by_role("row").filter(has_text="程楠木").first.get_by_role(
        "button", name=re.compile("收 ?回")
    ).click()
    leader.dialog_button(re.compile("收 ?回")).click()
    expect(leader.main.get_by_role("row").filter(has_text="程楠木").first).to_contain_text("已收回")


def _mine(client: object) -> list[dict[str, dict[str, str]]]:
    sources: list[dict[str, dict[str, str]]] = client.get("/api/auth/me/effective-permissions").json()["sources"]  # type: ignore[attr-defined]
    return sources


def test_a_dictionary_is_looked_after(open_office: Open) -> None:
    mark = uuid4().hex[:6]
    office = open_office("sysadmin")
    page = office.page
    office.go("/system/dictionaries?code=special_operation_cert_type")
    expect(office.main.get_by_text("特种作业操作证").first).to_be_visible()
    expect(office.main.get_by_text("提前预警天数 90、60、30 天").first).to_be_visible()
    office.accessible()
    # An item of one's own, with rules, retired after a look at who uses it, and back again.
    office.go("/system/dictionaries?code=holiday")
    office.button("新建条目").click()
    drawer = page.get_by_role("dialog").filter(has_text="新建条目")
    drawer.get_by_label("值", exact=True).fill(f"x-{mark}")
    drawer.get_by_label("名称").fill(f"公司纪念日{mark}")
    drawer.get_by_role("button", name=re.compile("保 ?存")).click()
    office.main.get_by_label("查找条目").fill(mark)
    line = office.main.get_by_role("row").filter(has_text=f"公司纪念日{mark}")
    expect(line).to_be_visible()
    line.get_by_role("button", name=re.compile("更多操作")).click()
    page.get_by_role("menuitem", name="停用").click()
    expect(page.locator(".ant-modal:visible")).to_contain_text("没有台账使用这个字典")
    office.dialog_button(re.compile("停 ?用")).click()
    expect(line).to_have_count(0)
    office.main.get_by_role("switch", name="显示已停用").click()
    expect(line).to_contain_text("已停用")
    line.get_by_role("button", name=re.compile("更多操作")).click()
    page.get_by_role("menuitem", name="恢复使用").click()
    expect(page.get_by_text(f"“公司纪念日{mark}”已恢复使用")).to_be_visible()
    # Out, changed in Excel, and in again.
    download = office.save_as(office.button("导出"))
    workbook = load_workbook(io.BytesIO(Path(download.path()).read_bytes()))
    sheet = workbook.active
    titles = [cell.value for cell in sheet[1]]
    number = next(cell.row for cell in sheet["A"] if cell.value == f"x-{mark}")
    sheet.cell(number, titles.index("名称") + 1, f"开业纪念日{mark}")
    buffer = io.BytesIO()
    workbook.save(buffer)
    office.button("导入").click()
    dialog = page.locator(".ant-modal:visible")
    dialog.locator("input[type=file]").set_input_files(
        {"name": "节假日.xlsx", "mimeType": "application/octet-stream", "buffer": buffer.getvalue()}
    )
    expect(dialog).to_contain_text("新增 0，修改 1")
    dialog.get_by_role("button", name="导入 1 条").click()
    expect(office.main.get_by_role("row").filter(has_text=f"开业纪念日{mark}")).to_be_visible()
    # On a phone the kinds are a drop-down.
    phone = open_office("sysadmin", width=390, height=844)
    phone.go("/system/dictionaries?code=number_rule")
    expect(phone.main.get_by_text("YH-{YYYY}{MM}-{NNNN}").first).to_be_visible()
    phone.fits()
    phone.accessible()
