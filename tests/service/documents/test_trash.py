"""The recycle bin, and what is swept away."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import select

from kit.db import now
from services.documents import sweeping
from services.documents.tree import FileVersion
from services.documents.upload import PART_SIZE, StaleObject, Upload
from tests.service.documents.conftest import Documents
from tests.service.documents.files import pdf
from tests.service.documents.steps import delete, names


def test_deleting_and_undoing(documents: Documents) -> None:
    data = pdf()
    node = documents.upload("法.pdf", data)
    assert documents.problem("DELETE", f"/nodes/{node['id']}", params={"version": 7}) == (409, "version_conflict")
    assert documents.problem("DELETE", f"/nodes/{node['id']}") == (422, "invalid")
    delete(documents, node)
    for method, path in (("GET", ""), ("GET", "/download"), ("GET", "/versions"), ("DELETE", "?version=2")):
        assert documents.problem(method, f"/nodes/{node['id']}{path}") == (404, "not_found")
    (item,) = documents.ok("GET", "/libraries/laws/trash")["items"]
    assert (item["name"], item["deleted_by_name"]) == ("法.pdf", "王安全")
    other = documents.upload("法.pdf", pdf())
    assert documents.problem("POST", f"/nodes/{node['id']}/restore") == (409, "name_taken")
    back = documents.ok("POST", f"/nodes/{node['id']}/restore", json={"on_conflict": "rename"})
    assert (back["name"], back["id"] != other["id"]) == ("法 (2).pdf", True)
    assert documents.fetch(node["id"]).content == data
    assert documents.problem("POST", f"/nodes/{node['id']}/restore") == (404, "not_found")


def test_a_completion_asked_again_after_the_file_was_deleted(documents: Documents) -> None:
    data = pdf()
    upload = documents.begin("法.pdf", data)
    documents.send(upload, data)
    delete(documents, documents.ok("POST", f"/uploads/{upload['id']}/complete"))
    assert documents.problem("POST", f"/uploads/{upload['id']}/complete") == (410, "upload_deleted")


def test_a_folder_that_is_not_empty_asks_first(documents: Documents) -> None:
    outer = documents.folder("外")
    inner = documents.folder("内", outer["id"])
    kept = documents.upload("法.pdf", pdf(), parent_id=inner["id"])
    gone = documents.upload("先删.pdf", pdf(), parent_id=inner["id"])
    delete(documents, gone)
    answer = documents.call("DELETE", f"/nodes/{outer['id']}", params={"version": 1})
    assert (answer.status_code, answer.json()["code"]) == (409, "folder_not_empty")
    assert answer.json()["current"] == {"folders": 1, "files": 1}
    # Much at once, long after the password was asked for: once more, please.
    stale = documents.who.model_copy(update={"authenticated_at": int(now().timestamp()) - 301})
    params = {"version": 1, "cascade": True}
    refused = documents.problem("DELETE", f"/nodes/{outer['id']}", who=stale, params=params)
    assert refused == (403, "reauthentication_required")
    taken = delete(documents, outer, cascade=True)
    assert (taken["folders"], taken["files"]) == (2, 1)
    assert documents.problem("GET", f"/nodes/{kept['id']}") == (404, "not_found")
    assert {item["name"] for item in documents.ok("GET", "/libraries/laws/trash")["items"]} == {"外", "先删.pdf"}
    # A part of a deleted folder comes back with it and not alone; what was deleted before stays deleted.
    assert documents.problem("POST", f"/nodes/{kept['id']}/restore") == (404, "deleted_with_folder")
    assert documents.problem("POST", f"/nodes/{gone['id']}/restore") == (409, "folder_deleted")
    documents.ok("POST", f"/nodes/{outer['id']}/restore")
    assert names(documents, parent_id=inner["id"]) == ["法.pdf"]
    documents.ok("POST", f"/nodes/{gone['id']}/restore")
    assert names(documents, parent_id=inner["id"]) == ["先删.pdf", "法.pdf"]


def test_restoring_to_the_root(documents: Documents) -> None:
    outer = documents.folder("外")
    node = documents.upload("法.pdf", pdf(), parent_id=outer["id"])
    delete(documents, node)
    delete(documents, outer)
    back = documents.ok("POST", f"/nodes/{node['id']}/restore", json={"to_root": True})
    assert back["parent_id"] is None
    assert names(documents) == ["法.pdf"]


def test_nothing_is_put_into_a_folder_that_is_being_deleted(documents: Documents) -> None:
    folder = documents.folder("外")
    data = pdf()
    upload = documents.begin("法.pdf", data, parent_id=folder["id"])
    documents.send(upload, data)
    delete(documents, folder)
    assert documents.problem("POST", f"/uploads/{upload['id']}/complete") == (404, "folder_not_found")
    documents.ok("POST", f"/nodes/{folder['id']}/restore")
    assert documents.ok("POST", f"/uploads/{upload['id']}/complete")["parent_id"] == folder["id"]


def test_after_thirty_days_it_is_gone_and_after_thirty_more_its_bytes(documents: Documents) -> None:
    outer = documents.folder("外")
    node = documents.upload("法.pdf", pdf(), parent_id=outer["id"])
    stays = documents.upload("留.pdf", pdf())
    with documents.session() as session:
        keys = dict(session.execute(select(FileVersion.node_id, FileVersion.object_key)).all())  # type: ignore[arg-type]
    delete(documents, outer, cascade=True)
    at = now()
    for days, gone in ((29, 0), (31, 2)):
        with documents.database.transaction() as session:
            assert sweeping.purge_bin(session, at + timedelta(days=days)) == gone
    assert documents.ok("GET", "/libraries/laws/trash")["items"] == []
    assert documents.problem("POST", f"/nodes/{node['id']}/restore") == (404, "not_found")
    for days, there in ((60, True), (62, False)):
        with documents.database.transaction() as session:
            sweeping.remove_objects(session, documents.store, at + timedelta(days=days))
        assert (documents.store.stat(keys[UUID(node["id"])]) is not None) is there
    assert documents.fetch(stays["id"]).status_code == 200


def test_what_is_in_use_is_never_removed(documents: Documents) -> None:
    node = documents.upload("法.pdf", pdf())
    with documents.database.transaction() as session:
        key = session.scalars(select(FileVersion.object_key)).one()
        session.add(StaleObject(key=key, reason="a mistake"))
    with documents.database.transaction() as session:
        sweeping.remove_objects(session, documents.store, now())
        assert session.scalars(select(StaleObject)).all() == []
    assert documents.fetch(node["id"]).status_code == 200


def test_what_was_begun_and_not_completed_is_swept(documents: Documents) -> None:
    data = pdf(PART_SIZE + 1)
    begun = documents.begin("半.pdf", data)
    documents.http.put(begun["parts"][0]["url"], content=data[:PART_SIZE]).raise_for_status()
    small = documents.begin("小.pdf", data[:100])
    documents.send(small, data[:100])
    later = now() + timedelta(hours=25)
    with documents.database.transaction() as session:
        rows = {str(row.id): row for row in session.scalars(select(Upload))}
        large, incoming = rows[begun["id"]], rows[small["id"]].incoming_key
        assert sweeping.expire_uploads(session, now()) == 0
        assert sweeping.expire_uploads(session, later) == 2
    with documents.database.transaction() as session:
        assert sweeping.remove_objects(session, documents.store, later) == 3
    assert documents.store.parts(large.object_key, large.store_upload_id or "") is None
    assert documents.store.stat(incoming) is None
    assert documents.problem("POST", f"/uploads/{begun['id']}/complete") == (410, "upload_expired")


def test_what_the_store_has_and_nobody_knows_is_swept(documents: Documents) -> None:
    known = documents.begin("知.pdf", pdf(PART_SIZE + 1))
    stray = documents.store.begin_multipart(f"files/{uuid4()}", "application/pdf")
    documents.store.put(f"incoming/{uuid4()}", b"x", "text/plain")
    with documents.database.transaction() as session:
        assert sweeping.remove_strays(session, documents.store, now()) == 0
        sweeping.remove_strays(session, documents.store, now() + timedelta(hours=26))
    left = [upload for _, upload in documents.store.unfinished(before=now() + timedelta(hours=1))]
    assert stray not in left
    assert not documents.ok("GET", f"/uploads/{known['id']}")["parts"][0]["done"]
    assert list(documents.store.keys("incoming/", before=now() + timedelta(hours=1))) == []
