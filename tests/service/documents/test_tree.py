"""Folders and files: names, moving, versions, the recycle bin, who sees what."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from contracts.principal import Grant, Scope, ScopeKind
from kit.db import now
from kit.testing.identity import principal
from services.documents import checking, sweeping
from services.documents.tree import MAX_DEPTH, FileVersion, Node
from services.documents.upload import PART_SIZE, StaleObject, Upload
from tests.service.documents.conftest import GATE, NORTH, ROOT, SOUTH, Documents
from tests.service.documents.files import pdf


def names(documents: Documents, library: str = "laws", **query: Any) -> list[str]:
    page = documents.ok("GET", f"/libraries/{library}/nodes", params=query)
    assert page["total"] >= len(page["items"])
    return [item["name"] for item in page["items"]]


def change(documents: Documents, node: Any, **body: Any) -> Any:
    return documents.ok("PATCH", f"/nodes/{node['id']}", json={"version": node["version"], **body})


def refuse(documents: Documents, node: Any, **body: Any) -> tuple[int, str]:
    return documents.problem("PATCH", f"/nodes/{node['id']}", json={"version": node["version"], **body})


# --- lists ---------------------------------------------------------------------------------------------------------------


def test_what_there_is_and_what_one_may_do(documents: Documents) -> None:
    reader = principal("documents:laws:read")
    nobody = principal("documents:other:read")
    libraries = documents.ok("GET", "/libraries")["items"]
    assert [(row["slug"], row["leaf"], row["by_department"]) for row in libraries] == [
        ("laws", "3.1", False),
        ("test-plans", "99.1", True),
    ]
    assert libraries[0]["permissions"] == dict.fromkeys(
        ("upload", "folder", "download", "rename", "delete", "remark"), True
    )
    (only,) = documents.ok("GET", "/libraries", who=reader)["items"]
    assert not any(only["permissions"].values())
    assert documents.ok("GET", "/libraries", who=nobody)["items"] == []
    page = {"leaf": "3.1", "title": "安全生产法律", "screen": "library", "key": "laws", "path": "/libraries/laws"}
    assert documents.ok("GET", "/_manifest", who=reader) == {"service": "documents", "pages": [page]}
    assert documents.ok("GET", "/_manifest", who=nobody)["pages"] == []


def test_folders_first_then_in_the_asked_order(documents: Documents) -> None:
    for name in ("乙", "甲"):
        documents.folder(name)
    documents.upload("b.pdf", pdf(3000))
    documents.upload("A.pdf", pdf(2000))
    assert names(documents)[2:] == ["A.pdf", "b.pdf"]
    assert set(names(documents)[:2]) == {"甲", "乙"}
    assert names(documents, sort="-size")[2:] == ["b.pdf", "A.pdf"]
    assert names(documents, sort="-created_at") == ["甲", "乙", "A.pdf", "b.pdf"]
    assert names(documents, page=2, size=3) == ["b.pdf"]
    assert names(documents, page=9) == []


def test_a_search_goes_below_and_says_where(documents: Documents) -> None:
    outer = documents.folder("国家法律")
    inner = documents.folder("2021年", outer["id"])
    documents.upload("安全生产法100%.pdf", pdf(), parent_id=inner["id"])
    documents.upload("安全生产法.pdf", pdf())
    page = documents.ok("GET", "/libraries/laws/nodes", params={"q": "安全生产", "parent_id": outer["id"]})
    assert [item["name"] for item in page["items"]] == ["安全生产法100%.pdf"]
    assert [crumb["name"] for crumb in page["items"][0]["location"]] == ["国家法律", "2021年"]
    assert names(documents, q="0%") == ["安全生产法100%.pdf"]
    assert names(documents, q="_") == []
    assert len(names(documents, q="PDF")) == 2
    inside = documents.ok("GET", "/libraries/laws/nodes", params={"parent_id": inner["id"]})
    assert [crumb["name"] for crumb in inside["breadcrumb"]] == ["国家法律", "2021年"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"page": 0}, 422),
        ({"size": 201}, 422),
        ({"sort": "owner"}, 422),
        ({"wat": 1}, 422),
        ({"parent_id": "x"}, 422),
        ({"page": 1_000_000, "size": 200}, 422),
        ({"parent_id": str(uuid4())}, 404),
        ({"q": "\0"}, 200),
        ({"q": "x" * 101}, 422),
    ],
)
def test_bad_queries(documents: Documents, query: dict[str, Any], status: int) -> None:
    assert documents.call("GET", "/libraries/laws/nodes", params=query).status_code == status


# --- names, moving -------------------------------------------------------------------------------------------------------


def test_names_are_unique_whatever_their_case(documents: Documents) -> None:
    node = documents.folder("GB 55009")
    answer = documents.call("POST", "/libraries/laws/folders", json={"name": " gb 55009."})
    assert (answer.status_code, answer.json()["code"], answer.json()["current"]["id"]) == (
        409,
        "name_taken",
        node["id"],
    )
    inner = documents.folder("gb 55009", node["id"])
    assert refuse(documents, inner, parent_id=None) == (409, "name_taken")
    # In one go, where neither step alone would do.
    moved = change(documents, inner, parent_id=None, name="另一个")
    assert (moved["parent_id"], moved["name"]) == (None, "另一个")


def test_renaming_moving_and_remarks(documents: Documents) -> None:
    folder = documents.folder("法律")
    node = documents.upload("法.pdf", pdf())
    node = change(documents, node, name="新法")
    assert (node["name"], node["version"]) == ("新法.pdf", 2)
    assert refuse(documents, node, name="新法.docx") == (422, "extension_changed")
    node = change(documents, node, remark="  2021年\u202e修正 ")
    assert node["remark"] == "2021年修正"
    node = change(documents, node, parent_id=folder["id"])
    assert names(documents) == ["法律"]
    assert documents.fetch(node["id"]).headers["content-disposition"].endswith("%E6%96%B0%E6%B3%95.pdf")
    assert refuse(documents, {**node, "version": 1}, name="x") == (409, "version_conflict")
    stale = documents.call("PATCH", f"/nodes/{node['id']}", json={"version": 1, "name": "x"}).json()
    assert stale["current"]["name"] == "新法.pdf"
    assert refuse(documents, folder, parent_id=node["id"]) == (422, "not_a_folder")
    assert change(documents, node, remark=None)["remark"] is None


def test_no_circles_and_no_abyss(documents: Documents) -> None:
    chain = [documents.folder("1")]
    for level in range(2, MAX_DEPTH + 1):
        chain.append(documents.folder(str(level), chain[-1]["id"]))
    answer = documents.problem("POST", "/libraries/laws/folders", json={"name": "11", "parent_id": chain[-1]["id"]})
    assert answer == (422, "too_deep")
    assert documents.upload("最深.pdf", pdf(), parent_id=chain[-1]["id"])["parent_id"] == chain[-1]["id"]
    for target in chain:
        assert refuse(documents, chain[0], parent_id=target["id"]) == (422, "move_into_itself")
    other = documents.folder("其他")
    assert refuse(documents, chain[0], parent_id=other["id"]) == (422, "too_deep")
    change(documents, chain[1], parent_id=other["id"])
    with documents.session() as session:
        for node in session.scalars(select(Node)):
            parent = session.get(Node, node.parent_id) if node.parent_id else None
            assert node.path == f"{parent.path if parent else '/'}{node.id}/"


def test_two_moves_at_once_make_no_circle(documents: Documents) -> None:
    first, second = documents.folder("甲"), documents.folder("乙")
    statuses: list[int] = []

    def move(node: Any, target: Any) -> None:
        body = {"version": node["version"], "parent_id": target["id"]}
        statuses.append(documents.call("PATCH", f"/nodes/{node['id']}", json=body).status_code)

    threads = [threading.Thread(target=move, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 422]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(), max_size=30))
def test_any_name_is_taken_or_refused_and_never_breaks(documents: Documents, name: str) -> None:
    body = json.dumps({"name": name})
    answer = documents.call(
        "POST", "/libraries/laws/folders", content=body.encode(), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in (201, 409, 422), answer.text


@pytest.mark.parametrize("text", ['"\\ud800"', '"a\\u0000b"', '"\\udfff\\udfff"'])
@pytest.mark.parametrize("field", ["name", "remark"])
def test_half_characters_do_not_break(documents: Documents, text: str, field: str) -> None:
    node = documents.folder("甲")
    body = f'{{"version": 1, "{field}": {text}}}'
    answer = documents.call(
        "PATCH", f"/nodes/{node['id']}", content=body.encode(), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in (200, 422), answer.text


# --- versions ------------------------------------------------------------------------------------------------------------


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


# --- the recycle bin -----------------------------------------------------------------------------------------------------


def delete(documents: Documents, node: Any, **query: Any) -> Any:
    return documents.ok("DELETE", f"/nodes/{node['id']}", params={"version": node["version"], **query})


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


def test_a_folder_that_is_not_empty_asks_first(documents: Documents) -> None:
    outer = documents.folder("外")
    inner = documents.folder("内", outer["id"])
    kept = documents.upload("法.pdf", pdf(), parent_id=inner["id"])
    gone = documents.upload("先删.pdf", pdf(), parent_id=inner["id"])
    delete(documents, gone)
    answer = documents.call("DELETE", f"/nodes/{outer['id']}", params={"version": 1})
    assert (answer.status_code, answer.json()["code"]) == (409, "folder_not_empty")
    assert answer.json()["current"] == {"folders": 1, "files": 1}
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


# --- who -----------------------------------------------------------------------------------------------------------------


def test_each_verb_needs_its_own_grant(documents: Documents) -> None:
    node = documents.upload("法.pdf", pdf())
    folder = documents.folder("甲")
    delete(documents, folder)
    id_, upload = node["id"], {"name": "b.pdf", "size": 1, "sha256": "a" * 64}
    calls: list[tuple[str, str, str, Any]] = [
        ("read", "GET", "/libraries/laws/nodes", None),
        ("read", "GET", f"/nodes/{id_}", None),
        ("read", "GET", f"/nodes/{id_}/versions", None),
        ("read", "GET", f"/nodes/{id_}/download?inline=true", None),
        ("download", "GET", f"/nodes/{id_}/download", None),
        ("folder", "POST", "/libraries/laws/folders", {"name": "乙"}),
        ("upload", "POST", "/libraries/laws/uploads", upload),
        ("remark", "PATCH", f"/nodes/{id_}", {"version": 1, "remark": "x"}),
        ("rename", "PATCH", f"/nodes/{id_}", {"version": 2, "name": "x"}),
        ("rename", "PATCH", f"/nodes/{id_}", {"version": 3, "parent_id": None}),
        ("delete", "GET", "/libraries/laws/trash", None),
        ("delete", "POST", f"/nodes/{folder['id']}/restore", {}),
        ("delete", "DELETE", f"/nodes/{id_}?version=4", None),
    ]
    everything = {"read", "upload", "folder", "download", "rename", "delete", "remark", "share"}
    for verb, method, path, body in calls:
        others = principal(f"documents:laws:{','.join(sorted(everything - {verb}))}")
        assert documents.problem(method, path, json=body, who=others) == (403, "permission_missing"), (verb, path)
        elsewhere = principal("documents:test-plans:*", "ledgers:*:*")
        assert documents.call(method, path, json=body, who=elsewhere).status_code == 403
        assert documents.api.request(method, f"/api/documents{path}", json=body).status_code == 401
        answer = documents.call(method, path, json=body, who=principal(f"documents:laws:{verb}"))
        assert answer.status_code < 400 or answer.status_code == 307, (verb, path, answer.text)


def test_a_library_by_department_shows_each_its_own(documents: Documents) -> None:
    def person(scope: str, department: UUID) -> Any:
        return principal("documents:test-plans:*", scope=scope, department_id=department)

    north, gate, south = person("subtree", NORTH), person("department", GATE), person("department", SOUTH)
    documents.folder("预案", library="test-plans", who=north)
    folder = documents.folder("预案", library="test-plans", who=gate)
    assert folder["dept_id"] == str(GATE)
    file = documents.upload("门站预案.pdf", pdf(), library="test-plans", who=gate, parent_id=folder["id"])
    assert file["dept_id"] == str(GATE)

    def seen(who: Any, **query: Any) -> int:
        total: int = documents.ok("GET", "/libraries/test-plans/nodes", who=who, params=query)["total"]
        return total

    assert (seen(north), seen(gate), seen(south), seen(documents.who)) == (2, 1, 0, 2)
    assert seen(north, dept_id=str(GATE)) == 1
    assert seen(south, dept_id=str(GATE)) == 0
    assert seen(south, q="预案") == 0
    # Outside the scope is as good as missing, with the same words.
    missing = documents.call("GET", f"/nodes/{uuid4()}", who=south).json()
    for method, path, body in (
        ("GET", "", None),
        ("GET", "/download", None),
        ("GET", "/versions", None),
        ("PATCH", "", {"version": 1, "name": "x"}),
        ("DELETE", "?version=1", None),
        ("POST", "/restore", {}),
    ):
        answer = documents.call(method, f"/nodes/{file['id']}{path}", json=body, who=south)
        assert answer.status_code == 404
        assert {**answer.json(), "trace_id": ""} == {**missing, "trace_id": ""}
    for body in ({"name": "x", "dept_id": str(NORTH)}, {"name": "x", "dept_id": str(uuid4())}):
        found = documents.problem("POST", "/libraries/test-plans/folders", json=body, who=south)
        assert found == (422, "department_not_found")
    found = documents.problem(
        "POST", "/libraries/test-plans/folders", json={"name": "x", "parent_id": folder["id"]}, who=south
    )
    assert found == (404, "folder_not_found")
    # Nothing moves from one department to another.
    other = documents.folder("分公司", library="test-plans", who=north)
    assert documents.problem(
        "PATCH", f"/nodes/{file['id']}", json={"version": 1, "parent_id": other["id"]}, who=north
    ) == (422, "other_department")
    body = {"name": "x", "dept_id": str(NORTH), "parent_id": folder["id"]}
    assert documents.problem("POST", "/libraries/test-plans/folders", json=body, who=north) == (422, "other_department")
    delete(documents, documents.ok("GET", f"/nodes/{file['id']}"))
    assert documents.ok("GET", "/libraries/test-plans/trash", who=south)["total"] == 0
    assert documents.ok("GET", "/libraries/test-plans/trash", who=north)["total"] == 1


def test_one_sees_ones_own_with_the_scope_of_oneself(documents: Documents) -> None:
    me = principal("documents:test-plans:*", scope="own", department_id=GATE)
    mine = documents.upload("我的.pdf", pdf(), library="test-plans", who=me)
    documents.upload("别人的.pdf", pdf(), library="test-plans", dept_id=str(GATE))
    page = documents.ok("GET", "/libraries/test-plans/nodes", who=me)
    assert [item["id"] for item in page["items"]] == [mine["id"]]
    body = {"name": "x", "dept_id": str(ROOT)}
    assert documents.problem("POST", "/libraries/test-plans/folders", json=body, who=me) == (
        422,
        "department_not_found",
    )


def test_a_library_that_is_not_there(documents: Documents) -> None:
    for slug in ("a:b", "a,b", "*", "LAWS", "%20", "x" * 300):
        assert documents.call("GET", f"/libraries/{slug}/nodes").status_code in (403, 404)
    for method, path in (("GET", "nodes"), ("GET", "trash"), ("POST", "folders"), ("POST", "uploads")):
        body = {"name": "x.pdf", "size": 1, "sha256": "a" * 64} if path == "uploads" else {"name": "x"}
        answer = documents.problem(method, f"/libraries/nothing/{path}", json=body if method == "POST" else None)
        assert answer == (404, "not_found")


def test_the_same_key_makes_one_folder(documents: Documents) -> None:
    head = {"Idempotency-Key": "k-1"}
    first = documents.folder("甲", headers=head)
    again = documents.ok("POST", "/libraries/laws/folders", 201, json={"name": "甲", "parent_id": None}, headers=head)
    assert again == first


def test_reading_far_and_writing_near_do_not_add_up(documents: Documents) -> None:
    """A role that reads the whole company and one that writes in one department: no writing in the whole company."""
    read = Grant(permissions=("documents:test-plans:read",), scope=Scope(kind=ScopeKind.COMPANY))
    write = Grant(
        permissions=("documents:test-plans:*",), scope=Scope(kind=ScopeKind.DEPARTMENT, department_ids=(GATE,))
    )
    person = principal("documents:test-plans:*", scope="company", department_id=GATE)
    person = person.model_copy(update={"grants": (read, write)})
    there = documents.upload("南.pdf", pdf(), library="test-plans", dept_id=str(SOUTH))
    here = documents.folder("门站", library="test-plans", who=person)
    assert documents.ok("GET", "/libraries/test-plans/nodes", who=person)["total"] == 2
    path = f"/nodes/{there['id']}"
    assert documents.ok("GET", path, who=person)["name"] == "南.pdf"
    forbidden = (403, "permission_missing")
    assert documents.problem("PATCH", path, json={"version": 1, "name": "x"}, who=person) == forbidden
    assert documents.problem("DELETE", f"{path}?version=1", who=person) == forbidden
    assert documents.problem("GET", f"{path}/download", who=person) == forbidden
    body = {"name": "x", "dept_id": str(SOUTH)}
    assert documents.problem("POST", "/libraries/test-plans/folders", json=body, who=person) == (
        422,
        "department_not_found",
    )
    assert documents.ok("DELETE", f"/nodes/{here['id']}?version=1", who=person)["folders"] == 1
    assert documents.ok("GET", "/libraries/test-plans/trash", who=person)["total"] == 1
