"""Auth's published keys and revocations, fetched over HTTP and kept: a token is verified without asking auth."""

from __future__ import annotations

import threading
import time
from typing import Any

import httpx
from joserfc.jwk import OKPKey

from kit import log
from kit.http.tokens import TokenVerifier
from kit.settings import ServiceSettings

_log = log.get(__name__)


class RemoteKeys:
    """Auth's JWKS. Fetched when a key id is not known, at most once in five seconds, so that made-up key ids do not turn
    into requests to auth."""

    def __init__(self, url: str, *, transport: httpx.BaseTransport | None = None) -> None:
        self._client = httpx.Client(base_url=url, timeout=3.0, transport=transport, trust_env=False)
        self._keys: dict[str, OKPKey] = {}
        self._fetched = 0.0
        self._lock = threading.Lock()

    def key(self, kid: str) -> OKPKey | None:
        known = self._keys.get(kid)
        if known is not None:
            return known
        with self._lock:
            if kid not in self._keys and time.monotonic() - self._fetched > 5:
                self._fetch()
        return self._keys.get(kid)

    def _fetch(self) -> None:
        self._fetched = time.monotonic()
        try:
            answer: dict[str, Any] = self._client.get("/api/auth/jwks").raise_for_status().json()
            self._keys = {key["kid"]: OKPKey.import_key(key) for key in answer["keys"]}
        except (httpx.HTTPError, ValueError, KeyError) as error:
            _log.warning("jwks_fetch_failed", error=str(error))


def remote_verifier(settings: ServiceSettings) -> TokenVerifier:
    """A verifier on auth's keys, for the audience of this service."""
    return TokenVerifier(RemoteKeys(settings.auth_url), settings.service)
