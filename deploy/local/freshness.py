"""Whether preparing the databases, migrating and seeding would change anything. All are safe to repeat and take several
seconds, which every start would pay; they are left out while neither the code nor the databases have
changed since they last ran."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import psycopg

from deploy.local import postgres
from deploy.local.layout import PROJECT, Layout, read_json, write_private
from deploy.local.topology import SERVICES

# The last one says which roles and limits the databases have.
SOURCES = ("services", "libs", "deploy/local")


def is_fresh(layout: Layout, port: int, secrets: dict[str, str], demo_password: str) -> bool:
    """Whether the last `mark` was made with this code, this demo password and these databases."""
    kept = read_json(_file(layout))
    # A database without the newest revision is never fresh, even if it was so the last time: the code may have changed
    # between the migration and the mark.
    newest = all(
        str(found).endswith(f":{_head(service)}") for service, found in (kept or {}).get("databases", {}).items()
    )
    return bool(kept) and newest and kept == _now(port, secrets, demo_password)


def mark(layout: Layout, port: int, secrets: dict[str, str], demo_password: str) -> None:
    """Says that everything is migrated and seeded as of now."""
    write_private(_file(layout), json.dumps(_now(port, secrets, demo_password)))


def _file(layout: Layout) -> Path:
    return layout.run / "prepared.json"


def _now(port: int, secrets: dict[str, str], demo_password: str) -> dict[str, object]:
    code = hashlib.sha256(demo_password.encode())
    for folder in SOURCES:
        for file in sorted((PROJECT / folder).rglob("*.py")):
            code.update(str(file.relative_to(PROJECT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return {"code": code.hexdigest(), "databases": {s: _database(s, port, secrets) for s in SERVICES}}


def _head(service: str) -> str:
    """The newest revision of the code: they are numbered (kit.db.migrate.revision)."""
    versions = (PROJECT / "services" / service / "migrations" / "versions").glob("[0-9]*.py")
    return max(file.name.partition("_")[0] for file in versions)


def _database(service: str, port: int, secrets: dict[str, str]) -> str | None:
    """A database's identity and revision; None when it has never been migrated."""
    url = postgres.url(service, "owner", secrets[f"{service}_owner"], port).replace("+psycopg", "")
    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            row = connection.execute(
                "SELECT oid::text || ':' || (SELECT version_num FROM alembic_version) FROM pg_database"
                " WHERE datname = current_database()"
            ).fetchone()
    except psycopg.Error:
        return None
    return str(row[0]) if row and row[0] else None
