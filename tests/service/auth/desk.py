"""People of the demo company at auth's application with tokens of their own, for tests that are not about signing in."""

from __future__ import annotations

from typing import Any

from fastapi.testclient import TestClient

from contracts.principal import Principal
from kit.testing.identity import TestIssuer
from tests import company


class Desk:
    """One person at the application."""

    def __init__(self, app: Any, issuer: TestIssuer, who: str | Principal) -> None:
        self.client = TestClient(app, raise_server_exceptions=False)
        self.principal = company.principal(who) if isinstance(who, str) else who
        self._issuer = issuer

    def request(self, method: str, path: str, **more: Any) -> Any:
        headers = {**self._issuer.headers(self.principal), **more.pop("headers", {})}
        return self.client.request(method, path, headers=headers, **more)

    def get(self, path: str, **more: Any) -> Any:
        return self.request("GET", path, **more)

    def post(self, path: str, **more: Any) -> Any:
        return self.request("POST", path, **more)

    def put(self, path: str, **more: Any) -> Any:
        return self.request("PUT", path, **more)
