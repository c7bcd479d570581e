"""A proof of work after failures: when it is asked for, that it is checked here, and that it is good once."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import altcha
import pytest

from kit.db import now
from services.auth import captcha
from tests.service.auth.conftest import PASSWORD, Browser, Clock

Open = Callable[[], Browser]


def fail(browser: Browser, username: str, times: int) -> None:
    for n in range(times):
        assert browser.login(username, f"wrong {n}").status_code == 401


def send(browser: Browser, solution: Any, username: str = "yunxing", password: str = PASSWORD) -> Any:
    body = {"username": username, "password": password, "captcha": solution}
    return browser.client.post("/api/auth/login", json=body)


def test_asked_for_after_three_failures_of_a_name_that_exists_or_not(browser: Open) -> None:
    for name in ("yunxing", "nobody-here"):
        guesser = browser()
        codes = [guesser.login(name, f"wrong {n}", solve=False).json()["code"] for n in range(5)]
        assert codes == ["login_failed"] * 3 + ["captcha_required"] * 2
    assert browser().login("yunxing", solve=False).json()["code"] == "captcha_required", "for the right password too"
    solved = browser()
    assert solved.login("yunxing").status_code == 200
    assert browser().login("yunxing", solve=False).status_code == 200, "a success forgets the failures"


def test_a_known_browser_is_not_asked_for_what_others_did(browser: Open) -> None:
    mine = browser()
    mine.login("yunxing")
    fail(browser(), "yunxing", 4)
    assert mine.login("yunxing", solve=False).status_code == 200


def test_asked_for_after_ten_failures_from_an_address(browser: Open, clock: Clock) -> None:
    for n in range(10):
        browser().login(f"nobody-{n}", "wrong", solve=False)
    assert browser().login("worker", solve=False).json()["code"] == "captcha_required"
    assert browser().login("worker").status_code == 200
    clock.forward(minutes=16)
    assert browser().login("gongcheng", solve=False).status_code == 200


def test_not_counted_as_a_failure(browser: Open) -> None:
    guesser = browser()
    fail(guesser, "yunxing", 3)
    for _ in range(5):
        guesser.login("yunxing", "wrong", solve=False)
    answer = guesser.login("yunxing")
    assert answer.status_code == 200, "who sends none is not locked out by it"


def test_a_solution_is_good_once(browser: Open) -> None:
    guesser = browser()
    fail(guesser, "yunxing", 3)
    solution = guesser.solution()
    assert send(guesser, solution, password="wrong").json()["code"] == "login_failed"
    assert send(guesser, solution).json()["code"] == "captcha_required"
    fresh = guesser.solution()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: send(browser(), fresh).status_code, range(8)))
    # The first success forgets the failures: who comes after it is let in without a proof.
    assert Counter(answers)[200] >= 1
    fail(browser(), "gongcheng", 3)
    fresh = guesser.solution()
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda _: send(browser(), fresh, "gongcheng", "wrong").json()["code"], range(8)))
    assert Counter(codes) == {"login_failed": 1, "captcha_required": 7}


def test_what_is_no_solution_is_none(browser: Open, app: Any) -> None:
    guesser = browser()
    fail(guesser, "yunxing", 3)
    secret = app.state.keyring.derived("captcha")

    def solved(secret: bytes, **change: Any) -> str:
        challenge = altcha.Challenge.from_dict(captcha.challenge(secret, 100, now()))
        solution = altcha.solve_challenge(challenge)
        assert solution is not None
        payload = json.loads(base64.b64decode(altcha.Payload(challenge, solution).to_base64()))
        payload["challenge"]["parameters"] |= change
        return base64.b64encode(json.dumps(payload).encode()).decode()

    def packed(value: Any) -> str:
        return base64.b64encode(json.dumps(value).encode()).decode()

    late = altcha.Challenge.from_dict(captcha.challenge(secret, 100, now() - timedelta(minutes=6)))
    found = altcha.solve_challenge(late)
    assert found is not None
    wrong = json.loads(base64.b64decode(solved(secret)))
    wrong["solution"]["derivedKey"] = "00" * 32
    bad = [
        solved(b"another secret that is not ours"),
        solved(secret, keyPrefix="00"),
        solved(secret, cost=0),
        altcha.Payload(late, found).to_base64(),
        packed(wrong),
        packed({}),
        packed([]),
        packed({"challenge": "x", "solution": "y"}),
        packed({"challenge": {"parameters": [], "signature": 1}, "solution": {"counter": 1e400, "derivedKey": None}}),
        packed({"challenge": {"parameters": {"salt": "x"}}, "solution": {}}),
        "not base64!",
        "e30",
        "",
    ]
    for solution in bad:
        answer = send(guesser, solution)
        assert (answer.status_code, answer.json()["code"]) == (401, "captcha_required"), solution
    assert send(guesser, "x" * 3000).status_code == 422
    assert send(guesser, solved(secret)).status_code == 200


@pytest.mark.parametrize("work", [100, 1000])
def test_the_work_has_bounds(work: int) -> None:
    """The slowest telephone waits for twice the least at most: it is not a lottery."""
    secret = b"x" * 32
    for _ in range(3):
        found = altcha.solve_challenge(altcha.Challenge.from_dict(captcha.challenge(secret, work, now())))
        assert found is not None and work <= found.counter < 2 * work
