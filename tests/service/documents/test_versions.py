"""Versions of a file, and many who want one name."""

from __future__ import annotations

import threading
from typing import Any

from sqlalchemy import select

from services.documents import checking
from services.documents.tree import FileVersion
from services.documents.upload import PART_SIZE
from tests.service.documents.conftest import Documents
from tests.service.documents.files import pdf


def test_a_new_version_keeps_the_old_one(documents: Documents) -> None:
    old, new = pdf(), pdf()
    node = documents.upload("法.pdf", old)
    body = {"name": "法.PDF", "size": len(new), "sha256": "a" * 64}
    assert documents.problem("POST", "/libraries/laws/uploads", json=body) == (409, "name_taken")
    again = documents.upload("法.pdf", new, on_conflict="version")
    assert (again["id"], again["version_no"], again["version"]) == (node["id"], 2, 2)
    versions = documents.ok("GET", f"/nodes/{node['id']}/versions")["items"]
    assert [(row["version_no"], row["current"], row["sha256"]) for row in versions] == [
        (2, True, again["sha256"]),
        (1, False, node["sha256"]),
    ]
    assert documents.fetch(node["id"]).content == new
    assert documents.fetch(node["id"], params={"version_no": 1}).content == old
    assert documents.problem("GET", f"/nodes/{node['id']}/download", params={"version_no": 3}) == (404, "not_found")


def test_both_are_kept_under_two_names(documents: Documents) -> None:
    documents.upload("法.pdf", pdf())
    assert documents.upload("法.pdf", pdf(), on_conflict="rename")["name"] == "法 (2).pdf"
    assert documents.upload("法.pdf", pdf(), on_conflict="rename")["name"] == "法 (3).pdf"


def test_a_large_new_version_is_shown_when_it_has_been_checked(documents: Documents) -> None:
    old, new = pdf(), pdf(PART_SIZE + 1)
    node = documents.upload("法.pdf", old)
    pending = documents.upload("法.pdf", new, on_conflict="version")
    assert (pending["version_no"], pending["pending_version_no"], pending["state"]) == (1, 2, "ready")
    assert documents.fetch(node["id"]).content == old
    with documents.database.transaction() as session:
        (version_id,) = session.scalars(select(FileVersion.id).where(FileVersion.state == "checking"))
        checking.check(session, documents.store, version_id)
        checking.check(session, documents.store, version_id)
    shown = documents.ok("GET", f"/nodes/{node['id']}")
    assert (shown["version_no"], shown["pending_version_no"], shown["size"]) == (2, None, len(new))


def test_a_refused_new_version_leaves_the_old_one(documents: Documents) -> None:
    old = pdf()
    node = documents.upload("法.pdf", old)
    documents.upload("法.pdf", pdf(PART_SIZE + 1), on_conflict="version", sha256="0" * 64)
    with documents.database.transaction() as session:
        for version_id in session.scalars(select(FileVersion.id).where(FileVersion.state == "checking")).all():
            checking.check(session, documents.store, version_id)
    shown = documents.ok("GET", f"/nodes/{node['id']}")
    assert (shown["version_no"], shown["pending_version_no"], shown["state"]) == (1, None, "ready")
    assert documents.fetch(node["id"]).content == old
    third = documents.upload("法.pdf", pdf(), on_conflict="version")
    assert third["version_no"] == 3


def test_the_same_content_in_the_same_folder_is_said(documents: Documents) -> None:
    data = pdf()
    node = documents.upload("法.pdf", data)
    (warning,) = documents.begin("副本.pdf", data)["warnings"]
    assert (warning["code"], warning["node_id"]) == ("same_content", node["id"])
    folder = documents.folder("别处")
    assert documents.begin("副本.pdf", data, parent_id=folder["id"])["warnings"] == []


def test_twelve_uploads_of_one_name_at_once_make_one_file(documents: Documents) -> None:
    contents = [pdf() for _ in range(12)]
    begun = [documents.begin("同名.pdf", data) for data in contents]
    for upload, data in zip(begun, contents, strict=True):
        documents.send(upload, data)
    results: list[tuple[int, str]] = []

    def complete(upload: Any) -> None:
        answer = documents.call("POST", f"/uploads/{upload['id']}/complete", json={})
        results.append((answer.status_code, answer.json().get("code", "")))

    threads = [threading.Thread(target=complete, args=(upload,)) for upload in begun]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [(200, "")] + [(409, "name_taken")] * 11
    # Those who came late decide now, without sending a byte again.
    late = next(upload for upload in begun if documents.ok("GET", f"/uploads/{upload['id']}")["state"] == "open")
    renamed = documents.ok("POST", f"/uploads/{late['id']}/complete", json={"on_conflict": "rename"})
    assert renamed["name"] == "同名 (2).pdf"
    assert documents.fetch(renamed["id"]).status_code == 200
