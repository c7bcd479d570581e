"""From the first byte to the file and back, through the real gateway and the real store."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Callable
from urllib.parse import quote, urlsplit

import pytest
from sqlalchemy import select

from kit.audit import AuditLog
from kit.db import now
from kit.testing.identity import principal
from services.documents import checking, sweeping
from services.documents.tree import FileVersion, Node
from services.documents.upload import PART_SIZE, Upload
from tests.service.documents.conftest import Documents
from tests.service.documents.files import HEIC, JPG, MP4, PNG, archive, office, pdf

NAME = "中华人民共和国安全生产法（2021年修正）“全文”.pdf"


def check_all(documents: Documents) -> None:
    """What the worker does with the events."""
    with documents.database.transaction() as session:
        for version_id in session.scalars(select(FileVersion.id).where(FileVersion.state == "checking")).all():
            checking.check(session, documents.store, version_id)


def test_what_comes_back_is_what_went_in(documents: Documents, gateway: str) -> None:
    data = pdf()
    upload = documents.begin(NAME, data, mime="application/pdf")
    assert (upload["state"], len(upload["parts"])) == ("open", 1)
    assert upload["parts"][0]["url"].startswith(f"{gateway}/safework/incoming/")
    assert documents.ok("GET", "/libraries/laws/nodes")["total"] == 0
    documents.send(upload, data)
    assert documents.ok("GET", f"/uploads/{upload['id']}")["parts"][0]["done"]
    node = documents.ok("POST", f"/uploads/{upload['id']}/complete", json={})
    assert (node["name"], node["state"], node["size"], node["version_no"]) == (NAME, "ready", len(data), 1)
    assert (node["mime"], node["inline"], node["created_by_name"]) == ("application/pdf", True, "王安全")
    assert documents.ok("GET", "/libraries/laws/nodes")["items"] == [node]

    answer = documents.fetch(node["id"])
    assert hashlib.sha256(answer.content).hexdigest() == node["sha256"] == hashlib.sha256(data).hexdigest()
    assert answer.headers["content-disposition"] == f"attachment; filename*=UTF-8''{quote(NAME, safe='')}"
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["x-content-type-options"] == "nosniff"
    # Asked again after a lost answer, completing says the same.
    assert documents.ok("POST", f"/uploads/{upload['id']}/complete") == node


def test_a_download_is_a_redirect_that_the_gateway_follows_up(documents: Documents, gateway: str) -> None:
    data = pdf()
    node = documents.upload("法.pdf", data)
    answer = documents.call("GET", f"/nodes/{node['id']}/download", params={"inline": True})
    assert answer.status_code == 307
    assert answer.headers["cache-control"] == "no-store"
    url = answer.headers["location"]
    assert url.startswith(f"{gateway}/safework/files/")
    assert "X-Amz-Expires=60" in url
    part = documents.http.get(url, headers={"Range": "bytes=5-9"})
    assert (part.status_code, part.content) == (206, data[5:10])
    assert part.headers["content-disposition"].startswith("inline; ")
    assert documents.http.get(url.replace("inline", "attachment")).status_code == 403
    documents.http.delete(url)
    assert documents.fetch(node["id"]).content == data


def test_in_several_pieces_with_a_cut_and_a_resumption(documents: Documents) -> None:
    data = pdf(2 * PART_SIZE + 1000)
    upload = documents.begin("大文件.pdf", data)
    assert [part["size"] for part in upload["parts"]] == [PART_SIZE, PART_SIZE, 1000]

    # The line breaks in the middle of the second piece.
    documents.http.put(upload["parts"][0]["url"], content=data[:PART_SIZE]).raise_for_status()
    url = urlsplit(upload["parts"][1]["url"])
    with socket.create_connection((url.hostname or "", url.port or 0)) as line:
        head = f"PUT {url.path}?{url.query} HTTP/1.1\r\nHost: {url.netloc}\r\nContent-Length: {PART_SIZE}\r\n\r\n"
        line.sendall(head.encode() + data[PART_SIZE : PART_SIZE + 3_000_000])
    assert documents.problem("POST", f"/uploads/{upload['id']}/complete") == (409, "upload_incomplete")

    again = documents.ok("GET", f"/uploads/{upload['id']}")
    assert [part["done"] for part in again["parts"]] == [True, False, False]
    assert [part["url"] is None for part in again["parts"]] == [True, False, False]
    documents.send(again, data)
    node = documents.ok("POST", f"/uploads/{upload['id']}/complete", json={})

    # No store knows the SHA-256 of the whole: until the worker has compared it, nobody gets it.
    assert node["state"] == "checking"
    assert documents.problem("GET", f"/nodes/{node['id']}/download") == (409, "still_checking")
    check_all(documents)
    assert documents.ok("GET", f"/nodes/{node['id']}")["state"] == "ready"
    assert documents.fetch(node["id"]).content == data
    # The URLs of the pieces are dead.
    assert documents.http.put(again["parts"][1]["url"], content=data[PART_SIZE : 2 * PART_SIZE]).status_code == 404


def test_a_wrong_hash_of_a_large_file_is_found_and_nobody_gets_it(documents: Documents) -> None:
    data = pdf(PART_SIZE + 10)
    upload = documents.begin("假.pdf", data, sha256="0" * 64)
    documents.send(upload, data)
    node = documents.ok("POST", f"/uploads/{upload['id']}/complete")
    check_all(documents)
    assert documents.ok("GET", f"/nodes/{node['id']}")["state"] == "refused"
    assert documents.problem("GET", f"/nodes/{node['id']}/download") == (409, "check_failed")
    with documents.session() as session:
        row = session.scalars(select(AuditLog).where(AuditLog.action == "file.check")).one()
        assert (
            row.result == "refused"
            and row.detail is not None
            and row.detail["found"] == hashlib.sha256(data).hexdigest()
        )


def test_the_store_itself_refuses_other_bytes(documents: Documents) -> None:
    data = pdf()
    upload = documents.begin("法.pdf", data)
    url = upload["parts"][0]["url"]
    assert documents.http.put(url, content=pdf()).status_code == 400
    assert documents.http.put(url, content=data + b"x").status_code == 403
    assert documents.http.put(url, content=data[:-1]).status_code == 403
    assert documents.problem("POST", f"/uploads/{upload['id']}/complete") == (409, "upload_incomplete")
    documents.send(upload, data)
    assert documents.ok("POST", f"/uploads/{upload['id']}/complete")["state"] == "ready"


def test_a_damaged_piece_is_refused_where_its_hash_is_known(documents: Documents) -> None:
    data = pdf(PART_SIZE + 100)
    hashes = [hashlib.sha256(data[:PART_SIZE]).hexdigest(), hashlib.sha256(data[PART_SIZE:]).hexdigest()]
    upload = documents.begin("法.pdf", data, part_sha256=hashes)
    damaged = data[PART_SIZE:-1] + bytes([data[-1] ^ 1])
    assert documents.http.put(upload["parts"][1]["url"], content=damaged).status_code == 400
    documents.send(upload, data)
    assert documents.ok("POST", f"/uploads/{upload['id']}/complete")["state"] == "checking"


TAKEN = [
    ("规程.docx", office("docx")),
    ("台账.xlsx", office("xlsx")),
    ("培训.pptx", office("pptx")),
    ("图.PNG", PNG),
    ("图.jpg", JPG),
    ("图.jpeg", JPG),
    ("图.heic", HEIC),
    ("片.mp4", MP4),
    ("说明.txt", "第一条 为了加强安全生产工作\r\n".encode()),
    ("说明.csv", "编号,名称\r\n1,灭火器\r\n".encode("gb18030")),
    ("说明.txt", "记事本".encode("utf-16")),
    ("全部.zip", archive()),
]


def test_every_kind_that_is_taken(documents: Documents, subtests: pytest.Subtests) -> None:
    for name, data in TAKEN:
        with subtests.test(name=name):
            node = documents.upload(name, data, on_conflict="rename")
            assert node["state"] == "ready"
            assert documents.fetch(node["id"]).content == data


REFUSED = [
    ("发票.pdf", b"MZ\x90\0" + bytes(200), "content_mismatch"),
    ("发票.pdf", PNG, "content_mismatch"),
    ("发票.pdf", b" \n%PDF-1.7", "content_mismatch"),
    ("图.png", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "content_mismatch"),
    ("文.txt", b"<!DOCTYPE html><script>alert(1)</script>", "content_mismatch"),
    ("文.txt", b"\xef\xbb\xbf  <svg onload=alert(1)>", "content_mismatch"),
    ("文.txt", b"\x7fELF\2\1\1\0" + bytes(50), "content_mismatch"),
    ("表.csv", b"\xff\xff\xff", "content_mismatch"),
    ("文.docx", office("docx", macros=True), "macros"),
    (
        "文.docx",
        office("docx", content_types='<x ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/>'),
        "macros",
    ),
    ("文.docx", office("xlsx"), "content_mismatch"),
    ("文.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "content_mismatch"),
    ("文.docx", archive(), "content_mismatch"),
    ("文.docx", office("docx")[:-30], "content_mismatch"),
    ("包.zip", office("xlsx", macros=True), "macros"),
    ("包.zip", b"PK\x03\x04" + bytes(100), "content_mismatch"),
    ("片.mp4", HEIC, "content_mismatch"),
    ("图.heic", MP4, "content_mismatch"),
]


def test_content_that_is_not_what_the_name_says(documents: Documents, subtests: pytest.Subtests) -> None:
    for name, data, code in REFUSED:
        with subtests.test(name=name, code=code):
            upload = documents.begin(name, data)
            documents.send(upload, data)
            assert documents.problem("POST", f"/uploads/{upload['id']}/complete") == (422, code)
            # The refusal is kept, the file is not.
            assert documents.problem("POST", f"/uploads/{upload['id']}/complete") == (410, "upload_refused")
            assert documents.problem("GET", f"/uploads/{upload['id']}") == (410, "upload_refused")
            assert documents.ok("GET", "/libraries/laws/nodes")["total"] == 0
            with documents.database.transaction() as session:
                assert sweeping.remove_objects(session, documents.store, now()) == 2
            with documents.session() as session:
                row = session.get_one(Upload, upload["id"])
                assert row.refused_code == code
                assert documents.store.stat(row.object_key) is None and documents.store.stat(row.incoming_key) is None


AT_ONCE: list[tuple[dict[str, object], int, str]] = [
    ({"name": "病毒.exe"}, 422, "extension_refused"),
    ({"name": "宏.docm"}, 422, "extension_refused"),
    ({"name": "图.svg"}, 422, "extension_refused"),
    ({"name": "没有扩展名"}, 422, "extension_refused"),
    ({"name": ".pdf"}, 422, "extension_refused"),
    ({"name": "法.pdf\u202etxt.exe"}, 422, "extension_refused"),
    ({"name": "a/b.pdf"}, 422, "name_forbidden"),
    ({"name": "CON.pdf"}, 422, "name_reserved"),
    ({"name": "  .  "}, 422, "name_empty"),
    ({"name": "长" * 198 + ".pdf"}, 422, "name_too_long"),
    ({"name": ""}, 422, "invalid"),
    ({"size": 0}, 422, "empty_file"),
    ({"size": -1}, 422, "invalid"),
    ({"size": 100 * 1024 * 1024 + 1}, 413, "file_too_large"),
    ({"size": 2**60}, 422, "invalid"),
    ({"mime": "text/html"}, 422, "type_mismatch"),
    ({"sha256": "xyz"}, 422, "invalid"),
    ({"on_conflict": "overwrite"}, 422, "invalid"),
    ({"part_sha256": []}, 422, "part_count"),
    ({"parent_id": "0198a000-0000-7000-8000-000000000000"}, 404, "folder_not_found"),
    ({"dept_id": "0198a000-0000-7000-8000-000000000000"}, 422, "not_by_department"),
    ({"owner": "me"}, 422, "invalid"),
]


def test_what_is_refused_before_a_byte_is_sent(documents: Documents, subtests: pytest.Subtests) -> None:
    for change, status, code in AT_ONCE:
        with subtests.test(change=str(change)[:50]):
            body = {"name": "法.pdf", "size": 100, "sha256": "a" * 64, **change}
            assert documents.problem("POST", "/libraries/laws/uploads", json=body) == (status, code)
    with documents.session() as session:
        assert session.scalars(select(Upload)).all() == []


def test_somebody_else_has_no_part_in_an_upload(documents: Documents) -> None:
    data = pdf()
    upload = documents.begin("法.pdf", data)
    other = principal("documents:*:*")
    for method, path in (("GET", ""), ("POST", "/complete"), ("DELETE", "")):
        assert documents.problem(method, f"/uploads/{upload['id']}{path}", who=other) == (404, "not_found")


def test_the_right_to_upload_may_end_in_between(documents: Documents) -> None:
    data = pdf()
    upload = documents.begin("法.pdf", data)
    documents.send(upload, data)
    weaker = documents.who.model_copy(update={"permissions": ("documents:laws:read",)})
    assert documents.problem("POST", f"/uploads/{upload['id']}/complete", who=weaker) == (403, "permission_missing")


def test_giving_up_removes_what_has_arrived(documents: Documents) -> None:
    data = pdf(PART_SIZE + 10)
    upload = documents.begin("法.pdf", data)
    documents.http.put(upload["parts"][0]["url"], content=data[:PART_SIZE]).raise_for_status()
    assert documents.call("DELETE", f"/uploads/{upload['id']}").status_code == 204
    assert documents.call("DELETE", f"/uploads/{upload['id']}").status_code == 204
    assert documents.problem("POST", f"/uploads/{upload['id']}/complete") == (410, "upload_aborted")
    with documents.database.transaction() as session:
        assert sweeping.remove_objects(session, documents.store, now()) == 1
    assert documents.http.put(upload["parts"][1]["url"], content=data[PART_SIZE:]).status_code == 404


def test_one_person_uploads_so_fast_and_so_much(make_documents: Callable[..., Documents]) -> None:
    documents = make_documents(uploads_per_minute=2, user_files=3)
    documents.upload("1.pdf", pdf())
    documents.begin("2.pdf", pdf())
    answer = documents.call("POST", "/libraries/laws/uploads", json={"name": "3.pdf", "size": 1, "sha256": "a" * 64})
    assert (answer.status_code, answer.json()["code"]) == (429, "uploads_too_fast")
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    full = make_documents(user_files=1)
    full.upload("1.pdf", pdf())
    body = {"name": "2.pdf", "size": 1, "sha256": "a" * 64}
    assert full.problem("POST", "/libraries/laws/uploads", json=body) == (409, "quota_exceeded")
    small = make_documents(user_gigabytes=0)
    assert small.problem("POST", "/libraries/laws/uploads", json=body) == (409, "quota_exceeded")


def test_a_completion_that_was_cut_off_after_the_store_goes_on(documents: Documents) -> None:
    """The object is put together, and then the database fails: the next try finds it whole."""
    data = pdf(PART_SIZE + 10)
    upload = documents.begin("法.pdf", data)
    documents.send(upload, data)
    with documents.session() as session:
        row = session.get_one(Upload, upload["id"])
        parts = documents.store.parts(row.object_key, row.store_upload_id or "")
        assert parts is not None
        documents.store.complete_multipart(row.object_key, row.store_upload_id or "", [parts[1], parts[2]])
    assert all(part["done"] for part in documents.ok("GET", f"/uploads/{upload['id']}")["parts"])
    assert documents.ok("POST", f"/uploads/{upload['id']}/complete")["name"] == "法.pdf"


def test_a_store_that_is_away_is_503_and_nothing_is_half_done(make_documents: Callable[..., Documents]) -> None:
    documents = make_documents()
    data = pdf()
    upload = documents.begin("法.pdf", data)
    documents.send(upload, data)
    documents.api.app.state.store = type(documents.store)(  # type: ignore[attr-defined]
        documents.settings.model_copy(update={"s3_endpoint": "http://127.0.0.1:9"})
    )
    assert documents.problem("POST", f"/uploads/{upload['id']}/complete") == (503, "store_unavailable")
    assert documents.problem("GET", f"/uploads/{upload['id']}") == (503, "store_unavailable")
    body = {"name": "大.pdf", "size": PART_SIZE + 1, "sha256": "a" * 64}
    assert documents.problem("POST", "/libraries/laws/uploads", json=body) == (503, "store_unavailable")
    documents.api.app.state.store = documents.store  # type: ignore[attr-defined]
    assert documents.ok("POST", f"/uploads/{upload['id']}/complete")["state"] == "ready"


def test_every_step_leaves_its_trace(documents: Documents) -> None:
    node = documents.upload("法.pdf", pdf())
    documents.fetch(node["id"])
    with documents.session() as session:
        rows = session.execute(select(AuditLog.action, AuditLog.username).order_by(AuditLog.id)).all()
        assert [row[0] for row in rows] == ["upload.begin", "file.upload", "file.download"]
        assert {row[1] for row in rows} == {"tester"}
        assert session.scalars(select(Node.id)).one()
