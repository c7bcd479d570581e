"""Signing in: the answers, the cookies, the lock, and that none of them tells which accounts exist."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from services.auth.settings import Settings
from tests.service.auth.conftest import PASSWORD, Browser


def test_a_person_signs_in_and_sees_themselves(browser: Callable[[], Browser]) -> None:
    chengbei = browser()
    answer = chengbei.login("chengbei")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["token_type"], body["expires_in"], body["user"]["name"]) == ("Bearer", 600, "成贝宜")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie and "Path=/api/auth" in cookie
    me = chengbei.get("/api/auth/me").json()
    assert me["user"]["department"]["full_name"] == "燃气公司/城北分公司"
    assert me["user"]["roles"] == [{"code": "safety_officer", "name": "部门安全员"}]
    assert me["scope"]["kind"] == "subtree"
    assert "ledgers:*,personal:*" in me["permissions"]


def test_capitals_and_full_width_letters_are_the_same_name(browser: Callable[[], Browser]) -> None:
    assert browser().login("Ｙunxing ").status_code == 200
