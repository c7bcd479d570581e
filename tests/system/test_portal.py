"""The portal: the web app's files and the page with all API docs, without Traefik before it."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from gateway import portal


@pytest.fixture
def built(tmp_path: Path) -> Iterator[TestClient]:
    """A built web app with its pre-compressed files."""
    root = tmp_path / "dist"
    files = {
        "index.html": b"<!doctype html><title>office</title>",
        "m/index.html": b"<!doctype html><title>mobile</title>",
        "m/sw.js": b"self.addEventListener('install', () => {})",
        "assets/app-4f2a.js": b"console.log('app')" * 100,
        "assets/app-4f2a.js.gz": gzip.compress(b"console.log('app')" * 100),
        "assets/app-4f2a.js.br": b"not really brotli",
        "favicon.svg": b"<svg/>",
    }
    for name, content in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    (tmp_path / "secret.txt").write_text("outside")
    (root / "link.txt").symlink_to(tmp_path / "secret.txt")
    with TestClient(portal.create(root)) as client:
        yield client


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    """The portal as it runs."""
    with TestClient(portal.create()) as opened:
        yield opened


@pytest.mark.parametrize("path", ["/", "/ledgers/fire-facilities", "/libraries/laws?node=1", "/login"])
def test_pages_of_the_app_are_its_index(built: TestClient, path: str) -> None:
    answer = built.get(path)
    assert answer.status_code == 200
    assert "office" in answer.text
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/m", "/m/", "/m/tasks/1"])
def test_the_mobile_app_has_its_own(built: TestClient, path: str) -> None:
    assert "mobile" in built.get(path).text


def test_hashed_assets_never_change(built: TestClient) -> None:
    answer = built.get("/assets/app-4f2a.js", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.text == "console.log('app')" * 100


def test_brotli_is_preferred_unless_refused(built: TestClient) -> None:
    with built.stream("GET", "/assets/app-4f2a.js", headers={"Accept-Encoding": "gzip, deflate, br"}) as answer:
        assert answer.headers["content-encoding"] == "br"
    answer = built.get("/assets/app-4f2a.js", headers={"Accept-Encoding": "gzip;q=0.5, br;q=0"})
    assert answer.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in built.get("/assets/app-4f2a.js", headers={"Accept-Encoding": "identity"}).headers


def test_a_missing_chunk_is_no_page(built: TestClient) -> None:
    answer = built.get("/assets/old-1234.js")
    assert answer.status_code == 404
    assert "office" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_an_unchanged_file_is_not_sent_again(built: TestClient) -> None:
    tag = built.get("/").headers["etag"]
    assert built.get("/", headers={"If-None-Match": tag}).status_code == 304
    assert built.get("/", headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("path", ["/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt", "/link.txt"])
def test_nothing_outside_the_folder_is_served(built: TestClient, path: str) -> None:
    assert "outside" not in built.get(path).text


def test_a_rebuild_shows_without_a_restart_and_no_build_is_explained(tmp_path: Path) -> None:
    with TestClient(portal.create(tmp_path / "dist")) as client:
        answer = client.get("/")
        assert answer.status_code == 503
        assert "make web" in answer.text
        (tmp_path / "dist").mkdir()
        (tmp_path / "dist" / "index.html").write_text("fresh")
        assert client.get("/").text == "fresh"


def test_pages_cannot_be_posted_to(built: TestClient) -> None:
    assert built.post("/").status_code == 405


def test_the_docs_page_loads_nothing_from_elsewhere_and_runs_nothing_inline(client: TestClient) -> None:
    import re

    page = client.get("/api/docs").text
    for service in ("auth", "documents", "ledgers", "workflow", "reports"):
        assert f'data-url="/api/{service}/openapi.json"' in page
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert not [a for a in addresses if "//" in a]
    assert not re.search(r"<script(?![^>]*src=)|<style|onclick|style=", page)
    for address in addresses:
        if address.startswith("/"):
            assert client.get(address).status_code == 200, address
    assert client.get("/api/docs/assets/../portal.py").status_code == 404


@pytest.mark.parametrize("status", [400, 403, 404, 413, 502, 504])
def test_the_gateways_own_answers_are_problems(client: TestClient, status: int) -> None:
    answer = client.post(f"/_gateway/problem/{status}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["code"].isascii()
    assert not problem["title"].isascii()
