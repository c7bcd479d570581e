"""A person's way from a one-time password to two factors, and an administrator's to everybody's sessions."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from secrets import token_hex
from typing import Any

import psycopg
import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.office import Office, api
from tests.system.stack import Stack

# With the start of the stack, on a machine that does other things too.
pytestmark = pytest.mark.timeout(900)

GOOD = "Kletter-Rose-88!"


def somebody(stack: Stack) -> tuple[str, str]:
    """A new account with its one-time password."""
    username = f"u{token_hex(4)}"
    with api(stack, "secadmin") as client:
        department = client.get("/api/auth/departments").json()["items"][0]["id"]
        body = {"username": username, "name": "新来的", "department_id": department}
        answer = client.post("/api/auth/users", json=body).raise_for_status().json()
        roles = {"roles": [{"code": "worker"}], "version": answer["user"]["version"]}
        client.put(f"/api/auth/users/{answer['user']['id']}/roles", json=roles).raise_for_status()
    return username, answer["one_time_password"]


def sign_in(page: Page, username: str, password: str) -> None:
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码", exact=True).fill(password)
    page.keyboard.press("Enter")


def make_stale(stack: Stack, username: str) -> None:
    """The last proof of everybody called so was six minutes ago; what is in the tokens is told by the next refresh."""
    url = stack.env("auth")["SAFEWORK_DATABASE_URL"].replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        connection.execute(
            "UPDATE login_session SET authenticated_at = authenticated_at - %s"
            " WHERE user_id = (SELECT id FROM user_account WHERE username = %s)",
            (timedelta(minutes=6), username),
        )


def code_after(app: pyotp.TOTP, last: str) -> str:
    """The next code: one that was used is not good again."""
    step = int(time.time()) // 30
    return next(code for code in (app.generate_otp(step), app.generate_otp(step + 1)) if code != last)


def test_from_a_one_time_password_to_two_factors(open_office: Open, stack: Stack) -> None:
    username, secret = somebody(stack)
    office = open_office()
    page = office.page
    page.goto("/login")
    sign_in(page, username, secret)
    expect(page.get_by_role("heading", name="请设置新密码")).to_be_visible()
    expect(page.get_by_label("当前密码")).to_have_count(0)
    rules = page.locator(".password-rules li")
    expect(rules.filter(has_text="至少 10 个字符").get_by_label("未满足")).to_be_visible()
    office.accessible()
    page.get_by_label("新密码", exact=True).fill("Password123!")
    expect(rules.filter(has_text="至少 10 个字符").get_by_label("已满足")).to_be_visible()
    page.get_by_label("再次输入新密码").fill("Password123")
    page.get_by_role("button", name="修改密码").click()
    expect(page.get_by_text("两次输入的密码不一致")).to_be_visible()
    page.get_by_label("再次输入新密码").fill("Password123!")
    page.get_by_role("button", name="修改密码").click()
    expect(page.get_by_text("这是常见的密码，容易被猜到")).to_be_visible()
    page.get_by_label("新密码", exact=True).fill(GOOD)
    page.get_by_label("再次输入新密码").fill(GOOD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=re.compile("^用户菜单"))).to_be_visible()

    app = _set_up(office, stack, username)
    page.get_by_role("button", name=re.compile("^用户菜单")).click()
    page.get_by_role("menuitem", name="退出登录").click()
    sign_in(page, username, GOOD)
    expect(page.get_by_label("动态口令")).to_be_focused()
    expect(page.get_by_label("动态口令")).to_have_attribute("autocomplete", "one-time-code")
    office.accessible()
    page.get_by_label("动态口令").fill("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="验证码不正确或已用过")).to_be_visible()
    page.get_by_label("动态口令").fill(code_after(app, ""))
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name=re.compile("^用户菜单"))).to_be_visible()
    _telephone_and_codes_are_lost(open_office("secadmin"), username)
    office.go("/account")
    sign_in(page, username, GOOD)
    expect(page.get_by_role("button", name=re.compile("^用户菜单"))).to_be_visible()


def _telephone_and_codes_are_lost(office: Office, username: str) -> None:
    office.go(f"/system/users?q={username}")
    office.main.get_by_role("button", name="新来的：操作").click()
    office.page.get_by_role("menuitem", name="登录安全").click()
    drawer = office.page.locator(".ant-drawer:visible")
    expect(drawer.get_by_text("剩余恢复码 10 个")).to_be_visible()
    expect(drawer.get_by_text("没有手机登录过")).to_be_visible()
    office.accessible()
    drawer.get_by_role("button", name="停用动态口令").click()
    office.dialog_button(re.compile("停\\s*用")).click()
    expect(drawer.get_by_text("未启用")).to_be_visible()


def _set_up(office: Office, stack: Stack, username: str) -> pyotp.TOTP:
    page = office.page
    make_stale(stack, username)
    office.go("/account")
    office.accessible()
    page.get_by_role("button", name="启用动态口令").click()
    # The session's proof is too old: the password is asked for, and the request goes on by itself.
    dialog = page.locator(".ant-modal:visible")
    expect(dialog).to_contain_text("请确认是您本人")
    office.accessible()
    dialog.get_by_label("密码", exact=True).fill("wrong")
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("密码不正确")
    dialog.get_by_label("密码", exact=True).fill(GOOD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("img", name=re.compile("动态口令二维码"))).to_be_visible()
    width: Any = page.evaluate("() => document.querySelector('img.qr').naturalWidth")
    assert width > 0, "the QR code is a picture"
    app = pyotp.TOTP(page.locator("code.secret").inner_text().replace(" ", ""))
    # The step before this one is good as well, and leaves this one's for the sign-in.
    page.get_by_label("6 位动态口令").fill(app.generate_otp(int(time.time()) // 30 - 1))
    page.keyboard.press("Enter")
    expect(page.get_by_role("list", name="恢复码").get_by_role("listitem")).to_have_count(10)
    office.accessible()
    page.set_viewport_size({"width": 390, "height": 844})
    office.fits()
    page.set_viewport_size({"width": 1440, "height": 900})
    expect(page.get_by_role("button", name="完成")).to_be_disabled()
    page.get_by_label("我已保存好恢复码").check()
    page.get_by_role("button", name="完成").click()
    expect(page.get_by_text(re.compile("剩余恢复码 10 个"))).to_be_visible()
    return app


def test_after_failures_the_machine_works_and_the_person_reads_the_same(open_office: Open) -> None:
    office = open_office(width=390, height=844)
    page = office.page
    page.goto("/login")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/captcha") else None)
    name = f"nobody-{token_hex(4)}"
    for attempt in range(4):
        sign_in(page, name, f"wrong {attempt}")
        expect(page.get_by_role("button", name="登录")).to_be_enabled()
        expect(page.get_by_role("alert").filter(has_text="用户名或密码错误")).to_be_visible()
    assert len(asked) >= 1
    sign_in(page, name, "wrong")
    expect(page.get_by_role("button", name=re.compile("请等待"))).to_be_disabled()
    office.accessible()
    office.fits()


def test_administrators_end_a_session(open_office: Open, stack: Stack) -> None:
    office = open_office("secadmin")
    with api(stack, "qiangxiu") as client:
        office.go("/system/sessions")
        expect(office.rows.first).to_be_visible()
        office.accessible()
        office.main.get_by_label("关键字").fill("qiangxiu")
        office.page.keyboard.press("Enter")
        expect(office.page).to_have_url(re.compile("q=qiangxiu"))
        row = office.rows.filter(has_text="程序或脚本").first
        expect(row).to_contain_text("乔修平")
        row.get_by_role("button", name="全部结束").click()
        expect(office.page.locator(".ant-modal:visible")).to_contain_text("结束 乔修平（qiangxiu）的全部登录？")
        office.dialog_button("结束").click()
        expect(office.main.get_by_text("没有符合条件的登录")).to_be_visible()
        assert client.get("/api/auth/me").status_code == 401
    office.page.set_viewport_size({"width": 390, "height": 844})
    office.go("/system/sessions")
    office.fits()
