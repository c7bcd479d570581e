"""Staying signed in: rotation, reuse, races, ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select, text

from kit.audit import AuditLog
from kit.db import Database
from services.auth import api
from services.auth.sessions import LoginSession, RefreshToken
from services.auth.settings import Settings
from tests.service.auth.conftest import Browser, Clock

Open = Callable[[], Browser]


def replay(app: Any, browser: Browser, token: str, *, device: bool = True) -> Any:
    """Sends a refresh token as it was once, from the same browser or from another."""
    client = TestClient(app, raise_server_exceptions=False)
    if device:
        client.cookies.set("safework_device", browser.client.cookies["safework_device"])
    client.cookies.set("safework_refresh", token)
    return client.post("/api/auth/refresh", headers={"X-Requested-With": "safework"})


def new_token(answer: Any) -> str:
    token: str = answer.cookies["safework_refresh"]
    return token


def test_each_refresh_gives_the_next_token(app: Any, browser: Open, database: Database) -> None:
    person = browser()
    person.login("yunxing")
    seen = [person.cookie]
    for _ in range(3):
        assert person.refresh().status_code == 200
        seen.append(person.cookie)
    assert len(set(seen)) == 4
    assert person.get("/api/auth/me").status_code == 200
    with database.session() as session:
        kept = " ".join(session.scalars(select(RefreshToken.token_hash)))
    assert not any(token in kept for token in seen), "the database holds hashes only"


def test_a_lost_answer_may_be_asked_for_again(app: Any, browser: Open, clock: Clock) -> None:
    person = browser()
    person.login("yunxing")
    first = person.cookie
    second = new_token(person.refresh())
    clock.forward(seconds=9)
    assert new_token(replay(app, person, first)) == second
    assert person.refresh().status_code == 200


def test_reuse_ends_the_session_and_is_written_down(app: Any, browser: Open, clock: Clock, database: Database) -> None:
    person = browser()
    person.login("yunxing")
    stolen = person.cookie
    person.refresh()
    clock.forward(seconds=11)
    assert replay(app, person, stolen).status_code == 401
    assert person.refresh().status_code == 401, "the whole family is gone"
    assert person.get("/api/auth/me").status_code == 401
    with database.session() as session:
        row = session.scalars(select(AuditLog).where(AuditLog.action == "refresh_token_reused")).one()
        assert (row.username, row.result) == ("yunxing", "refused")
        assert session.scalars(select(LoginSession.end_reason)).one() == "refresh_token_reused"


def test_another_browser_gets_no_grace(app: Any, browser: Open) -> None:
    person = browser()
    person.login("yunxing")
    stolen = person.cookie
    person.refresh()
    assert replay(app, person, stolen, device=False).status_code == 401
    assert person.refresh().status_code == 401


def test_fifty_at_once_move_the_family_on_once(app: Any, browser: Open, database: Database) -> None:
    person = browser()
    person.login("yunxing")
    first = person.cookie
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: replay(app, person, first), range(50)))
    assert Counter(answer.status_code for answer in answers) == {200: 50}
    assert len({new_token(answer) for answer in answers}) == 1
    with database.session() as session:
        assert session.scalar(select(func.count()).select_from(RefreshToken)) == 2
        assert session.scalar(select(func.count()).where(RefreshToken.used_at.is_(None))) == 1
    assert replay(app, person, new_token(answers[0])).status_code == 200


def test_fifty_replays_after_the_grace_end_it_once(app: Any, browser: Open, clock: Clock, database: Database) -> None:
    person = browser()
    person.login("yunxing")
    first = person.cookie
    person.refresh()
    clock.forward(seconds=11)
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: replay(app, person, first), range(50)))
    assert Counter(answer.status_code for answer in answers) == {401: 50}
    with database.session() as session:
        assert session.scalar(select(func.count()).where(AuditLog.action == "refresh_token_reused")) == 1


def test_the_grace_survives_a_restart(app: Any, settings: Settings, browser: Open) -> None:
    person = browser()
    person.login("yunxing")
    first = person.cookie
    second = new_token(person.refresh())
    restarted = api.create(settings)
    with TestClient(restarted):
        assert new_token(replay(restarted, person, first)) == second
        assert restarted.state.keyring.published() == app.state.keyring.published()


def test_idle_and_age_end_a_session(browser: Open, clock: Clock) -> None:
    idle, busy = browser(), browser()
    idle.login("yunxing")
    busy.login("gongcheng")
    for _ in range(28):
        clock.forward(minutes=25)
        assert busy.refresh().status_code == 200
    assert idle.refresh().status_code == 401
    clock.forward(minutes=25)
    assert busy.refresh().status_code == 401, "twelve hours are over"


def test_signing_out_ends_it_for_an_old_token_too(app: Any, browser: Open) -> None:
    person = browser()
    person.login("yunxing")
    old = person.cookie
    person.refresh()
    client = TestClient(app)
    client.cookies.set("safework_refresh", old)
    assert client.post("/api/auth/logout", headers={"X-Requested-With": "safework"}).status_code == 204
    assert person.get("/api/auth/me").json()["code"] == "session_ended"
    assert person.refresh().status_code == 401
    assert person.logout().status_code == 204, "signing out twice is no error"


def test_the_sixth_session_ends_the_oldest(browser: Open) -> None:
    browsers = [browser() for _ in range(6)]
    for one in browsers:
        assert one.login("yunxing").status_code == 200
    assert browsers[0].get("/api/auth/me").status_code == 401
    assert all(one.get("/api/auth/me").status_code == 200 for one in browsers[1:])
    listed = browsers[5].get("/api/auth/sessions").json()
    assert listed["total"] == 5
    assert [entry["current"] for entry in listed["items"]] == [True, False, False, False, False]


def test_one_ends_ones_own_sessions_and_nobody_elses(browser: Open) -> None:
    here, there, other = browser(), browser(), browser()
    here.login("yunxing")
    there.login("yunxing")
    other.login("worker")
    target = next(entry["id"] for entry in here.get("/api/auth/sessions").json()["items"] if not entry["current"])
    assert other.request("DELETE", f"/api/auth/sessions/{target}").status_code == 404
    assert here.request("DELETE", f"/api/auth/sessions/{target}").status_code == 204
    assert there.get("/api/auth/me").status_code == 401
    assert there.refresh().status_code == 401
    assert here.get("/api/auth/me").status_code == 200


@pytest.mark.parametrize("token", ["", "x", "0" * 64, "中文"])
def test_a_made_up_token_is_refused_and_taken_away(app: Any, token: str) -> None:
    client = TestClient(app, raise_server_exceptions=False)
    head = {"X-Requested-With": "safework", "Cookie": f"safework_refresh={token}".encode()}
    answer = client.post("/api/auth/refresh", headers=head)  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()["code"]) == (401, "session_ended")
    assert "Max-Age=0" in answer.headers["set-cookie"]


def test_the_audit_trail_cannot_be_rewritten_by_the_service(database: Database, browser: Open) -> None:
    browser().login("yunxing")
    for statement in ("UPDATE audit_log SET username = 'x'", "DELETE FROM audit_log"):
        with pytest.raises(Exception, match="permission denied"), database.session() as session:
            session.execute(text(statement))
