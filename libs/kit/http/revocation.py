"""What auth has ended since tokens were issued: sessions by id, and everything of a person before a version.

The identity service is asked every two seconds, so that a sign-out, a disabled account or a changed role is refused
everywhere within five (reliability.md 3.3 S11). While it cannot be asked, writing stops after thirty seconds and reading
after some minutes: a service that cannot know who was thrown out does not let anybody change anything."""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import UUID

from pydantic import BaseModel

from contracts.principal import Principal
from kit.errors import Unavailable

POLL_SECONDS = 2.0
WRITE_LIMIT_SECONDS = 30.0
# How long something ended has to be remembered: longer than any token lives, with the clocks' leeway.
REMEMBER_SECONDS = 900


class RevocationFeed(BaseModel):
    """What the identity service answers: everything ended after `since`, and the cursor for the next question."""

    cursor: str
    sessions: list[UUID]
    users: dict[UUID, int]


class RevocationList:
    """What this process knows. `clock` is monotonic; a test injects its own."""

    waits = False

    def __init__(self, read_limit: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.cursor: str | None = None
        self._read_limit = read_limit
        self._clock = clock
        self._heard: float | None = None
        self._sessions: dict[UUID, float] = {}
        self._users: dict[UUID, tuple[int, float]] = {}

    def hear(self, feed: RevocationFeed) -> None:
        """Takes over an answer. Asking again for what was heard already changes nothing."""
        now = self._clock()
        for id_ in feed.sessions:
            self._sessions.setdefault(id_, now + REMEMBER_SECONDS)
        for id_, version in feed.users.items():
            known = self._users.get(id_)
            if known is None or known[0] < version:
                self._users[id_] = (version, now + REMEMBER_SECONDS)
        self._sessions = {id_: until for id_, until in self._sessions.items() if until > now}
        self._users = {id_: known for id_, known in self._users.items() if known[1] > now}
        self.cursor = feed.cursor
        self._heard = now

    def refuses(self, principal: Principal, *, write: bool) -> bool:
        """Whether the principal's session or version has been ended; Unavailable when we cannot know any more."""
        age = self.age()
        if age > self._read_limit or (write and age > WRITE_LIMIT_SECONDS):
            raise Unavailable("暂时无法核实登录状态，请稍后重试", code="revocations_stale", retry_after=5)
        known = self._users.get(principal.user_id)
        return principal.session_id in self._sessions or (known is not None and principal.version < known[0])

    def age(self) -> float:
        """Seconds since the identity service last answered; infinite before its first answer."""
        return float("inf") if self._heard is None else self._clock() - self._heard
