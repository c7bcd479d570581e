"""Two factors: setting up, signing in, what is good once, and for whom it is required."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, text

from kit.audit import AuditLog
from kit.db import Database
from services.auth import api
from services.auth.secondfactor import RecoveryCode
from services.auth.settings import Settings
from tests.service.auth.conftest import PASSWORD, Browser, Clock

Open = Callable[[], Browser]
URL = "/api/auth/second-factor"


class Phone:
    """An authenticator app whose clock is the test's."""

    def __init__(self, secret: str, clock: Clock) -> None:
        self.totp = pyotp.TOTP(secret)
        self.clock = clock

    def code(self, shift: int = 0) -> str:
        return self.totp.at(self.clock() + timedelta(seconds=30 * shift))


def enrol(browser: Browser, clock: Clock) -> tuple[Phone, list[str]]:
    begun = browser.request("POST", URL)
    assert begun.status_code == 200, begun.text
    phone = Phone(begun.json()["secret"], clock)
    done = browser.request("POST", f"{URL}/confirm", json={"code": phone.code()})
    assert done.status_code == 200, done.text
    browser.token = done.json()["access"]["access_token"]
    clock.forward(seconds=30)
    return phone, done.json()["recovery_codes"]


def first_step(browser: Browser, username: str) -> str:
    answer = browser.login(username)
    assert (answer.status_code, answer.json()["code"]) == (401, "second_factor_required")
    challenge: str = answer.json()["challenge"]
    return challenge


def test_setting_up_and_signing_in(browser: Open, clock: Clock, database: Database) -> None:
    here, there = browser(), browser()
    here.login("yunxing")
    there.login("yunxing")
    assert here.get(URL).json() == {"enabled": False, "confirmed_at": None, "recovery_codes_left": 0}
    begun = here.request("POST", URL).json()
    assert begun["uri"].startswith("otpauth://totp/") and "yunxing" in begun["uri"]
    assert begun["qr_svg"].startswith("<svg")
    assert here.request("POST", f"{URL}/confirm", json={"code": "000000"}).json()["code"] == "code_wrong"
    assert browser().login("yunxing").status_code == 200, "it does not count before its first code"

    phone, codes = enrol(here, clock)
    assert len(set(codes)) == 10
    assert here.get("/api/auth/me").json()["amr"] == ["pwd", "otp"]
    assert there.get("/api/auth/me").status_code == 401, "sessions without the second factor have ended"
    assert here.request("POST", URL).json()["code"] == "second_factor_enabled"
    fresh = browser()
    challenge = first_step(fresh, "yunxing")
    assert "safework_refresh" not in fresh.client.cookies, "half a sign-in is none"
    answer = fresh.second_step(challenge, phone.code())
    assert answer.status_code == 200, answer.text
    assert fresh.get("/api/auth/me").json()["amr"] == ["pwd", "otp"]
    assert fresh.refresh().status_code == 200
    assert fresh.get("/api/auth/me").json()["amr"] == ["pwd", "otp"], "a refresh keeps it"

    with database.session() as session:
        kept = session.scalars(text("SELECT secret FROM second_factor")).one()
        assert kept.startswith("~1.") and phone.totp.secret not in kept, "sealed at rest"
        hashes = " ".join(session.scalars(select(RecoveryCode.code_hash)))
        assert not any(code.replace("-", "") in hashes for code in codes)
        rows = repr([vars(row) for row in session.scalars(select(AuditLog))])
        assert phone.totp.secret not in rows


def test_a_code_is_good_once_and_never_an_earlier_one(browser: Open, clock: Clock) -> None:
    here = browser()
    here.login("yunxing")
    phone, _ = enrol(here, clock)
    code, earlier = phone.code(), phone.code(-1)
    assert browser().second_step(first_step(browser(), "yunxing"), code).status_code == 200
    again = browser().second_step(first_step(browser(), "yunxing"), code)
    assert (again.status_code, again.json()["code"]) == (401, "code_wrong")
    assert browser().second_step(first_step(browser(), "yunxing"), earlier).status_code == 401
    clock.forward(seconds=30)
    assert browser().second_step(first_step(browser(), "yunxing"), phone.code()).status_code == 200


def test_of_ten_at_once_with_one_code_one_gets_in(browser: Open, clock: Clock) -> None:
    here = browser()
    here.login("yunxing")
    phone, _ = enrol(here, clock)
    code = phone.code()
    waiting = [(one, first_step(one, "yunxing")) for one in (browser() for _ in range(5))]
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda pair: pair[0].second_step(pair[1], code).status_code, waiting))
    assert Counter(answers) == {200: 1, 401: 4}


@pytest.mark.parametrize(("shift", "status"), [(-2, 401), (-1, 200), (1, 200), (2, 401)])
def test_a_clock_may_be_one_step_off(browser: Open, clock: Clock, shift: int, status: int) -> None:
    here = browser()
    here.login("yunxing")
    phone, _ = enrol(here, clock)
    clock.forward(minutes=2)
    assert browser().second_step(first_step(browser(), "yunxing"), phone.code(shift)).status_code == status


def test_five_tries_then_the_whole_sign_in_again_and_the_person_waits(browser: Open, clock: Clock) -> None:
    here = browser()
    here.login("yunxing")
    phone, _ = enrol(here, clock)
    guesser = browser()
    challenge = first_step(guesser, "yunxing")
    answers = [guesser.second_step(challenge, f"{n:06}").json() for n in range(6)]
    assert [answer["code"] for answer in answers] == ["code_wrong"] * 4 + ["challenge_expired"] * 2
    other = browser()
    challenge = first_step(other, "yunxing")
    right = other.second_step(challenge, phone.code())
    assert right.status_code == 401 and 290 <= right.json()["retry_after"] <= 300, "a new challenge brings no new tries"
    clock.forward(minutes=5, seconds=1)
    assert other.second_step(challenge, phone.code()).json()["code"] == "challenge_expired"
    assert other.second_step(first_step(other, "yunxing"), phone.code()).status_code == 200


def test_a_recovery_code_replaces_the_phone_once(browser: Open, clock: Clock) -> None:
    here = browser()
    here.login("yunxing")
    _, codes = enrol(here, clock)
    typed = codes[3].upper().replace("-", " ")
    assert browser().second_step(first_step(browser(), "yunxing"), typed).status_code == 200
    assert browser().second_step(first_step(browser(), "yunxing"), codes[3]).status_code == 401
    assert here.get(URL).json()["recovery_codes_left"] == 9
    other = browser()
    other.login("gongcheng")
    enrol(other, clock)
    stolen = browser().second_step(first_step(browser(), "gongcheng"), codes[4])
    assert stolen.status_code == 401, "somebody else's code"


def test_new_recovery_codes_and_taking_it_away(browser: Open, clock: Clock) -> None:
    here = browser()
    here.login("yunxing")
    phone, codes = enrol(here, clock)
    answer = here.request("POST", f"{URL}/recovery-codes", json={"code": codes[0]})
    assert answer.status_code == 422, "a recovery code does not make ten new ones"
    fresh = here.request("POST", f"{URL}/recovery-codes", json={"code": phone.code()}).json()["recovery_codes"]
    assert not set(fresh) & set(codes)
    assert browser().second_step(first_step(browser(), "yunxing"), codes[1]).status_code == 401
    assert here.request("POST", f"{URL}/disable", json={"code": fresh[0]}).status_code == 204
    assert browser().login("yunxing").status_code == 200


def test_a_challenge_dies_with_the_account_and_the_time(browser: Open, clock: Clock) -> None:
    here, administrator = browser(), browser()
    here.login("yunxing")
    phone, _ = enrol(here, clock)
    late, disabled = first_step(browser(), "yunxing"), browser()
    clock.forward(minutes=5, seconds=1)
    assert browser().second_step(late, phone.code()).json()["code"] == "challenge_expired"
    challenge = first_step(disabled, "yunxing")
    administrator.login("secadmin")
    user = administrator.get("/api/auth/users?q=yunxing").json()["items"]
    row = next(one for one in user if one["username"] == "yunxing")
    url = f"/api/auth/users/{row['id']}"
    answer = administrator.request("POST", f"{url}/disable", json={"version": row["version"], "reason": "离职"})
    assert answer.status_code == 200, answer.text
    assert disabled.second_step(challenge, phone.code()).json()["code"] == "challenge_expired"
    assert browser().second_step("made up", "123456").json()["code"] == "challenge_expired"


def test_an_administrator_takes_away_anothers_but_not_ones_own(browser: Open, clock: Clock) -> None:
    here, administrator = browser(), browser()
    here.login("worker")
    enrol(here, clock)
    administrator.login("secadmin")
    ids = {row["username"]: row["id"] for row in administrator.get("/api/auth/users?size=200").json()["items"]}
    url = f"/api/auth/users/{ids['worker']}/second-factor"
    state = administrator.get(url).json()
    assert (state["enabled"], state["recovery_codes_left"], set(state)) == (
        True, 10, {"enabled", "confirmed_at", "recovery_codes_left"},
    )  # fmt: skip
    assert administrator.request("DELETE", url).status_code == 204
    assert administrator.get(url).json()["enabled"] is False
    assert administrator.request("DELETE", url).json()["code"] == "second_factor_not_enabled"
    assert here.get("/api/auth/me").status_code == 401
    assert browser().login("worker").status_code == 200
    own = administrator.request("DELETE", f"/api/auth/users/{ids['secadmin']}/second-factor")
    assert own.json()["code"] == "own_account"
    assert here.login("worker").status_code == 200
    foreign = here.request("DELETE", f"/api/auth/users/{ids['secadmin']}/second-factor")
    assert (foreign.status_code, foreign.json()["code"]) == (403, "permission_missing")


@pytest.fixture
def strict(settings: Settings, clock: Clock) -> Iterator[Any]:
    """The same company where administrators have to use two factors."""
    app = api.create(settings.model_copy(update={"administrator_second_factor": True}), clock=clock)
    with TestClient(app):
        yield app


def test_dengbao_an_administrator_without_two_factors_can_only_set_one_up(strict: Any, clock: Clock) -> None:
    administrator = Browser(TestClient(strict))
    assert administrator.login("secadmin").status_code == 200
    me = administrator.get("/api/auth/me").json()
    assert (me["restricted"], me["permissions"], me["user"]["second_factor_required"]) == ("second_factor", [], True)
    assert administrator.get("/api/auth/users").status_code == 403
    enrol(administrator, clock)
    assert administrator.get("/api/auth/me").json()["restricted"] is None
    assert administrator.get("/api/auth/users").status_code == 200
    officer = Browser(TestClient(strict))
    officer.login("yunxing")
    assert officer.get("/api/auth/me").json()["restricted"] is None
    assert officer.get("/api/auth/departments").status_code == 200


def test_who_takes_the_required_one_away_is_locked_in_again(strict: Any, clock: Clock) -> None:
    administrator = Browser(TestClient(strict))
    administrator.login("secadmin")
    phone, _ = enrol(administrator, clock)
    assert administrator.request("POST", f"{URL}/disable", json={"code": phone.code()}).status_code == 204
    administrator.refresh()
    assert administrator.get("/api/auth/users").status_code == 403


def test_a_stale_session_proves_itself_first(browser: Open, clock: Clock) -> None:
    here = browser()
    here.login("yunxing")
    clock.forward(minutes=5, seconds=2)
    refused = here.request("POST", URL)
    assert (refused.status_code, refused.json()["code"]) == (403, "reauthentication_required")
    wrong = here.request("POST", "/api/auth/reauthenticate", json={"password": "wrong"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "password_wrong")
    proven = here.request("POST", "/api/auth/reauthenticate", json={"password": PASSWORD})
    assert proven.status_code == 200, proven.text
    assert here.request("POST", URL).status_code == 403, "the old token says what it said"
    here.token = proven.json()["access_token"]
    phone, _ = enrol(here, clock)
    clock.forward(minutes=6)
    here.refresh()
    assert here.request("POST", f"{URL}/disable", json={"code": phone.code()}).status_code == 403
    need = here.request("POST", "/api/auth/reauthenticate", json={"password": PASSWORD})
    assert (need.status_code, need.json()["code"]) == (422, "second_factor_required")
    both = {"password": PASSWORD, "code": phone.code()}
    assert here.request("POST", "/api/auth/reauthenticate", json=both).status_code == 200
    replay = here.request("POST", "/api/auth/reauthenticate", json=both)
    assert replay.json()["code"] == "code_wrong"


def test_an_open_browser_is_no_place_to_guess_the_password(browser: Open) -> None:
    here = browser()
    here.login("yunxing")
    for n in range(5):
        here.request("POST", "/api/auth/reauthenticate", json={"password": f"wrong {n}"})
    locked = here.request("POST", "/api/auth/reauthenticate", json={"password": PASSWORD})
    assert locked.status_code == 422 and locked.json()["retry_after"] > 800
