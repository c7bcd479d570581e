"""Migrations: each service has its own, in services/<service>/migrations, over its own tables and kit's."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path
from typing import Any, Literal

from alembic import command, context
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, MetaData, create_engine, text
from sqlalchemy.pool import NullPool
from sqlalchemy.types import TypeDecorator

from kit.audit.protect import protect
from kit.db.base import KitBase
from kit.settings import ServiceSettings

# A migration that cannot get its lock gives up, instead of queueing every request behind itself.
LOCK_TIMEOUT = "5s"


def kit_metadata() -> MetaData:
    """Kit's own tables, after every module that declares one has been imported."""
    for module in ("kit.audit.tables", "kit.claims", "kit.bus.tables", "kit.directory.tables", "kit.http.idempotency",
                   "kit.http.quota"):  # fmt: skip
        importlib.import_module(module)
    return KitBase.metadata


def config(service: str, url: str) -> Config:
    """Alembic's configuration for one service."""
    package = importlib.import_module(f"services.{service}")
    folder = Path(next(iter(package.__path__))) / "migrations"
    result = Config()
    result.set_main_option("script_location", str(folder))
    result.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    result.attributes["url"] = url
    return result


def run(metadata: MetaData) -> None:
    """What a service's migrations/env.py calls."""
    url = context.config.attributes["url"]
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
        # Two starters of a release must not migrate at once; the second one waits and then finds nothing to do.
        connection.execute(text("SELECT pg_advisory_lock(724001)"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=[kit_metadata(), metadata],
            compare_type=True,
            compare_server_default=False,
            transaction_per_migration=True,
            include_object=_ours,
            render_item=_stored,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


def _ours(_: Any, name: str | None, type_: str, reflected: bool, compare_to: Any) -> bool:
    # Expression and trigram indexes written by hand in a migration (named ix_x_…) are not Alembic's to drop.
    return not (type_ == "index" and reflected and compare_to is None and (name or "").startswith("ix_x_"))


def _stored(kind: str, item: Any, context_: Any) -> str | Literal[False]:
    # A type of kit's own is written down as what it is stored as: a migration must not need the code of a later day.
    if kind != "type" or not isinstance(item, TypeDecorator) or not type(item).__module__.startswith("kit."):
        return False
    stored = type(item.impl_instance)
    if stored.__module__.startswith("sqlalchemy.dialects.postgresql"):
        context_.imports.add("from sqlalchemy.dialects import postgresql")
        return f"postgresql.{stored.__name__}()"
    return f"sa.{stored.__name__}()"


def upgrade(settings: ServiceSettings) -> None:
    """Brings the service's database to the newest revision and renews the runtime role's rights."""
    url = settings.migration_url()
    command.upgrade(config(settings.service, url), "head")
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        stand(connection, importlib.import_module(f"services.{settings.service}.tables").metadata)
        grant(connection, f"{settings.service}_app")
    engine.dispose()


def stand(connection: Connection, metadata: MetaData) -> None:
    """Makes anew the functions and triggers that a service lists in `metadata.info["standing"]`, statements that can be
    repeated. They follow the declarations of the release, so no revision has to be written for them."""
    statements = metadata.info.get("standing", ())
    if statements:
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
        # Starters of a release that do this at once would meet "tuple concurrently updated".
        connection.execute(text("SELECT pg_advisory_xact_lock(724002)"))
    for statement in statements:
        connection.exec_driver_sql(statement.replace("%", "%%"))


def grant(connection: Connection, role: str) -> None:
    """Gives the runtime role what it needs and no more: the audit trail can be added to and read, never changed."""
    for statement in (
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {role}",
    ):
        connection.execute(text(statement))
    protect(connection, role)


def revision(settings: ServiceSettings, message: str) -> None:
    """Writes a new revision from the difference between the models and the database, numbered after the last one."""
    made = config(settings.service, settings.migration_url())
    last = ScriptDirectory.from_config(made).get_current_head() or "0"
    command.revision(made, message=message, autogenerate=True, rev_id=f"{int(last) + 1:04d}")


def drift(settings: ServiceSettings) -> str | None:
    """What the models say and no migration does, or None when they agree."""
    try:
        command.check(config(settings.service, settings.migration_url()))
    except CommandError as error:
        return str(error)
    return None


def services() -> list[str]:
    """The services of this installation, found by looking: an image holds one, a checkout five."""
    package = importlib.import_module("services")
    return sorted(module.name for module in pkgutil.iter_modules(package.__path__) if module.ispkg)


__all__ = ["config", "drift", "grant", "kit_metadata", "revision", "run", "services", "stand", "upgrade"]
