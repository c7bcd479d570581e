"""What the audit trail costs: a small write without a row in it, with one, and with what a chain inside the transaction would
add; how fast rows are sealed and verified, and in how much memory."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.orm import Session

from kit import audit
from kit.audit import chain
from kit.audit.verify import verify
from kit.claims import PeriodClaim
from kit.db import Database, uuid7
from kit.testing.databases import run_postgres
from kit.testing.identity import principal
from services.workflow.settings import Settings

GOALS = {
    # A write with its audit row costs at most twice the write alone …
    "write_audited_to_bare": ("<=", 2.0),
    # … eight people writing at once are not slower for the chain than without it,
    "parallel_audited_to_bare": ("<=", 2.0),
    # and a chain inside the transaction is what we do not do.
    "parallel_chained_to_audited": (">=", 1.0),
    "verify_memory_growth_mb": ("<=", 40.0),
}
ROUNDS, WRITES, AT_ONCE, SEALED = 5, 150, 8, 30_000
_KEY = SecretStr("a-key-of-the-bench-0123456789-abcdefghijk")
_WHO = principal()


def _bare(session: Session) -> None:
    session.add(PeriodClaim(job="bench", period=str(uuid7())))


def _audited(session: Session) -> None:
    _bare(session)
    audit.record(session, _WHO, "thing.change", "thing", "1", before={"name": "甲"}, after={"name": "乙", "n": 1})


def _chained(session: Session) -> None:
    # What a chain inside the transaction comes to: the lock is held until the commit.
    _audited(session)
    session.execute(text("SELECT pg_advisory_xact_lock(724003)"))
    chain.seal(session, "workflow", limit=1)


def _seconds(database: Database, write: Callable[[Session], None], *, threads: int) -> float:
    def some(_: int) -> None:
        for _ in range(WRITES // threads):
            with database.transaction() as session:
                write(session)

    began = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(some, range(threads)))
    return time.perf_counter() - began


def measure() -> dict[str, float]:
    """Alternating rounds in one run; durability is on, for a commit's cost is what the lock is held for."""
    server = run_postgres()
    postgres = next(server)
    postgres.execute("ALTER SYSTEM SET fsync = on")
    postgres.execute("ALTER SYSTEM SET synchronous_commit = on")
    postgres.execute("SELECT pg_reload_conf()")
    settings = postgres.settings(Settings, postgres.clone(Settings), audit_keys=_KEY)
    database = Database(settings, pool_size=AT_ONCE)
    try:
        times: dict[str, list[float]] = {}
        for _ in range(ROUNDS):
            for name, write, threads in (
                ("bare", _bare, 1), ("audited", _audited, 1),
                ("bare8", _bare, AT_ONCE), ("audited8", _audited, AT_ONCE), ("chained8", _chained, AT_ONCE),
            ):  # fmt: skip
                times.setdefault(name, []).append(_seconds(database, write, threads=threads))
        middle = {name: statistics.median(values) for name, values in times.items()}
        return {
            "write_audited_to_bare": middle["audited"] / middle["bare"],
            "parallel_audited_to_bare": middle["audited8"] / middle["bare8"],
            "parallel_chained_to_audited": middle["chained8"] / middle["audited8"],
            "write_audited_ms": middle["audited"] / WRITES * 1000,
            **_sealing(database, settings),
        }
    finally:
        database.close()
        server.close()


def _sealing(database: Database, settings: Settings) -> dict[str, float]:
    with database.transaction() as session:
        for number in range(SEALED):
            audit.record(session, _WHO, "thing.change", "thing", str(number), after={"n": number})
    began = time.perf_counter()
    rows = 0
    while True:
        with database.transaction() as session:
            done = chain.seal(session, settings.service)
        rows += done
        if not done:
            break
    sealed = time.perf_counter() - began
    # In a process of its own: the peak of this one is that of making the rows.
    code = (
        "import sys; from bench.audit import verified; from services.workflow.settings import Settings; "
        "from pydantic import SecretStr; print(verified(Settings(environment='embedded', "
        "database_url=SecretStr(sys.argv[1]), audit_keys=SecretStr(sys.argv[2]))))"
    )
    url = settings.database_url.get_secret_value()
    answer = subprocess.run(
        [sys.executable, "-c", code, url, _KEY.get_secret_value()], capture_output=True, text=True, check=True
    )
    seconds, count, growth = (float(word) for word in answer.stdout.strip().strip("()").split(","))
    return {
        "sealed_rows_per_second": rows / sealed,
        "verified_rows_per_second": count / seconds,
        "verify_memory_growth_mb": growth,
    }


def verified(settings: Settings) -> tuple[float, int, float]:
    """Seconds, links, and how much the peak grew from the first hundred links to all of them."""
    database = Database(settings, pool_size=1)
    with database.session() as session:
        verify(session, settings.service, keys=settings.audit_key_ring(), last=100)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    with database.session() as session:
        report = verify(session, settings.service, keys=settings.audit_key_ring())
    seconds = time.perf_counter() - began
    growth = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert report.sound, report.named
    database.close()
    return seconds, report.position, growth
