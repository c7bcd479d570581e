"""A department's own workbook: its headings and words are asked about once, the rows go in, and come out again."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.office import Office
from tests.fixtures import museum

pytestmark = pytest.mark.timeout(600)
FACILITIES = "/ledgers/fire-facilities"


def workbook(mark: str) -> bytes:
    """Two rows; the number's heading and the type's word are this department's own."""
    rows = [museum.facility(n, 设施编号=f"{mark}-{n}", 类型=f"消火栓（室外{mark}）") for n in (1, 2)]
    book = museum.book(rows)
    for cell in book.active[1]:
        cell.value = {"设施编号": "消防设施编码"}.get(cell.value, cell.value)
    return museum.saved(book)


def give(office: Office, content: bytes, name: str) -> None:
    sent = {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    office.main.locator("input[type=file]").set_input_files(sent)


def pick(office: Office, label: str, option: str) -> None:
    """By the keyboard: typing narrows, Enter takes the first."""
    field = office.main.get_by_label(label)
    field.click()
    field.fill(option)
    # What Enter takes is the option that is marked.
    marked = office.page.locator(".ant-select-dropdown:visible .ant-select-item-option-active").filter(has_text=option)
    expect(marked).to_be_visible()
    office.page.keyboard.press("Enter")


def test_headings_and_words_are_asked_about_remembered_and_an_import_is_taken_back(open_office: Open) -> None:
    office = open_office("chengnan")
    page, mark = office.page, uuid4().hex[:6].upper()
    office.go(f"{FACILITIES}/import")
    give(office, workbook(mark), "城南消防.xlsx")
    expect(office.main.get_by_text("个列名与系统不同")).to_be_visible()
    expect(office.main.locator("li", has_text="消防设施编码")).to_be_visible()
    office.accessible()
    pick(office, "“消防设施编码”对应的字段", "设施编号")
    office.button("确认并校验").click()

    # The word stands beside the errors that it causes; said once, it repairs both rows.
    word = f"消火栓（室外{mark}）"
    expect(office.main.get_by_text("系统不认识的词（1 个）")).to_be_visible()
    office.accessible()
    pick(office, f"“{word}”对应的类型", "室外消火栓")
    office.main.get_by_role("button", name=re.compile("^使用这 1 个对应关系")).click()
    expect(office.main.get_by_text("行全部正确")).to_be_visible()
    office.button("确认导入 2 行").click()
    expect(office.main.get_by_text("导入完成")).to_be_visible()

    # Taken back: the question says how many rows it is about.
    office.main.get_by_role("button", name="撤销导入").click()
    question = page.locator(".ant-modal:visible")
    expect(question).to_contain_text("删除这次新增的 2 行")
    office.dialog_button("撤销 2 行").click()
    expect(office.main.get_by_text("导入已撤销")).to_be_visible()
    expect(office.main.locator(".ant-result-subtitle")).to_contain_text("删除 2 行")
    office.accessible()
    expect(office.rows.filter(has_text="城南消防.xlsx").first).to_contain_text("已撤销")

    # The next file is not asked; what was remembered is shown, and can be forgotten.
    office.button("继续导入").click()
    give(office, workbook(mark), "城南消防二.xlsx")
    expect(office.main.get_by_text("行全部正确")).to_be_visible()
    expect(office.main.get_by_text("按本部门记住的对应关系").first).to_be_visible()
    office.button("全部放弃").click()
    office.main.get_by_text("本部门记住的对应关系（2 条）").click()
    for written in ("消防设施编码", word):
        office.main.get_by_role("button", name=f"忘记“{written}”").click()
        expect(office.main.get_by_role("button", name=f"忘记“{written}”")).to_have_count(0)


def test_wrong_cells_are_put_right_where_they_stand(open_office: Open) -> None:
    office = open_office("chengnan")
    page, mark = office.page, uuid4().hex[:6].upper()
    rows = [museum.facility(n, 设施编号=f"{mark}-{n}") for n in (1, 2, 3)]
    rows[1] |= {"数量": "两台"}
    rows[2] |= {"出厂日期": "2024-02-30", "状态": "好的"}
    office.go(f"{FACILITIES}/import")
    give(office, museum.saved(museum.book(rows)), "城南消防三.xlsx")
    table = office.main.get_by_role("region", name="有错误的行")
    expect(table.locator("td.cell-wrong")).to_have_count(3)
    table.locator("td.cell-wrong button", has_text="两台").click()
    expect(table.get_by_label("第 3 行数量")).to_be_focused()
    page.keyboard.type("两")
    page.keyboard.press("Escape")
    expect(table.locator("td.cell-typed")).to_have_count(0)
    expect(table.locator("td.cell-wrong button", has_text="两台")).to_be_focused()
    # By the keyboard: Enter opens the cell, Enter keeps what was typed.
    table.locator("td.cell-wrong button", has_text="两台").press("Enter")
    expect(table.get_by_label("第 3 行数量")).to_be_focused()
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    table.locator("td.cell-wrong button", has_text="好的").click()
    page.locator(".ant-select-dropdown:visible").get_by_text("完好", exact=True).click()
    expect(table.locator("td.cell-typed")).to_have_text([re.compile("^2"), re.compile("^完好")])
    # Nothing is written before what was typed has been looked at.
    expect(office.main.get_by_role("button", name="仅导入正确的行")).to_be_disabled()
    expect(office.main.get_by_text("有 2 个单元格改了还没有校验")).to_be_visible()
    page.mouse.move(0, 0)
    office.accessible()
    office.button("校验这些修改").click()
    # While the answer is on its way, one goes on.
    office.main.locator("td.cell-wrong button", has_text="2024-02-30").click()
    expect(table.get_by_label("第 4 行出厂日期")).to_be_focused()
    page.keyboard.type("2024年2月29日")
    page.keyboard.press("Tab")
    expect(table.locator("td.cell-typed")).to_have_text([re.compile("^2024年2月29日")])
    expect(table.locator("td.cell-wrong")).to_have_count(0)
    office.button("校验这些修改").click()
    expect(office.main.get_by_text("的 3 行全部正确")).to_be_visible()
    # A reload comes back to the same, and what was put right can be changed again.
    page.reload()
    expect(office.main.locator("td.cell-corrected")).to_have_count(3)
    office.main.get_by_text(re.compile("^已更正 2$")).click()
    expect(office.main.get_by_role("region", name="文件中的行").locator("tbody tr.ant-table-row")).to_have_count(2)
    office.main.get_by_role("button", name="更正状态：完好").last.click()
    expect(office.main.get_by_label("第 4 行状态")).to_be_focused()
    page.keyboard.type("坏的")
    page.keyboard.press("Enter")
    office.button("放弃这些修改").click()
    office.button("确认导入 3 行").click()
    expect(office.main.get_by_text("导入完成")).to_be_visible()
    office.go(f"{FACILITIES}?q={mark}")
    expect(office.rows).to_have_count(3)
    expect(office.rows.filter(has_text=f"{mark}-3")).to_contain_text("2024-02-29")


def test_the_mapping_step_and_the_list_of_exports_fit_a_phone(open_office: Open) -> None:
    office = open_office("chengnan", width=390, height=844)
    office.go(f"{FACILITIES}/import")
    give(office, workbook(uuid4().hex[:6].upper()), "手机.xlsx")
    expect(office.main.get_by_text("个列名与系统不同")).to_be_visible()
    office.fits()
    office.accessible()
    office.button("放弃").first.click()
    office.go(FACILITIES)
    office.button("导出").click()
    office.page.get_by_role("button", name="导出记录").click()
    drawer = office.page.get_by_role("dialog", name="导出记录")
    expect(drawer).to_contain_text("文件保留 24 小时")
    office.fits()
