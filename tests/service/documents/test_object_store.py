"""kit.objects against a real SeaweedFS: what a URL admits, what the store verifies, what comes back."""

from __future__ import annotations

import hashlib
import io
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import httpx
import pytest
from minio.credentials import Credentials
from minio.signer import presign_v4

from kit.objects import ObjectStore, StoreUnavailable, content_disposition
from kit.objects.presign import Signer
from kit.objects.reader import BLOCK, RangeReader, ReadBudgetExceeded
from kit.settings import ObjectStoreSettings
from kit.testing.object_store import TestObjectStore

PART = 5 * 1024 * 1024


@pytest.fixture
def store(seaweedfs: TestObjectStore) -> Iterator[ObjectStore]:
    store = ObjectStore(ObjectStoreSettings(**seaweedfs.settings()))
    yield store
    store.close()


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=20) as client:
        yield client


@pytest.fixture
def key() -> str:
    return f"test/{uuid4()}"


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_the_signature_is_the_sdks_own() -> None:
    at = datetime(2026, 12, 1, 3, 4, 5, tzinfo=UTC)
    ours = Signer("http://127.0.0.1:8080", "AK", "SK", "us-east-1").url(
        "GET", "/safework/a b/中", at=at, seconds=60, query={"response-content-type": "text/plain; charset=utf-8"}
    )
    theirs = presign_v4(
        method="GET",
        url=urlsplit(
            "http://127.0.0.1:8080/safework/a%20b/%E4%B8%AD?response-content-type=text%2Fplain%3B%20charset%3Dutf-8"
        ),
        region="us-east-1",
        credentials=Credentials("AK", "SK"),
        date=at,
        expires=60,
    )
    assert dict(parse_qsl(urlsplit(ours).query)) == dict(parse_qsl(theirs.query))


@pytest.mark.parametrize(
    ("endpoint", "host"),
    [
        ("https://Safe.example.cn:443", "safe.example.cn"),
        ("http://safe.example.cn:80", "safe.example.cn"),
        ("http://safe.example.cn:8080", "safe.example.cn:8080"),
        ("https://[::1]:8443", "[::1]:8443"),
    ],
)
def test_the_host_is_signed_as_a_browser_sends_it(endpoint: str, host: str) -> None:
    at = datetime(2026, 12, 1, tzinfo=UTC)
    plain = Signer(f"{endpoint.split(':')[0]}://{host}", "AK", "SK", "us-east-1").url("GET", "/b/k", at=at, seconds=60)
    ours = Signer(endpoint, "AK", "SK", "us-east-1").url("GET", "/b/k", at=at, seconds=60)
    assert ours.split("?")[1] == plain.split("?")[1]


def test_a_put_url_admits_the_declared_bytes_and_no_others(store: ObjectStore, http: httpx.Client, key: str) -> None:
    data = os.urandom(1000)
    url = store.upload_url(key, size=1000, seconds=60, sha256=digest(data))
    assert http.put(url, content=data + b"x").status_code == 403
    assert http.put(url, content=iter([data])).status_code == 403
    assert http.put(url, content=data[:-1] + b"\0\0"[:1]).status_code in (400, 403)
    assert http.put(url.replace(key, key + "x"), content=data).status_code == 403
    assert store.stat(key) is None
    assert http.put(url, content=data).status_code == 200
    stat = store.stat(key)
    assert stat is not None and (stat.size, stat.sha256) == (1000, digest(data))


def test_a_url_ends(store: ObjectStore, http: httpx.Client, key: str) -> None:
    store.put(key, b"x", "text/plain")
    signed = store._signer.url("GET", f"/safework/{key}", at=datetime.now(UTC) - timedelta(minutes=2), seconds=60)
    assert http.get(signed).status_code == 403


def test_parts_arrive_again_and_in_any_order(store: ObjectStore, http: httpx.Client, key: str) -> None:
    first, second = os.urandom(PART), os.urandom(100)
    upload = store.begin_multipart(key, "application/pdf")
    assert store.parts(key, upload) == {}

    def put(number: int, data: bytes) -> int:
        url = store.upload_url(key, size=len(data), seconds=60, upload_id=upload, number=number)
        return http.put(url, content=data).status_code

    assert put(2, second) == 200
    assert put(1, os.urandom(PART)) == 200
    time.sleep(1.1)  # the store dates its parts by the second
    assert put(1, first) == 200
    parts = store.parts(key, upload)
    assert parts is not None and {number: part.size for number, part in parts.items()} == {1: PART, 2: 100}
    store.complete_multipart(key, upload, [parts[1], parts[2]])
    assert b"".join(store.stream(key)) == first + second
    assert store.parts(key, upload) is None
    assert put(2, second) == 404


def test_a_part_bound_to_its_hash(store: ObjectStore, http: httpx.Client, key: str) -> None:
    data = os.urandom(PART)
    upload = store.begin_multipart(key, "application/pdf")
    url = store.upload_url(key, size=PART, seconds=60, upload_id=upload, number=1, sha256=digest(data))
    assert http.put(url, content=data[:-1] + bytes([data[-1] ^ 1])).status_code == 400
    assert store.parts(key, upload) == {}
    assert http.put(url, content=data).status_code == 200


def test_what_is_unfinished_is_found_and_thrown_away(store: ObjectStore, key: str) -> None:
    upload = store.begin_multipart(key, "application/pdf")
    soon = datetime.now(UTC) + timedelta(minutes=1)
    assert (key, upload) in list(store.unfinished(before=soon))
    assert (key, upload) not in list(store.unfinished(before=soon - timedelta(hours=1)))
    store.abort_multipart(key, upload)
    store.abort_multipart(key, upload)
    assert (key, upload) not in list(store.unfinished(before=soon))


def test_a_download_has_the_name_and_type_that_we_gave(store: ObjectStore, http: httpx.Client, key: str) -> None:
    data = os.urandom(5000)
    store.put(key, data, "application/octet-stream")
    name = '中华人民共和国安全生产法（2021 修正）\' "a"; b=c.pdf'
    url = store.download_url(key, seconds=60, disposition=content_disposition(name), content_type="application/pdf")
    answer = http.get(url)
    assert (answer.status_code, answer.content) == (200, data)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == content_disposition(name)
    assert answer.headers["cache-control"] == "private, no-store"
    part = http.get(url, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content, part.headers["content-range"]) == (206, data[100:200], "bytes 100-199/5000")


def test_copy_only_what_was_looked_at(store: ObjectStore, key: str) -> None:
    store.put(key, b"one", "text/plain")
    looked = store.stat(key)
    assert looked is not None
    store.put(key, b"two", "text/plain")
    with pytest.raises(StoreUnavailable):
        store.copy(key, key + "-copy", etag=looked.etag, content_type="text/plain")
    assert store.stat(key + "-copy") is None
    now = store.stat(key)
    assert now is not None
    store.copy(key, key + "-copy", etag=now.etag, content_type="text/plain")
    assert store.read(key + "-copy", 0, 3) == b"two"
    assert set(store.keys(key, before=datetime.now(UTC) + timedelta(minutes=1))) == {key, key + "-copy"}
    store.delete(key)
    store.delete(key)
    assert store.stat(key) is None


def test_a_store_that_is_away_is_503_and_not_a_crash() -> None:
    away = ObjectStore(
        ObjectStoreSettings(s3_endpoint="http://127.0.0.1:9", s3_access_key="a", s3_secret_key="b")  # type: ignore[arg-type]
    )
    with pytest.raises(StoreUnavailable) as caught:
        away.stat("x")
    assert caught.value.status == 503
    away.close()


def test_the_reader_reads_like_a_file_and_stops_at_its_budget() -> None:
    data = os.urandom(3 * BLOCK + 17)
    fetched: list[int] = []

    def fetch(offset: int, length: int) -> bytes:
        fetched.append(length)
        return data[offset : offset + length]

    reader = io.BufferedReader(RangeReader(fetch, len(data), budget=len(data) * 2))
    reader.seek(-100, io.SEEK_END)
    assert reader.read() == data[-100:]
    reader.seek(0)
    assert reader.read() == data
    assert sum(fetched) <= len(data) * 2
    poor = RangeReader(fetch, len(data), budget=BLOCK)
    with pytest.raises(ReadBudgetExceeded):
        io.BufferedReader(poor).read()
