"""Access tokens: EdDSA (Ed25519) only, verified offline against auth's published keys (reliability.md 3.3 S8)."""

from __future__ import annotations

import json
import threading
import time
from base64 import urlsafe_b64decode
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from pydantic import ValidationError

from contracts.principal import Grant, Principal, Scope
from kit.errors import Unauthenticated

# EdDSA over Ed25519 by its fully specified name (RFC 9864 deprecates the name "EdDSA").
ALGORITHM = "Ed25519"
TOKEN_TYPE = "at+jwt"
ISSUER = "safework"
LEEWAY_SECONDS = 30
MAX_TOKEN_BYTES = 4096
# Tokens whose signature is remembered as good; a person has one or two.
MOST_REMEMBERED = 2_000
_REGISTRY = jws.JWSRegistry(algorithms=[ALGORITHM])


Find = Callable[[str], OKPKey | None]


class KeySource(Protocol):
    """Auth's public keys by key id. `key` may ask somebody for one that it does not know; `at_hand` never waits."""

    def key(self, kid: str) -> OKPKey | None: ...

    def at_hand(self, kid: str) -> OKPKey | None: ...


class Revocations(Protocol):
    """What has been ended since tokens were issued. `waits` says whether `refuses` may have to wait for an answer."""

    waits: bool

    def refuses(self, principal: Principal, *, write: bool) -> bool: ...


class StaticKeys:
    """A fixed set of keys; auth itself and tests use it."""

    def __init__(self, keys: dict[str, OKPKey]) -> None:
        self._keys = keys

    def key(self, kid: str) -> OKPKey | None:
        return self._keys.get(kid)

    at_hand = key


class _Signed(NamedTuple):
    """What a key has signed. It never changes, so it may be remembered; whether it holds now is asked every time."""

    kid: str
    key: OKPKey
    claims: dict[str, Any]
    principal: Principal | None = None


class TokenVerifier:
    """Verifies a token's form, signature, times, audience, and that nothing has revoked it.

    Of a token that was good, form and signature are remembered, which are the dear part of the work; its times, its key
    and what has been revoked are looked at on every request. `clock` is that of the application."""

    def __init__(
        self,
        keys: KeySource,
        audience: str,
        revocations: Revocations | None = None,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self.keys = keys
        self.audience = audience
        self.revocations = revocations
        self._clock = clock or (lambda: time.time())
        self._remembered: OrderedDict[str, _Signed] = OrderedDict()
        self._lock = threading.Lock()

    def verify(self, token: str, *, write: bool) -> Principal:
        """The principal that `token` speaks for; Unauthenticated when it is not good, for whatever reason. It may wait:
        for a key that auth has to be asked for, or for a database."""
        signed = self._recall(token, self.keys.key) or self._read(token, self.keys.key)
        return self._judge(token, signed, write=write)

    def verify_at_once(self, token: str, *, write: bool) -> Principal | None:
        """The same without ever waiting, for the event loop; None when only `verify` can tell."""
        if self.revocations is not None and self.revocations.waits:
            return None
        signed = self._recall(token, self.keys.at_hand)
        if signed is None:
            try:
                signed = self._read(token, self.keys.at_hand)
            except _UnknownKey:
                return None
        return self._judge(token, signed, write=write)

    def _recall(self, token: str, find: Find) -> _Signed | None:
        with self._lock:
            signed = self._remembered.get(token)
            if signed is None:
                return None
            self._remembered.move_to_end(token)
        # A key that is no longer published, or that was published anew, has to show itself again.
        return signed if find(signed.kid) is signed.key else None

    def _remember(self, token: str, signed: _Signed) -> None:
        with self._lock:
            self._remembered[token] = signed
            while len(self._remembered) > MOST_REMEMBERED:
                self._remembered.popitem(last=False)

    def _judge(self, token: str, signed: _Signed, *, write: bool) -> Principal:
        claims = signed.claims
        now = self._clock()
        audience = claims.get("aud")
        if (
            claims.get("iss") != ISSUER
            or self.audience not in (audience if isinstance(audience, list) else [audience])
            or not _number(claims, "exp") > now - LEEWAY_SECONDS
            or not _number(claims, "iat") <= now + LEEWAY_SECONDS
            or not _number(claims, "nbf") <= now + LEEWAY_SECONDS
            or not claims.get("jti")
        ):
            raise Unauthenticated("登录已过期，请重新登录", code="token_expired")
        principal = signed.principal
        if principal is None:
            principal = principal_of(claims)
            self._remember(token, signed._replace(principal=principal))
        if self.revocations is not None and self.revocations.refuses(principal, write=write):
            raise Unauthenticated("登录已失效，请重新登录", code="session_ended")
        return principal

    def _read(self, token: str, find: Find) -> _Signed:
        if len(token) > MAX_TOKEN_BYTES or token.count(".") != 2:
            raise Unauthenticated(code="token_invalid")
        try:
            segment = token.split(".", 1)[0]
            header = json.loads(urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
            # Anything beyond these three (jku, x5u, jwk, crit …) would let the token choose its own key or rules.
            if set(header) != {"alg", "typ", "kid"} or header["alg"] != ALGORITHM or header["typ"] != TOKEN_TYPE:
                raise Unauthenticated(code="token_invalid")
            kid = str(header["kid"])
            key = find(kid)
            if key is None:
                raise _UnknownKey(code="token_invalid")
            payload = jws.deserialize_compact(token, key, algorithms=[ALGORITHM], registry=_REGISTRY).payload
            claims = json.loads(payload)
        except (JoseError, ValueError, TypeError, AttributeError) as error:
            raise Unauthenticated(code="token_invalid") from error
        if not isinstance(claims, dict):
            raise Unauthenticated(code="token_invalid")
        return _Signed(kid, key, claims)


class _UnknownKey(Unauthenticated):
    """Nobody at hand knows the key."""


def claims_of(principal: Principal) -> dict[str, Any]:
    """The claims that carry a principal; times, issuer, audience and jti are the issuer's to add."""
    return {
        "sub": str(principal.user_id),
        "sid": str(principal.session_id),
        "ver": principal.version,
        "usr": principal.username,
        "name": principal.name,
        "dept": str(principal.department_id) if principal.department_id else None,
        "roles": list(principal.roles),
        "perm": list(principal.permissions),
        "scope": _scope_claim(principal.scope),
        "auth_time": principal.authenticated_at,
        "amr": list(principal.amr),
        # Only where somebody's roles reach differently far; a token has to stay small.
        **(
            {"grants": [{"perm": list(g.permissions), "scope": _scope_claim(g.scope)} for g in principal.grants]}
            if principal.grants
            else {}
        ),
    }


def _scope_claim(scope: Scope) -> dict[str, Any]:
    claim: dict[str, Any] = {"kind": scope.kind.value, "ids": [str(id_) for id_ in scope.department_ids]}
    return {**claim, "also": [_scope_claim(part) for part in scope.also]} if scope.also else claim


def _scope_of(claim: dict[str, Any]) -> Scope:
    also = tuple(_scope_of(part) for part in claim.get("also", ()))
    return Scope(kind=claim["kind"], department_ids=tuple(claim["ids"]), also=also)


def principal_of(claims: dict[str, Any]) -> Principal:
    """The inverse of `claims_of`; Unauthenticated when a claim is missing or of the wrong form."""
    try:
        return Principal(
            user_id=UUID(claims["sub"]),
            username=claims["usr"],
            name=claims["name"],
            session_id=UUID(claims["sid"]),
            department_id=UUID(claims["dept"]) if claims["dept"] else None,
            roles=tuple(claims["roles"]),
            permissions=tuple(claims["perm"]),
            scope=_scope_of(claims["scope"]),
            grants=tuple(
                Grant(permissions=tuple(grant["perm"]), scope=_scope_of(grant["scope"]))
                for grant in claims.get("grants", ())
            ),
            version=claims["ver"],
            authenticated_at=claims.get("auth_time", 0),
            amr=tuple(claims.get("amr", ())),
        )
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError, ValidationError) as error:
        raise Unauthenticated(code="token_invalid") from error


def _number(claims: dict[str, Any], name: str) -> float:
    value = claims.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise Unauthenticated(code="token_invalid")
    return float(value)
