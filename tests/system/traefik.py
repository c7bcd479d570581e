"""The real Traefik on the rendered configuration, with backends that tell what reached them."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.client
import http.server
import json
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.local.gateway import program
from deploy.local.ports import is_free
from gateway.render import render
from gateway.settings import SERVICES, GatewaySettings


class Backend(http.server.ThreadingHTTPServer):
    """Answers every request with what it saw of it, as JSON. Special paths end with: `/big` (a large JSON body),
    `/status/503`, `/hang-up` (closes without an answer), `/slow-body` (notes when the first byte of the body came)."""

    daemon_threads = True

    def __init__(self, name: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.name = name
        self.seen: list[dict[str, Any]] = []
        self.first_byte = threading.Event()
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is what some tests are about."""

    def close(self) -> None:
        self.shutdown()
        self.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Backend

    def _answer(self) -> None:
        path = self.path.partition("?")[0]
        digest, size = hashlib.sha256(), 0
        for block in self._body():
            if block and not self.server.first_byte.is_set():
                self.server.first_byte.set()
            digest.update(block)
            size += len(block)
        seen = {
            "backend": self.server.name,
            "method": self.command,
            "path": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "size": size,
            "sha256": digest.hexdigest(),
        }
        self.server.seen.append(seen)
        if path.endswith("/hang-up"):
            self.close_connection = True
            return
        status = int(path.rsplit("/", 1)[1]) if "/status/" in path else 200
        if path.endswith("/big"):
            seen["text"] = "安全生产" * 20_000
        body = json.dumps(seen, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Server", "leaky/1.0")
        if status in (429, 503):
            self.send_header("Retry-After", "17")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _body(self) -> Iterator[bytes]:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            while size := int(self.rfile.readline().strip() or b"0", 16):
                yield self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return
        left = int(self.headers.get("Content-Length") or 0)
        while left:
            block = self.rfile.read1(min(left, 65536))
            if not block:
                return
            left -= len(block)
            yield block

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _answer

    def log_message(self, *_: object) -> None:
        """Quiet."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the gateway."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Gateway:
    """A running Traefik."""

    port: int
    backends: dict[str, Backend]
    log: Path
    portal: subprocess.Popen[bytes] | None = None
    settings: GatewaySettings | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def request(
        self,
        method: str,
        path: str,
        *,
        headers: dict[str, str] | None = None,
        body: Any = None,
        host: str | None = None,
    ) -> Answer:
        """One request on a connection of its own; the path goes out as it is written here."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.putrequest(method, path, skip_host=host is not None, skip_accept_encoding=True)
            if host is not None:
                connection.putheader("Host", host)
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            if isinstance(body, bytes):
                connection.putheader("Content-Length", str(len(body)))
            elif body is not None:
                connection.putheader("Transfer-Encoding", "chunked")
            # A body that is too large is answered, and the connection closed, before it has been sent whole.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.endheaders(body, encode_chunked=body is not None and not isinstance(body, bytes))
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def get(self, path: str, **more: Any) -> Answer:
        return self.request("GET", path, **more)


def free_port() -> int:
    """A port outside the range that outgoing connections take."""
    import random

    return next(port for port in iter(lambda: random.randrange(20_000, 32_000), None) if is_free(port))


@contextmanager
def running(folder: Path, portal_url: str, **changes: Any) -> Iterator[Gateway]:
    """Traefik with the embedded target's settings, changed by `changes`, before fresh backends."""
    names = (*SERVICES, "objects")
    backends = {name: Backend(name) for name in names}
    port, ping = free_port(), free_port()
    values: dict[str, Any] = {
        "target": "embedded",
        "address": f"127.0.0.1:{port}",
        "ping_address": f"127.0.0.1:{ping}",
        "services": {name: backends[name].url for name in SERVICES},
        "portal": portal_url,
        "objects": backends["objects"].url,
        "canonical_url": f"http://127.0.0.1:{port}",
        **changes,
    }
    settings = GatewaySettings(**values)
    for name, text in render(settings, dynamic_path=str(folder / "dynamic.yaml")).items():
        (folder / name).write_text(text, encoding="utf-8")
    log = folder / "traefik.log"
    with log.open("wb") as stream:
        process = subprocess.Popen([program(), f"--configfile={folder / 'traefik.yaml'}"], stdout=stream, stderr=stream)
        try:
            _wait(process, ping, log)
            gateway = Gateway(port, backends, log, settings=settings)
            _wait_for_routes(gateway)
            yield gateway
        finally:
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            for backend in backends.values():
                backend.close()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"traefik ended: {log.read_text()[-2000:]}")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
        try:
            connection.request("GET", "/ping")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.05)
        finally:
            connection.close()
    raise AssertionError(f"traefik is not ready: {log.read_text()[-2000:]}")


def _wait_for_routes(gateway: Gateway) -> None:
    deadline = time.monotonic() + 10
    while gateway.get("/api/ledgers/_probe").status != 200:
        assert time.monotonic() < deadline, f"no routes: {gateway.log.read_text()[-3000:]}"
        time.sleep(0.05)
    for backend in gateway.backends.values():
        backend.seen.clear()


def signed(path: str) -> str:
    """A path with a query that looks like a presigned URL's."""
    signature = hashlib.sha256(path.encode()).hexdigest()
    date = base64.b16encode(b"x").decode()
    return f"{path}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Date={date}&X-Amz-SignedHeaders=host&X-Amz-Signature={signature}"
