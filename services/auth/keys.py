"""The keys that sign access tokens: Ed25519, one file each in a folder that only auth can read; their public halves are
published. A new one is published before it is used, an old one until the last token it signed has run out."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from joserfc.jwk import OKPKey

from kit import log

ROTATE_AFTER = timedelta(days=90)
OVERLAP = timedelta(hours=24)
# Every process has seen a new key by then (they look every RELOAD_SECONDS).
USE_AFTER = timedelta(minutes=5)
RELOAD_SECONDS = 30.0
_STAMP = "%Y%m%dT%H%M%SZ"
_log = log.get(__name__)


class Keyring:
    """The signing keys of this installation. A file is named by the moment it was made and a random part, which together
    are the key's id."""

    def __init__(self, folder: Path | None, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._folder = folder
        self._clock = clock
        self._keys: dict[str, OKPKey] = {}
        self._loaded = float("-inf")
        self._lock = threading.Lock()
        if folder is None:
            self._keys = {_new_id(clock()): OKPKey.generate_key("Ed25519")}
            self._secret = secrets.token_bytes(32)
        else:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not list(folder.glob("*.pem")):
                self._write_new()
            self._secret = _own_secret(folder / "refresh.key")

    def signing(self) -> tuple[str, OKPKey]:
        """The key to sign with: the newest that everybody knows by now."""
        keys = self._current()
        known = [kid for kid in keys if _made(kid) <= self._clock() - USE_AFTER]
        kid = max(known) if known else min(keys)
        return kid, keys[kid]

    def key(self, kid: str) -> OKPKey | None:
        """The key of this id (kit.http.tokens.KeySource)."""
        return self._current().get(kid)

    def at_hand(self, kid: str) -> OKPKey | None:
        """The same key without a look into the folder."""
        return self._keys.get(kid)

    def published(self) -> dict[str, Any]:
        """The JWKS: public halves only."""
        return {
            "keys": [
                {**key.as_dict(private=False), "kid": kid, "use": "sig", "alg": "Ed25519"}
                for kid, key in sorted(self._current().items())
            ]
        }

    def successor(self, refresh_token: str) -> str:
        """The refresh token that follows another. It is derived with a secret that the database does not have, so that an
        answer lost on the way can be repeated without keeping any token that could be stolen from the database."""
        return hmac.new(self._secret, refresh_token.encode(), hashlib.sha256).hexdigest()

    def derived(self, purpose: str) -> bytes:
        """A secret of this installation for one purpose, the same in all its processes."""
        return hmac.digest(self._secret, f"derived {purpose}".encode(), "sha256")

    def rotate(self) -> bool:
        """Makes a new key when the newest is old, and removes those that a newer one has replaced long enough. Whether
        anything was done. Only for a folder that this process may write; elsewhere an operator puts the files there."""
        if self._folder is None or not os.access(self._folder, os.W_OK):
            return False
        now = self._clock()
        kids = sorted(path.stem for path in self._folder.glob("*.pem"))
        done = False
        if not kids or _made(kids[-1]) <= now - ROTATE_AFTER:
            self._write_new()
            done = True
        # A key is removed when its successor has been in use for a day.
        for kid, following in pairwise(kids):
            if _made(following) + USE_AFTER + OVERLAP <= now:
                (self._folder / f"{kid}.pem").unlink(missing_ok=True)
                done = True
        return done

    def _current(self) -> dict[str, OKPKey]:
        if self._folder is not None and time.monotonic() - self._loaded > RELOAD_SECONDS:
            with self._lock:
                self._load(self._folder)
        return self._keys

    def _load(self, folder: Path) -> None:
        keys = {}
        for path in folder.glob("*.pem"):
            try:
                keys[path.stem] = self._keys.get(path.stem) or OKPKey.import_key(path.read_bytes())
                _made(path.stem)
            except (ValueError, OSError) as error:
                keys.pop(path.stem, None)
                _log.error("signing_key_unreadable", file=path.name, error=str(error))
        if not keys and not self._keys:
            raise RuntimeError(f"没有可用的签名密钥：{folder}")
        self._keys = keys or self._keys
        self._loaded = time.monotonic()

    def _write_new(self) -> None:
        assert self._folder is not None
        kid = _new_id(self._clock())
        pem: bytes = OKPKey.generate_key("Ed25519").as_pem(private=True)
        _write_private(self._folder / f"{kid}.pem", pem)
        _log.info("signing_key_made", kid=kid)


def _new_id(at: datetime) -> str:
    return f"{at.strftime(_STAMP)}-{secrets.token_hex(4)}"


def _made(kid: str) -> datetime:
    return datetime.strptime(kid.split("-", 1)[0], _STAMP).replace(tzinfo=UTC)


def _own_secret(path: Path) -> bytes:
    if not path.exists():
        _write_private(path, secrets.token_bytes(32))
    secret = path.read_bytes()
    if len(secret) < 32:
        raise RuntimeError(f"{path.name} 短于 32 字节，拒绝启动")
    return secret


def _write_private(path: Path, content: bytes) -> None:
    """Writes a file that appears whole or not at all, readable by its owner only. When another process was faster, its
    file stays."""
    temporary = path.with_suffix(f".{secrets.token_hex(4)}.new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
