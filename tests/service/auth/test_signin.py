"""Signing in: the answers, the cookies, the lock, and that none of them tells which accounts exist."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import make_url, select, update

from kit.audit import AuditLog
from kit.db import Database
from kit.testing.keys import made, personal_keys
from services.auth import api
from services.auth.people import User
from services.auth.settings import Settings
from services.auth.throttle import LoginAttempt, LoginThrottle
from tests.service.auth.conftest import PASSWORD, Browser, Clock

Open = Callable[[], Browser]


def refusal(answer: Any) -> dict[str, Any]:
    """A refusal without the trace id, which is different for each request by its nature."""
    body: dict[str, Any] = answer.json()
    body.pop("trace_id")
    return body


def test_a_person_signs_in_and_sees_themselves(browser: Open) -> None:
    chengbei = browser()
    answer = chengbei.login("chengbei")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["token_type"], body["expires_in"], body["user"]["name"]) == ("Bearer", 600, "成贝宜")
    me = chengbei.get("/api/auth/me").json()
    assert me["user"] == body["user"]
    assert me["user"]["department"]["full_name"] == "燃气公司/城北分公司"
    assert me["user"]["roles"] == [{"code": "safety_officer", "name": "部门安全员"}]
    assert me["scope"]["kind"] == "subtree"
    assert "ledgers:*,personal:*" in me["permissions"]


def test_the_refresh_token_is_out_of_reach_of_scripts_and_other_sites(browser: Open) -> None:
    answer = browser().login("worker")
    cookie = next(value for value in answer.headers.get_list("set-cookie") if value.startswith("safework_refresh="))
    assert {"HttpOnly", "SameSite=strict", "Path=/api/auth", "Max-Age=1800"} <= set(cookie.split("; "))
    assert answer.json().keys() == {"access_token", "token_type", "expires_in", "idle_seconds", "user"}


def test_on_https_the_cookies_belong_to_the_host_alone(settings: Settings) -> None:
    app = api.create(settings.model_copy(update={"public_url": "https://safety.example.cn"}))
    with TestClient(app, base_url="https://safety.example.cn") as client:
        cookies = client.post("/api/auth/login", json={"username": "worker", "password": PASSWORD}).headers.get_list(
            "set-cookie"
        )
    assert [cookie.split("=")[0] for cookie in cookies] == ["__Host-safework_refresh", "__Host-safework_device"]
    assert all({"Secure", "HttpOnly", "Path=/"} <= set(cookie.split("; ")) for cookie in cookies)


def test_an_administrator_is_signed_out_sooner(browser: Open, clock: Clock) -> None:
    officer, administrator = browser(), browser()
    officer.login("yunxing")
    administrator.login("secadmin")
    clock.forward(minutes=16)
    assert officer.refresh().status_code == 200
    assert administrator.refresh().status_code == 401


def test_capitals_and_full_width_letters_are_the_same_name(browser: Open) -> None:
    assert browser().login("Ｙunxing ").status_code == 200


def test_no_answer_tells_which_accounts_exist(browser: Open, database: Database) -> None:
    with database.transaction() as session:
        session.execute(update(User).where(User.username == "inspector").values(disabled_at=User.created_at))
    wrong, unknown, disabled = (
        browser().login("yunxing", "wrong"),
        browser().login("nobody-here", "wrong"),
        browser().login("inspector"),
    )
    assert wrong.status_code == unknown.status_code == disabled.status_code == 401
    assert refusal(wrong) == refusal(unknown) == refusal(disabled)
    assert wrong.json()["code"] == "login_failed"


def test_unknown_and_known_names_lock_alike(browser: Open) -> None:
    def five(username: str) -> list[dict[str, Any]]:
        guesser = browser()
        return [refusal(guesser.login(username, f"wrong {n}")) for n in range(6)]

    known, unknown = five("gongcheng"), five("nobody-here")
    assert known == unknown
    assert "retry_after" not in known[3]
    assert known[4]["retry_after"] == 900
    assert browser().login("gongcheng").status_code == 401, "the right password does not open a locked account"


def test_a_lock_ends_by_itself_and_a_success_forgets_the_failures(browser: Open, clock: Clock) -> None:
    guesser = browser()
    for n in range(5):
        guesser.login("gongcheng", f"wrong {n}")
    clock.forward(minutes=15, seconds=1)
    assert guesser.login("gongcheng").status_code == 200
    fresh = browser()
    for n in range(4):
        assert "retry_after" not in fresh.login("qiangxiu", f"wrong {n}").json()
    assert fresh.login("qiangxiu").status_code == 200
    assert "retry_after" not in browser().login("qiangxiu", "wrong").json()


def test_ten_failures_in_an_hour_lock_for_an_hour(browser: Open, clock: Clock) -> None:
    guesser = browser()
    for n in range(5):
        guesser.login("gongcheng", f"wrong {n}")
    clock.forward(minutes=16)
    for n in range(4):
        guesser.login("gongcheng", f"wrong {n}")
    assert guesser.login("gongcheng", "wrong").json()["retry_after"] == 3600
    clock.forward(minutes=59)
    assert guesser.login("gongcheng").status_code == 401
    clock.forward(minutes=2)
    assert guesser.login("gongcheng").status_code == 200


def test_an_outsider_cannot_lock_out_a_known_browser(browser: Open) -> None:
    mine = browser()
    assert mine.login("chengnan").status_code == 200
    outsider = browser()
    for n in range(6):
        outsider.login("chengnan", f"wrong {n}")
    assert outsider.login("chengnan").status_code == 401
    assert mine.login("chengnan").status_code == 200


def test_what_is_typed_is_not_kept(browser: Open, database: Database) -> None:
    browser().login("My-Secret-Passw0rd", "x")
    browser().login("yunxing", "My-Secret-Passw0rd")
    with database.session() as session:
        failures = session.scalars(
            select(AuditLog).where(AuditLog.action == "login", AuditLog.result == "failed")
        ).all()
        assert sorted((row.username or "", (row.detail or {})["reason"]) for row in failures) == [
            ("", "unknown"),
            ("yunxing", "password"),
        ]
        everything = [repr(vars(row)) for row in (*failures, *session.scalars(select(LoginThrottle)))]
        everything += [repr(vars(row)) for row in session.scalars(select(LoginAttempt))]
    assert not any("secret" in text.lower() for text in everything)


def test_the_same_work_is_done_for_every_refusal(app: Any, browser: Open, database: Database) -> None:
    """Equal time follows from equal work: each refusal costs one Argon2 verification with the full parameters."""
    seen: list[str | None] = []
    pool, real = app.state.hash_pool, app.state.hash_pool.verify

    async def counted(password: str, hashed: str | None) -> tuple[bool, str | None]:
        seen.append(hashed)
        return await real(password, hashed)

    pool.verify = counted
    guesser = browser()
    for username in ("yunxing", "nobody-here"):
        for n in range(7):
            guesser.login(username, f"wrong {n}")
    assert len(seen) == 14
    assert seen[7:] == [None] * 7
    assert pool._nobody.startswith("$argon2id$v=19$m=47104,t=1,p=1$")
    assert all(hashed is not None and hashed.startswith("$argon2id$v=19$m=47104,t=1,p=1$") for hashed in seen[:7])


def test_too_many_from_one_address(browser: Open, database: Database, clock: Clock) -> None:
    with database.transaction() as session:
        session.add_all(LoginAttempt(address="testclient", at=clock()) for _ in range(100))
    answer = browser().login("yunxing")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
    clock.forward(seconds=61)
    assert browser().login("yunxing").status_code == 200


def test_a_full_queue_answers_503(app: Any, browser: Open) -> None:
    app.state.hash_pool._waiting = 52
    answer = browser().login("yunxing")
    assert (answer.status_code, answer.json()["code"]) == (503, "login_busy")
    app.state.hash_pool._waiting = 0
    assert browser().login("yunxing").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"username": "yunxing"},
        {"username": "", "password": "x"},
        {"username": "x" * 65, "password": "x"},
        {"username": "yunxing", "password": "x" * 300},
        {"username": "yunxing", "password": "x", "role": "leader"},
        {"username": 1, "password": "x"},
        {"username": "a\u0000b", "password": "x"},
        [],
    ],
)
def test_a_wrong_form_is_422(browser: Open, body: Any) -> None:
    assert browser().client.post("/api/auth/login", json=body).status_code == 422


def test_another_sites_page_is_refused(browser: Open) -> None:
    client = browser().client
    body = {"username": "yunxing", "password": PASSWORD}
    foreign = client.post("/api/auth/login", json=body, headers={"Origin": "https://evil.example"})
    assert (foreign.status_code, foreign.json()["code"]) == (403, "foreign_origin")
    for origin in ("http://127.0.0.1:8080", "http://testserver"):
        assert client.post("/api/auth/login", json=body, headers={"Origin": origin}).status_code == 200
    assert client.post("/api/auth/refresh").json()["code"] == "csrf_header_missing"
    assert (
        client.post("/api/auth/logout", headers={"Origin": "null", "X-Requested-With": "safework"}).status_code == 403
    )


def test_demo_accounts_are_worth_nothing_outside_the_demo(settings: Settings, browser: Open) -> None:
    url = make_url(settings.database_url.get_secret_value()).set(password="a-real-one-7731")
    production = Settings(
        environment="production",
        database_url=SecretStr(url.render_as_string(hide_password=False)),
        signing_key_dir=settings.signing_key_dir,
        audit_keys=SecretStr(made("audit key")),
        **personal_keys(),
    )
    with TestClient(api.create(production)) as client:
        answer = client.post("/api/auth/login", json={"username": "safety", "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (401, "login_failed")
    assert browser().login("safety").status_code == 200
