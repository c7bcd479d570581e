"""Who may do what in every ledger, and which rows exist for them."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from sqlalchemy import text

from services.ledgers.ledger import LedgerRow
from tests import company
from tests.catalogue.conftest import Bench
from tests.catalogue.steps import HOME, SIBLING, created, each_ledger, example, grant, keeper


@each_ledger
def test_nothing_goes_without_a_grant(bench: Bench, row_class: type[LedgerRow]) -> None:
    slug = row_class.ledger.slug
    row = created(bench, row_class, keeper(bench, row_class))
    requests = {
        "read": [("GET", f"/{slug}", {}), ("GET", f"/{slug}/{row['id']}", {})],
        "create": [("POST", f"/{slug}", {"json": example(row_class, HOME, 1)})],
        "update": [("PUT", f"/{slug}/{row['id']}", {"json": {"version": 1, "remark": "x"}})],
        "delete": [
            ("DELETE", f"/{slug}/{row['id']}", {"params": {"version": 1}}),
            ("POST", f"/{slug}/{row['id']}/restore", {}),
        ],
    }
    for verb, calls in requests.items():
        who = keeper(bench, row_class, *(other for other in requests if other != verb))
        for method, path, more in calls:
            assert bench.client.request(method, f"/api/ledgers{path}", **more).status_code == 401, path
            answer = bench.ask(who, method, path, **more)
            assert (answer.status_code, answer.json()["code"]) == (403, "permission_missing"), (verb, path)
    stranger = bench.who("ledgers:something-else:*", scope="company")
    assert bench.ask(stranger, "GET", "/_manifest").json()["ledgers"] == []


@each_ledger
def test_a_sibling_department_does_not_exist(bench: Bench, row_class: type[LedgerRow]) -> None:
    slug = row_class.ledger.slug
    row = created(bench, row_class, keeper(bench, row_class))
    sibling = keeper(bench, row_class, department=SIBLING)
    missing = bench.ask(sibling, "GET", f"/{slug}/{uuid4()}").json()
    for method, path, more in [
        ("GET", f"/{slug}/{row['id']}", {}),
        ("PUT", f"/{slug}/{row['id']}", {"json": {"version": 1, "remark": "x"}}),
        ("DELETE", f"/{slug}/{row['id']}", {"params": {"version": 1}}),
        ("POST", f"/{slug}/{row['id']}/restore", {}),
    ]:
        answer = bench.ask(sibling, method, path, **more)
        assert answer.status_code == 404, path
        assert {**answer.json(), "trace_id": ""} == {**missing, "trace_id": ""}, "told apart from a missing row"
    assert bench.ask(sibling, "GET", f"/{slug}").json()["items"] == []
    into = bench.ask(sibling, "POST", f"/{slug}", json=example(row_class, HOME, 1))
    assert (into.status_code, into.json()["errors"][0]["code"]) == (422, "department_out_of_scope")
    away = bench.ask(
        keeper(bench, row_class), "PUT", f"/{slug}/{row['id']}",
        json={"version": 1, "dept_id": str(company.department_id(SIBLING))},
    )  # fmt: skip
    assert (away.status_code, away.json()["errors"][0]["loc"]) == (422, ["body", "dept_id"])


@each_ledger
def test_scopes_reach_what_they_say(bench: Bench, row_class: type[LedgerRow]) -> None:
    slug, own = row_class.ledger.slug, uuid4()
    boss = bench.who(grant(row_class), scope="company", department="燃气公司")
    mine = bench.who(grant(row_class), scope="own", department="门站", user_id=own)
    for number, (who, name) in enumerate(((boss, "城北分公司"), (boss, "门站"), (boss, SIBLING), (mine, "门站")), 1):
        answer = bench.ask(who, "POST", f"/{slug}", json=example(row_class, name, number))
        assert answer.status_code == 201, answer.text

    def names(scope: str, department: str, params: dict[str, str] | None = None, **more: Any) -> list[str]:
        who = bench.who(grant(row_class), scope=scope, department=department, **more)
        answer = bench.ask(who, "GET", f"/{slug}", params=params)
        return sorted(item["dept_name"] for item in answer.json()["items"])

    assert names("company", "门站") == sorted(["城北分公司", "门站", "门站", SIBLING])
    assert names("subtree", "城北分公司") == sorted(["城北分公司", "门站", "门站"])
    assert names("department", "城北分公司") == ["城北分公司"]
    assert names("own", "门站", user_id=own) == ["门站"]
    below = {"dept_id.under": str(company.department_id("城北分公司"))}
    assert names("company", "燃气公司", below) == sorted(["城北分公司", "门站", "门站"])


@each_ledger
def test_personal_values_are_shown_to_those_who_may_see_them(bench: Bench, row_class: type[LedgerRow]) -> None:
    row = created(bench, row_class, keeper(bench, row_class))
    personal = {key for key, spec in row_class.fields.items() if spec.personal and row[key] is not None}
    for key in personal:
        assert "***" in row[key], key
    slug = row_class.ledger.slug
    seen = bench.who(grant(row_class), "ledgers:personal:read", scope="company", department="燃气公司")
    full = bench.ask(seen, "GET", f"/{slug}/{row['id']}").json()
    written = example(row_class)
    for key in personal:
        if row_class.fields[key].dictionary:
            assert full[key] and full[key] != row[key]
        else:
            assert full[key] == written[key]
    query = text(
        "SELECT coalesce(after::text, '') || coalesce(before::text, '') FROM audit_log WHERE object_id = :id"
    ).bindparams(id=row["id"])
    with bench.database.session() as session:
        kept = session.execute(query).scalars().all()
    assert kept, "nothing was audited"
    assert not [key for key in personal if any(f'"{full[key]}"' in line for line in kept)], "the audit trail tells"
