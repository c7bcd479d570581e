"""Where the embedded stack keeps its things: everything lies under one folder, `var/`, so that removing it removes all."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Layout:
    """The folder tree of one embedded stack."""

    root: Path

    @property
    def run(self) -> Path:
        """Lock, state and requests of the supervisor; heartbeats of the workers. Means nothing after a stop."""
        return self.root / "run"

    @property
    def log(self) -> Path:
        """One log file per process."""
        return self.root / "log"

    @property
    def secrets(self) -> Path:
        """Generated passwords and keys, 0600."""
        return self.root / "secrets.json"

    @property
    def ports(self) -> Path:
        """The loopback ports that were chosen once."""
        return self.root / "ports.json"

    @property
    def demo_password(self) -> Path:
        """The one password of the demo accounts, 0600."""
        return self.root / "demo-password"

    @property
    def signing_keys(self) -> Path:
        """auth's EdDSA keys."""
        return self.root / "signing-keys"

    @property
    def audit_anchors(self) -> Path:
        """The heads of the audit chains, one line a day and service."""
        return self.root / "audit-anchors"

    @property
    def postgres(self) -> Path:
        """PostgreSQL's data folder."""
        return self.root / "postgres"

    @property
    def valkey(self) -> Path:
        """Valkey's append-only file and its configuration."""
        return self.root / "valkey"

    @property
    def objects(self) -> Path:
        """SeaweedFS's volumes and its configuration."""
        return self.root / "objects"

    @property
    def gateway(self) -> Path:
        """Traefik's rendered configuration."""
        return self.root / "gateway"

    @property
    def options(self) -> Path:
        """How the running stack was asked for: port, bind address, public URL."""
        return self.run / "options.json"

    @property
    def state(self) -> Path:
        """What the supervisor says about each process, rewritten at every change."""
        return self.run / "state.json"

    @property
    def lock(self) -> Path:
        """Held by the supervisor as long as it lives; a stale one can therefore not exist."""
        return self.run / "supervisor.lock"

    @property
    def requests(self) -> Path:
        """A file in here asks the supervisor for something: `restart.<process>` or `resume`."""
        return self.run / "requests"

    def heartbeat(self, process: str) -> Path:
        """The file a worker touches every second."""
        return self.run / "heartbeat" / process

    def log_file(self, process: str) -> Path:
        """Where the output of a process goes."""
        return self.log / f"{process}.log"

    def create(self) -> None:
        """Makes the folders. `var/` itself can be entered, not listed: PostgreSQL may run as another user below it."""
        self.root.mkdir(parents=True, exist_ok=True)
        self.root.chmod(0o711)
        for folder in (self.run, self.log, self.valkey, self.objects, self.gateway, self.signing_keys, self.requests):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
        (self.run / "heartbeat").mkdir(exist_ok=True)


def write_private(path: Path, text: str) -> None:
    """Writes a file that only its owner can read, whole or not at all."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
    temporary.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file; empty when there is none or it was cut off by a power failure."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return value if isinstance(value, dict) else {}
