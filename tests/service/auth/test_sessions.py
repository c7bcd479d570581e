"""Sessions: seen and ended by oneself and by administrators, limited in number, age and haste; forced changes; unused
accounts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from kit.audit import AuditLog
from kit.db import Database
from services.auth import unused
from services.auth.people import User
from services.auth.sessions import LoginSession
from tests import company
from tests.service.auth.conftest import PASSWORD, Browser, Clock

Open = Callable[[], Browser]
ALL = "/api/auth/login-sessions"
GOOD = "Kletter-Rose-88!"


def test_administrators_see_who_is_signed_in_and_end_it(browser: Open, clock: Clock) -> None:
    person, other, administrator, auditor = browser(), browser(), browser(), browser()
    person.login("inspector")
    other.login("inspector")
    administrator.login("secadmin")
    auditor.login("auditor")
    listed = administrator.get(f"{ALL}?q=inspector").json()
    assert (listed["total"], {row["user"]["name"] for row in listed["items"]}) == (2, {"巡西陆"})
    row = listed["items"][0]
    assert (row["kind"], row["second_factor"], row["user"]["department"]) == ("web", False, "门站")
    assert administrator.get(f"{ALL}?size=1&page=2").json()["items"][0]["id"]
    assert administrator.get(f"{ALL}?page=999").json()["items"] == []
    assert administrator.get(f"{ALL}?kind=mobile").json()["total"] == 0
    assert administrator.get(f"{ALL}?kind=fax").status_code == 422
    assert person.get(ALL).status_code == 403
    assert auditor.get(ALL).json()["total"] == 4
    assert auditor.request("DELETE", f"{ALL}/{row['id']}").status_code == 403
    assert administrator.request("DELETE", f"{ALL}/{row['id']}").status_code == 204
    assert other.get("/api/auth/me").status_code == 401
    assert person.get("/api/auth/me").status_code == 200
    assert administrator.request("DELETE", f"{ALL}/{company.department_id('工程部')}").status_code == 404
    clock.forward(minutes=6)
    administrator.refresh()
    left = administrator.get(f"{ALL}?q=inspector").json()["items"][0]["id"]
    stale = administrator.request("DELETE", f"{ALL}/{left}")
    assert (stale.status_code, stale.json()["code"]) == (403, "reauthentication_required")


def test_one_ends_all_ones_other_sessions(browser: Open) -> None:
    here, there = browser(), browser()
    here.login("yunxing")
    there.login("yunxing")
    assert here.request("DELETE", "/api/auth/sessions").json() == {"ended": 1}
    assert there.get("/api/auth/me").status_code == 401
    assert here.get("/api/auth/me").status_code == 200


def test_thirty_refreshes_a_minute(browser: Open, clock: Clock) -> None:
    person = browser()
    person.login("yunxing")
    # The token of the sign-in counts as the first of thirty.
    for _ in range(29):
        assert person.refresh().status_code == 200
    refused = person.refresh()
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
    clock.forward(seconds=61)
    assert person.refresh().status_code == 200, "the refused token has not been used up"


def test_a_one_time_password_is_good_once(browser: Open, clock: Clock, database: Database) -> None:
    administrator, person = browser(), browser()
    administrator.login("secadmin")
    row = administrator.get("/api/auth/users?q=worker").json()["items"][0]
    url = f"/api/auth/users/{row['id']}"
    reset = administrator.request("POST", f"{url}/reset-password", json={"version": row["version"]})
    assert reset.status_code == 200, reset.text
    secret = reset.json()["one_time_password"]
    assert person.login("worker", secret).json()["user"]["must_change_password"] is True
    assert person.get("/api/auth/me").json()["restricted"] == "password"
    assert browser().login("worker", secret).json()["code"] == "login_failed"
    assert person.refresh().status_code == 200, "its holder goes on to choose their own"
    body = {"current_password": secret, "new_password": GOOD}
    changed = person.request("POST", "/api/auth/password", json=body)
    assert changed.status_code == 200, changed.text
    assert browser().login("worker", GOOD).status_code == 200
    clock.forward(minutes=1)
    row = administrator.get("/api/auth/users?q=worker").json()["items"][0]
    late = administrator.request("POST", f"{url}/reset-password", json={"version": row["version"]})
    clock.forward(minutes=16)
    assert browser().login("worker", late.json()["one_time_password"]).status_code == 401
    with database.session() as session:
        rows = repr([vars(one) for one in session.scalars(select(AuditLog))])
    assert secret not in rows and PASSWORD not in rows and GOOD not in rows


def test_dengbao_a_password_is_changed_after_ninety_days(browser: Open, clock: Clock, database: Database) -> None:
    with database.transaction() as session:
        # The demo's own accounts are never made to change.
        session.execute(update(User).where(User.username == "worker").values(demo=False))
    person, demo = browser(), browser()
    clock.forward(days=89)
    assert person.login("worker").json()["user"]["must_change_password"] is False
    clock.forward(days=2)
    assert person.login("worker").json()["user"]["must_change_password"] is True
    assert person.get("/api/auth/me").json()["permissions"] == []
    assert demo.login("yunxing").json()["user"]["must_change_password"] is False
    policy: dict[str, Any] = person.get("/api/auth/password-policy").json()
    assert (policy["profile"], policy["max_age_days"]) == ("dengbao", 90)
    assert all("GB/T 22239" in rule["basis"] or "ASVS" in rule["basis"] for rule in policy["rules"])


def test_unused_accounts_are_warned_about_and_disabled(database: Database, browser: Open, clock: Clock) -> None:
    people = ("worker", "inspector", "leader")
    with database.transaction() as session:
        session.execute(update(User).where(User.username.in_(people)).values(demo=False, created_at=clock.time))
        session.execute(update(User).where(User.username == "leader").values(last_login_at=clock.time))

    def sweep() -> tuple[int, int]:
        with database.transaction() as session:
            swept = unused.sweep(session, clock(), days=90, warning=30)
        return swept.warned, swept.disabled

    clock.forward(days=59)
    assert sweep() == (0, 0)
    clock.forward(days=2)
    person = browser()
    assert person.login("inspector").status_code == 200
    assert sweep() == (2, 0)
    assert sweep() == (0, 0), "once, not every day"
    clock.forward(days=30)
    with database.transaction() as session:
        session.add(_open(session, clock))
    assert sweep() == (0, 2), "the one who signed in meanwhile goes on; the two who did not are disabled"
    assert browser().login("worker").status_code == 401
    assert browser().login("inspector").status_code == 200
    with database.session() as session:
        row = session.scalars(select(User).where(User.username == "worker")).one()
        assert row.disabled_reason == "超过 90 天未登录，自动停用"
        assert session.scalars(select(LoginSession).where(LoginSession.user_id == row.id)).one().ended_at
        done = session.scalars(select(AuditLog.action).where(AuditLog.object_id == str(row.id)).order_by(AuditLog.id))
        assert [action for action in done if action.endswith("_unused")] == ["warn_unused", "disable_unused"]
    with database.transaction() as session:
        # An administrator lets them in again; the days are counted from there.
        row = session.scalars(select(User).where(User.username == "worker")).one()
        row.disabled_at, row.enabled_at = None, clock()
    assert sweep() == (0, 0)
    assert browser().login("worker").status_code == 200


def _open(session: Any, clock: Clock) -> LoginSession:
    user = session.scalars(select(User).where(User.username == "worker")).one()
    at, later = clock.time, clock.time + timedelta(hours=1)
    return LoginSession(
        user_id=user.id, created_at=at, last_used_at=at, idle_until=later, expires_at=later, authenticated_at=at
    )
