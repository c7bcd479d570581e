"""The way in, the way out, and what happens in between."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.office import CERTIFICATES, ROOT, api, manifest_pages

# With the start of the stack, on a machine that does other things too.
pytestmark = pytest.mark.timeout(900)


def test_the_login_page_helps(open_office: Open) -> None:
    office = open_office()
    page = office.page
    page.goto(f"{CERTIFICATES}?q=x")
    expect(page).to_have_url(re.compile(r"/login\?next="))
    expect(page.get_by_label("用户名")).to_be_focused()
    expect(page.get_by_label("用户名")).to_have_attribute("autocomplete", "username")
    expect(page.get_by_label("密码", exact=True)).to_have_attribute("autocomplete", "current-password")
    office.accessible()
    page.keyboard.press("Enter")
    expect(page.get_by_text("请输入密码")).to_be_visible()

    page.get_by_label("用户名").fill("nobody-of-this-name")
    page.get_by_label("密码", exact=True).fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="用户名或密码错误")).to_be_visible()
    expect(page.get_by_label("密码", exact=True)).to_be_focused()
    office.accessible()

    # In by the keyboard, and on to where the person wanted to go.
    page.get_by_label("用户名").fill("safety")
    page.get_by_label("密码", exact=True).fill(office.stack.password)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(CERTIFICATES + r"\?q=x"))
    stored = page.evaluate("() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])")
    assert "eyJ" not in stored, "a token lies where scripts can read it"

    # A reload goes on without a password; signing out does not.
    page.reload()
    expect(office.main.get_by_label("关键字")).to_have_value("x")
    page.get_by_role("button", name=re.compile("^用户菜单")).click()
    page.get_by_role("menuitem", name="退出登录").click()
    expect(page.get_by_label("密码", exact=True)).to_be_visible()
    page.goto("/notices")
    expect(page).to_have_url(re.compile("/login"))


@pytest.mark.parametrize("user", ["safety", "gongcheng", "worker", "sysadmin"])
def test_the_menu_shows_exactly_what_exists(open_office: Open, user: str) -> None:
    office = open_office(user)
    sections = json.loads((ROOT / "web/src/app/manual.json").read_text(encoding="utf-8"))
    with api(office.stack, user) as client:
        pages = {page["leaf"]: page for page in manifest_pages(client)}
    # What people come for every day stands above the manual's sections.
    expected = [("首页", "/"), *((page["title"], page["path"]) for leaf, page in pages.items() if leaf == "radar")]
    for section in sections:
        titles = {leaf["id"]: leaf["title"] for leaf in section["leaves"]}
        expected += [(title, pages[leaf]["path"]) for leaf, title in titles.items() if leaf in pages]
        # What the manual does not number follows in its section.
        more = [page for leaf, page in pages.items() if leaf.split(".")[0] == section["id"] and leaf not in titles]
        expected += [(page["title"], page["path"]) for page in more]
    menu = office.page.get_by_role("navigation", name="主菜单")
    expect(menu.get_by_role("textbox", name="搜索菜单")).to_be_visible()
    links = menu.get_by_role("link")
    expect(links).to_have_count(len(expected))
    shown = [(link.inner_text(), link.get_attribute("href")) for link in links.all()]
    assert shown == expected
    office.accessible()
    # An officer has no page that the safety department lacks: looking at thirty of them once more tells nothing new.
    if user == "gongcheng":
        return
    for _, path in expected:
        office.go(path)
        expect(office.main.get_by_text("找不到这个页面")).to_have_count(0)
        expect(office.main.get_by_text("没有权限", exact=True)).to_have_count(0)
        office.accessible()


def test_an_ended_session_loses_nothing(open_office: Open) -> None:
    office = open_office("qiangxiu")
    page = office.page
    office.go("/ledgers/emergency-supplies")
    office.button("新建").click()
    expect(page.get_by_label("物资名称", exact=True)).to_be_visible()
    office.fill("物资名称", "没写完的物资")

    # The administrator, or the person from another computer, ends the session: refused everywhere within seconds.
    with api(office.stack, "qiangxiu") as client:
        for session in client.get("/api/auth/sessions").json()["items"]:
            if not session["current"]:
                client.delete(f"/api/auth/sessions/{session['id']}").raise_for_status()
    page.wait_for_timeout(6000)
    page.get_by_role("button", name="刷新列表").last.evaluate("button => button.click()")
    dialog = page.locator(".ant-modal:visible")
    expect(dialog).to_contain_text("登录已失效")
    office.accessible()
    dialog.get_by_label("密码", exact=True).fill(office.stack.password)
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.get_by_label("物资名称", exact=True)).to_have_value("没写完的物资")


def test_home_and_my_own_page(open_office: Open) -> None:
    office = open_office("chengbei")
    expect(office.main.get_by_role("heading", level=1)).to_contain_text("您好")
    expect(office.main.get_by_role("link", name="应急物资")).to_be_visible()
    office.accessible()
    office.go("/account")
    expect(office.main).to_contain_text("城北分公司")
    expect(office.main).to_contain_text("数据范围")
    office.accessible()


def test_a_telephone_shows_it_too(open_office: Open) -> None:
    office = open_office("safety", width=390, height=844)
    page = office.page
    page.get_by_role("button", name="打开菜单").click()
    page.get_by_role("navigation", name="主菜单").get_by_role("link", name="应急物资").click()
    expect(office.main.get_by_role("search")).to_be_visible()
    office.accessible()
    office.fits()
