"""Passwords and keys of the embedded stack: random, made once, readable by their owner only, never in the repository."""

from __future__ import annotations

import json
import secrets

from deploy.local.failure import StackError
from deploy.local.layout import Layout, read_json, write_private
from deploy.local.settings import LocalSettings
from deploy.local.topology import SERVICES

# No look-alikes (0/O, 1/l/I): people copy this password by hand.
_READABLE = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"

# The services that hold personal data (kit.settings.PersonalSettings).
PERSONAL = ("auth", "ledgers")

NAMES = (
    "postgres_superuser",
    *(f"{service}_{role}" for service in SERVICES for role in ("owner", "app")),
    *(f"{service}_audit_keys" for service in SERVICES),
    "valkey",
    "valkey_admin",
    "s3_access_key",
    "s3_secret_key",
    "objects_jwt_volume_write",
    "objects_jwt_volume_read",
    "objects_jwt_filer_write",
    "objects_jwt_filer_read",
    *(f"{service}_personal_{part}" for service in PERSONAL for part in ("keys", "hash_key")),
)


def ensure(layout: Layout) -> dict[str, str]:
    """The secrets by name; those that are missing are made."""
    kept = read_json(layout.secrets)
    values = {name: kept.get(name) or _made(name) for name in NAMES}
    if values != kept:
        write_private(layout.secrets, json.dumps(values, indent=1))
    return values


def keep(layout: Layout, name: str, value: str) -> None:
    """Writes one secret anew: a list of keys that has grown or shrunk."""
    write_private(layout.secrets, json.dumps({**load(layout), name: value}, indent=1))


def _made(name: str) -> str:
    key = secrets.token_urlsafe(32)
    # The keys of personal data have ids, for there will be several one day.
    return f"k1:{key}" if name.endswith("_personal_keys") else key


def load(layout: Layout) -> dict[str, str]:
    """The secrets of a stack that has been started before."""
    values = read_json(layout.secrets)
    if set(NAMES) - values.keys():
        raise StackError("本机尚未启动过系统", "先运行 make up")
    return {name: str(values[name]) for name in NAMES}


def demo_password(settings: LocalSettings, layout: Layout) -> str:
    """The password of the demo accounts: the given one, else the kept one, else a new random one of all four classes."""
    given = settings.demo_password.get_secret_value() if settings.demo_password else ""
    if not given and layout.demo_password.exists():
        return layout.demo_password.read_text(encoding="utf-8").strip()
    # Groups of letters and digits, and signs that every keyboard has: passes the strict password policy.
    value = given or "-".join(_group(4) for _ in range(4))
    write_private(layout.demo_password, value + "\n")
    return value


def _group(length: int) -> str:
    while True:
        text = "".join(secrets.choice(_READABLE) for _ in range(length))
        if any(c.islower() for c in text) and any(c.isupper() for c in text) and any(c.isdigit() for c in text):
            return text
