"""Workbooks of 100,000 rows of 15 columns: import through the service against python-calamine + COPY without any validation,
export through the service against rustpy-xlsxwriter alone. Everything in one run, on one PostgreSQL, the medians of rounds.

The import is the whole of what a person waits for: upload, prescan, parse in the confined child, validation of every cell,
preview, confirmation, the ledger's own table with its eleven indexes, facts and events. The limit writes, without looking at
them, the same rows into a table with the same columns and indexes (everything as text). Beside it stands, without a goal, the
same COPY into a table that has no index at all: filling the indexes alone costs twice as much as that."""

from __future__ import annotations

import io
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
from fastapi.testclient import TestClient
from python_calamine import CalamineWorkbook
from rustpy_xlsxwriter import FastExcel, write_worksheet

from kit.db import Database
from kit.testing.databases import TestPostgres, run_postgres
from kit.testing.identity import TestIssuer, principal
from services.ledgers.api import create
from services.ledgers.dictionaries import DICTIONARIES
from services.ledgers.settings import Settings
from tests import company

ROWS = 100_000
ROUNDS = 3
SLUG = "special-operation-certificates"
TABLE = "special_operation_certificates"
KEYS = ("person_name", "gender", "id_number", "dept_id", "cert_type", "category", "item", "cert_no", "issuer",
        "first_issue_date", "issue_date", "valid_from", "valid_to", "review_date", "remark")  # fmt: skip
HEADINGS = ("姓名", "性别", "身份证号", "所属部门", "证书类型", "作业类别", "准操项目", "证书编号", "发证机关", "初次领证日期",
            "发证日期", "有效期起", "有效期止", "应复审日期", "备注")  # fmt: skip

GOALS = {
    "import_to_calamine_and_copy": ("<=", 4.0),
    "export_to_bare_writer": ("<=", 2.5),
    "process_growth_mb": ("<=", 150.0),
}

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def identity_number(number: int) -> str:
    """A valid number of nobody: the area 990101 does not exist."""
    born = date(1970, 1, 1) + timedelta(days=number % 10_000)
    body = f"990101{born:%Y%m%d}{number // 10_000:02d}{number % 10 // 2 * 2 + 1}"
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11]


def rows() -> Iterator[dict[str, Any]]:
    """Rows as departments send them: dates in several notations, blanks at the ends, everything else different."""
    for n in range(ROWS):
        number = identity_number(n)
        issued = date(2021, 1, 1) + timedelta(days=n % 1500)
        end, review = issued + timedelta(days=2190), issued + timedelta(days=1095)
        name = (
            "王李张刘陈杨赵黄周吴"[n % 10]
            + "明远志强安宁守信思齐"[n // 10 % 10]
            + "一二三四五六七八九十"[n // 100 % 10]
        )
        yield dict(
            zip(
                HEADINGS,
                (
                    name, "男", number, " 工程部 " if n % 7 == 0 else "工程部", "特种作业操作证", "电工作业",
                    "低压电工作业" if n % 2 else "高压电工作业", f"T{number}", "应急管理局", issued, issued.isoformat(),
                    f"{issued.year}/{issued.month}/{issued.day}", f"{end.year}年{end.month}月{end.day}日",
                    f"{review:%Y%m%d}", f"第{n}行" if n % 3 == 0 else None,
                ),
                strict=True,
            )
        )  # fmt: skip


def measure() -> dict[str, float]:
    """Ratios, seconds of each side, and what the service's process grew by."""
    servers = run_postgres()
    postgres = next(servers)
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "rows.xlsx"
            FastExcel(str(path)).sheet("台账", rows()).save()
            return _measure(postgres, path)
    finally:
        servers.close()  # type: ignore[attr-defined]


def _measure(postgres: TestPostgres, path: Path) -> dict[str, float]:
    database = postgres.clone(Settings)
    with psycopg.connect(postgres.uri.replace("/postgres?", f"/{database}?"), autocommit=True) as bare:
        _bare_tables(bare)
        limits, plain, ours, growth = [], [], [], []
        exported = b""
        exports: list[float] = []
        parts: dict[str, list[float]] = {"import_validate_seconds": [], "import_confirm_seconds": []}
        for _ in range(ROUNDS):
            plain.append(_timed(lambda: _bare_import(bare, "plain", path)))
            limits.append(_timed(lambda: _bare_import(bare, "indexed", path)))
            with service(postgres) as ask:
                content = path.read_bytes()
                with _growth() as grown:
                    validate, confirm = _import(ask, content)
                growth.append(grown[0])
                ours.append(validate + confirm)
                parts["import_validate_seconds"].append(validate)
                parts["import_confirm_seconds"].append(confirm)
                began = time.perf_counter()
                exported = _export(ask)
                exports.append(time.perf_counter() - began)
    alone = _bare_export(exported)
    return {
        "import_to_calamine_and_copy": statistics.median(ours) / statistics.median(limits),
        "export_to_bare_writer": statistics.median(exports) / statistics.median(alone),
        "process_growth_mb": max(growth),
        "import_to_copy_without_indexes": statistics.median(ours) / statistics.median(plain),
        "import_seconds": statistics.median(ours),
        "bare_import_seconds": statistics.median(limits),
        "bare_import_without_indexes_seconds": statistics.median(plain),
        **{name: statistics.median(values) for name, values in parts.items()},
        "export_seconds": statistics.median(exports),
        "bare_export_seconds": statistics.median(alone),
    }


@contextmanager
def service(postgres: TestPostgres) -> Iterator[Callable[..., Any]]:
    """The ledgers on a fresh database with the demo company; yields a way to ask as somebody of the company."""
    settings = postgres.settings(Settings, postgres.clone(Settings))
    database = Database(settings)
    with database.transaction() as session:
        company.load(session, DICTIONARIES)
    database.close()
    issuer = TestIssuer()
    who = principal(f"ledgers:{SLUG}:*", "ledgers:personal:read")
    with TestClient(create(settings, verifier=issuer.verifier("ledgers"))) as client:

        def ask(method: str, path: str, **more: Any) -> Any:
            answer = client.request(method, f"/api/ledgers/{SLUG}{path}", headers=issuer.headers(who), **more)
            assert answer.status_code < 400, answer.text
            return answer

        yield ask


def _import(ask: Callable[..., Any], content: bytes) -> tuple[float, float]:
    began = time.perf_counter()
    job = ask("POST", "/imports", files={"file": ("rows.xlsx", content)}).json()
    job = _settled(ask, job, "ready")
    assert (job["valid"], job["invalid"], job["created"]) == (ROWS, 0, ROWS), (job["errors"] or [job])[0]
    shown = time.perf_counter()
    _settled(ask, ask("POST", f"/imports/{job['id']}/confirm", json={}).json(), "confirmed")
    return shown - began, time.perf_counter() - shown


def _export(ask: Callable[..., Any]) -> bytes:
    """In the background, as any export of so many rows: asked for, waited for, fetched."""
    job = ask("POST", "/exports").json()
    while job["state"] in ("queued", "running"):
        time.sleep(0.1)
        job = ask("GET", f"/exports/{job['id']}").json()
    assert (job["state"], job["rows"]) == ("done", ROWS), job
    content: bytes = ask("GET", f"/exports/{job['id']}/file").content
    return content


def _settled(ask: Callable[..., Any], job: dict[str, Any], state: str) -> dict[str, Any]:
    while job["state"] != state:
        assert job["state"] not in ("failed", "cancelled"), job
        time.sleep(0.2)
        job = ask("GET", f"/imports/{job['id']}").json()
    return job


def _bare_tables(connection: psycopg.Connection[Any]) -> None:
    columns = ", ".join(f"{key} text" for key in KEYS)
    connection.execute(f"CREATE TABLE plain ({columns})".encode())
    connection.execute(f"CREATE TABLE indexed (LIKE {TABLE} INCLUDING DEFAULTS INCLUDING INDEXES)".encode())
    connection.execute("ALTER TABLE indexed ALTER COLUMN id SET DEFAULT uuidv7()")
    for key in KEYS:
        connection.execute(f"ALTER TABLE indexed ALTER COLUMN {key} TYPE text".encode())


def _bare_import(connection: psycopg.Connection[Any], table: str, path: Path) -> None:
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table}".encode())
        workbook = CalamineWorkbook.from_path(str(path))
        with cursor.copy(f"COPY {table} ({', '.join(KEYS)}) FROM STDIN".encode()) as copy:
            lines = workbook.get_sheet_by_index(0).iter_rows()
            next(lines)
            for cells in lines:
                copy.write_row(cells)


def _bare_export(exported: bytes) -> list[float]:
    lines = CalamineWorkbook.from_filelike(io.BytesIO(exported)).get_sheet_by_index(0).to_python()
    headings = lines[0]
    cells = [dict(zip(headings, [cell if cell != "" else None for cell in line], strict=True)) for line in lines[1:]]
    assert len(cells) == ROWS
    return [_timed(lambda: write_worksheet(cells, io.BytesIO(), sheet_name="台账")) for _ in range(ROUNDS)]


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


@contextmanager
def _growth() -> Iterator[list[float]]:
    """The highest resident size during the block, over the size before it, in MB."""
    grown: list[float] = []
    Path("/proc/self/clear_refs").write_text("5")
    before = _status("VmRSS")
    yield grown
    grown.append((_status("VmHWM") - before) / 1024)


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))
