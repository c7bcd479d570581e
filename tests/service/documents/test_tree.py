"""Folders and files: lists, names, moving."""

from __future__ import annotations

import json
import threading
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from kit.testing.identity import principal
from services.documents.tree import MAX_DEPTH, Node
from tests.service.documents.conftest import Documents
from tests.service.documents.files import pdf
from tests.service.documents.steps import change, names, refuse


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


BAD_QUERIES: list[tuple[dict[str, Any], int]] = [
    ({"page": 0}, 422),
    ({"size": 201}, 422),
    ({"sort": "owner"}, 422),
    ({"wat": 1}, 422),
    ({"parent_id": "x"}, 422),
    ({"page": 1_000_000, "size": 200}, 422),
    ({"parent_id": str(uuid4())}, 404),
    ({"q": "\0"}, 200),
    ({"q": "x" * 101}, 422),
]


def test_bad_queries(documents: Documents, subtests: pytest.Subtests) -> None:
    for query, status in BAD_QUERIES:
        with subtests.test(query=str(query)[:50]):
            assert documents.call("GET", "/libraries/laws/nodes", params=query).status_code == status


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
