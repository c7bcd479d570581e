"""Who sees and does what."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from contracts.principal import Grant, Scope, ScopeKind
from kit.testing.identity import principal
from tests.service.documents.conftest import GATE, NORTH, ROOT, SOUTH, Documents
from tests.service.documents.files import pdf
from tests.service.documents.steps import delete


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
