"""The ledger list on a million rows: through the service, against the bare limit and against ORM + pydantic, in one run.

The bare limit is an ASGI route that runs the same statement and passes PostgreSQL's JSON on; the service does the same
behind its whole edge (limits, trace id, token, permission, data scope, transaction, total). Each server is one process;
rounds alternate, and the ratio is that of the medians of requests per second."""

from __future__ import annotations

import asyncio
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import md5
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import psycopg
import psycopg.sql
from pydantic import SecretStr

from bench.serving import SLUG
from contracts.principal import ScopeKind
from kit.db.reads import Reads
from kit.sealing import use
from kit.testing.databases import run_postgres
from kit.testing.identity import TestIssuer, principal
from kit.testing.keys import personal_keys
from kit.testing.object_store import free_ports
from services.ledgers.catalogue import BY_SLUG
from services.ledgers.reading import RowReader, params_of
from services.ledgers.settings import Settings

TABLE = "special_operation_certificates"
ROWS = 1_000_000
DEPARTMENTS = 200
SECONDS = 3.0
ROUNDS = 5
CONNECTIONS = 8

GOALS = {
    "service_to_bare_limit": (">=", 0.60),
    "service_to_orm": (">=", 3.0),
    "search_two_characters_to_list": ("<=", 3.0),
}

_FILL = f"""
INSERT INTO directory_department (id, code, name, kind, parent_id, path, sort, version)
SELECT md5('d' || n)::uuid, 'D' || n, '部门' || n, 'department', NULL, '/' || md5('d' || n)::uuid || '/', n, 1
  FROM generate_series(1, {DEPARTMENTS}) n;
CREATE INDEX ON sealed_number (n);
INSERT INTO special_operation_certificates
  (id, person_name, id_number, dept_id, employment, cert_type, category, item, cert_no, issuer, issue_date, valid_from,
   valid_to, review_date, created_at, updated_at, version, computed_keys)
SELECT uuidv7(), substr('王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗', n % 20 + 1, 1)
         || substr('明远志强安宁守信思齐行知和顺康平望见达实', n / 20 % 20 + 1, 1)
         || substr('一二三四五六七八九十百千万亿天地人和春秋', n / 400 % 20 + 1, 1),
       s.id_number, md5('d' || (n % {DEPARTMENTS} + 1))::uuid, 'employed', 'special_operation', 'electrician',
       'low_voltage', s.cert_no, '应急管理局', date '2021-01-01' + n % 2000,
       date '2021-01-01' + n % 2000, date '2027-01-01' + n % 2000, date '2024-01-01' + n % 2000,
       timestamptz '2024-01-01' + n * interval '1 minute', now(), 1, '{{}}'
  FROM sealed_number s ORDER BY n;
DROP TABLE sealed_number;
"""


def fill(connection: psycopg.Connection[Any]) -> None:
    """A million rows. Their numbers have to be sealed here, for the database has no keys."""
    seal = Settings(database_url=SecretStr("-"), environment="embedded", **personal_keys()).keyring().seal
    connection.execute("CREATE TABLE sealed_number (n int, id_number text, cert_no text)")
    with connection.cursor().copy("COPY sealed_number FROM STDIN") as copy:
        for n in range(1, ROWS + 1):
            number = f"{n:018d}"
            copy.write_row(
                (n, seal(f"{TABLE}.id_number", number, "identity"), seal(f"{TABLE}.cert_no", f"T{number}", "code"))
            )
    connection.execute(_FILL.encode())


def measure() -> dict[str, float]:
    """Ratios, and requests per second of each for the reader of the results."""
    servers = run_postgres()
    postgres = next(servers)
    try:
        name = postgres.clone(Settings)
        postgres.execute("ALTER SYSTEM SET shared_buffers = '512MB'")
        with psycopg.connect(postgres.uri.replace("/postgres?", f"/{name}?"), autocommit=True) as connection:
            fill(connection)
            connection.execute("VACUUM ANALYZE special_operation_certificates")
            connection.execute("ANALYZE directory_department")
        return _compare(postgres.settings(Settings, name))
    finally:
        servers.close()


def _compare(settings: Settings) -> dict[str, float]:
    issuer = TestIssuer()
    reader = principal("ledgers:*:*", "ledgers:personal:read", scope=ScopeKind.COMPANY)
    officer = principal("ledgers:*:*", scope=ScopeKind.SUBTREE, department_id=_department(7))
    with tempfile.TemporaryDirectory() as folder:
        key, statement = Path(folder, "key.json"), Path(folder, "page.sql")
        key.write_text(json.dumps(issuer.key.as_dict(private=True)))
        statement.write_text(_statement(settings, reader), encoding="utf-8")
        environment = {
            **os.environ,
            "BENCH_DATABASE": settings.database_url.get_secret_value(),
            "BENCH_KEY": str(key),
            "BENCH_SQL": str(statement),
        }
        with (
            _server("service", environment) as service,
            _server("bare", environment) as bare,
            _server("orm", environment) as orm,
        ):
            path = f"/api/ledgers/{SLUG}?page=1&size=20"
            token = issuer.headers(reader)["Authorization"]
            own = issuer.headers(officer)["Authorization"]
            loads: dict[str, Callable[[], float]] = {
                "service": lambda: _load(service, path, token),
                "bare": lambda: _load(bare, "/", ""),
                "orm": lambda: _load(orm, "/", ""),
                "department": lambda: _load(service, path, own),
                "search": lambda: _load(service, f"{path}&q={quote('思三')}", token),
                "deep": lambda: _load(service, f"/api/ledgers/{SLUG}?page=5000&size=20", token),
            }
            found: dict[str, list[float]] = {each: [] for each in loads}
            for _ in range(ROUNDS):
                for each, load in loads.items():
                    found[each].append(load())
    rate = {each: statistics.median(values) for each, values in found.items()}
    return {
        "service_to_bare_limit": rate["service"] / rate["bare"],
        "service_to_orm": rate["service"] / rate["orm"],
        "search_two_characters_to_list": rate["service"] / rate["search"],
        "deep_page_to_list": rate["service"] / rate["deep"],
        **{f"{each}_per_second": value for each, value in rate.items()},
    }


def _department(number: int) -> UUID:
    return UUID(md5(f"d{number}".encode(), usedforsecurity=False).hexdigest())


def _statement(settings: Settings, reader: Any) -> str:
    """The very statement that the service sends for this page."""
    row_class = BY_SLUG[SLUG]
    seen: list[str] = []

    class Watched(Reads):
        async def one(
            self, statement: str, values: Sequence[Any] = (), *, prepare: bool | None = None
        ) -> tuple[Any, ...]:
            with psycopg.connect(settings.database_url.get_secret_value().replace("+psycopg", "")) as connection:
                written = [psycopg.sql.Literal(value).as_string(connection) for value in values]
            seen.append(re.sub(r"\$(\d+)", lambda found: written[int(found.group(1)) - 1], statement))
            return await super().one(statement, values, prepare=prepare)

    use(settings.keyring())
    reads = Watched(settings.database_url.get_secret_value(), {"options": ""})
    asyncio.run(RowReader(row_class, reader).page(reads, params_of(row_class).read([("page", "1"), ("size", "20")])))
    reads.close()
    return next(statement for statement in seen if "json_agg" in statement)


@contextmanager
def _server(factory: str, environment: dict[str, str]) -> Iterator[int]:
    """A server of bench.serving in a process of its own; yields its port."""
    (port,) = free_ports(1)
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "uvicorn",
        f"bench.serving:{factory}",
        "--factory",
        "--port",
        str(port),
    ]
    process = subprocess.Popen([*command, "--log-level", "error", "--no-access-log"], env=environment)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None:
            try:
                _load(port, "/healthz", "", seconds=0.01)
                break
            except OSError:
                time.sleep(0.2)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _load(port: int, path: str, authorization: str, seconds: float = SECONDS) -> float:
    """Requests per second over keep-alive connections; every answer has to be 200."""
    return asyncio.run(_drive(port, path, authorization, seconds))


async def _drive(port: int, path: str, authorization: str, seconds: float) -> float:
    request = f"GET {path} HTTP/1.1\r\nHost: bench\r\n".encode()
    if authorization:
        request += f"Authorization: {authorization}\r\n".encode()
    request += b"\r\n"
    deadline = time.monotonic() + seconds

    async def client() -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        done = 0
        while time.monotonic() < deadline or not done:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200") and path != "/healthz":
                raise RuntimeError(head.decode())
            length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(length)
            done += 1
        writer.close()
        return done

    begun = time.monotonic()
    counts = await asyncio.gather(*(client() for _ in range(CONNECTIONS)))
    return sum(counts) / (time.monotonic() - begun)
