"""The list of what has been ended, and the thread that keeps it fresh."""

from __future__ import annotations

import threading
from uuid import uuid4

import httpx
import pytest

from kit.errors import Unavailable
from kit.http import remote
from kit.http.remote import RemoteVerifier
from kit.http.revocation import REMEMBER_SECONDS, RevocationFeed, RevocationList
from kit.testing.identity import principal


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def feed(**more: object) -> RevocationFeed:
    return RevocationFeed.model_validate({"cursor": "c", "sessions": [], "users": {}, **more})


def test_sessions_and_versions_are_refused() -> None:
    known = RevocationList(300, Time())
    gone, changed, other = principal(), principal(), principal()
    known.hear(feed(sessions=[str(gone.session_id)], users={str(changed.user_id): 3}))
    assert known.refuses(gone, write=False)
    assert known.refuses(changed, write=True)
    assert not known.refuses(changed.model_copy(update={"version": 3}), write=True)
    assert not known.refuses(other, write=True)


def test_what_is_heard_again_or_late_takes_nothing_back() -> None:
    known = RevocationList(300, Time())
    who = principal()
    known.hear(feed(users={str(who.user_id): 5}))
    known.hear(feed(users={str(who.user_id): 2}))
    known.hear(feed())
    assert known.refuses(who.model_copy(update={"version": 4}), write=False)


def test_what_no_token_can_outlive_is_forgotten() -> None:
    time = Time()
    known = RevocationList(300, time)
    who = principal()
    known.hear(feed(sessions=[str(who.session_id)], users={str(uuid4()): 1}))
    time.now = REMEMBER_SECONDS - 1
    known.hear(feed())
    assert known.refuses(who, write=False)
    time.now = REMEMBER_SECONDS + 1
    known.hear(feed())
    assert not known.refuses(who, write=False)
    assert known._sessions == {}
    assert known._users == {}


@pytest.mark.parametrize(("age", "reads", "writes"), [(29, True, True), (31, True, False), (301, False, False)])
def test_who_does_not_know_does_not_let_in(age: float, reads: bool, writes: bool) -> None:
    time = Time()
    known = RevocationList(300, time)
    known.hear(feed())
    time.now = age
    for write, good in ((False, reads), (True, writes)):
        if good:
            assert not known.refuses(principal(), write=write)
        else:
            with pytest.raises(Unavailable):
                known.refuses(principal(), write=write)


def test_the_thread_goes_on_after_a_failure_and_ends_with_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "POLL_SECONDS", 0.01)
    rounds, enough = [], threading.Event()

    def answer(request: httpx.Request) -> httpx.Response:
        rounds.append(request.url.path)
        if len(rounds) > 8:
            enough.set()
        match len(rounds) % 4:
            case 1:
                raise httpx.ConnectError("away", request=request)
            case 2:
                return httpx.Response(200, content=b"not json")
            case 3:
                raise RuntimeError("a fault of our own")
        return httpx.Response(200, json={"cursor": "c", "sessions": [], "users": {}, "keys": []})

    verifier = RemoteVerifier("http://auth", "ledgers", 300.0, transport=httpx.MockTransport(answer))
    with verifier.running():
        assert enough.wait(10)
    assert not any(thread.name == "revocations" for thread in threading.enumerate())
    assert verifier.list.age() < 10
