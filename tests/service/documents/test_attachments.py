"""Files of ledger rows: the real documents and the real ledgers, one asking the other with the person's own token."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from contracts.principal import Principal
from kit.testing.identity import TestIssuer, principal
from services.documents.api import create as create_documents
from services.documents.settings import Settings as DocumentsSettings
from services.ledgers.api import create as create_ledgers
from services.ledgers.catalogue.fire_facilities import FireFacility
from services.ledgers.dictionaries import DICTIONARIES
from services.ledgers.settings import Settings as LedgersSettings
from tests import company
from tests.catalogue.conftest import example
from tests.service.documents.files import pdf

SLUG, OFFICER, PDF = "fire-facilities", "工程部", pdf()


class Bridge(httpx.BaseTransport):
    """Takes documents' questions to the ledgers of the same process."""

    def __init__(self, ledgers: TestClient) -> None:
        self.ledgers, self.away = ledgers, False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.away:
            raise httpx.ConnectError("away")
        answer = self.ledgers.request(request.method, request.url.path, headers=dict(request.headers))
        return httpx.Response(answer.status_code, content=answer.content)


class Stage:
    def __init__(self, ledgers: TestClient, documents: TestClient, bridge: Bridge, issuer: TestIssuer) -> None:
        self.ledgers, self.documents, self.bridge, self.issuer = ledgers, documents, bridge, issuer
        self.officer = self.who("ledgers:*:*")
        answer = ledgers.post(
            f"/api/ledgers/{SLUG}", json=example(FireFacility, OFFICER), headers=issuer.headers(self.officer)
        )
        assert answer.status_code == 201, answer.text
        self.row = answer.json()

    def who(self, *permissions: str, department: str = OFFICER) -> Principal:
        return principal(*permissions, scope="subtree", department_id=company.department_id(department))

    def ask(self, method: str, path: str = "", who: Principal | None = None, **more: Any) -> httpx.Response:
        url = f"/api/documents/attachments/ledgers/{SLUG}/{self.row['id']}{path}"
        return self.documents.request(method, url, headers=self.issuer.headers(who or self.officer), **more)

    def begin(self, name: str, data: bytes = PDF, who: Principal | None = None) -> httpx.Response:
        body = {"name": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        return self.ask("POST", "/uploads", who, json=body)

    def attach(self, name: str, data: bytes = PDF) -> dict[str, Any]:
        upload = self.begin(name, data)
        assert upload.status_code == 201, upload.text
        for part in upload.json()["parts"]:
            assert httpx.put(part["url"], content=data, trust_env=False).status_code == 200
        done = self.ask("POST", f"/uploads/{upload.json()['id']}/complete")
        assert done.status_code == 200, done.text
        return done.json()


@pytest.fixture
def stage(service_settings: Callable[..., Any], issuer: TestIssuer, seaweedfs: Any, gateway: str) -> Iterator[Stage]:
    ledgers_app = create_ledgers(service_settings(LedgersSettings), verifier=issuer.verifier("ledgers"))
    with ledgers_app.state.database.transaction() as session:
        company.load(session, DICTIONARIES)
    ledgers = TestClient(ledgers_app, raise_server_exceptions=False)
    bridge = Bridge(ledgers)
    settings = service_settings(DocumentsSettings, **seaweedfs.settings(public=gateway), uploads_per_minute=1000)
    app = create_documents(settings, verifier=issuer.verifier("documents"), owners_transport=bridge)
    with TestClient(app, raise_server_exceptions=False) as documents:
        yield Stage(ledgers, documents, bridge, issuer)
    ledgers_app.state.database.close()


def test_a_scan_goes_up_is_listed_fetched_deleted_and_brought_back(stage: Stage) -> None:
    file = stage.attach("检测报告.pdf")
    twin = stage.attach("检测报告.pdf")
    assert twin["name"] == "检测报告 (2).pdf", "two scans of one name are two files"
    listed = stage.ask("GET").json()
    assert ([one["name"] for one in listed["items"]], listed["may_change"]) == ([twin["name"], file["name"]], True)
    link = stage.ask("GET", f"/files/{file['id']}/download", params={"inline": True}).json()
    assert httpx.get(link["url"], trust_env=False).content == PDF
    gone = stage.ask("DELETE", f"/files/{file['id']}", params={"version": file["version"]})
    assert gone.status_code == 200, gone.text
    assert len(stage.ask("GET").json()["items"]) == 1
    assert stage.ask("POST", f"/files/{file['id']}/restore").status_code == 200
    assert len(stage.ask("GET").json()["items"]) == 2


def test_who_sees_the_row_sees_its_files_and_who_may_change_it_changes_them(stage: Stage) -> None:
    file = stage.attach("a.pdf")
    reader = stage.who(f"ledgers:{SLUG}:read")
    listed = stage.ask("GET", who=reader).json()
    assert (len(listed["items"]), listed["may_change"]) == (1, False)
    assert stage.ask("GET", f"/files/{file['id']}/download", reader).status_code == 200
    for answer in (
        stage.begin("b.pdf", who=reader),
        stage.ask("DELETE", f"/files/{file['id']}", reader, params={"version": 1}),
        stage.ask("POST", f"/files/{file['id']}/restore", reader),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "permission_missing")
    stranger = stage.who("ledgers:*:*", "documents:*:*", department="客户服务部")
    assert stage.ask("GET", who=stranger).status_code == 404
    assert stage.begin("b.pdf", who=stranger).status_code == 404
    assert stage.ask("GET", who=stage.who("documents:*:*")).status_code == 403
    # Not through the libraries' routes either, whatever one may do there.
    headers = stage.issuer.headers(stage.who("documents:*:*", "ledgers:*:*"))
    assert stage.documents.get(f"/api/documents/nodes/{file['id']}/download", headers=headers).status_code == 404
    assert stage.documents.get("/api/documents/libraries/attachments/nodes", headers=headers).status_code == 404
    # Nor through another row that one does see.
    own = stage.ledgers.post(
        f"/api/ledgers/{SLUG}", json=example(FireFacility, "客户服务部", 2), headers=stage.issuer.headers(stranger)
    ).json()
    url = f"/api/documents/attachments/ledgers/{SLUG}/{own['id']}/files/{file['id']}/download"
    assert stage.documents.get(url, headers=stage.issuer.headers(stranger)).status_code == 404


def test_a_deleted_rows_files_wait_for_it(stage: Stage) -> None:
    stage.attach("a.pdf")
    headers = stage.issuer.headers(stage.officer)
    row = f"/api/ledgers/{SLUG}/{stage.row['id']}"
    assert stage.ledgers.delete(row, params={"version": 1}, headers=headers).status_code == 204
    assert stage.ask("GET").status_code == 404
    assert stage.ledgers.post(f"{row}/restore", headers=headers).status_code == 200
    assert len(stage.ask("GET").json()["items"]) == 1


def test_types_numbers_and_silence_are_refused_in_words(stage: Stage) -> None:
    assert stage.begin("坏.exe").json()["errors"][0]["code"] == "extension_refused"
    assert stage.begin("空.pdf", b"").status_code == 422
    fake = stage.begin("假.pdf", b"MZ" + b"x" * 100).json()
    httpx.put(fake["parts"][0]["url"], content=b"MZ" + b"x" * 100, trust_env=False)
    assert stage.ask("POST", f"/uploads/{fake['id']}/complete").status_code == 422
    begun = [stage.begin(f"{number}.pdf") for number in range(21)]
    assert [answer.status_code for answer in begun[:20]] == [201] * 20
    assert (begun[20].status_code, begun[20].json()["code"]) == (409, "too_many_files")
    assert stage.ask("DELETE", f"/uploads/{begun[0].json()['id']}").status_code == 204
    assert stage.begin("又.pdf").status_code == 201
    stage.bridge.away = True
    answer = stage.ask("GET")
    assert (answer.status_code, answer.json()["code"]) == (503, "owner_unavailable"), "without an answer nobody gets in"
