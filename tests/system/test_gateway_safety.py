"""What the gateway removes, refuses, limits and adds (reliability.md 3.5, 3.9, 3.10, F13)."""

from __future__ import annotations

import gzip
import hashlib
import http.client
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.identity_headers import NAMES
from gateway.settings import MEBIBYTE, Rate, RateLimits
from tests.system.stack import wait_for
from tests.system.traefik import Gateway, running, signed


@pytest.mark.parametrize("path", ["/api/ledgers/x", signed("/safework/a").partition("?")[0]])
def test_the_log_has_the_path_and_nothing_of_the_query(gateway: Gateway, path: str) -> None:
    gateway.get(f"{path}?q=11010519491231002X&X-Amz-Signature={'5ec2e7' * 10}")
    wait_for(lambda: f"GET {path} HTTP" in gateway.log.read_text(), 5, lambda: gateway.log.read_text()[-2000:])
    text = gateway.log.read_text()
    assert "11010519491231002X" not in text and "5ec2e7" not in text


@pytest.mark.parametrize("path", ["/api/ledgers/x", "/api/auth/login", signed("/safework/a")])
def test_identity_headers_are_stripped_on_every_route(gateway: Gateway, path: str) -> None:
    forged = dict.fromkeys(NAMES, "root")
    seen = gateway.get(path, headers=forged | {"X-Request-Id": "kept"}).json()["headers"]
    left = {name for name in seen if name in {n.lower() for n in NAMES}}
    assert not left
    assert seen["x-request-id"] == "kept"


@pytest.mark.parametrize("name", ["X_User_Id", "X-User_Id", "X_ROLE", "x_auth_user", "HTTP_X_USER", "X_Forwarded_For"])
def test_names_with_underscores_are_removed(gateway: Gateway, name: str) -> None:
    seen = gateway.get("/api/ledgers/x", headers={name: "admin2"}).json()["headers"]
    assert name.lower() not in seen
    assert "admin2" not in seen.values()


def test_the_connection_header_cannot_keep_a_forged_header(gateway: Gateway) -> None:
    headers = {"X-User-Id": "admin", "Connection": "X-User-Id, close"}
    assert "x-user-id" not in gateway.get("/api/ledgers/x", headers=headers).json()["headers"]


def test_forwarded_headers_of_strangers_are_replaced(gateway: Gateway) -> None:
    forged = {
        "X-Forwarded-For": "6.6.6.6", "X-Real-Ip": "6.6.6.6", "Forwarded": "for=6.6.6.6", "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https", "X-Forwarded-Port": "443", "X-Forwarded-Prefix": "/evil",
    }  # fmt: skip
    seen = gateway.get("/api/ledgers/x", headers=forged).json()["headers"]
    assert seen["x-forwarded-for"] == "127.0.0.1"
    assert seen["x-real-ip"] == "127.0.0.1"
    assert seen["x-forwarded-proto"] == "http"
    assert seen["x-forwarded-host"] == f"127.0.0.1:{gateway.port}"
    assert "x-forwarded-prefix" not in seen
    assert "forwarded" not in seen


@pytest.mark.parametrize(
    "path",
    [
        "/api/ledgers/..%2fauth", "/api/ledgers/..%2Fauth", "/api/ledgers/a%5cb", "/api/ledgers/a%00b", "/api/ledgers/a%3bb",
        "/api/ledgers/a;b", "/api/ledgers/a%252fb", "/api/ledgers/a\\b", "/%2finternal", "/safework/..%2f..%2fetc",
    ],
)  # fmt: skip
def test_ambiguous_paths_are_refused(gateway: Gateway, path: str) -> None:
    for backend in gateway.backends.values():
        backend.seen.clear()
    assert gateway.get(path).status == 400
    assert not any(backend.seen for backend in gateway.backends.values())


@pytest.mark.parametrize("path", ["/api/ledgers/%2e%2e/auth/x", "/api/ledgers/../auth/x", "/api//ledgers/./../auth/x"])
def test_dots_are_resolved_before_routing_so_that_both_sides_see_one_path(gateway: Gateway, path: str) -> None:
    answer = gateway.get(path)
    assert answer.status == 200
    assert answer.json()["backend"] == "auth"
    assert answer.json()["path"] == "/api/auth/x"


def _sizes(limit: int) -> list[tuple[int, int]]:
    return [(limit - 100, 200), (limit + 1, 413)]


@pytest.mark.parametrize(("size", "status"), _sizes(MEBIBYTE))
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_an_ordinary_body_is_limited_to_a_mebibyte(gateway: Gateway, method: str, size: int, status: int) -> None:
    answer = gateway.request(method, "/api/ledgers/fire-facilities", body=b"x" * size)
    assert answer.status == status
    if status == 413:
        assert answer.json()["code"] == "too_large"


def test_a_chunked_body_is_counted_too(gateway: Gateway) -> None:
    blocks = (b"x" * 65536 for _ in range(40))
    assert gateway.request("POST", "/api/ledgers/fire-facilities", body=blocks).status == 413


@pytest.mark.parametrize(("size", "status"), [(20 * MEBIBYTE, 200), (21 * MEBIBYTE, 413)])
def test_a_workbook_of_20_megabytes_may_be_imported(gateway: Gateway, size: int, status: int) -> None:
    body = os.urandom(MEBIBYTE) * (size // MEBIBYTE)
    answer = gateway.request("POST", "/api/ledgers/special-operation-certificates/imports", body=body)
    assert answer.status == status
    if status == 200:
        assert answer.json()["sha256"] == hashlib.sha256(body).hexdigest()


def test_only_the_import_path_has_the_larger_limit(gateway: Gateway) -> None:
    body = b"x" * (2 * MEBIBYTE)
    assert gateway.request("POST", "/api/ledgers/x/imports/1/confirm", body=body).status == 413
    assert gateway.request("PUT", "/api/ledgers/x/imports", body=body).status == 413


def test_headers_are_limited(gateway: Gateway) -> None:
    assert gateway.get("/api/ledgers/x", headers={"X-Long": "x" * 20_000}).status == 200
    assert gateway.get("/api/ledgers/x", headers={"X-Long": "x" * 60_000}).status == 431


def test_object_bodies_stream_without_being_held(gateway: Gateway) -> None:
    """The store sees the first bytes while the client still sends, and more than any limit passes whole."""
    backend = gateway.backends["objects"]
    backend.first_byte.clear()
    size, block = 48 * MEBIBYTE, os.urandom(MEBIBYTE)
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=30)
    connection.putrequest("PUT", signed("/safework/big.bin"))
    connection.putheader("Content-Length", str(size))
    connection.endheaders()
    connection.send(block)
    assert backend.first_byte.wait(5), "the gateway holds the body back"
    for _ in range(47):
        connection.send(block)
    response = connection.getresponse()
    import json

    seen = json.loads(response.read())
    connection.close()
    assert seen["size"] == size
    assert seen["sha256"] == hashlib.sha256(block * 48).hexdigest()


def test_json_is_compressed_and_objects_are_not(gateway: Gateway) -> None:
    packed = gateway.get("/api/ledgers/big", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert len(packed.body) < 20_000
    assert "安全生产" in gzip.decompress(packed.body).decode()
    assert gateway.get("/api/ledgers/big", headers={"Accept-Encoding": "br"}).headers["content-encoding"] == "br"
    assert "content-encoding" not in gateway.get("/api/ledgers/big").headers
    plain = gateway.get(signed("/safework/big"), headers={"Accept-Encoding": "gzip, br"})
    assert "content-encoding" not in plain.headers


@pytest.mark.parametrize("path", ["/", "/api/ledgers/x", "/api/docs", "/api/nothing", "/healthz"])
def test_security_headers_are_on_every_answer(gateway: Gateway, path: str) -> None:
    headers = gateway.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src 'self';" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert "server" not in headers


def test_nothing_in_a_stored_file_may_run(gateway: Gateway) -> None:
    headers = gateway.get(signed("/safework/a.pdf")).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert "server" not in headers


@pytest.fixture
def strict(tmp_path_factory: pytest.TempPathFactory, portal_url: str) -> Iterator[Gateway]:
    """The same gateway with limits that a test reaches; a fresh one each, since a limit remembers."""
    rates = RateLimits(
        per_address=Rate(average=60, burst=40),
        per_session=Rate(average=60, burst=5),
        login_per_address=Rate(average=60, burst=3),
    )
    with running(Path(tmp_path_factory.mktemp("strict")), portal_url, rates=rates) as started:
        yield started


def test_logins_are_limited_by_address(strict: Gateway) -> None:
    answers = [strict.request("POST", "/api/auth/login", body=b"{}") for _ in range(8)]
    assert [answer.status for answer in answers[:3]] == [200] * 3
    refused = [answer for answer in answers if answer.status == 429]
    assert refused
    assert int(refused[0].headers["retry-after"]) >= 1


def test_one_session_is_limited_and_leaves_the_next_one_alone(strict: Gateway) -> None:
    greedy = [strict.get("/api/ledgers/x", headers={"Authorization": "Bearer a"}).status for _ in range(12)]
    assert greedy[:3] == [200] * 3
    assert 429 in greedy
    assert strict.get("/api/ledgers/x", headers={"Authorization": "Bearer b"}).status == 200


def test_a_forwarded_address_is_no_way_around_the_limit(strict: Gateway) -> None:
    statuses = [
        strict.request("POST", "/api/auth/login", body=b"{}", headers={"X-Forwarded-For": f"10.0.0.{n}"}).status
        for n in range(12)
    ]
    assert 429 in statuses


def test_objects_are_not_rate_limited(strict: Gateway) -> None:
    assert {strict.get(signed(f"/safework/{n}")).status for n in range(80)} == {200}


def test_smuggling_is_refused(gateway: Gateway) -> None:
    """Two lengths, or a length and chunks: one reading only (Go's server refuses, or obeys the chunks and closes)."""
    for head in (
        b"Content-Length: 4\r\nContent-Length: 5\r\n",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        b"Transfer-Encoding: xchunked\r\n",
    ):
        with socket.create_connection(("127.0.0.1", gateway.port), timeout=10) as raw:
            raw.sendall(b"POST /api/ledgers/x HTTP/1.1\r\nHost: h\r\n" + head + b"\r\n0\r\n\r\n")
            assert raw.recv(65536).split(b" ")[1] in (b"400", b"501")
