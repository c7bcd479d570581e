"""GET /api/workflow/notices and marking read: everybody sees their own, and only that."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from kit.db import Database, today
from kit.testing.identity import TestIssuer, principal
from tests.service.workflow.company import expiring, id_of, renewed
from tests.service.workflow.test_notices import handle

URL = "/api/workflow/notices"


def head(issuer: TestIssuer, name: str) -> dict[str, str]:
    return issuer.headers(principal(user_id=id_of(name), name=name, scope="own"))


@pytest.fixture
def officer(issuer: TestIssuer) -> dict[str, str]:
    return head(issuer, "运行安全员")


def test_one_warning_as_its_recipient_sees_it(client: TestClient, database: Database, officer: dict[str, str]) -> None:
    due = today() + timedelta(days=30)
    handle(database, expiring(due_on=due, threshold=30, level="orange"))
    answer = client.get(URL, headers=officer).json()
    assert (answer["total"], answer["unread"], answer["page"], answer["size"]) == (1, 1, 1, 20)
    item = answer["items"][0]
    assert item["title"] == f"张三 的 特种作业操作证（低压电工作业） 30 天后到期（有效期止 {due}）"
    assert item["ref"] == {
        "service": "ledgers", "type": "special-operation-certificates", "id": str(id_of("row")), "search": None,
    }  # fmt: skip
    assert (item["ledger_title"], item["department_name"]) == ("特种作业证书", "运行部")
    assert (item["kind"], item["due_on"], item["threshold"], item["level"]) == ("expiry", str(due), 30, "orange")
    assert item["read_at"] is None and item["closed_at"] is None and item["close_reason"] is None


def test_another_person_sees_nothing_and_may_not_read_it(
    client: TestClient, database: Database, issuer: TestIssuer, officer: dict[str, str]
) -> None:
    handle(database, expiring())
    notice = client.get(URL, headers=officer).json()["items"][0]["id"]
    other = head(issuer, "工程安全员")
    assert client.get(URL, headers=other).json() == {"items": [], "total": 0, "page": 1, "size": 20, "unread": 0}
    refused = client.post(f"{URL}/{notice}/read", headers=other)
    missing = client.post(f"{URL}/{id_of('nothing')}/read", headers=other)
    assert refused.status_code == missing.status_code == 404
    assert {k: v for k, v in refused.json().items() if k != "trace_id"} == {
        k: v for k, v in missing.json().items() if k != "trace_id"
    }
    assert client.get(URL, headers=officer).json()["unread"] == 1


def test_reading_counts_once_and_is_on_record(client: TestClient, database: Database, officer: dict[str, str]) -> None:
    handle(database, expiring())
    notice = client.get(URL, headers=officer).json()["items"][0]["id"]
    first = client.post(f"{URL}/{notice}/read", headers=officer, json={}).json()
    again = client.post(f"{URL}/{notice}/read", headers=officer).json()
    assert first["read_at"] is not None and again == first
    assert client.get(URL, headers=officer).json()["unread"] == 0
    with database.session() as session:
        rows = session.execute(text("SELECT action, object_id, user_id FROM audit_log")).all()
    assert [tuple(row) for row in rows] == [("notice.read", notice, id_of("运行安全员"))]


def test_read_all_marks_mine_only(
    client: TestClient, database: Database, issuer: TestIssuer, officer: dict[str, str]
) -> None:
    handle(database, expiring(), expiring(threshold=30, level="orange"), expiring(row_id=id_of("other")))
    assert client.post(f"{URL}/read-all", headers=officer).json() == {"read": 3}
    assert client.post(f"{URL}/read-all", headers=officer).json() == {"read": 0}
    assert client.get(URL, headers=officer).json()["unread"] == 0
    assert client.get(URL, headers=head(issuer, "登记人")).json()["unread"] == 3


def test_filters_and_pages(client: TestClient, database: Database, officer: dict[str, str]) -> None:
    handle(database, *(expiring(row_id=id_of(str(n))) for n in range(5)), expiring(threshold=7, level="red"))

    def total(query: str) -> int:
        return int(client.get(f"{URL}?{query}", headers=officer).json()["total"])

    red = client.get(f"{URL}?level=red", headers=officer).json()
    assert (red["total"], red["unread"], red["items"][0]["level"]) == (1, 6, "red")
    client.post(f"{URL}/{red['items'][0]['id']}/read", headers=officer)
    assert (total("unread=true"), total("unread=false"), total("kind=expiry"), total("kind=other")) == (5, 1, 6, 0)
    seen = [i["id"] for n in (1, 2, 3) for i in client.get(f"{URL}?page={n}&size=2", headers=officer).json()["items"]]
    assert len(set(seen)) == 6
    beyond = client.get(f"{URL}?page=400", headers=officer)
    assert (beyond.status_code, beyond.json()["items"], beyond.json()["total"]) == (200, [], 6)


def many(database: Database) -> None:
    """Two ledgers, two departments, dates near and far."""
    late, soon = today() - timedelta(days=900), today() + timedelta(days=5)
    missed = today() - timedelta(days=5)
    other = {"ledger": "fire-facilities", "ledger_title": "消防设施台账", "title": "灭火器 XF-31-0030"}
    handle(
        database,
        expiring(row_id=id_of("late"), due_on=late, threshold=-1, level="overdue"),
        expiring(row_id=id_of("soon"), due_on=soon, threshold=7, level="red"),
        expiring(row_id=id_of("missed"), due_on=missed, threshold=-1, level="overdue", **other),
        expiring(row_id=id_of("class"), due_on=soon, department_id=id_of("一班"), **other),
    )


def rows_of(answer: dict[str, Any]) -> list[str]:
    names = {str(id_of(name)): name for name in ("late", "soon", "missed", "class")}
    return [names[item["ref"]["id"]] for item in answer["items"]]


def test_the_nearest_date_comes_first_whichever_side_it_is_on(
    client: TestClient, database: Database, officer: dict[str, str]
) -> None:
    many(database)
    nearest = client.get(f"{URL}?sort=nearest", headers=officer).json()
    assert rows_of(nearest) == ["class", "soon", "missed", "late"]
    pages = [client.get(f"{URL}?sort=nearest&size=1&page={n}", headers=officer).json() for n in (1, 2, 3, 4)]
    assert [rows_of(page)[0] for page in pages] == rows_of(nearest)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("ledger=fire-facilities", {"missed", "class"}),
        (f"department={id_of('一班')}", {"class"}),
        ("q=31-0030", {"missed", "class"}),
        ("q=%25", set()),
        ("ledger=fire-facilities&level=overdue", {"missed"}),
    ],
)
def test_what_is_filtered_is_what_is_marked_as_read(
    client: TestClient, database: Database, officer: dict[str, str], query: str, expected: set[str]
) -> None:
    many(database)
    assert set(rows_of(client.get(f"{URL}?{query}", headers=officer).json())) == expected
    groups = client.get(f"{URL}/groups?unread=true&{query}", headers=officer).json()
    assert groups["total"] == sum(sum(group["levels"].values()) for group in groups["items"]) == len(expected)
    assert client.post(f"{URL}/read-all?{query}", headers=officer).json() == {"read": len(expected)}
    assert set(rows_of(client.get(f"{URL}?unread=false", headers=officer).json())) == expected


def test_groups_are_by_ledger_and_department(client: TestClient, database: Database, officer: dict[str, str]) -> None:
    many(database)
    groups = client.get(f"{URL}/groups?unread=true", headers=officer).json()["items"]
    assert [(g["ledger_title"], g["department_name"], g["total"]) for g in groups] == [
        ("特种作业证书", "运行部", 2), ("消防设施台账", "运行部", 1), ("消防设施台账", "一班", 1),
    ]  # fmt: skip
    assert groups[0]["levels"] == {"overdue": 1, "red": 1, "orange": 0, "yellow": 0}


def test_nobody_counts_or_reads_another_persons(
    client: TestClient, database: Database, issuer: TestIssuer, officer: dict[str, str]
) -> None:
    many(database)
    other = head(issuer, "工程安全员")
    assert client.get(f"{URL}/groups", headers=other).json() == {"items": [], "total": 0}
    assert client.post(f"{URL}/read-all?ledger=fire-facilities", headers=other).json() == {"read": 0}
    assert client.get(URL, headers=officer).json()["unread"] == 4


@pytest.mark.parametrize(
    "query",
    [
        "sort=oldest",
        "q=%00",
        "q=",
        "ledger=X",
        "department=x",
        "page=0",
        "size=201",
        "size=x",
        "level=purple",
        "unread=perhaps",
        "colour=red",
        "page=9999999&size=200",
    ],
)
def test_what_makes_no_sense_is_422(client: TestClient, officer: dict[str, str], query: str) -> None:
    answer = client.get(f"{URL}?{query}", headers=officer)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


def test_what_was_renewed_stays_readable_and_no_longer_rings(
    client: TestClient, database: Database, officer: dict[str, str]
) -> None:
    handle(database, renewed(), expiring())
    answer = client.get(URL, headers=officer).json()
    assert (answer["total"], answer["unread"]) == (1, 0)
    assert answer["items"][0]["close_reason"] == "changed" and answer["items"][0]["closed_at"]
    assert client.get(f"{URL}?unread=true", headers=officer).json()["total"] == 0


def test_a_bell_that_asks_again_gets_304_until_something_changes(
    client: TestClient, database: Database, officer: dict[str, str]
) -> None:
    handle(database, expiring())
    bell = f"{URL}?unread=true&size=8"
    first = client.get(bell, headers=officer)
    asked = {**officer, "If-None-Match": f'"other", W/{first.headers["etag"]}'}
    again = client.get(bell, headers=asked)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    handle(database, expiring(row_id=id_of("other")))
    assert client.get(bell, headers=asked).json()["unread"] == 2


def test_nobody_without_a_login(client: TestClient) -> None:
    for method, path in (("GET", URL), ("POST", f"{URL}/read-all"), ("POST", f"{URL}/{id_of('x')}/read")):
        assert client.request(method, path).status_code == 401
    assert client.get("/api/workflow/_manifest").status_code == 401


def test_the_bell_is_no_page_of_the_manual(client: TestClient, officer: dict[str, str]) -> None:
    assert client.get("/api/workflow/_manifest", headers=officer).json() == {"service": "workflow", "pages": []}
