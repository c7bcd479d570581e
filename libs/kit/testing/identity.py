"""Tokens for tests: really signed, really verified."""

from __future__ import annotations

import json
import time
from typing import Any
from uuid import UUID, uuid4

from joserfc import jws
from joserfc.jwk import OKPKey

from contracts.principal import Principal, Scope, ScopeKind
from kit.http.tokens import ALGORITHM, ISSUER, TOKEN_TYPE, StaticKeys, TokenVerifier, claims_of


class TestIssuer:
    """Stands where auth stands: signs tokens with a key of its own, and makes verifiers that know it."""

    __test__ = False

    def __init__(self) -> None:
        self.key = OKPKey.generate_key("Ed25519")

    def verifier(self, service: str) -> TokenVerifier:
        """What a service's application is given in place of auth's published keys."""
        return TokenVerifier(StaticKeys({"test": self.key}), service)

    def token(self, principal: Principal, **claims: Any) -> str:
        """A token for `principal`; `claims` replace or add some, to make bad ones."""
        now = time.time()
        body = {
            **claims_of(principal),
            "iss": ISSUER,
            "aud": ["auth", "documents", "ledgers", "workflow", "reports"],
            "iat": now,
            "nbf": now,
            "exp": now + 600,
            "jti": uuid4().hex,
            # Signed in just now, unless the principal says when.
            "auth_time": principal.authenticated_at or int(now),
            **claims,
        }
        header = {"alg": ALGORITHM, "typ": TOKEN_TYPE, "kid": "test"}
        return jws.serialize_compact(header, json.dumps(body).encode(), self.key, algorithms=[ALGORITHM])

    def headers(self, principal: Principal) -> dict[str, str]:
        """Request headers that sign `principal` in."""
        return {"Authorization": f"Bearer {self.token(principal)}"}


def principal(
    *permissions: str,
    scope: ScopeKind | str = ScopeKind.COMPANY,
    department_id: UUID | None = None,
    roles: tuple[str, ...] = (),
    username: str = "tester",
    name: str = "测试员",
    user_id: UUID | None = None,
) -> Principal:
    """A principal with these grants; the scope is anchored at `department_id`."""
    return Principal(
        user_id=user_id or uuid4(),
        username=username,
        name=name,
        session_id=uuid4(),
        department_id=department_id,
        roles=roles,
        permissions=permissions,
        scope=Scope(kind=ScopeKind(scope), department_ids=(department_id,) if department_id else ()),
    )
