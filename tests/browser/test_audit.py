"""审计日志, as an auditor uses it: look for a failed sign-in, open it, follow a person's history, check the chain, export."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from tests.browser.conftest import Open

pytestmark = pytest.mark.timeout(900)


def test_an_auditor_finds_what_was_done(open_office: Open) -> None:
    office = open_office("auditor")
    page = office.page
    wrong = {"username": "leader", "password": "not-the-password-1"}
    assert httpx.post(f"{office.stack.url}/api/auth/login", json=wrong).status_code == 401

    office.go("/system/audit?user=leader&result=failed")
    expect(office.rows.first).to_contain_text("登录")
    expect(office.rows.first).to_contain_text("失败")
    office.accessible()
    office.rows.first.get_by_role("button", name="登录").click()
    drawer = page.get_by_role("dialog")
    expect(drawer).to_contain_text("来源地址")
    expect(drawer).to_contain_text("追踪编号")
    drawer.get_by_role("link", name="历史").click()
    expect(page).to_have_url(re.compile("object_type=user&object_id="))
    expect(office.main.get_by_text("的历史")).to_be_visible()

    office.go("/system/audit")
    office.main.get_by_role("button", name=re.compile("^校验最后")).click()
    # The word also stands in the trail, as the state of a thing.
    chains = office.main.locator(".ant-card").filter(has_text="防篡改状态")
    expect(chains.get_by_text("完好", exact=True)).to_have_count(5)

    with page.expect_download() as started:
        office.main.get_by_role("button", name="导出").first.click()
        page.get_by_role("menuitem", name="身份与系统管理").click()
    sheet = load_workbook(BytesIO(Path(started.value.path()).read_bytes())).active
    assert sheet is not None and sheet["A1"].value == "时间" and sheet.max_row > 1


def test_nobody_else_sees_the_page(open_office: Open) -> None:
    office = open_office("safety")
    office.page.goto("/system/audit")
    expect(office.page.get_by_role("button", name=re.compile("^用户菜单"))).to_be_visible()
    expect(office.main.get_by_text("防篡改状态")).to_have_count(0)
