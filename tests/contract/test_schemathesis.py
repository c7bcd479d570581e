"""schemathesis against every service on a real port, as three kinds of people: each route alone, with valid and invalid data, and
chains of routes (a row that was made is read, changed, deleted, asked for again). No finding is accepted."""

from __future__ import annotations

import importlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy.orm import Session

from kit.testing.identity import TestIssuer
from kit.testing.object_store import TestObjectStore, seaweedfs
from services.ledgers.catalogue import LEDGERS
from services.ledgers.dictionaries import DICTIONARIES
from tests import company

__all__ = ["seaweedfs"]

SERVICES = ("auth", "documents", "ledgers", "workflow", "reports")
# Somebody with little, somebody with a department, and somebody with nearly everything there.
PERSONAS = ("worker", "yunxing", "safety")
IN_AUTH = ("worker", "sysadmin", "secadmin")

# For who has changed the engine: `FUZZ_EVERYTHING=1 .venv/bin/pytest tests/contract/test_schemathesis.py`.
EVERYTHING = "FUZZ_EVERYTHING" in os.environ

CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "negative_data_rejection", "missing_required_header", "unsupported_method",
    "use_after_free", "ignored_auth",
)  # fmt: skip
# What a refusal may look like; theirs has no "too large" and no "too long", and lets servers fail.
CONFIG = """
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 413, 414, 415, 422, 428, 429]
"""


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """The application on a port of its own."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        deadline = time.monotonic() + 60
        while not server.started:
            assert thread.is_alive() and time.monotonic() < deadline, "it does not start"
            time.sleep(0.05)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(30)


@pytest.fixture
def served(
    request: pytest.FixtureRequest, service_settings: Callable[..., Any], issuer: TestIssuer
) -> Iterator[tuple[str, str]]:
    """A service's name and address, with the demo company in its database."""
    service: str = request.param
    with ExitStack() as stack:
        more: dict[str, Any] = {}
        if service == "documents":
            store: TestObjectStore = request.getfixturevalue("seaweedfs")
            # Whose attachments they are, the ledgers say; they answer here as they do in earnest.
            owner = stack.enter_context(serving(application("ledgers", service_settings, issuer)))
            more = {**store.settings(public=store.endpoint), "ledgers_url": owner}
        yield service, stack.enter_context(serving(application(service, service_settings, issuer, **more)))


def application(service: str, service_settings: Callable[..., Any], issuer: TestIssuer, **more: Any) -> FastAPI:
    """A service on a database of its own."""
    settings_class = importlib.import_module(f"services.{service}.settings").Settings
    if service == "auth":
        from services.auth.seed import seed

        settings = service_settings(settings_class, **more)
        seed(settings.model_copy(update={"demo_password": SecretStr("Demo-Passw0rd-2026")}))
    else:
        settings = service_settings(settings_class, with_company, **more)
    app: FastAPI = importlib.import_module(f"services.{service}.api").create(
        settings, verifier=issuer.verifier(service)
    )
    return app


def with_company(session: Session) -> None:
    """The departments, people and dictionaries that auth would have told of."""
    company.load(session, DICTIONARIES)


def less(service: str, place: int) -> list[str]:
    """What to leave out for the persona at this place: all of it as all three takes ten minutes."""
    if EVERYTHING:
        return []
    left_out: list[str] = []
    if place == 0 or (place == 1 and service != "auth"):
        # Every boundary of every parameter is tried by those who may do most; others are refused before anybody looks. Of
        # the ledgers, which share one engine, these are the ones that are theirs below.
        left_out += ["--phases", "fuzzing,stateful"]
    if service == "ledgers":
        # One engine serves all ledgers: each is tried, as one of the three.
        slugs = [row.ledger.slug for number, row in enumerate(LEDGERS) if number % len(PERSONAS) != place]
        left_out += ["--exclude-path-regex", rf"^/api/ledgers/({'|'.join(slugs)})(/|$)"]
    return left_out


@pytest.mark.timeout(900)
@pytest.mark.parametrize("served", SERVICES, indirect=True)
def test_no_findings(served: tuple[str, str], issuer: TestIssuer, tmp_path: Path) -> None:
    service, url = served
    config = tmp_path / "schemathesis.toml"
    config.write_text(CONFIG, encoding="utf-8")
    # Made at the first request, and the fuzzer waits no more than ten seconds for it.
    httpx.get(f"{url}/api/{service}/openapi.json", timeout=120).raise_for_status()
    for place, who in enumerate(IN_AUTH if service == "auth" else PERSONAS):
        result = subprocess.run(
            [
                str(Path(sys.executable).parent / "schemathesis"), "--config-file", str(config),
                "run", f"{url}/api/{service}/openapi.json",
                "--header", f"Authorization: Bearer {issuer.token(company.principal(who))}",
                "--checks", ",".join(CHECKS), "--max-examples", "3", "--seed", "1", "--generation-deterministic",
                *less(service, place),
                "--no-color", "--warnings", "off", "--suppress-health-check", "all",
            ],
            cwd=tmp_path, capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
        assert result.returncode == 0, f"as {who}:\n{result.stdout[-15000:]}\n{result.stderr[-2000:]}"
