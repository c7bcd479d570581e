"""What can be done with rows beside writing one: batch, recycle bin, views, labels, history, attachments."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.office import api, cells_of
from tests.browser.people import somebody
from tests.system.stack import Stack

pytestmark = pytest.mark.timeout(900)

SUPPLIES = "/ledgers/emergency-supplies"
PDF = b"%PDF-1.7\n" + b"scan " * 400 + b"\n%%EOF"


@pytest.fixture
def store(stack: Stack) -> tuple[str, list[dict[str, Any]]]:
    """A store of three things that no other test has."""
    name = f"测试仓{uuid4().hex[:6]}"
    with api(stack, "safety") as client:
        departments = client.get("/api/auth/departments").json()["items"]
        department = next(one["id"] for one in departments if one["name"] == "工程部")
        rows = []
        for thing in ("防爆手电筒", "堵漏夹具", "警戒带"):
            answer = client.post(
                "/api/ledgers/emergency-supplies",
                json={
                    "name": thing, "category": "lighting", "warehouse": name, "quantity": 20, "unit": "个",
                    "keeper": "李四", "phone": "13900000000", "status": "good", "dept_id": department,
                },
            )  # fmt: skip
            assert answer.status_code == 201, answer.text
            rows.append(answer.json())
    return name, rows


def test_rows_are_changed_deleted_and_brought_back_together(
    open_office: Open, store: tuple[str, list[dict[str, Any]]]
) -> None:
    name, _ = store
    office = open_office("safety")
    page = office.page
    office.go(f"{SUPPLIES}?q={name}")
    expect(office.rows).to_have_count(3)
    office.main.get_by_label("选择 防爆手电筒").check()
    office.main.get_by_label("选择 警戒带").check()
    bar = office.main.get_by_role("region", name="批量操作")
    expect(bar).to_contain_text("已选 2 条")
    bar.get_by_role("button", name="导出选中").click()
    sheet = cells_of(office.save_as(page.get_by_role("menuitem", name=re.compile("^全部字段"))))
    assert {"防爆手电筒", "警戒带"} <= set(sheet) and "堵漏夹具" not in sheet
    bar.get_by_role("button", name="批量修改").click()
    office.choose("要修改的字段", "保管人")
    page.locator("#batch-value").fill("赵六")
    office.accessible()
    office.dialog_button("修改 2 条").click()
    expect(page.get_by_text("已修改 2 条")).to_be_visible()
    expect(office.rows.filter(has_text="赵六")).to_have_count(2)
    expect(bar).to_be_hidden()

    office.main.get_by_label("选择 防爆手电筒").check()
    office.main.get_by_label("选择 警戒带").check()
    bar.get_by_role("button", name="批量删除").click()
    office.dialog_button("删除 2 条").click()
    expect(office.rows).to_have_count(1)
    page.get_by_role("button", name="撤销删除").click()
    expect(office.rows).to_have_count(3)

    # Deleted again, and found in the recycle bin.
    office.main.get_by_label("选择 警戒带").check()
    bar.get_by_role("button", name="批量删除").click()
    office.dialog_button("删除 1 条").click()
    expect(office.rows).to_have_count(2)
    office.button("更多").click()
    page.get_by_role("menuitem", name="回收站").click()
    bin_ = page.locator(".ant-drawer:visible")
    bin_.get_by_label("在已删除的记录中查找").fill(name)
    page.keyboard.press("Enter")
    expect(bin_.locator("tbody tr.ant-table-row")).to_have_count(1)
    bin_.get_by_label(re.compile("^选择 警戒带")).check()
    office.accessible()
    bin_.get_by_role("button", name="恢复 1 条").click()
    expect(bin_.get_by_text("没有找到")).to_be_visible()
    page.keyboard.press("Escape")
    expect(office.rows).to_have_count(3)


def test_a_label_leads_to_the_row_its_history_and_its_files(
    open_office: Open, store: tuple[str, list[dict[str, Any]]], tmp_path: Path
) -> None:
    _, rows = store
    office = open_office()
    page = office.page
    # As a phone does that has scanned the code: sign in first, then the row.
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{SUPPLIES}/{rows[1]['id']}")
    page.get_by_label("用户名").fill("safety")
    page.get_by_label("密码", exact=True).fill(office.stack.password)
    page.keyboard.press("Enter")
    drawer = page.locator(".ant-drawer:visible")
    expect(drawer).to_contain_text("堵漏夹具")
    drawer.get_by_role("tab", name="附件").click()
    scan = tmp_path / "检验报告.pdf"
    scan.write_bytes(PDF)
    drawer.locator("input[type=file]").set_input_files(scan)
    file = drawer.locator(".row-file")
    expect(file).to_contain_text("检验报告.pdf")
    expect(drawer.get_by_role("button", name="下载 检验报告.pdf")).to_be_visible()
    office.fits()
    office.accessible()
    drawer.get_by_role("button", name="删除 检验报告.pdf").click()
    office.dialog_button("删除").click()
    expect(file).to_have_count(0)
    page.get_by_role("button", name="撤销删除").click()
    expect(file).to_have_count(1)
    with api(office.stack, "safety") as client:
        url = f"/api/ledgers/emergency-supplies/{rows[1]['id']}"
        assert client.put(url, json={"version": 1, "quantity": 7}).status_code == 200
    drawer.get_by_role("tab", name="修改历史").click()
    expect(drawer.locator(".row-history")).to_contain_text(re.compile("数量：20\\s*→ 7"))
    office.accessible()


def test_a_view_is_kept_and_opened_and_labels_are_printed(
    open_office: Open, store: tuple[str, list[dict[str, Any]]], tmp_path: Path
) -> None:
    name, _ = store
    office = open_office("gongcheng")
    page = office.page
    office.go(f"{SUPPLIES}?q={name}")
    expect(office.rows).to_have_count(3)
    views = page.locator(".views:visible")
    office.main.get_by_role("button", name="视图").click()
    views.get_by_label("视图名称").fill(name)
    views.get_by_role("button", name="保存当前").click()
    expect(page.get_by_text(f"已保存视图“{name}”")).to_be_visible()
    office.accessible()
    views.get_by_label(f"{name}：打开台账时默认使用").click()
    expect(page.get_by_text(f"打开台账时将使用“{name}”")).to_be_visible()
    page.keyboard.press("Escape")

    # Who opens the ledger with nothing else in mind gets it, in another browser too.
    office.go(SUPPLIES)
    expect(page).to_have_url(re.compile(r"[?&]q="))
    expect(office.rows).to_have_count(3)
    office.main.get_by_role("button", name="视图").click()
    views.get_by_role("button", name=f"删除视图 {name}").click()
    expect(views.get_by_role("button", name=name, exact=True)).to_have_count(0)
    page.keyboard.press("Escape")

    office.main.get_by_label("选择 堵漏夹具").check()
    office.main.get_by_role("region", name="批量操作").get_by_role("button", name="打印标签").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("打印 1 枚二维码标签")
    office.accessible()
    with page.expect_download() as download:
        dialog.get_by_role("button", name="下载 PDF").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")


def test_an_expense_names_its_project_as_the_budget_has_it(open_office: Open) -> None:
    word = f"项目{uuid4().hex[:6]}"
    office = open_office("gongcheng")
    with api(office.stack, "safety") as client:
        departments = {one["name"]: one["id"] for one in client.get("/api/auth/departments").json()["items"]}
        for department in ("工程部", "运行管理部"):
            answer = client.post(
                "/api/ledgers/investment-budgets",
                json={
                    "year": 2026, "dept_id": departments[department], "category": "facilities",
                    "project_name": f"{department}{word}", "budget_amount": "1000",
                },
            )  # fmt: skip
            assert answer.status_code == 201, answer.text
    office.go("/ledgers/investment-spending/new")
    project = office.main.get_by_role("combobox", name="对应预算项目")
    expect(project).to_be_visible()
    project.press_sequentially(word)
    options = office.page.locator(".ant-select-item-option-content")
    expect(options).to_have_text([f"工程部{word}"])
    options.first.click()
    expect(project).to_have_value(f"工程部{word}")
    # Another year has another budget; what was typed stays.
    office.main.get_by_label("年份", exact=True).fill("2027")
    project.fill(word)
    expect(options.filter(visible=True)).to_have_count(0)
    expect(project).to_have_value(word)
    office.accessible()


def test_what_was_spent_is_summed_as_the_list_shows_it(open_office: Open) -> None:
    word = f"合计{uuid4().hex[:6]}"
    office = open_office("safety")
    with api(office.stack, "safety") as client:
        departments = {one["name"]: one["id"] for one in client.get("/api/auth/departments").json()["items"]}
        for number, (department, amount) in enumerate(
            (("工程部", "1234567.89"), ("工程部", "0.11"), ("运行管理部", "100"))
        ):
            answer = client.post(
                "/api/ledgers/investment-spending",
                json={
                    "dept_id": departments[department], "category": "facilities", "spend_date": "2026-03-18",
                    "amount": amount, "voucher_no": f"{word}-{number}", "summary": word,
                },
            )  # fmt: skip
            assert answer.status_code == 201, answer.text
    page = office.page
    office.go(f"/ledgers/investment-spending?q={word}")
    totals = office.main.get_by_role("region", name="合计")
    expect(totals).to_contain_text("共 3 条，执行金额(元)合计 1,234,668.00")
    totals.get_by_role("button", name="分组合计").click()
    expect(totals.get_by_role("row").filter(has_text="工程部")).to_contain_text("1,234,568.00")
    expect(totals.get_by_role("row").filter(has_text="运行管理部")).to_contain_text("100.00")
    totals.get_by_text("按年份").click()
    expect(totals.get_by_role("row").filter(has_text="2026")).to_contain_text("1,234,668.00")
    office.accessible()
    page.set_viewport_size({"width": 390, "height": 844})
    office.fits()


def test_a_replaced_certificate_alarms_nobody_and_leads_to_the_newer_one(stack: Stack, open_office: Open) -> None:
    person = somebody()
    with api(stack, "safety") as client:
        departments = client.get("/api/auth/departments").json()["items"]
        department = next(one["id"] for one in departments if one["name"] == "工程部")
        for number, issued, until in (("T1", "2019-05-06", "2025-05-05"), ("T2", "2025-04-20", "2031-04-19")):
            answer = client.post(
                "/api/ledgers/special-operation-certificates",
                json={
                    "person_name": person.name, "id_number": person.id_number, "dept_id": department,
                    "cert_type": "special_operation", "item": "low_voltage", "cert_no": person.id_number + number,
                    "issuer": "应急管理局", "issue_date": issued, "valid_to": until, "review_date": until,
                },
            )  # fmt: skip
            assert answer.status_code == 201, answer.text
    office = open_office("safety")
    office.go(f"/ledgers/special-operation-certificates?q={person.name}")
    expect(office.rows).to_have_count(2)
    old = office.rows.filter(has_text="2025-05-05")
    expect(old).to_contain_text("已有新记录")
    expect(old).not_to_contain_text("超期")
    expect(office.rows.filter(has_text="2031-04-19")).not_to_contain_text("已有新记录")
    old.get_by_role("button", name="查看").click()
    drawer = office.page.get_by_role("dialog")
    expect(drawer).to_contain_text("已有更新的记录，这一条的到期日期不再预警")
    drawer.get_by_role("button", name="查看新的记录").click()
    expect(drawer).to_contain_text("2031-04-19")
    expect(drawer).not_to_contain_text("已有更新的记录")
    office.accessible()
