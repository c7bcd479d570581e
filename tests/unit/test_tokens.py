"""Tokens that are not ours: forged, altered, foreign, too large."""

from __future__ import annotations

import hmac
import json
import time
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import OKPKey, RSAKey

from contracts.principal import Principal
from kit.errors import Unauthenticated
from kit.http.tokens import StaticKeys, TokenVerifier
from kit.testing.identity import TestIssuer, principal


@pytest.fixture(scope="module")
def issuer() -> TestIssuer:
    return TestIssuer()


def refused(issuer: TestIssuer, token: str) -> str:
    with pytest.raises(Unauthenticated) as error:
        issuer.verifier("ledgers").verify(token, write=False)
    return error.value.code


def part(content: Any) -> str:
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    return urlsafe_b64encode(text).decode().rstrip("=")


def payload(issuer: TestIssuer) -> bytes:
    token = issuer.token(principal("ledgers:*:*"))
    return jws.deserialize_compact(token, issuer.key, algorithms=["Ed25519"]).payload


def signed(issuer: TestIssuer, header: dict[str, Any], key: Any = None, algorithm: str = "Ed25519") -> str:
    registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    return jws.serialize_compact(header, payload(issuer), key or issuer.key, registry=registry)


GOOD = {"alg": "Ed25519", "typ": "at+jwt", "kid": "test"}


def test_a_good_one_is_good(issuer: TestIssuer) -> None:
    assert issuer.verifier("ledgers").verify(signed(issuer, GOOD), write=True).username == "tester"


def test_no_algorithm(issuer: TestIssuer) -> None:
    for name in ("none", "None", "NONE", "nOnE"):
        token = f"{part({**GOOD, 'alg': name})}.{part(payload(issuer))}."
        assert refused(issuer, token) == "token_invalid"


def test_the_public_key_as_a_shared_secret(issuer: TestIssuer) -> None:
    # Libraries refuse to sign like this by now; an attacker needs no library.
    public = issuer.key.as_pem(private=False)
    for secret in (public, public.strip(), issuer.key.as_dict(private=False)["x"].encode()):
        text = f"{part({**GOOD, 'alg': 'HS256'})}.{part(payload(issuer))}"
        signature = hmac.new(secret, text.encode(), "sha256").digest()
        assert refused(issuer, f"{text}.{part(signature)}") == "token_invalid"


def test_other_algorithms(issuer: TestIssuer) -> None:
    token = signed(issuer, {**GOOD, "alg": "RS256"}, RSAKey.generate_key(2048), "RS256")
    assert refused(issuer, token) == "token_invalid"


@pytest.mark.parametrize(
    "extra",
    [
        {"jku": "https://evil.example/jwks"},
        {"x5u": "https://evil.example/cert"},
        {"crit": ["exp"]},
        {"b64": False},
        {"typ": "JWT"},
        {"kid": "other"},
        {"kid": "../../etc/passwd"},
        {"kid": None},
    ],
)
def test_a_header_that_brings_its_own_rules(issuer: TestIssuer, extra: dict[str, Any]) -> None:
    head = {**GOOD, **extra}
    body = part(payload(issuer))
    assert refused(issuer, f"{part(head)}.{body}.{part(b'0' * 64)}") == "token_invalid"


def test_a_key_in_the_token(issuer: TestIssuer) -> None:
    own = OKPKey.generate_key("Ed25519")
    header = {**GOOD, "jwk": own.as_dict(private=False)}
    assert refused(issuer, signed(issuer, header, own)) == "token_invalid"


def test_a_changed_claim(issuer: TestIssuer) -> None:
    head, body, signature = signed(issuer, GOOD).split(".")
    claims = json.loads(payload(issuer))
    for changes in ({"sub": "0"}, {"perm": ["*:*:*"]}, {"exp": 9e12}):
        assert refused(issuer, f"{head}.{part({**claims, **changes})}.{signature}") == "token_invalid"
    assert refused(issuer, f"{head}.{body}.{signature[:-4]}AAAA") == "token_invalid"
    assert refused(issuer, f"{head}.{body}.") == "token_invalid"


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "a.b",
        "a.b.c",
        "..",
        "a.b.c.d",
        "é.é.é",
        "\x00.\x00.\x00",
        "e30.e30.e30",
        f"{part([])}.e30.e30",
        "1.1.1",
    ],
)
def test_nonsense(issuer: TestIssuer, token: str) -> None:
    assert refused(issuer, token) == "token_invalid"


def test_a_token_of_more_than_four_kilobytes(issuer: TestIssuer) -> None:
    assert refused(issuer, issuer.token(principal(*[f"ledgers:r{n}:read" for n in range(300)]))) == "token_invalid"


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"exp": 1}, "token_expired"),
        ({"aud": ["documents"]}, "token_expired"),
        ({"iss": "someone"}, "token_expired"),
        ({"nbf": 9e12}, "token_expired"),
        ({"iat": 9e12}, "token_expired"),
        ({"exp": "soon"}, "token_invalid"),
        ({"exp": True}, "token_invalid"),
        ({"sid": "x"}, "token_invalid"),
        ({"scope": {"kind": "galaxy", "ids": []}}, "token_invalid"),
        ({"scope": None}, "token_invalid"),
        ({"grants": [{}]}, "token_invalid"),
    ],
)
def test_claims_that_are_not_for_us(issuer: TestIssuer, claims: dict[str, Any], code: str) -> None:
    assert refused(issuer, issuer.token(principal(), **claims)) == code


class Keys:
    """A published set of keys that a test can change."""

    def __init__(self, **keys: OKPKey) -> None:
        self.published = dict(keys)
        self.at_hand_only: set[str] = set(keys)
        self.asked = 0

    def key(self, kid: str) -> OKPKey | None:
        self.asked += 1
        self.at_hand_only |= set(self.published)
        return self.published.get(kid)

    def at_hand(self, kid: str) -> OKPKey | None:
        return self.published.get(kid) if kid in self.at_hand_only else None


class Ended:
    """Revocations that a test can add to."""

    def __init__(self, *, waits: bool = False) -> None:
        self.waits = waits
        self.sessions: set[Any] = set()

    def refuses(self, principal: Principal, *, write: bool) -> bool:
        return principal.session_id in self.sessions


def test_what_is_remembered_still_expires(issuer: TestIssuer, monkeypatch: pytest.MonkeyPatch) -> None:
    verifier = issuer.verifier("ledgers")
    token = issuer.token(principal())
    assert verifier.verify(token, write=False) is verifier.verify(token, write=False), "the signature is checked once"
    clock = time.time
    monkeypatch.setattr(time, "time", lambda: clock() + 700)
    for verify in (verifier.verify, verifier.verify_at_once):
        with pytest.raises(Unauthenticated) as error:
            verify(token, write=False)
        assert error.value.code == "token_expired"


def test_what_is_remembered_falls_with_its_key(issuer: TestIssuer) -> None:
    keys = Keys(test=issuer.key)
    verifier = TokenVerifier(keys, "ledgers")
    token = issuer.token(principal())
    verifier.verify(token, write=False)
    keys.published = {"test": OKPKey.generate_key("Ed25519")}
    with pytest.raises(Unauthenticated):
        verifier.verify(token, write=False)
    keys.published = {"test": issuer.key}
    verifier.verify(token, write=False)
    del keys.published["test"]
    with pytest.raises(Unauthenticated):
        verifier.verify(token, write=False)
    assert verifier.verify_at_once(token, write=False) is None, "a withdrawn key is a matter for the one that may ask"


def test_what_is_remembered_falls_with_its_session(issuer: TestIssuer) -> None:
    ended = Ended()
    verifier = TokenVerifier(StaticKeys({"test": issuer.key}), "ledgers", ended)
    token = issuer.token(principal())
    found = verifier.verify_at_once(token, write=False)
    assert found is not None
    ended.sessions.add(found.session_id)
    for verify in (verifier.verify, verifier.verify_at_once):
        with pytest.raises(Unauthenticated) as error:
            verify(token, write=False)
        assert error.value.code == "session_ended"


def test_nothing_that_waits_happens_at_once(issuer: TestIssuer) -> None:
    token = issuer.token(principal())
    keys = Keys(test=issuer.key)
    keys.at_hand_only.clear()
    verifier = TokenVerifier(keys, "ledgers")
    assert verifier.verify_at_once(token, write=False) is None and keys.asked == 0
    assert verifier.verify(token, write=False).username == "tester" and keys.asked == 1
    assert verifier.verify_at_once(token, write=False) is not None and keys.asked == 1
    slow = TokenVerifier(StaticKeys({"test": issuer.key}), "ledgers", Ended(waits=True))
    assert slow.verify_at_once(token, write=False) is None


def test_a_bad_token_is_never_remembered_and_the_memory_is_bounded(
    issuer: TestIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kit.http.tokens.MOST_REMEMBERED", 3)
    verifier = issuer.verifier("ledgers")
    for _ in range(5):
        verifier.verify(issuer.token(principal()), write=False)
        for bad in (issuer.token(principal(), exp=1), issuer.token(principal(), sid="x"), "a.b.c"):
            with pytest.raises(Unauthenticated):
                verifier.verify(bad, write=False)
    assert len(verifier._remembered) == 3
    assert all(signed.claims["exp"] > time.time() for signed in verifier._remembered.values())
