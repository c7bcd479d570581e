"""The keys of one process, and what they do: seal, open, hash.

Ciphers and key derivation are those of `cryptography`; here is only the format. A value is sealed by AES-256-GCM with a
random nonce of 96 bits, which is safe for 2³² values a key (rotate long before). The additional data are the column's name
and the hash, so that a token that was copied into another column, or given another hash, does not open."""

from __future__ import annotations

import hmac
import os
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from binascii import a2b_base64, b2a_base64
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kit.sealing.errors import KeyMissing, SealBroken

MARK = "~1"
# 128 bits of HMAC-SHA256 as base64url without its padding.
HASH_BYTES, HASH_LENGTH = 16, 22
_NONCE = 12
_LEAST_BYTES = 32
# A key of random bytes repeats few of them; `AAAA…` and other placeholders repeat nearly all.
_LEAST_DIFFERENT = 16
_KEY_ID = re.compile(r"[a-z0-9]{1,16}")


class Keyring:
    """`keys` by id, the first of which seals while all of them open; `hash_key` never rotates, for every hash that stands
    beside a value would have to be made anew at once."""

    def __init__(self, keys: Mapping[str, bytes], hash_key: bytes) -> None:
        if not keys:
            raise ValueError("没有个人信息密钥")
        for key_id, key in keys.items():
            if not _KEY_ID.fullmatch(key_id):
                raise ValueError("个人信息密钥的编号只能由 1 至 16 个小写字母和数字组成")
            _check(key)
        _check(hash_key)
        if hash_key in keys.values() or len(set(keys.values())) < len(keys):
            raise ValueError("个人信息密钥之间、与检索密钥之间不能相同")
        self.ids = tuple(keys)
        self.first = self.ids[0]
        self._ciphers = {key_id: AESGCM(_derived(key, b"seal")) for key_id, key in keys.items()}
        self._hash_key = _derived(hash_key, b"hash")
        self._sealing = self._ciphers[self.first]

    def hash(self, purpose: str, value: str) -> str:
        """The keyed hash by which a value is found again. The purpose is the kind of value, not the column: one person's
        identity number has one hash in all ledgers."""
        digest = hmac.digest(self._hash_key, f"{purpose}\0{value}".encode(), "sha256")
        return urlsafe_b64encode(digest[:HASH_BYTES]).decode()[:HASH_LENGTH]

    def seal(self, label: str, value: str, purpose: str | None = None) -> str:
        """The token of a value in the column `label`; with a purpose it can be found by exact value."""
        return self.sealed_as(label, value, self.hash(purpose, value) if purpose else "")

    def sealed_as(self, label: str, value: str, hashed: str) -> str:
        """The token of a value whose hash is known already."""
        nonce = os.urandom(_NONCE)
        body = nonce + self._sealing.encrypt(nonce, value.encode(), f"{label}\0{hashed}".encode())
        return f"{MARK}.{hashed}.{self.first}.{b2a_base64(body, newline=False).decode()}"

    def open(self, label: str, token: str) -> str:
        """The value of a token; SealBroken when it is none of this column, KeyMissing when its key is unknown."""
        parts = token.split(".")
        if len(parts) != 4 or parts[0] != MARK:
            raise SealBroken
        try:
            body = a2b_base64(parts[3], strict_mode=True)
        except (NotBase64, ValueError) as error:
            raise SealBroken from error
        return self._opened(parts[2], body, f"{label}\0{parts[1]}").decode()

    def seal_bytes(self, label: str, content: bytes) -> bytes:
        """Bytes, sealed: the same header, then nonce and ciphertext as they are."""
        nonce = os.urandom(_NONCE)
        return f"{MARK}..{self.first}.".encode() + nonce + self._sealing.encrypt(nonce, content, f"{label}\0".encode())

    def open_bytes(self, label: str, sealed: bytes) -> bytes:
        """The bytes again."""
        parts = bytes(sealed).split(b".", 3)
        if len(parts) != 4 or parts[0] != MARK.encode():
            raise SealBroken
        return self._opened(parts[2].decode("ascii", "replace"), parts[3], f"{label}\0{parts[1].decode()}")

    def _opened(self, key_id: str, body: bytes, additional: str) -> bytes:
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise KeyMissing
        try:
            return cipher.decrypt(body[:_NONCE], body[_NONCE:], additional.encode())
        except (InvalidTag, ValueError) as error:
            raise SealBroken from error


def _check(key: bytes) -> None:
    if len(key) < _LEAST_BYTES:
        raise ValueError(f"个人信息密钥至少要有 {_LEAST_BYTES} 字节")
    if len(set(key)) < _LEAST_DIFFERENT:
        raise ValueError("个人信息密钥不是随机生成的，拒绝启动")


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"safework personal " + purpose).derive(key)


def parse_key(text: str) -> bytes:
    """A key as it stands in settings: base64url, as `secrets.token_urlsafe(32)` makes it."""
    text = text.strip()
    try:
        if not re.fullmatch(r"[A-Za-z0-9_-]+=*", text):
            raise ValueError
        return urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
    except ValueError:
        raise ValueError("个人信息密钥应为 base64url 编码的随机字节") from None


def parse_keys(text: str) -> dict[str, bytes]:
    """`id:key` separated by blanks, line breaks or commas; the first one seals."""
    keys: dict[str, bytes] = {}
    for entry in re.split(r"[\s,]+", text.strip()):
        key_id, colon, key = entry.partition(":")
        if not colon or key_id in keys:
            raise ValueError("个人信息密钥应写成“编号:密钥”，编号不能重复")
        keys[key_id] = parse_key(key)
    return keys


_current: list[Keyring] = []


def use(ring: Keyring | None) -> None:
    """Makes this the process's keyring. kit.db.Database does it, from its settings."""
    _current[:] = [ring] if ring is not None else []


def keyring() -> Keyring:
    """The process's keyring. A service whose settings have no personal keys has none, and must not hold such data."""
    if not _current:
        raise RuntimeError("SAFEWORK_PERSONAL_KEYS 未设置：本服务没有个人信息密钥")
    return _current[0]


def has_keyring() -> bool:
    """Whether there is one."""
    return bool(_current)
