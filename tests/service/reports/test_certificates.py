"""证书统计: department × kind, right after every change, and never beyond the data scope."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from contracts.events import DepartmentFact, OrganisationChanged
from kit.db import Database
from kit.directory import DictionaryDeclaration, apply_dictionary, apply_organisation, changed, item
from kit.testing.identity import TestIssuer, principal
from services.reports.certificates.sources import LEDGERS
from tests.service.reports.company import certificate, id_of, key, told
from tests.service.reports.test_facts import handle

URL = "/api/reports/certificates"
ON = date(2026, 11, 23)
OPERATION, EQUIPMENT = key("operation"), key("equipment")


def days(number: int) -> str:
    return (ON + timedelta(days=number)).isoformat()


@pytest.fixture
def company(issuer: TestIssuer) -> dict[str, str]:
    return issuer.headers(principal("reports:*:*"))


def ask(client: TestClient, head: dict[str, str], **query: Any) -> dict[str, Any]:
    answer = client.get(URL, params={"on": ON.isoformat(), **query}, headers=head)
    assert answer.status_code == 200, answer.text
    result: dict[str, Any] = answer.json()
    # Whatever is asked, the rows add up to the totals.
    for column in [c["key"] for c in result["columns"]]:
        assert sum(row["counts"][column] for row in result["rows"]) == result["totals"][column]
    for figure in ("total", "expiring", "review_overdue", "expired"):
        assert sum(row[figure] for row in result["rows"]) == result["totals"][figure]
    return result


def table(answer: dict[str, Any]) -> dict[str, int]:
    return {row["department"]["name"]: row["total"] for row in answer["rows"]}


def test_every_open_department_has_a_row_and_every_kind_a_column(client: TestClient, company: dict[str, str]) -> None:
    answer = ask(client, company)
    assert [row["department"]["name"] for row in answer["rows"]] == ["公司", "运行部", "一班", "工程部"]
    assert [row["department"]["level"] for row in answer["rows"]] == [0, 1, 2, 1]
    assert answer["columns"] == [
        {"key": OPERATION, "title": "特种作业操作证", "group": "特种作业和特种设备操作人员资格证"},
        {"key": EQUIPMENT, "title": "特种设备作业人员证", "group": "特种作业和特种设备操作人员资格证"},
    ]
    assert answer["totals"] == {
        OPERATION: 0,
        EQUIPMENT: 0,
        "total": 0,
        "expiring": 0,
        "review_overdue": 0,
        "expired": 0,
    }


def test_the_matrix_follows_imports_edits_moves_and_deletions(
    client: TestClient, database: Database, company: dict[str, str]
) -> None:
    handle(database, told(*(certificate(f"r{n}", kind="equipment" if n % 3 else "operation") for n in range(9))))
    answer = ask(client, company)
    assert answer["totals"] == {
        OPERATION: 3,
        EQUIPMENT: 6,
        "total": 9,
        "expiring": 0,
        "review_overdue": 0,
        "expired": 0,
    }
    assert table(answer) == {"公司": 0, "运行部": 9, "一班": 0, "工程部": 0}
    handle(database, told(certificate("r1", "工程部", "operation", version=2)))
    assert ask(client, company)["rows"][3]["counts"] == {OPERATION: 1, EQUIPMENT: 0}
    handle(database, told(certificate("r2", version=2, deleted=True), certificate("r4", version=2, cancelled=True)))
    answer = ask(client, company)
    assert (answer["totals"][OPERATION], answer["totals"][EQUIPMENT], answer["totals"]["total"]) == (4, 3, 7)
    # Undoing the deletion, and the old messages once more.
    handle(
        database, told(certificate("r2", kind="equipment", version=3)), told(certificate("r1")), told(certificate("r4"))
    )
    assert table(ask(client, company)) == {"公司": 0, "运行部": 7, "一班": 0, "工程部": 1}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"valid_to": days(61)}, (1, 0, 0, 0, 1)),
        ({"valid_to": days(60)}, (1, 1, 0, 0, 1)),
        ({"valid_to": days(0)}, (1, 1, 0, 0, 1)),
        ({"valid_to": days(-1)}, (1, 0, 0, 1, 0)),
        ({"valid_to": None}, (1, 0, 0, 0, 1)),
        ({"valid_to": days(900), "review_date": days(30)}, (1, 1, 0, 0, 1)),
        ({"valid_to": days(900), "review_date": days(0)}, (1, 1, 0, 0, 1)),
        ({"valid_to": days(900), "review_date": days(-1)}, (1, 0, 1, 0, 0)),
        ({"valid_to": days(30), "review_date": days(-900)}, (1, 0, 1, 0, 0)),
        ({"valid_to": days(-1), "review_date": days(-30)}, (1, 0, 0, 1, 0)),
        ({"valid_to": days(900), "review_date": None}, (1, 0, 0, 0, 1)),
        ({"valid_to": days(-1), "cancelled": True}, (0, 0, 0, 0, 0)),
        ({"valid_to": "不是日期"}, (1, 0, 0, 0, 1)),
    ],
)
def test_expiring_expired_and_valid_only(
    client: TestClient, database: Database, company: dict[str, str], facts: dict[str, Any], expected: tuple[int, ...]
) -> None:
    handle(database, told(certificate("a", **facts)))
    totals = ask(client, company)["totals"]
    valid = ask(client, company, valid_only=True)["totals"]
    figures = ("total", "expiring", "review_overdue", "expired")
    assert (*(totals[figure] for figure in figures), valid["total"]) == expected


def test_without_a_day_it_is_today(client: TestClient, company: dict[str, str]) -> None:
    from kit.db import today

    assert client.get(URL, headers=company).json()["on"] == today().isoformat()


@pytest.mark.parametrize(
    ("scope", "anchor", "expected"),
    [
        ("company", "公司", {"公司": 0, "运行部": 1, "一班": 2, "工程部": 4}),
        ("subtree", "运行部", {"运行部": 1, "一班": 2}),
        ("department", "运行部", {"运行部": 1}),
        ("chosen", "工程部", {"工程部": 4}),
        ("own", "运行部", {"运行部": 0, "工程部": 1}),
    ],
)
def test_the_data_scope_of_the_caller(
    client: TestClient, database: Database, issuer: TestIssuer, scope: str, anchor: str, expected: dict[str, int]
) -> None:
    me = id_of("me")
    handle(
        database,
        told(
            certificate("a", "运行部"),
            *(certificate(f"b{n}", "一班") for n in range(2)),
            *(certificate(f"c{n}", "工程部", owner_id=me if n == 0 else None) for n in range(4)),
        ),
    )
    who = principal("reports:*:read", scope=scope, department_id=id_of(anchor), user_id=me)
    assert table(ask(client, issuer.headers(who))) == expected


def test_a_closed_department_is_shown_while_something_points_at_it(
    client: TestClient, database: Database, company: dict[str, str]
) -> None:
    handle(database, told(certificate("a", "旧部"), certificate("b", "没听说过的部门")))
    assert table(ask(client, company)) == {"公司": 0, "运行部": 0, "一班": 0, "工程部": 0, "旧部": 1, "未知部门": 1}


def test_names_follow_the_organisation(client: TestClient, database: Database, company: dict[str, str]) -> None:
    path = f"/{id_of('公司')}/{id_of('工程部')}/"
    renamed = DepartmentFact(
        id=id_of("工程部"), code="D3", name="工程建设部", kind="department", path=path, version=2, sort=3
    )
    with database.transaction() as session:
        apply_organisation(session, OrganisationChanged(departments=(renamed,)))
    assert "工程建设部" in table(ask(client, company))


def test_a_retired_kind_and_an_unknown_one_are_counted(
    client: TestClient, database: Database, company: dict[str, str]
) -> None:
    handle(
        database, told(certificate("a", kind="retired"), certificate("b", kind="new"), certificate("c", cert_type=None))
    )
    answer = ask(client, company)
    assert [c["title"] for c in answer["columns"]][2:] == ["旧证", "未填类型", "new"]
    assert answer["totals"]["total"] == 3


def test_the_certificates_of_all_four_ledgers_are_counted(
    client: TestClient, database: Database, company: dict[str, str]
) -> None:
    for number, source in enumerate(LEDGERS):
        kinds = DictionaryDeclaration(code=source.dictionary, name="类型", items=(item("one", f"证{source.leaf}"),))
        with database.transaction() as session:
            for event in changed(kinds, version=9):
                apply_dictionary(session, event)
        rows = [certificate(f"{source.slug}{n}", kind="one", valid_to=days(10)) for n in range(number + 1)]
        handle(database, told(*rows, ledger=source.slug))
    answer = ask(client, company)
    counted = {
        (c["title"], c["group"]): answer["totals"][c["key"]] for c in answer["columns"] if answer["totals"][c["key"]]
    }
    assert counted == {(f"证{one.leaf}", one.title): number for number, one in enumerate(LEDGERS, start=1)}
    assert (answer["totals"]["total"], answer["totals"]["expiring"]) == (10, 10)
    groups = [column["group"] for column in answer["columns"]]
    assert list(dict.fromkeys(groups)) == [one.title for one in LEDGERS], "the manual's order"


def test_other_ledgers_are_no_certificates(client: TestClient, database: Database, company: dict[str, str]) -> None:
    handle(database, told(certificate("a"), ledger="fire-facilities"))
    assert ask(client, company)["totals"]["total"] == 0


def test_the_workbook_says_the_same(client: TestClient, database: Database, company: dict[str, str]) -> None:
    injected = DepartmentFact(
        id=id_of("工程部"),
        code="D3",
        name="=1+1",
        kind="department",
        path=f"/{id_of('公司')}/{id_of('工程部')}/",
        version=2,
        sort=3,
    )
    with database.transaction() as session:
        apply_organisation(session, OrganisationChanged(departments=(injected,)))
    handle(
        database, told(certificate("a", valid_to=days(5)), certificate("b", "工程部", "equipment", valid_to=days(-5)))
    )
    answer = client.get(f"{URL}/export.xlsx", params={"on": ON.isoformat()}, headers=company)
    assert answer.status_code == 200
    assert (
        "filename*=UTF-8''%E8%AF%81%E4%B9%A6%E7%BB%9F%E8%AE%A1_20261123.xlsx" in answer.headers["content-disposition"]
    )
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
    assert sheet is not None
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][0] == "证书统计（全部未注销证书，截至 2026-11-23）"
    assert rows[2][1:3] == ["特种作业操作证", "特种设备作业人员证"]
    assert rows[4:] == [
        ["运行部", 1, 0, 1, 1, 0, 0],
        ["一班", 0, 0, 0, 0, 0, 0],
        ["=1+1", 0, 1, 1, 0, 0, 1],
        ["合计", 1, 1, 2, 1, 0, 1],
    ]
    assert sheet["A7"].data_type == "s"
    with database.session() as session:
        assert session.scalar(text("SELECT count(*) FROM audit_log WHERE action = 'certificates.export'")) == 1


@pytest.mark.parametrize("query", ["on=yesterday", "on=9999-12-31", "on=0001-01-01", "valid_only=maybe", "colour=red"])
def test_what_makes_no_sense_is_422(client: TestClient, company: dict[str, str], query: str) -> None:
    for path in (URL, f"{URL}/export.xlsx"):
        assert client.get(f"{path}?{query}", headers=company).status_code == 422


def test_who_may(client: TestClient, issuer: TestIssuer) -> None:
    assert client.get(URL).status_code == 401
    reader = issuer.headers(principal("reports:certificates:read"))
    stranger = issuer.headers(principal("ledgers:*:*"))
    assert client.get(URL, headers=reader).status_code == 200
    assert client.get(f"{URL}/export.xlsx", headers=reader).status_code == 403
    assert client.get(URL, headers=stranger).status_code == 403
    manifest = client.get("/api/reports/_manifest", headers=reader).json()
    assert manifest["pages"] == [
        {"leaf": "4.5", "title": "证书统计", "screen": "stat", "key": "certificates", "path": "/reports/certificates"}
    ]
    assert client.get("/api/reports/_manifest", headers=stranger).json()["pages"] == []
