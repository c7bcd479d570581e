"""The audit routes, as every service has them."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from pydantic import SecretStr

from contracts.principal import Principal, ScopeKind
from kit import audit
from kit.audit import chain
from kit.audit.refusals import PER_MINUTE, Allowance
from kit.audit.words import Words
from kit.db import Database
from kit.http.app import create_app
from kit.testing.identity import TestIssuer, principal
from services.workflow.settings import Settings
from tests import company
from tests.service.audit.conftest import KEY

WORDS = Words({"thing.change": "修改", "thing.*": "其他"}, {"thing": "东西"}, lambda kind: {"n": "序号"})
BASE = "/api/workflow/audit"


class Desk:
    """The application, asked as different people."""

    def __init__(self, settings: Settings, issuer: TestIssuer, client: TestClient, database: Database) -> None:
        self.settings, self.issuer, self.client, self.database = settings, issuer, client, database
        self.auditor = company.principal("auditor")

    def get(self, path: str = "", who: Principal | None = None, **query: Any) -> Any:
        return self.client.get(BASE + path, params=query, headers=self.issuer.headers(who or self.auditor))

    def items(self, **query: Any) -> list[dict[str, Any]]:
        answer = self.get(**query)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["items"]
        return found

    def write(self, action: str = "thing.change", who: Principal | None = None, **more: Any) -> None:
        with self.database.transaction() as session:
            audit.record(session, who, action, "thing", more.pop("object_id", "7"), **more)


@pytest.fixture
def desk(service_settings: Callable[..., Settings], issuer: TestIssuer, tmp_path: Path) -> Iterator[Desk]:
    settings = service_settings(Settings, audit_keys=SecretStr(KEY), audit_anchor_dir=tmp_path)
    app = create_app(
        settings, title="流程服务", description="", routers=[], verifier=issuer.verifier("workflow"), words=WORDS
    )
    database = Database(settings, pool_size=2)
    with database.transaction() as session:
        company.load(session)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield Desk(settings, issuer, client, database)
    database.close()


def test_values_are_said_in_words_as_far_as_there_are_any(desk: Desk) -> None:
    dept = str(company.department_id("工程部"))
    written = {"reason": "permission_missing", "places": [dept, "x"], "other": dept[:-1], "n": 3}
    desk.write(detail=written)
    (row,) = desk.items()
    assert row["detail"] == written
    assert row["spoken"] == {"reason": {"permission_missing": "没有权限"}, "places": {dept: "工程部"}}


def test_a_row_is_shown_in_peoples_words(desk: Desk) -> None:
    safety = company.safety()
    desk.write(who=safety, before={"n": 1, "x": "a"}, after={"n": 2, "x": "b"})
    (row,) = desk.items()
    assert (row["action_title"], row["object_title"], row["object_id"]) == ("修改", "东西", "7")
    assert (row["username"], row["name"]) == ("safety", safety.name)
    assert row["labels"] == {"n": "序号"}
    assert (row["before"], row["after"]) == ({"n": 1, "x": "a"}, {"n": 2, "x": "b"})


def test_pages_follow_one_another_without_a_hole(desk: Desk) -> None:
    for number in range(7):
        desk.write(object_id=str(number))
    seen, before = [], None
    while True:
        body = desk.get(size=3, **({"before": before} if before else {})).json()
        seen += [row["object_id"] for row in body["items"]]
        # What is added meanwhile is newer than the page, and moves nothing.
        desk.write(object_id="later")
        before = body["next"]
        if before is None:
            break
    assert seen == ["6", "5", "4", "3", "2", "1", "0"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"user": "leader"}, ["b"]),
        ({"user": "NAME"}, ["b"]),
        ({"action": "thing.change"}, ["b", "a"]),
        ({"action": "thing.*"}, ["c", "b", "a"]),
        ({"object_id": "c"}, ["c"]),
        ({"object_type": "thing", "result": "failed"}, ["c"]),
        ({"q": "门站"}, ["a"]),
        ({"q": "50%"}, []),
        ({"q": "修改"}, ["b", "a"]),
        ({"from": "FUTURE"}, []),
        ({"from": "PAST", "to": "FUTURE"}, ["c", "b", "a"]),
        ({"to": "PAST"}, []),
    ],
)
def test_filters(desk: Desk, query: dict[str, str], expected: list[str]) -> None:
    leader, moment = company.leader(), datetime.now(UTC)
    desk.write(object_id="a", after={"place": "门站"})
    desk.write(object_id="b", who=leader)
    desk.write("thing.remove", object_id="c", result="failed")
    words = {
        "NAME": leader.name,
        "FUTURE": (moment + timedelta(hours=1)).isoformat(),
        "PAST": (moment - timedelta(hours=1)).isoformat(),
    }
    asked = {key: words.get(value, value) for key, value in query.items()}
    assert [row["object_id"] for row in desk.items(**asked)] == expected


@pytest.mark.parametrize("bad", [{"size": 201}, {"size": 0}, {"from": "2026-01-01"}, {"page": 1}, {"before": "x"},
                                 {"result": "maybe"}, {"q": ""}])  # fmt: skip
def test_wrong_questions_are_422(desk: Desk, bad: dict[str, Any]) -> None:
    assert desk.get(**bad).status_code == 422


@pytest.mark.parametrize("path", ["", "/export.xlsx", "/_words", "/_chain"])
def test_a_grant_of_everything_does_not_open_the_trail(desk: Desk, path: str) -> None:
    answer = desk.get(path, principal("workflow:*:*", "*:*:read,export"))
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_missing")


def test_half_a_company_sees_nothing(desk: Desk) -> None:
    narrow = principal("workflow:audit:read", scope=ScopeKind.SUBTREE, department_id=company.department_id("工程部"))
    answer = desk.get(who=narrow)
    assert (answer.status_code, answer.json()["code"]) == (403, "whole_company_only")


def test_a_refusal_is_written_down_with_what_was_missing(desk: Desk) -> None:
    worker = company.worker("工程部")
    assert desk.get(who=worker).status_code == 403
    (row,) = desk.items(action="access.refuse")
    assert (row["username"], row["result"], row["object_id"]) == (worker.username, "refused", f"GET {BASE}")
    assert "workflow:audit:read" in row["detail"]["permission"]


def test_nobody_fills_the_trail_with_refusals() -> None:
    now = [600.0]
    allowance = Allowance(lambda: now[0])
    assert [allowance.take("a") for _ in range(PER_MINUTE + 5)].count(True) == PER_MINUTE
    assert allowance.take("b"), "somebody else has an allowance of their own"
    now[0] += 60
    assert allowance.take("a")


def test_the_export_is_a_workbook_and_is_audited(desk: Desk) -> None:
    desk.write(who=company.safety(), before={"n": 1}, after={"n": "=1+1"})
    answer = desk.get("/export.xlsx", action="thing.change")
    assert answer.status_code == 200, answer.text
    heading, row = list(load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert heading[:4] == ("时间", "账号", "姓名", "操作")
    assert row[1:8] == ("safety", company.safety().name, "修改", "东西", "7", "成功", "序号：1 → =1+1")
    (told,) = desk.items(action="audit.export")
    assert told["detail"] == {"rows": 1, "query": {"action": "thing.change"}}
    assert told["username"] == "auditor"


def test_the_chain_is_shown_and_checked_on_demand(desk: Desk) -> None:
    desk.write()
    desk.write()
    with desk.database.transaction() as session:
        assert chain.seal(session, "workflow") == 2
    status = desk.get("/_chain").json()
    assert (status["position"], status["waiting"], status["signed"]) == (2, 0, True)
    answer = desk.client.post(f"{BASE}/_verify", json={"last": 100}, headers=desk.issuer.headers(desk.auditor))
    assert answer.status_code == 200, answer.text
    assert answer.json()["sound"] is True and answer.json()["rows"] == 2
    assert desk.items(action="audit.verify")[0]["detail"]["rows"] == 2
    more = desk.client.post(f"{BASE}/_verify", json={"last": 20_001}, headers=desk.issuer.headers(desk.auditor))
    assert more.status_code == 422


def test_the_words_of_kit_and_service_are_offered(desk: Desk) -> None:
    body = desk.get("/_words").json()
    assert {"value": "thing.change", "label": "修改"} in body["actions"]
    assert {"value": "audit.export", "label": "导出审计日志"} in body["actions"]
