"""出入库 as a storekeeper does it: two taps on a telephone before the shelf, a count and a counter-entry at the desk, and the
register (domain.md 10.2)."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.office import Office, api, cells_of
from tests.system.stack import Stack

pytestmark = pytest.mark.timeout(900)

SUPPLIES = "/ledgers/emergency-supplies"
BUTTON = re.compile("确认登记$")


def supply(stack: Stack, name: str) -> dict[str, Any]:
    with api(stack, "safety") as client:
        departments = client.get("/api/auth/departments").json()["items"]
        body = {
            "name": name, "category": "ppe", "warehouse": "1号库", "quantity": 20, "min_stock": 15, "unit": "套",
            "keeper": "李四", "phone": "13900000000", "status": "good",
            "dept_id": next(one["id"] for one in departments if one["name"] == "工程部"),
        }  # fmt: skip
        answer = client.post(f"/api{SUPPLIES}", json=body)
        assert answer.status_code == 201, answer.text
        row: dict[str, Any] = answer.json()
        return row


def amount(office: Office) -> Any:
    return office.dialog.get_by_role("spinbutton")


def test_two_taps_before_the_shelf_and_the_books_at_the_desk(open_office: Open, stack: Stack) -> None:
    name = f"空气呼吸器{uuid4().hex[:6]}"
    row = supply(stack, name)

    # What a label's code opens, on a telephone.
    office = open_office("gongcheng", width=390, height=844)
    office.page.goto(f"{SUPPLIES}/{row['id']}")
    stock = office.page.get_by_role("group", name="库存")
    expect(stock).to_contain_text("现有 20 套")
    office.fits()
    stock.get_by_role("button", name="领用", exact=True).click()
    expect(office.dialog).to_contain_text("现有 20 套 → 登记后 19 套")
    office.accessible()
    office.dialog_button(BUTTON).click()
    expect(stock).to_contain_text("现有 19 套")

    # Below the minimum is warned of, and what is not there cannot be taken.
    stock.get_by_role("button", name="领用", exact=True).click()
    amount(office).fill("5")
    expect(office.dialog).to_contain_text("登记后 14 套，低于最低储备 15 套")
    amount(office).fill("50")
    office.dialog_button(BUTTON).click()
    expect(office.dialog).to_contain_text("不够领用 50 套")
    office.page.keyboard.press("Escape")
    expect(office.dialog).to_have_count(0)

    # At the desk: a count by the keyboard, and what was wrong is taken back.
    office = open_office("gongcheng")
    office.go(f"{SUPPLIES}?q={name}")
    office.rows.get_by_role("button", name="更多操作").click()
    office.page.get_by_role("menuitem", name="登记出入库").click()
    office.dialog.get_by_text("盘点", exact=True).click()
    amount(office).fill("16")
    expect(office.dialog).to_contain_text("盘亏 3")
    office.page.keyboard.press("Enter")
    expect(office.dialog).to_have_count(0)
    office.rows.get_by_role("button", name="查看").click()
    office.page.get_by_role("tab", name="出入库").click()
    log = office.page.get_by_role("tabpanel", name="出入库").get_by_role("listitem")
    expect(log).to_have_count(2)
    expect(log.first).to_contain_text("盘亏-3 套结存 16 套")
    office.accessible()
    log.first.get_by_role("button", name=re.compile("^冲销")).click()
    office.page.get_by_label("冲销原因").fill("数漏了一排")
    office.accessible()
    office.dialog_button("冲销").click()
    expect(log).to_have_count(3)
    expect(log.first).to_contain_text("冲销原因：数漏了一排")
    expect(log.nth(1)).to_contain_text("已冲销")
    expect(log.nth(1).get_by_role("button")).to_have_count(0)
    expect(office.page.get_by_role("group", name="库存")).to_contain_text("现有 19 套")

    # The form shows the number, and why it is not written there.
    office.page.get_by_role("button", name="修改", exact=True).last.click()
    field = office.page.get_by_label("数量", exact=True).and_(office.page.locator("input:visible"))
    expect(field).to_be_disabled()
    expect(office.page.get_by_text("已启用出入库登记，数量请用入库、领用或盘点修改")).to_be_visible()

    # The register, narrowed, and as a workbook.
    office.go(SUPPLIES)
    office.button("出入库记录").click()
    expect(office.page).to_have_url(re.compile(f"{SUPPLIES}/movements$"))
    office.main.get_by_label("关键字").fill(name)
    office.page.keyboard.press("Enter")
    expect(office.rows).to_have_count(3)
    office.accessible()
    cells = cells_of(office.save_as(office.button("导出 3 条")))
    assert {"领用", "盘点（已冲销）", "盘点（冲销）", "数漏了一排"} <= set(cells)
    office.main.get_by_label("关键字").fill("没有这样的物资")
    office.page.keyboard.press("Enter")
    expect(office.main.get_by_text("没有符合条件的出入库记录，可调整查询条件或重置")).to_be_visible()
