"""What is ended is refused by every service within seconds. Time is injected; nothing here sleeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from contracts.principal import Principal
from kit.db import Database
from kit.errors import Unauthenticated, Unavailable
from kit.http.remote import RemoteVerifier
from tests.service.auth.conftest import PASSWORD, Browser

Open = Callable[[], Browser]


class Elsewhere:
    """Another service's verifier, whose HTTP client reaches this auth; `reachable` cuts the line."""

    def __init__(self, app: Any) -> None:
        self.reachable = True
        self.time = 1000.0
        self.asked: list[str] = []
        client = TestClient(app)

        def handle(request: httpx.Request) -> httpx.Response:
            if not self.reachable:
                raise httpx.ConnectError("cut", request=request)
            self.asked.append(request.url.path)
            answer = client.get(str(request.url.raw_path, "ascii"))
            return httpx.Response(answer.status_code, content=answer.content)

        self.verifier = RemoteVerifier("http://auth", "ledgers", 300.0, transport=httpx.MockTransport(handle))
        self.verifier.list._clock = lambda: self.time
        self.verifier._remote_keys._clock = lambda: self.time

    def poll(self) -> bool:
        return self.verifier.poll()

    def reads(self, browser: Browser) -> Principal:
        return self.verifier.verify(browser.token, write=False)

    def writes(self, browser: Browser) -> Principal:
        return self.verifier.verify(browser.token, write=True)


@pytest.fixture
def elsewhere(app: Any) -> Iterator[Elsewhere]:
    elsewhere = Elsewhere(app)
    yield elsewhere
    elsewhere.verifier._client.close()


def test_a_token_of_auth_is_good_elsewhere(browser: Open, elsewhere: Elsewhere) -> None:
    person = browser()
    person.login("chengbei")
    elsewhere.poll()
    principal = elsewhere.writes(person)
    assert (principal.username, principal.scope.kind, principal.roles) == ("chengbei", "subtree", ("safety_officer",))
    assert principal.may("ledgers:fire-facilities:import")
    assert principal.may("ledgers:personal:read")
    assert not principal.may("auth:users:update")


def test_signing_out_is_known_elsewhere_after_one_round(browser: Open, elsewhere: Elsewhere) -> None:
    person = browser()
    person.login("yunxing")
    elsewhere.poll()
    elsewhere.writes(person)
    person.logout()
    elsewhere.poll()
    with pytest.raises(Unauthenticated) as refusal:
        elsewhere.reads(person)
    assert refusal.value.code == "session_ended"


@pytest.mark.parametrize("change", ["disable", "roles", "move", "password", "reset", "end", "end_one"])
def test_every_change_of_a_person_is_known_elsewhere(browser: Open, elsewhere: Elsewhere, change: str) -> None:
    person, administrator = browser(), browser()
    person.login("inspector")
    administrator.login("secadmin")
    elsewhere.poll()
    elsewhere.writes(person)
    user = administrator.get("/api/auth/users?q=inspector").json()["items"][0]
    url, version = f"/api/auth/users/{user['id']}", user["version"]
    target = administrator.get("/api/auth/departments").json()["items"][3]["id"]
    session_id = person.get("/api/auth/sessions").json()["items"][0]["id"]
    answer = {
        "disable": lambda: administrator.request("POST", f"{url}/disable", json={"version": version}),
        "roles": lambda: administrator.request(
            "PUT", f"{url}/roles", json={"roles": [{"code": "worker"}], "version": version}
        ),
        "move": lambda: administrator.request(
            "PUT", url, json={"name": user["name"], "department_id": target, "version": version}
        ),
        "password": lambda: person.request(
            "POST",
            "/api/auth/password",
            json={"current_password": PASSWORD, "new_password": "Kletter-Rose-88!"},
        ),
        "reset": lambda: administrator.request("POST", f"{url}/reset-password", json={"version": version}),
        "end": lambda: administrator.request("DELETE", f"{url}/sessions"),
        "end_one": lambda: administrator.request("DELETE", f"/api/auth/login-sessions/{session_id}"),
    }[change]()
    assert answer.is_success, answer.text
    elsewhere.poll()
    with pytest.raises(Unauthenticated):
        elsewhere.reads(person)
    assert person.get("/api/auth/me").status_code == 401, "auth itself asks its database"
    # What does not end the session gives a new token by itself.
    goes_on = change in ("roles", "move", "password")
    assert person.refresh().status_code == (200 if goes_on else 401)
    if goes_on:
        elsewhere.reads(person)


def test_what_a_transaction_committed_late_is_not_missed(
    browser: Open, elsewhere: Elsewhere, database: Database
) -> None:
    """The row carries the moment of its insertion; a poll between that and the commit must not lose it."""
    person = browser()
    person.login("yunxing")
    elsewhere.poll()
    with database.transaction() as session:
        session_id = elsewhere.reads(person).session_id
        session.execute(
            text("INSERT INTO revocation (id, at, session_id) VALUES (gen_random_uuid(), clock_timestamp(), :id)"),
            {"id": session_id},
        )
        elsewhere.poll()
        elsewhere.reads(person)
    elsewhere.poll()
    with pytest.raises(Unauthenticated):
        elsewhere.reads(person)


def test_without_auth_writing_stops_after_half_a_minute_and_reading_after_five(
    browser: Open, elsewhere: Elsewhere
) -> None:
    person = browser()
    person.login("yunxing")
    elsewhere.poll()
    elsewhere.writes(person)
    elsewhere.reachable = False
    elsewhere.time += 29
    assert elsewhere.poll() is False
    elsewhere.writes(person)
    elsewhere.time += 2
    with pytest.raises(Unavailable) as refusal:
        elsewhere.writes(person)
    assert refusal.value.code == "revocations_stale"
    elsewhere.reads(person)
    elsewhere.time += 270
    with pytest.raises(Unavailable):
        elsewhere.reads(person)
    elsewhere.reachable = True
    elsewhere.poll()
    elsewhere.writes(person)


def test_a_service_that_never_heard_from_auth_lets_nobody_in(browser: Open, elsewhere: Elsewhere) -> None:
    person = browser()
    person.login("yunxing")
    with pytest.raises(Unavailable):
        elsewhere.reads(person)


def test_made_up_keys_do_not_become_questions_to_auth(browser: Open, elsewhere: Elsewhere) -> None:
    import base64
    import json

    def token(kid: str) -> str:
        head = json.dumps({"alg": "Ed25519", "typ": "at+jwt", "kid": kid}).encode()
        return f"{base64.urlsafe_b64encode(head).decode().rstrip('=')}.e30.AAAA"

    elsewhere.poll()
    before = elsewhere.asked.count("/api/auth/jwks")
    for n in range(200):
        with pytest.raises(Unauthenticated):
            elsewhere.verifier.verify(token(f"made-up-{n}"), write=False)
    assert elsewhere.asked.count("/api/auth/jwks") - before <= 1


def test_a_withdrawn_key_is_forgotten(app: Any, browser: Open, elsewhere: Elsewhere) -> None:
    person = browser()
    person.login("yunxing")
    elsewhere.poll()
    elsewhere.reads(person)
    folder = app.state.keyring._folder
    for path in folder.glob("*.pem"):
        path.unlink()
    app.state.keyring._write_new()
    app.state.keyring._loaded = float("-inf")
    elsewhere.time += 301
    elsewhere.poll()
    with pytest.raises(Unauthenticated) as refusal:
        elsewhere.reads(person)
    assert refusal.value.code == "token_invalid"


def test_what_auth_answers_wrongly_is_not_taken_for_nothing_ended(elsewhere: Elsewhere) -> None:
    elsewhere.poll()
    heard = elsewhere.verifier.list.age()
    elsewhere.verifier._client = httpx.Client(
        base_url="http://auth", transport=httpx.MockTransport(lambda _: httpx.Response(200, content=b"<html>"))
    )
    elsewhere.time += 7
    assert elsewhere.poll() is False
    assert elsewhere.verifier.list.age() == heard + 7
