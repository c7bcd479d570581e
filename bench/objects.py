"""Files through the gateway against the object store directly: 128 MB in pieces of 16 MB up, and as one down.

Both sides are the real SeaweedFS and the client is the same; what differs is Traefik with the gateway's own configuration.
Each round does both, in changing order, and the ratio is that of the fastest rounds, which are those that were disturbed
least by whatever else the machine did."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from gateway.render import render
from gateway.settings import SERVICES
from gateway.targets import embedded
from kit.objects import ObjectStore, StoredPart
from kit.settings import ObjectStoreSettings
from kit.testing.object_store import ADMIN_KEY, free_ports, run_object_store

MEGABYTE = 1024 * 1024
PART = 16 * MEGABYTE
PARTS = 8
SIZE = PART * PARTS
ROUNDS = 7
# As many as a browser opens to one address, less what the page itself needs.
CONNECTIONS = 4

GOALS = {"upload_through_gateway": (">=", 0.85), "download_through_gateway": (">=", 0.85)}


@contextmanager
def _gateway(store: str) -> Iterator[str]:
    """Traefik before the store, configured as in the embedded stack."""
    folder = Path(tempfile.mkdtemp(prefix="safework-bench-"))
    port, ping, nowhere = free_ports(3)
    ports = {f"{service}_api": nowhere for service in SERVICES}
    ports |= {"gateway_ping": ping, "portal": nowhere, "objects_s3": urlsplit(store).port or 0}
    url = f"http://127.0.0.1:{port}"
    settings = embedded(ports, port=port, bind="127.0.0.1", public_url=url)
    for name, text in render(settings, dynamic_path=str(folder / "dynamic.yaml")).items():
        (folder / name).write_text(text)
    traefik = shutil.which("traefik") or str(Path(sys.executable).parent / "traefik")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([traefik, f"--configFile={folder / 'traefik.yaml'}"], stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and process.poll() is None:
            with suppress(OSError), closing(HTTPConnection("127.0.0.1", port, timeout=5)) as line:
                line.request("GET", f"/safework/x?X-Amz-Signature={'0' * 64}")
                if line.getresponse().status == 403:
                    break
            time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _put(url: str, data: memoryview) -> str:
    parts = urlsplit(url)
    with closing(HTTPConnection(parts.hostname or "", parts.port, timeout=120)) as line:
        line.request("PUT", f"{parts.path}?{parts.query}", body=data, headers={"Content-Length": str(len(data))})
        answer = line.getresponse()
        assert answer.status == 200, answer.read()
        answer.read()
        return answer.headers["ETag"].strip('"')


def _get(url: str) -> None:
    """Reads the answer into one buffer over and over: the client must not be what is measured."""
    parts = urlsplit(url)
    buffer = bytearray(MEGABYTE)
    with socket.create_connection((parts.hostname or "", parts.port or 80), timeout=120) as line:
        line.sendall(
            f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n".encode()
        )
        got = 0
        while (count := line.recv_into(buffer)) > 0:
            if not got:
                assert buffer.startswith(b"HTTP/1.1 200"), bytes(buffer[:200])
            got += count
    assert got > SIZE


def _upload(store: ObjectStore, data: memoryview, key: str) -> float:
    """Seconds for the bytes; beginning and completing are the service's requests and the same on both ways."""
    upload = store.begin_multipart(key, "application/octet-stream")
    urls = [store.upload_url(key, size=PART, seconds=600, upload_id=upload, number=n + 1) for n in range(PARTS)]
    pieces = [data[n * PART : (n + 1) * PART] for n in range(PARTS)]
    start = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        etags = list(pool.map(_put, urls, pieces))
    seconds = time.perf_counter() - start
    store.complete_multipart(key, upload, [StoredPart(n + 1, etag, PART) for n, etag in enumerate(etags)])
    return seconds


def _download(store: ObjectStore, key: str) -> float:
    url = store.download_url(key, seconds=600, disposition="attachment", content_type="application/octet-stream")
    start = time.perf_counter()
    _get(url)
    return time.perf_counter() - start


def measure() -> dict[str, float]:
    """Speeds in MB/s on both ways, and their ratios."""
    data = memoryview(os.urandom(SIZE))
    times: dict[str, list[float]] = {f"{what} {way}": [] for what in ("up", "down") for way in ("direct", "gateway")}
    for running in run_object_store():
        with _gateway(running.endpoint) as gateway:
            admin = ObjectStore(ObjectStoreSettings(**{**running.settings(), "s3_access_key": SecretStr(ADMIN_KEY)}))
            admin.ensure_bucket()
            ways = {
                "direct": ObjectStore(ObjectStoreSettings(**running.settings())),
                "gateway": ObjectStore(ObjectStoreSettings(**running.settings(public=gateway))),
            }
            for store in ways.values():  # opens volumes and connections
                _upload(store, data, "bench/warm")
                _download(store, "bench/warm")
            for number in range(ROUNDS):
                order = sorted(ways, reverse=bool(number % 2))
                for way in order:
                    times[f"up {way}"].append(_upload(ways[way], data, f"bench/{way}"))
                for way in order:
                    times[f"down {way}"].append(_download(ways[way], f"bench/{way}"))
                for way in ways:
                    ways[way].delete(f"bench/{way}")
            for store in (admin, *ways.values()):
                store.close()
    speed = {name: SIZE / MEGABYTE / min(values) for name, values in times.items()}
    return {
        "upload_direct_mb_per_s": speed["up direct"],
        "upload_gateway_mb_per_s": speed["up gateway"],
        "upload_through_gateway": speed["up gateway"] / speed["up direct"],
        "download_direct_mb_per_s": speed["down direct"],
        "download_gateway_mb_per_s": speed["down gateway"],
        "download_through_gateway": speed["down gateway"] / speed["down direct"],
    }
