"""The real worker process: a file in pieces is checked within seconds, over the bus, and an event of auth arrives."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr

from kit.testing.brokers import TestBroker
from kit.worker.checks import check_subscriptions
from services.documents.upload import PART_SIZE
from services.documents.worker import DocumentsWorker
from tests.service.documents.conftest import Documents
from tests.service.documents.files import pdf

PROJECT = Path(__file__).resolve().parents[3]


def test_the_worker_and_the_contracts_agree() -> None:
    check_subscriptions(DocumentsWorker)


@pytest.fixture
def worker(documents: Documents, valkey: TestBroker, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """`safework worker documents` on the database and store of the test; calling it gives its log."""
    settings = documents.settings
    values: dict[str, Any] = {
        **settings.model_dump(exclude_none=True, include=set(type(settings).model_fields)),
        "bus_url": valkey.url,
        "heartbeat_file": tmp_path / "beat",
    }
    environment = {key: value for key, value in os.environ.items() if not key.startswith("SAFEWORK_")}
    for name, value in values.items():
        text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        environment[f"SAFEWORK_{name.upper()}"] = text
    log = tmp_path / "log"
    with log.open("wb") as output:
        command = [sys.executable, "-m", "deploy.cli", "worker", "documents"]
        process = subprocess.Popen(command, env=environment, cwd=PROJECT, stdout=output, stderr=output)
    yield lambda: log.read_text(errors="replace")
    process.terminate()
    process.wait(timeout=20)


def test_a_file_in_pieces_is_checked_within_seconds(documents: Documents, worker: Callable[[], str]) -> None:
    data = pdf(2 * PART_SIZE + 5)
    good = documents.upload("真.pdf", data)
    false = documents.upload("假.pdf", data, sha256="0" * 64)
    assert good["state"] == false["state"] == "checking"
    deadline = time.monotonic() + 60
    states: list[str] = []
    while time.monotonic() < deadline and "checking" in (states or ["checking"]):
        time.sleep(0.2)
        states = [documents.ok("GET", f"/nodes/{node['id']}")["state"] for node in (good, false)]
    assert states == ["ready", "refused"], worker()[-3000:]
    assert documents.fetch(good["id"]).content == data
    assert urlsplit(documents.settings.s3_public_endpoint).port != urlsplit(documents.settings.s3_endpoint).port
