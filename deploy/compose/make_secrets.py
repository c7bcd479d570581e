#!/usr/bin/env python3
"""Makes the secrets of docker-compose.yml: `python3 deploy/compose/make_secrets.py`. Standard library only; what exists is
kept, so that it can be run again after an upgrade.

The folder is readable by its owner only. The files in it are not: Docker mounts them as they are into containers, whose
users are others than the one who made them."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import sys
from pathlib import Path

SERVICES = ("auth", "documents", "ledgers", "workflow", "reports")
# Those that hold personal data, each with keys of its own.
PERSONAL = ("auth", "ledgers")
BUCKETS = ("safework", "safework-audit")
VHOST = "safework"
FOLDER = Path(__file__).resolve().parent / "secrets"


def main(folder: Path) -> None:
    """Writes every secret that is not there yet, and what is composed of them."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)

    def secret(name: str, prefix: str = "") -> str:
        file = folder / name
        if not file.exists():
            write(name, prefix + secrets.token_urlsafe(32))
        return file.read_text(encoding="utf-8")

    def write(name: str, content: str) -> None:
        (folder / name).write_text(content, encoding="utf-8")
        (folder / name).chmod(0o644)

    secret("postgres_superuser_password")
    brokers = {}
    for service in SERVICES:
        for role, file in (("app", "database_url"), ("owner", "migration_database_url")):
            password = secret(f"{service}_{role}_password")
            write(
                f"{service}_{file}",
                f"postgresql+psycopg://{service}_{role}:{password}@postgres:5432/safework_{service}",
            )
        secret(f"{service}_audit_keys")
        if service in PERSONAL:
            secret(f"{service}_personal_keys", "k1:")
            secret(f"{service}_personal_hash_key")
        brokers[service] = secret(f"{service}_bus_password")
        write(f"{service}_bus_url", f"amqp://{service}:{brokers[service]}@rabbitmq:5672/{VHOST}")
    write("rabbitmq_definitions.json", json.dumps(definitions(brokers), indent=1))
    write("objects_s3.json", json.dumps(identities(secret("s3_access_key"), secret("s3_secret_key")), indent=1))
    keys = {
        part: secret(f"objects_jwt_{part}") for part in ("volume_write", "volume_read", "filer_write", "filer_read")
    }
    write("objects_security.toml", security(keys))


def definitions(passwords: dict[str, str]) -> dict[str, object]:
    """RabbitMQ's users. Each service configures and reads its own queues, and writes to the default exchange only; which
    queue a message reaches there is the routing key's matter (reliability.md 2.9)."""
    users, permissions = [], []
    for service, password in passwords.items():
        salt = hashlib.sha256(f"{service}:{password}".encode()).digest()[:4]
        hashed = base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()
        users.append(
            {
                "name": service,
                "password_hash": hashed,
                "hashing_algorithm": "rabbit_password_hashing_sha256",
                "tags": [],
            }
        )
        own = rf"^(inbox\.{service}(\..+)?|receipts\.{service})$"
        permissions.append({"user": service, "vhost": VHOST, "configure": own, "write": r"^amq\.default$", "read": own})
    return {"vhosts": [{"name": VHOST}], "users": users, "permissions": permissions}


def identities(access_key: str, secret_key: str) -> dict[str, object]:
    """SeaweedFS's S3 identities: what documents does, in its buckets."""
    return {
        "identities": [
            {
                "name": "safework",
                "credentials": [{"accessKey": access_key, "secretKey": secret_key}],
                "actions": [
                    *(f"{action}:{bucket}" for bucket in BUCKETS for action in ("Read", "Write", "List", "Tagging")),
                    f"PutObjectRetention:{BUCKETS[1]}",
                ],
            }
        ]
    }


def security(keys: dict[str, str]) -> str:
    """SeaweedFS's keys, without which its other ports would serve files to whoever reaches them."""
    sections = {
        "jwt.signing": "volume_write",
        "jwt.signing.read": "volume_read",
        "jwt.filer_signing": "filer_write",
        "jwt.filer_signing.read": "filer_read",
    }
    lines = []
    for section, part in sections.items():
        key = base64.b64encode(keys[part].encode()).decode()
        lines += [f"[{section}]", f'key = "{key}"', "expires_after_seconds = 60", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
