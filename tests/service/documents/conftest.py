"""The real object store, the real Traefik with the gateway's own configuration, and the service before both."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from contracts.principal import Principal
from gateway.render import render
from gateway.settings import SERVICES
from gateway.targets import embedded
from kit.db import Database
from kit.directory.tables import DirectoryDepartment
from kit.objects import ObjectStore
from kit.testing.identity import TestIssuer, principal
from kit.testing.object_store import TestObjectStore, free_ports, seaweedfs
from services.documents.api import create
from services.documents.catalogue import LIBRARIES
from services.documents.library import Library, catalogue
from services.documents.settings import Settings

__all__ = ["seaweedfs"]

ROOT, NORTH, GATE, SOUTH = (UUID(int=number) for number in (1, 2, 3, 4))


@pytest.fixture(scope="session")
def gateway(seaweedfs: TestObjectStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Traefik in front of the store, configured as in the embedded stack; its address is what URLs are signed for."""
    folder: Path = tmp_path_factory.mktemp("gateway")
    port, ping, nowhere = free_ports(3)
    ports = {f"{service}_api": nowhere for service in SERVICES}
    ports |= {"gateway_ping": ping, "portal": nowhere, "objects_s3": urlsplit(seaweedfs.endpoint).port or 0}
    url = f"http://127.0.0.1:{port}"
    settings = embedded(ports, port=port, bind="127.0.0.1", public_url=url)
    for name, text in render(settings, dynamic_path=str(folder / "dynamic.yaml")).items():
        (folder / name).write_text(text)
    traefik = shutil.which("traefik") or str(Path(sys.executable).parent / "traefik")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([traefik, f"--configFile={folder / 'traefik.yaml'}"], stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 30
        while True:
            assert process.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline, "Traefik is not ready"
            # The store's own refusal of an unsigned request shows that the route is there.
            with suppress(httpx.HTTPError):
                if httpx.get(f"{url}/safework/x?X-Amz-Signature={'0' * 64}", trust_env=False).status_code == 403:
                    break
            time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait()


@dataclass
class Documents:
    """The service under test, and what a browser would do with its answers."""

    api: TestClient
    http: httpx.Client
    issuer: TestIssuer
    settings: Settings
    database: Database
    store: ObjectStore
    who: Principal

    def call(self, method: str, path: str, *, who: Principal | None = None, **more: Any) -> httpx.Response:
        """A request of `who` (by default somebody of the company who may do everything)."""
        headers = {**self.issuer.headers(who or self.who), **more.pop("headers", {})}
        return self.api.request(method, f"/api/documents{path}", headers=headers, **more)

    def ok(self, method: str, path: str, status: int = 200, **more: Any) -> Any:
        """The JSON of a request that has to succeed."""
        answer = self.call(method, path, **more)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def problem(self, method: str, path: str, **more: Any) -> tuple[int, str]:
        """Status and code of a request that has to fail, with a Chinese sentence."""
        answer = self.call(method, path, **more)
        body = answer.json()
        assert answer.headers["content-type"] == "application/problem+json"
        assert any("\u4e00" <= character <= "\u9fff" for character in body["title"] + body.get("detail", ""))
        return answer.status_code, body["code"]

    def folder(self, name: str, parent: str | None = None, *, library: str = "laws", **more: Any) -> Any:
        """A new folder."""
        json = {"name": name, "parent_id": parent, **more.pop("json", {})}
        return self.ok("POST", f"/libraries/{library}/folders", 201, json=json, **more)

    def begin(self, name: str, data: bytes, *, library: str = "laws", who: Principal | None = None, **more: Any) -> Any:
        """A begun upload."""
        json = {"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest(), **more}
        return self.ok("POST", f"/libraries/{library}/uploads", 201, json=json, who=who)

    def send(self, upload: Any, data: bytes) -> None:
        """PUTs the pieces that are not there yet, as a browser does."""
        for part in upload["parts"]:
            if not part["done"]:
                piece = data[part["offset"] : part["offset"] + part["size"]]
                # As a browser sends it: the page's origin, and whatever type it thinks the file has.
                head = {"Origin": self.settings.s3_public_endpoint, "Content-Type": "application/x-whatever"}
                answer = self.http.put(part["url"], content=piece, headers=head)
                assert answer.status_code == 200, answer.text

    def upload(self, name: str, data: bytes, *, who: Principal | None = None, **more: Any) -> Any:
        """The node of a file that went the whole way."""
        upload = self.begin(name, data, who=who, **more)
        self.send(upload, data)
        return self.ok("POST", f"/uploads/{upload['id']}/complete", who=who, json={})

    def fetch(self, node_id: str, **more: Any) -> httpx.Response:
        """The file, by the URL that the service gives; no token goes to the store."""
        found = self.ok("GET", f"/nodes/{node_id}/download", headers={"Accept": "application/json"}, **more)
        return self.http.get(found["url"])

    def session(self) -> Session:
        """A session on the service's database, as the worker has one."""
        return Session(self.database.engine)


@pytest.fixture
def make_documents(
    service_settings: Callable[..., Settings], issuer: TestIssuer, seaweedfs: TestObjectStore, gateway: str
) -> Iterator[Callable[..., Documents]]:
    """`make_documents(uploads_per_minute=…)` → the service with these settings on a database of its own."""
    opened: list[Callable[[], None]] = []

    def make(**more: Any) -> Documents:
        settings = service_settings(
            Settings, **seaweedfs.settings(public=gateway), **{"uploads_per_minute": 10_000, **more}
        )
        libraries = catalogue(
            [*LIBRARIES.values(), Library(slug="test-plans", title="测试预案", leaf="99.1", by_department=True)]
        )
        app = create(settings, verifier=issuer.verifier("documents"), libraries=libraries)
        api = TestClient(app, raise_server_exceptions=False, follow_redirects=False)
        api.__enter__()
        http = httpx.Client(trust_env=False, timeout=60)
        opened.extend([lambda: api.__exit__(None, None, None), http.close])
        database = app.state.database
        with database.transaction() as session:
            session.add_all(
                DirectoryDepartment(
                    id=id_, code=code, name=name, kind="部门", parent_id=parent, path=path, sort=0, version=1
                )
                for id_, code, name, parent, path in [
                    (ROOT, "GS", "燃气公司", None, f"/{ROOT}/"),
                    (NORTH, "CB", "城北分公司", ROOT, f"/{ROOT}/{NORTH}/"),
                    (GATE, "CBM", "门站", NORTH, f"/{ROOT}/{NORTH}/{GATE}/"),
                    (SOUTH, "CN", "城南储配站", ROOT, f"/{ROOT}/{SOUTH}/"),
                ]
            )
        who = principal("documents:*:*", name="王安全")
        return Documents(api, http, issuer, settings, database, app.state.store, who)

    yield make
    for close in reversed(opened):
        close()


@pytest.fixture
def documents(make_documents: Callable[..., Documents]) -> Documents:
    """The service."""
    return make_documents()
