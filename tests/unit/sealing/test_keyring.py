"""Tokens: what goes in comes out, and nothing else does."""

from __future__ import annotations

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from kit.sealing import KeyMissing, Keyring, SealBroken, parse_keys
from kit.sealing.keyring import HASH_LENGTH, parse_key
from kit.settings import PersonalSettings

HASH = secrets.token_bytes(32)
OLD, NEW = secrets.token_bytes(32), secrets.token_bytes(32)
RING = Keyring({"k1": OLD}, HASH)
COLUMN, NUMBER = "certificates.id_number", "990101199001011230"


@given(st.text())
def test_what_is_sealed_opens(value: str) -> None:
    token = RING.seal(COLUMN, value, "text")
    assert RING.open(COLUMN, token) == value
    assert len(token.split(".")[1]) == HASH_LENGTH
    assert token.isascii() and not set(token) & set('",{}\\ \n'), "it stands in arrays, in JSON and in COPY as it is"


@given(st.binary(max_size=2000))
def test_bytes_that_are_sealed_open(content: bytes) -> None:
    assert RING.open_bytes("file.content", RING.seal_bytes("file.content", content)) == content


def test_the_same_value_is_another_token_each_time_and_has_one_hash() -> None:
    one, two = RING.seal(COLUMN, NUMBER, "identity"), RING.seal("health.id_number", NUMBER, "identity")
    assert one != RING.seal(COLUMN, NUMBER, "identity")
    assert one.split(".")[1] == two.split(".")[1] == RING.hash("identity", NUMBER), "one person, whichever ledger"
    assert RING.hash("phone", NUMBER) != RING.hash("identity", NUMBER)
    assert NUMBER[6:14] not in one


def test_without_a_purpose_there_is_nothing_to_compare() -> None:
    assert RING.seal(COLUMN, NUMBER).split(".")[1] == ""


def test_a_token_opens_in_its_own_column_only() -> None:
    with pytest.raises(SealBroken):
        RING.open("certificates.phone", RING.seal(COLUMN, NUMBER, "identity"))
    with pytest.raises(SealBroken):
        RING.open_bytes("other.content", RING.seal_bytes("file.content", b"x"))


def test_a_changed_token_is_refused_wherever_it_was_changed() -> None:
    token = RING.seal(COLUMN, NUMBER, "identity")
    other = RING.seal(COLUMN, "990101198904152750", "identity")
    mark, hashed, key, body = token.split(".")
    for bad in (
        token[:-8], token + "AAAA", f"{mark}.{other.split('.')[1]}.{key}.{body}", f"{mark}.{hashed}.{key}.",
        f"{mark}.{hashed}.{key}.{'A' + body[1:] if body[0] != 'A' else 'B' + body[1:]}", f"{mark}.{hashed}.{key}.é",
        f"~2.{hashed}.{key}.{body}", NUMBER, "", "...", "~1", f"{token}.x",
    ):  # fmt: skip
        with pytest.raises(SealBroken):
            RING.open(COLUMN, bad)
    sealed = RING.seal_bytes("file.content", b"content")
    for worse in (sealed[:-1], sealed[:5], b"", b"PK\x03\x04", sealed + b"x", b"~1..k1."):
        with pytest.raises(SealBroken):
            RING.open_bytes("file.content", worse)


def test_a_key_in_front_seals_and_the_ones_behind_it_open() -> None:
    token = RING.seal(COLUMN, NUMBER, "identity")
    both = Keyring({"k2": NEW, "k1": OLD}, HASH)
    assert both.open(COLUMN, token) == NUMBER
    renewed = both.seal(COLUMN, both.open(COLUMN, token), "identity")
    assert renewed.split(".")[2] == "k2"
    assert renewed.split(".")[1] == token.split(".")[1], "what is searched by stays"
    with pytest.raises(KeyMissing) as missing:
        RING.open(COLUMN, renewed)
    assert (missing.value.status, missing.value.code) == (409, "personal_key_missing")
    with pytest.raises(SealBroken):
        Keyring({"k1": NEW}, HASH).open(COLUMN, token)


@pytest.mark.parametrize(
    "text",
    ["", "k1", "k1:", "k1:short", "K1:" + secrets.token_urlsafe(32), "k1:" + "A" * 43, ":" + secrets.token_urlsafe(32),
     "k1:" + secrets.token_urlsafe(16), "k1:not base64 at all!" + "x" * 40,
     f"k1:{secrets.token_urlsafe(32)} k1:{secrets.token_urlsafe(32)}"],
    # The same names in every process that collects them.
    ids=["nothing", "no key", "blank key", "short", "capital", "one letter", "no id", "16 bytes", "not base64", "one id twice"],
)  # fmt: skip
def test_bad_keys_are_refused_at_the_start_and_not_repeated_in_the_message(text: str) -> None:
    with pytest.raises(ValidationError) as error:
        _settings(text, secrets.token_urlsafe(32))
    assert len(text) < 5 or text.partition(":")[2][:10] not in str(error.value) or not text.partition(":")[2]


def test_the_hash_key_is_one_of_its_own() -> None:
    key = secrets.token_urlsafe(32)
    with pytest.raises(ValidationError, match="不能相同"):
        _settings(f"k1:{key}", key)
    with pytest.raises(ValidationError):
        _settings(f"k1:{key}", "changeme")


def test_several_keys_are_read_in_their_order() -> None:
    one, two = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
    assert list(parse_keys(f"k2:{two},\n k1:{one}\n")) == ["k2", "k1"]
    assert _settings(f"k2:{two} k1:{one}", secrets.token_urlsafe(32)).keyring().first == "k2"
    assert len(parse_key(one)) == 32


def _settings(keys: str, hash_key: str) -> PersonalSettings:
    return PersonalSettings(personal_keys=SecretStr(keys), personal_hash_key=SecretStr(hash_key))
