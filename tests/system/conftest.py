"""Fixtures of the system tests: the gateway before echo backends, the portal, and a whole stack."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.traefik import Gateway, free_port, running


@pytest.fixture(scope="session")
def portal_url() -> Iterator[str]:
    """The portal as its own process, as it runs everywhere."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "deploy.cli", "portal", "--port", str(port)])
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
                    break
            except OSError:
                assert process.poll() is None, "the portal ended"
                assert time.monotonic() < deadline, "the portal is not ready"
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory, portal_url: str) -> Iterator[Gateway]:
    """Traefik with the settings of the embedded stack."""
    with running(Path(tmp_path_factory.mktemp("gateway")), portal_url) as started:
        yield started
