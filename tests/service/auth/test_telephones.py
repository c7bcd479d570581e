"""Telephones: a refresh token is worth nothing without the key it was given to."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pyotp
import pytest
from fastapi.testclient import TestClient
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, RSAKey

from services.auth import api
from services.auth.devices import CLOCK
from services.auth.settings import Settings
from tests.service.auth.conftest import PASSWORD, Browser, Clock

Open = Callable[[], Browser]
HOST = "http://127.0.0.1:8080"
LOGIN, REFRESH = "/api/auth/mobile/login", "/api/auth/mobile/refresh"


class Telephone:
    """An app with a key in its keystore."""

    def __init__(self, client: TestClient, clock: Clock) -> None:
        self.client, self.clock = client, clock
        self.key = ECKey.generate_key("P-256")
        self.token = self.refresh_token = ""

    def proof(self, path: str, *, method: str = "POST", head: dict[str, Any] | None = None, **claims: Any) -> str:
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self.key.as_dict(private=False)}
        header["jwk"] = {name: header["jwk"][name] for name in ("kty", "crv", "x", "y")}
        body = {"htm": method, "htu": HOST + path, "iat": int(self.clock().timestamp()), "jti": uuid4().hex} | claims
        return jws.serialize_compact(header | (head or {}), json.dumps(body).encode(), self.key, algorithms=["ES256"])

    def post(self, path: str, body: dict[str, Any], proof: str | None = None) -> Any:
        answer = self.client.post(path, json=body, headers={"DPoP": proof or self.proof(path)})
        if answer.status_code == 200:
            self.token, self.refresh_token = answer.json()["access_token"], answer.json()["refresh_token"]
        return answer

    def login(self, username: str = "inspector", **more: Any) -> Any:
        return self.post(LOGIN, {"username": username, "password": PASSWORD, "device_name": "巡检手机"} | more)

    def refresh(self, token: str | None = None, proof: str | None = None) -> Any:
        return self.post(REFRESH, {"refresh_token": token or self.refresh_token}, proof)

    def get(self, path: str) -> Any:
        return self.client.get(path, headers={"Authorization": f"Bearer {self.token}"})


@pytest.fixture
def telephone(app: Any, clock: Clock) -> Callable[[], Telephone]:
    return lambda: Telephone(TestClient(app, raise_server_exceptions=False), clock)


def test_a_telephone_stays_signed_in_for_days(telephone: Callable[[], Telephone], clock: Clock) -> None:
    mine = telephone()
    answer = mine.login()
    assert answer.status_code == 200, answer.text
    assert answer.json()["device"]["name"] == "巡检手机"
    assert "set-cookie" not in answer.headers
    assert mine.get("/api/auth/me").json()["amr"] == ["pwd", "hwk"]
    for _ in range(2):
        clock.forward(days=13)
        assert mine.refresh().status_code == 200
    listed = mine.get("/api/auth/devices").json()
    assert [(row["name"], row["current"]) for row in listed["items"]] == [("巡检手机", True)]
    clock.forward(days=5)
    assert mine.refresh().status_code == 401, "thirty days are over"
    assert mine.login().status_code == 200
    assert mine.get("/api/auth/devices").json()["total"] == 1, "the same telephone"
    clock.forward(days=15)
    assert mine.refresh().status_code == 401, "idle for more than fourteen days"


def test_a_copied_token_is_worth_nothing_and_harms_nobody(telephone: Callable[[], Telephone], browser: Open) -> None:
    mine, thief = telephone(), telephone()
    mine.login()
    assert thief.refresh(mine.refresh_token).json()["code"] == "session_ended"
    assert thief.login("worker").status_code == 200
    assert thief.refresh(mine.refresh_token).status_code == 401, "a registered key of somebody else"
    assert thief.post("/api/auth/mobile/logout", {"refresh_token": mine.refresh_token}).status_code == 204
    cookie = browser().client
    cookie.cookies.set("safework_refresh", mine.refresh_token)
    assert cookie.post("/api/auth/refresh", headers={"X-Requested-With": "safework"}).status_code == 401
    assert mine.refresh().status_code == 200, "the owner goes on"


def test_reuse_on_the_same_telephone(telephone: Callable[[], Telephone], clock: Clock) -> None:
    mine = telephone()
    mine.login()
    first = mine.refresh_token
    second = mine.refresh().json()["refresh_token"]
    assert mine.refresh(first).json()["refresh_token"] == second, "the answer was lost on the way"
    clock.forward(seconds=11)
    assert mine.refresh(first).status_code == 401
    assert mine.refresh(second).status_code == 401, "the family has ended"


def test_fifty_refreshes_at_once_move_it_on_once(telephone: Callable[[], Telephone]) -> None:
    mine = telephone()
    mine.login()
    token = mine.refresh_token

    def insist(_: int) -> Any:
        """Who waited for the token too long (a slow machine) is told to come again, and does."""
        for _ in range(20):
            answer = mine.refresh(token)
            if "retry-after" not in answer.headers:
                break
        return answer

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(insist, range(50)))
    assert Counter(answer.status_code for answer in answers) == {200: 50}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1


def test_a_proof_is_good_once(telephone: Callable[[], Telephone]) -> None:
    mine = telephone()
    mine.login()
    proof = mine.proof(REFRESH)
    assert mine.refresh(proof=proof).status_code == 200
    again = mine.refresh(proof=proof)
    assert (again.status_code, again.json()["code"]) == (401, "device_proof_invalid")
    assert mine.refresh().status_code == 200


def test_a_proof_is_for_one_request_now(telephone: Callable[[], Telephone]) -> None:
    mine = telephone()
    mine.login()
    other = ECKey.generate_key("P-256").as_dict(private=True)
    now, limit = int(time.time()), int(CLOCK.total_seconds()) + 60
    bad = [
        mine.proof(LOGIN),
        mine.proof(REFRESH, method="GET"),
        mine.proof(REFRESH, htu="https://evil.example" + REFRESH),
        mine.proof(REFRESH, iat=now - limit),
        mine.proof(REFRESH, iat=now + limit),
        mine.proof(REFRESH, iat="now"),
        mine.proof(REFRESH, iat=10**400),
        mine.proof(REFRESH, jti="short"),
        mine.proof(REFRESH, jti=7),
        mine.proof(REFRESH, head={"typ": "JWT"}),
        mine.proof(REFRESH, head={"kid": "x"}),
        mine.proof(REFRESH, head={"jwk": other}),
        mine.proof(REFRESH, head={"jwk": {name: other[name] for name in ("kty", "crv", "x", "y")}}),
        mine.proof(REFRESH, head={"jwk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}}),
        mine.proof(REFRESH)[:-4] + "AAAA",
        "a.b.c",
        "..",
        "x" * 3000,
    ]
    for proof in bad:
        answer = mine.refresh(proof=proof)
        assert (answer.status_code, answer.json()["code"]) == (401, "device_proof_invalid"), proof
    missing = mine.client.post(REFRESH, json={"refresh_token": mine.refresh_token})
    assert missing.json()["code"] == "device_proof_invalid"
    assert mine.refresh().status_code == 200, "none of this has used the token up"


@pytest.mark.parametrize("algorithm", ["HS256", "RS256", "none"])
def test_only_es256(telephone: Callable[[], Telephone], algorithm: str) -> None:
    mine = telephone()
    public = {name: mine.key.as_dict(private=False)[name] for name in ("kty", "crv", "x", "y")}
    header = {"typ": "dpop+jwt", "alg": algorithm, "jwk": public}
    body = {"htm": "POST", "htu": HOST + LOGIN, "iat": int(mine.clock().timestamp()), "jti": uuid4().hex}
    key: Any = OctKey.generate_key(256) if algorithm == "HS256" else RSAKey.generate_key(2048)
    proof = (
        jws.serialize_compact(header, json.dumps(body).encode(), key, algorithms=[algorithm])
        if algorithm != "none"
        else "eyJhbGciOiJub25lIiwidHlwIjoiZHBvcCtqd3QifQ.e30."
    )
    assert mine.post(LOGIN, {"username": "x", "password": "x", "device_name": "x"}, proof).status_code == 401


def test_a_lost_telephone_is_ended_by_its_owner_and_by_an_administrator(
    telephone: Callable[[], Telephone], browser: Open
) -> None:
    mine, owner, administrator, other = telephone(), browser(), browser(), browser()
    mine.login()
    owner.login("inspector")
    other.login("worker")
    device = owner.get("/api/auth/devices").json()["items"][0]["id"]
    assert other.request("DELETE", f"/api/auth/devices/{device}").status_code == 404
    assert owner.request("DELETE", f"/api/auth/devices/{device}").status_code == 204
    assert mine.get("/api/auth/me").status_code == 401
    assert mine.refresh().status_code == 401
    assert owner.get("/api/auth/me").status_code == 200, "the browser goes on"

    mine.login()
    administrator.login("secadmin")
    users = administrator.get("/api/auth/users?q=inspector").json()["items"]
    url = f"/api/auth/users/{users[0]['id']}/devices"
    device = administrator.get(url).json()["items"][0]["id"]
    assert other.request("DELETE", f"{url}/{device}").status_code == 403
    assert administrator.request("DELETE", f"{url}/{device}").status_code == 204
    assert mine.refresh().status_code == 401
    assert administrator.request("DELETE", f"{url}/{device}").status_code == 404


def test_the_second_factor_comes_from_the_same_telephone(
    telephone: Callable[[], Telephone], browser: Open, clock: Clock
) -> None:
    here, mine, other = browser(), telephone(), telephone()
    here.login("inspector")
    app = pyotp.TOTP(here.request("POST", "/api/auth/second-factor").json()["secret"])
    here.request("POST", "/api/auth/second-factor/confirm", json={"code": app.at(clock())})
    clock.forward(seconds=30)
    challenge = mine.login().json()["challenge"]
    body = {"challenge": challenge, "code": app.at(clock()), "device_name": "巡检手机"}
    path = f"{LOGIN}/second-factor"
    assert other.post(path, body).json()["code"] == "challenge_expired"
    assert browser().second_step(challenge, app.at(clock())).status_code == 401, "nor from a browser"
    assert mine.post(path, body).status_code == 200
    assert mine.get("/api/auth/me").json()["amr"] == ["pwd", "otp", "hwk"]


def test_two_telephones_and_not_three(telephone: Callable[[], Telephone], browser: Open) -> None:
    here, telephones = browser(), [telephone() for _ in range(3)]
    here.login("inspector")
    for one in telephones:
        assert one.login().status_code == 200
    assert [one.get("/api/auth/me").status_code for one in telephones] == [401, 200, 200]
    assert here.get("/api/auth/me").status_code == 200, "browsers are counted by themselves"


def test_it_goes_on_after_a_restart(telephone: Callable[[], Telephone], settings: Settings, clock: Clock) -> None:
    mine = telephone()
    mine.login()
    used = mine.proof(REFRESH)
    first = mine.refresh_token
    second = mine.refresh(proof=used).json()["refresh_token"]
    with TestClient(api.create(settings, clock=clock)) as restarted:
        mine.client = restarted
        assert mine.refresh(first, used).json()["code"] == "device_proof_invalid", "a replay after a restart"
        assert mine.refresh(first).json()["refresh_token"] == second
        assert mine.refresh(second).status_code == 200
