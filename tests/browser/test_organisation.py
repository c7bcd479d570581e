"""The organisation and its people by hand: a department is made, renamed, merged and opened again; a person comes with an
account, and others by a workbook."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from openpyxl import Workbook
from playwright.sync_api import expect

from tests.browser.office import Office

Open = Callable[..., Office]
pytestmark = pytest.mark.timeout(400)


def book(heads: tuple[str, ...], *rows: tuple[str, ...]) -> bytes:
    made = Workbook()
    assert made.active is not None
    for row in (heads, *rows):
        made.active.append(list(row))
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def new_department(office: Office, parent: str, name: str, code: str, kind: str) -> None:
    office.main.locator(".ant-tree-node-content-wrapper").filter(has_text=re.compile(f"^{parent}$")).click()
    office.button("新建下级").click()
    office.fill("单位名称", name)
    office.fill("单位编码", code)
    # So few kinds that there is nothing to type.
    office.page.get_by_label("单位类型", exact=True).and_(office.page.locator("input:visible")).click()
    office.page.locator(".ant-select-dropdown:visible .ant-select-item-option").filter(has_text=kind).click()
    office.page.locator(".ant-drawer:visible").get_by_role("button", name=re.compile("保\\s*存")).click()
    expect(office.main.locator(".organisation-detail").get_by_text(name, exact=True).first).to_be_visible()


def test_a_department_is_made_renamed_merged_and_opened_again(open_office: Open) -> None:
    office = open_office("sysadmin")
    office.go("/system/organisation")
    tag = uuid4().hex[:5].upper()
    old, new = f"试一班{tag}", f"试二班{tag}"
    tree = office.main.get_by_label("组织机构", exact=True).first
    new_department(office, "客户服务部", old, f"X{tag}", "班组")
    office.accessible()
    office.button("修改").click()
    office.fill("单位名称", new)
    office.page.locator(".ant-drawer:visible").get_by_role("button", name=re.compile("保\\s*存")).click()
    expect(office.main.get_by_text(f"燃气公司/客户服务部/{old}")).to_be_visible()
    # Who looks for the old name finds it.
    office.main.get_by_label("搜索单位").fill(old)
    expect(office.main.get_by_text(f"{new}（曾用名 {old}）")).to_be_visible()
    office.main.get_by_label("搜索单位").fill("")

    office.button("合并").click()
    dialog = office.page.locator(".ant-modal:visible")
    office.choose("并入哪个单位", "客户服务部")
    expect(dialog.get_by_label("将会发生")).to_contain_text(f"“{new}”关闭，并标为“已并入 客户服务部”")
    office.accessible()
    office.dialog_button(re.compile("^合\\s*并$")).click()
    expect(office.main.get_by_text("已并入“客户服务部”")).to_be_visible()
    expect(tree.get_by_text(new)).to_have_count(0)
    office.button("恢复").click()
    office.dialog_button("恢复使用").click()
    expect(office.button("关闭")).to_be_visible()
    office.button("关闭").click()
    office.dialog_button("关闭单位").click()
    expect(office.main.get_by_text("不再接收新数据")).to_be_visible()
    # On a phone the two columns stand one below the other.
    office.page.set_viewport_size({"width": 390, "height": 844})
    office.fits()


def test_a_person_with_an_account_and_others_by_a_workbook(open_office: Open) -> None:
    office = open_office("secadmin")
    office.go("/system/users")
    tag = uuid4().hex[:6]
    office.accessible()
    office.button("新建").click()
    office.fill("姓名", f"郝新{tag}")
    office.fill("工号", f"B{tag}")
    office.choose("所属单位", "工程部")
    office.fill("用户名", f"hao.{tag}")
    office.page.locator(".ant-drawer:visible").get_by_role("button", name=re.compile("保\\s*存")).click()
    dialog = office.page.locator(".ant-modal:visible")
    expect(dialog.get_by_text("密码只显示这一次")).to_be_visible()
    expect(dialog.locator("code")).to_have_text(re.compile(r"\w{6}(-\w{6}){3}"))
    office.dialog_button("我已告知本人").click()

    office.button("批量导入").click()
    heads = ("工号", "姓名", "所属单位", "兼任单位", "联系电话")
    rows = ((f"C{tag}", f"吴一{tag}", "门站", "客户服务部", "13900001111"), (f"E{tag}", f"吴二{tag}", "火星部", "", ""))
    content = book(heads, *rows)
    file = {"name": "人员.xlsx", "mimeType": "application/octet-stream", "buffer": content}
    office.main.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    expect(office.main.get_by_text("有 1 行填写有误")).to_be_visible()
    expect(office.main.get_by_text("“火星部”不存在").first).to_be_visible()
    office.main.get_by_role("button", name=re.compile("仅导入正确的 1 行")).click()
    office.dialog_button("导入 1 行").click()
    expect(office.main.get_by_text("导入完成")).to_be_visible()
    office.go(f"/system/users?q={tag}")
    expect(office.rows).to_have_count(2)
    expect(office.rows.filter(has_text="吴一")).to_contain_text("门站、客户服务部（兼）")
    expect(office.rows.filter(has_text="吴一")).to_contain_text("无账号")

    # Whoever leaves is disabled, with a reason, and found among those.
    office.main.get_by_role("button", name=f"吴一{tag}：操作").click()
    office.page.get_by_role("menuitem", name="停用").click()
    office.page.get_by_label("停用原因").fill("离职")
    office.dialog_button(re.compile("停\\s*用")).click()
    expect(office.rows).to_have_count(1)
    office.go(f"/system/users?q={tag}&state=disabled")
    expect(office.rows).to_contain_text("已停用：离职")
    office.page.set_viewport_size({"width": 390, "height": 844})
    office.fits()
