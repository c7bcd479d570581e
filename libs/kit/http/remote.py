"""Auth's published keys and revocations, fetched over HTTP and kept: a token is verified without asking auth."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from kit import log
from kit.http.revocation import POLL_SECONDS, RevocationFeed, RevocationList
from kit.http.tokens import TokenVerifier
from kit.settings import ServiceSettings

_log = log.get(__name__)

# A key that auth has withdrawn is forgotten after this time.
KEYS_SECONDS = 300.0
# A key id that nobody knows leads to one question in this time, however many tokens name one.
UNKNOWN_KEY_SECONDS = 5.0


class RemoteKeys:
    """Auth's JWKS, by key id."""

    def __init__(self, client: httpx.Client, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._keys: dict[str, OKPKey] = {}
        self._asked = float("-inf")
        self._lock = threading.Lock()

    def key(self, kid: str) -> OKPKey | None:
        """The key of this id; asks auth when it is not known."""
        known = self._keys.get(kid)
        if known is not None:
            return known
        with self._lock:
            if kid not in self._keys and self._clock() - self._asked > UNKNOWN_KEY_SECONDS:
                self.fetch()
        return self._keys.get(kid)

    def at_hand(self, kid: str) -> OKPKey | None:
        """The key of this id, if it is known; nobody is asked."""
        return self._keys.get(kid)

    def fetch_when_old(self) -> None:
        """Asks again when the copy is old, so that a withdrawn key stops being good."""
        if self._clock() - self._asked > KEYS_SECONDS:
            with self._lock:
                self.fetch()

    def fetch(self) -> None:
        """Asks now. While auth is away the keys that are known stay good; revocation.py limits for how long."""
        self._asked = self._clock()
        try:
            answer: dict[str, Any] = self._client.get("/api/auth/jwks").raise_for_status().json()
            self._keys = {key["kid"]: OKPKey.import_key(key) for key in answer["keys"]}
        except (httpx.HTTPError, JoseError, ValueError, KeyError, TypeError) as error:
            _log.warning("jwks_fetch_failed", error=str(error))


class RemoteVerifier(TokenVerifier):
    """Verifies with auth's keys and refuses what auth has ended. `running()` keeps both fresh while the service serves."""

    def __init__(
        self, url: str, audience: str, read_limit: float, *, transport: httpx.BaseTransport | None = None
    ) -> None:
        # trust_env: a proxy from the environment has no business between two of our services.
        self._client = httpx.Client(base_url=url, timeout=3.0, transport=transport, trust_env=False)
        self._remote_keys = RemoteKeys(self._client)
        self.list = RevocationList(read_limit)
        super().__init__(self._remote_keys, audience, self.list)

    def poll(self) -> bool:
        """Asks auth once what has been ended; whether it answered."""
        try:
            parameters = {"since": self.list.cursor} if self.list.cursor else {}
            answer = self._client.get("/internal/revocations", params=parameters).raise_for_status()
            self.list.hear(RevocationFeed.model_validate_json(answer.content))
        except (httpx.HTTPError, ValueError) as error:
            _log.warning("revocations_fetch_failed", error=str(error), age=self.list.age())
            return False
        self._remote_keys.fetch_when_old()
        return True

    @contextmanager
    def running(self) -> Iterator[None]:
        """Polls in a thread of its own until the block ends."""
        stop = threading.Event()

        def loop() -> None:
            while True:
                try:
                    self.poll()
                except Exception:
                    # Whatever it was, the next round is due in two seconds; ending the thread would end the service's
                    # knowledge without a sound.
                    _log.exception("revocations_poll_failed")
                if stop.wait(POLL_SECONDS):
                    return

        thread = threading.Thread(target=loop, name="revocations", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(timeout=5)
            self._client.close()


def remote_verifier(settings: ServiceSettings) -> RemoteVerifier:
    """A verifier on auth's keys and revocations, for the audience of this service."""
    return RemoteVerifier(settings.auth_url, settings.service, float(settings.auth_grace_seconds))
