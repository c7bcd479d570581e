"""A real SeaweedFS for tests: the server that the embedded stack, compose and Kubernetes run."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

ACCESS_KEY = "safework-test"
ADMIN_KEY = "safework-test-admin"
SECRET_KEY = "a-secret-that-only-tests-know"
BUCKET = "safework"
AUDIT_BUCKET = "safework-audit"
SERVICE_ACTIONS = [
    *(f"{action}:{bucket}" for bucket in (BUCKET, AUDIT_BUCKET) for action in ("Read", "Write", "List", "Tagging")),
    f"PutObjectRetention:{AUDIT_BUCKET}",
]


@dataclass
class TestObjectStore:
    """A running store. `settings()` are the keyword arguments for a service's settings."""

    __test__ = False

    endpoint: str

    def settings(self, *, public: str | None = None) -> dict[str, Any]:
        """What `ObjectStoreSettings` needs; `public` is the address that presigned URLs name (a gateway's)."""
        return {
            "s3_endpoint": self.endpoint,
            "s3_public_endpoint": public or self.endpoint,
            "s3_access_key": SecretStr(ACCESS_KEY),
            "s3_secret_key": SecretStr(SECRET_KEY),
            "s3_bucket": BUCKET,
        }


def _pair(access: str, secret: str) -> dict[str, str]:
    return {"accessKey": access, "secretKey": secret}


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, and whose number plus 10 000 is free too, where SeaweedFS puts its gRPC twin."""
    ports: list[int] = []
    with ExitStack() as held:
        while len(ports) < count:
            probe, twin = held.enter_context(socket.socket()), held.enter_context(socket.socket())
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
            with suppress(OSError):
                # Ephemeral ports begin at 32 768: the twin has to lie below the end of the port range.
                if port + 10_000 < 65_536:
                    twin.bind(("127.0.0.1", port + 10_000))
                    ports.append(port)
    return ports


def run_object_store() -> Iterator[TestObjectStore]:
    """Starts a store in a folder of its own and removes both afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="safework-s3-"))
    identities = {
        "identities": [
            # What the embedded stack gives the service: its two buckets, and no say over buckets.
            {"name": "service", "credentials": [_pair(ACCESS_KEY, SECRET_KEY)], "actions": SERVICE_ACTIONS},
            {"name": "admin", "credentials": [_pair(ADMIN_KEY, SECRET_KEY)], "actions": ["Admin"]},
        ]
    }
    (folder / "s3.json").write_text(json.dumps(identities))
    (folder / "data").mkdir()
    master, volume, filer, s3 = free_ports(4)
    weed = shutil.which("weed") or str(Path(sys.executable).parent / "weed")
    command = [
        *(weed, "server", f"-dir={folder / 'data'}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"),
        *("-master.peers=none", f"-master.port={master}", "-master.volumeSizeLimitMB=1024", "-master.telemetry=false"),
        *(f"-volume.port={volume}", "-volume.max=0", "-volume.minFreeSpace=1"),
        *("-filer", f"-filer.port={filer}", f"-filer.localSocket={folder / 'filer.sock'}"),
        *("-s3", f"-s3.port={s3}", f"-s3.config={folder / 's3.json'}", "-s3.iam=false"),
        *("-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.autoCreateBucket=false"),
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)  # noqa: S603
    try:
        _wait(process, f"http://127.0.0.1:{s3}/healthz", folder / "log")
        yield TestObjectStore(f"http://127.0.0.1:{s3}")
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(urllib.error.URLError, OSError), urllib.request.urlopen(url, timeout=1):  # noqa: S310
            return
        time.sleep(0.1)
    raise RuntimeError(f"SeaweedFS did not start:\n{log.read_text(errors='replace')[-2000:]}")


@pytest.fixture(scope="session")
def seaweedfs() -> Iterator[TestObjectStore]:
    """An object store for the session, with the service's buckets in it."""
    for store in run_object_store():
        from kit.objects import ObjectStore
        from kit.settings import ObjectStoreSettings

        client = ObjectStore(ObjectStoreSettings(**{**store.settings(), "s3_access_key": SecretStr(ADMIN_KEY)}))
        client.ensure_bucket()
        client.close()
        yield store
