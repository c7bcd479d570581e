"""What every ledger passes by existing. A new one is tested by its line in the catalogue."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from contracts.events import LedgerRowExpiring, LedgerRowRenewed, LedgerRowsChanged
from contracts.principal import Principal
from kit.audit import AuditLog
from kit.bus.tables import Outbox
from kit.db import today
from services.ledgers import changes, expiry
from services.ledgers.catalogue import LEDGERS
from services.ledgers.dictionaries import DICTIONARIES
from services.ledgers.expiry import level_of
from services.ledgers.ledger import LedgerRow
from services.ledgers.reading import table_of
from tests import company
from tests.catalogue.conftest import Bench, example, parametrised

HOME, SIBLING = "工程部", "运行管理部"


def grant(row_class: type[LedgerRow], *verbs: str) -> str:
    return f"ledgers:{row_class.ledger.slug}:{','.join(verbs or ('*',))}"


def keeper(bench: Bench, row_class: type[LedgerRow], *verbs: str, department: str = HOME, **more: Any) -> Principal:
    return bench.who(grant(row_class, *verbs), scope="subtree", department=department, **more)


def created(bench: Bench, row_class: type[LedgerRow], who: Principal, number: int = 0, **more: Any) -> dict[str, Any]:
    answer = bench.ask(who, "POST", f"/{row_class.ledger.slug}", json={**example(row_class, HOME, number), **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def events(bench: Bench, type_: type) -> list[Any]:
    with bench.database.session() as session:
        rows = session.scalars(select(Outbox).where(Outbox.type == type_.type).order_by(Outbox.id)).all()
        return [type_.model_validate(row.data) for row in rows]


def scan(bench: Bench, row_class: type[LedgerRow], on: date) -> int:
    with bench.transaction() as session:
        return expiry.scan(session, on, [row_class])


# -- the declaration ----------------------------------------------------------------------------------------------------


def test_slugs_leaves_and_tables_are_unique() -> None:
    for what in ("slug", "leaf", "title"):
        values = [getattr(row.ledger, what) for row in LEDGERS]
        assert len(set(values)) == len(values), what


@parametrised()
def test_its_dictionaries_are_declared(row_class: type[LedgerRow]) -> None:
    declared = {declaration.code for declaration in DICTIONARIES}
    assert set(row_class.dictionaries()) <= declared


# -- create, read, update, delete ---------------------------------------------------------------------------------------


@parametrised()
def test_its_examples_make_a_row_that_reads_back(bench: Bench, row_class: type[LedgerRow]) -> None:
    who = keeper(bench, row_class)
    row = created(bench, row_class, who)
    answer = bench.ask(who, "GET", f"/{row_class.ledger.slug}/{row['id']}")
    assert (answer.status_code, answer.json()) == (200, row)
    assert (row["version"], row["dept_name"], row["created_by_name"]) == (1, HOME, None)
    assert set(row_class.fields) <= set(row), "every declared field is in the answer"
    assert all(row[key] is not None for key, spec in row_class.fields.items() if spec.required)


@parametrised()
def test_an_update_changes_what_is_given_and_nothing_else(bench: Bench, row_class: type[LedgerRow]) -> None:
    who = keeper(bench, row_class)
    row = created(bench, row_class, who)
    path = f"/{row_class.ledger.slug}/{row['id']}"
    answer = bench.ask(who, "PUT", path, json={"version": 1, "remark": " 已核对 "})
    assert answer.status_code == 200, answer.text
    now = answer.json()
    assert (now["remark"], now["version"]) == ("已核对", 2)
    moved = {"remark", "version", "updated_at"}
    assert {k: v for k, v in now.items() if k not in moved} == {k: v for k, v in row.items() if k not in moved}
    # A form that sends back everything it was shown, masked numbers too, changes nothing.
    shown = {key: now[key] for key in row_class.input_fields()}
    again = bench.ask(who, "PUT", path, json={**shown, "version": 2})
    assert (again.status_code, again.json()) == (200, now), again.text
    with bench.database.session() as session:
        rows = session.scalars(select(AuditLog).order_by(AuditLog.id)).all()
    assert [entry.action for entry in rows] == ["ledger.create", "ledger.update"]
    assert (rows[1].before, rows[1].after) == (None, {"remark": "已核对"})


@parametrised()
def test_who_comes_second_gets_the_row_as_it_is(bench: Bench, row_class: type[LedgerRow]) -> None:
    who = keeper(bench, row_class)
    row = created(bench, row_class, who)
    path = f"/{row_class.ledger.slug}/{row['id']}"
    assert bench.ask(who, "PUT", path, json={"version": 1, "remark": "甲"}).status_code == 200
    late = bench.ask(who, "PUT", path, json={"version": 1, "remark": "乙"})
    assert (late.status_code, late.json()["code"]) == (409, "version_conflict")
    assert late.json()["current"]["remark"] == "甲"
    assert bench.ask(who, "DELETE", path, params={"version": 1}).status_code == 409


@parametrised()
def test_a_deleted_row_is_gone_until_it_is_restored(bench: Bench, row_class: type[LedgerRow]) -> None:
    who = keeper(bench, row_class)
    row = created(bench, row_class, who)
    slug = row_class.ledger.slug
    assert bench.ask(who, "DELETE", f"/{slug}/{row['id']}", params={"version": 1}).status_code == 204
    assert bench.ask(who, "GET", f"/{slug}/{row['id']}").status_code == 404
    assert bench.ask(who, "GET", f"/{slug}").json()["total"] == 0
    twin = created(bench, row_class, who)
    blocked = bench.ask(who, "POST", f"/{slug}/{row['id']}/restore")
    assert (blocked.status_code, blocked.json()["code"]) == (409, "duplicate")
    assert bench.ask(who, "DELETE", f"/{slug}/{twin['id']}", params={"version": 1}).status_code == 204
    back = bench.ask(who, "POST", f"/{slug}/{row['id']}/restore")
    assert (back.status_code, back.json()["version"]) == (200, 3)
    assert bench.ask(who, "POST", f"/{slug}/{row['id']}/restore").status_code == 404


@parametrised()
def test_the_natural_key_is_unique(bench: Bench, row_class: type[LedgerRow]) -> None:
    who = keeper(bench, row_class)
    created(bench, row_class, who)
    answer = bench.ask(who, "POST", f"/{row_class.ledger.slug}", json=example(row_class, HOME))
    assert (answer.status_code, answer.json()["code"]) == (409, "duplicate")
    with bench.transaction() as session:
        table = table_of(row_class)
        values = session.execute(select(table)).mappings().one()
        with pytest.raises(IntegrityError, match="natural_key"):
            session.execute(table.insert().values({**values, "id": uuid4()}))
        session.rollback()


@parametrised()
def test_the_same_post_with_a_key_makes_one_row(bench: Bench, row_class: type[LedgerRow]) -> None:
    who = keeper(bench, row_class)
    send = {"json": example(row_class, HOME), "headers": {"Idempotency-Key": "k"}}
    first = bench.ask(who, "POST", f"/{row_class.ledger.slug}", **send)
    again = bench.ask(who, "POST", f"/{row_class.ledger.slug}", **send)
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert bench.ask(who, "GET", f"/{row_class.ledger.slug}").json()["total"] == 1


# -- wrong input --------------------------------------------------------------------------------------------------------


@parametrised()
def test_what_is_missing_or_unknown_is_named(bench: Bench, row_class: type[LedgerRow]) -> None:
    who = keeper(bench, row_class)
    slug = row_class.ledger.slug
    answer = bench.ask(who, "POST", f"/{slug}", json={"nothing": 1})
    found = {error["loc"][-1]: error["code"] for error in answer.json()["errors"]}
    must = {key for key, spec in row_class.fields.items() if spec.must_be_given and not spec.computed}
    assert answer.status_code == 422
    assert found == {**dict.fromkeys(must, "missing"), "nothing": "extra_forbidden"}
    blank = bench.ask(
        who, "POST", f"/{slug}", json={**example(row_class, HOME), row_class.ledger.natural_key[-1]: "  "}
    )
    if row_class.fields[row_class.ledger.natural_key[-1]].required:
        assert (blank.status_code, blank.json()["errors"][0]["code"]) == (422, "required")


@parametrised()
@pytest.mark.parametrize(
    "params",
    [
        {"x": "1"}, {"page": "0"}, {"page": "x"}, {"size": "201"}, {"size": "-1"}, {"sort": "remark"}, {"sort": "-nope"},
        {"page": "9999999", "size": "200"}, {"dept_id": "x"}, {"q": "甲" * 101}, {"remark": "x"}, {"dept_id.gte": "x"},
        {"page": "１"}, {"q": "a\x07"},
    ],
    ids=str,
)  # fmt: skip
def test_a_query_that_makes_no_sense_is_422(bench: Bench, row_class: type[LedgerRow], params: dict[str, str]) -> None:
    answer = bench.ask(keeper(bench, row_class), "GET", f"/{row_class.ledger.slug}", params=params)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["loc"][0] == "query"


@parametrised()
def test_a_body_of_the_wrong_shape_is_422(bench: Bench, row_class: type[LedgerRow]) -> None:
    who, slug = keeper(bench, row_class), row_class.ledger.slug
    good = example(row_class, HOME)
    for key, spec in row_class.input_fields().items():
        for bad in ([1], {"a": 1}, "x" * 5000, "a\u0001b", 10**30):
            if spec.kind == "multi_choice" and isinstance(bad, list):
                continue
            answer = bench.ask(who, "POST", f"/{slug}", json={**good, key: bad})
            assert answer.status_code == 422, (key, bad, answer.text)
    for body in ("[]", "null", "1", '"x"', "{", ""):
        answer = bench.ask(who, "POST", f"/{slug}", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 422, body
    assert bench.ask(who, "GET", f"/{slug}/not-an-id").status_code == 422
    assert bench.ask(who, "DELETE", f"/{slug}/{uuid4()}").status_code == 422


# -- who may, and what they see -----------------------------------------------------------------------------------------


@parametrised()
def test_nothing_goes_without_a_grant(bench: Bench, row_class: type[LedgerRow]) -> None:
    slug = row_class.ledger.slug
    row = created(bench, row_class, keeper(bench, row_class))
    body = {"version": 1, "remark": "x"}
    requests = {
        "read": [("GET", f"/{slug}", {}), ("GET", f"/{slug}/{row['id']}", {})],
        "create": [("POST", f"/{slug}", {"json": example(row_class, HOME, 1)})],
        "update": [("PUT", f"/{slug}/{row['id']}", {"json": body})],
        "delete": [
            ("DELETE", f"/{slug}/{row['id']}", {"params": {"version": 1}}),
            ("POST", f"/{slug}/{row['id']}/restore", {}),
        ],
    }
    for verb, calls in requests.items():
        others = [other for other in requests if other != verb]
        who = keeper(bench, row_class, *others)
        for method, path, more in calls:
            assert bench.client.request(method, f"/api/ledgers{path}", **more).status_code == 401, path
            answer = bench.ask(who, method, path, **more)
            assert (answer.status_code, answer.json()["code"]) == (403, "permission_missing"), (verb, path)
    stranger = bench.who("ledgers:something-else:*", scope="company")
    assert bench.ask(stranger, "GET", "/_manifest").json()["ledgers"] == []


@parametrised()
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


@parametrised()
def test_scopes_reach_what_they_say(bench: Bench, row_class: type[LedgerRow]) -> None:
    slug, own = row_class.ledger.slug, uuid4()
    boss = bench.who(grant(row_class), scope="company", department="燃气公司")
    for number, name in enumerate(("城北分公司", "门站", SIBLING), start=1):
        answer = bench.ask(boss, "POST", f"/{slug}", json=example(row_class, name, number))
        assert answer.status_code == 201, answer.text
    mine = bench.ask(
        bench.who(grant(row_class), scope="own", department="门站", user_id=own), "POST", f"/{slug}",
        json=example(row_class, "门站", 4),
    )  # fmt: skip
    assert mine.status_code == 201, mine.text

    def names(scope: str, department: str, **more: Any) -> list[str]:
        who = bench.who(grant(row_class), scope=scope, department=department, **more)
        return sorted(item["dept_name"] for item in bench.ask(who, "GET", f"/{slug}").json()["items"])

    assert names("company", "门站") == sorted(["城北分公司", "门站", "门站", SIBLING])
    assert names("subtree", "城北分公司") == sorted(["城北分公司", "门站", "门站"])
    assert names("department", "城北分公司") == ["城北分公司"]
    assert names("own", "门站", user_id=own) == ["门站"]
    under = bench.ask(
        boss, "GET", f"/{slug}", params={"dept_id.under": str(company.department_id("城北分公司"))}
    ).json()
    assert under["total"] == 3


@parametrised()
def test_personal_numbers_are_shown_to_those_who_may_see_them(bench: Bench, row_class: type[LedgerRow]) -> None:
    row = created(bench, row_class, keeper(bench, row_class))
    personal = {key for key, spec in row_class.fields.items() if spec.personal and row[key] is not None}
    for key in personal:
        assert "***" in row[key], key
    slug = row_class.ledger.slug
    seen = bench.who(grant(row_class), "ledgers:personal:read", scope="company", department="燃气公司")
    full = bench.ask(seen, "GET", f"/{slug}/{row['id']}").json()
    written = example(row_class, HOME)
    assert {key: full[key] for key in personal} == {key: written[key] for key in personal}
    with bench.database.session() as session:
        kept = (
            session.execute(text("SELECT coalesce(after::text, '') || coalesce(before::text, '') FROM audit_log"))
            .scalars()
            .all()
        )
    assert not [key for key in personal if any(full[key] in line for line in kept)], "the audit trail tells a number"


# -- the list -----------------------------------------------------------------------------------------------------------


@parametrised()
def test_pages_follow_one_another(bench: Bench, row_class: type[LedgerRow]) -> None:
    who, slug = keeper(bench, row_class), row_class.ledger.slug
    made = [created(bench, row_class, who, number)["id"] for number in range(1, 8)]

    def page(**params: Any) -> dict[str, Any]:
        answer = bench.ask(who, "GET", f"/{slug}", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    pages = [page(page=number, size=3) for number in (1, 2, 3)]
    assert [one["total"] for one in pages] == [7, 7, 7]
    assert [(one["page"], one["size"], len(one["items"])) for one in pages] == [(1, 3, 3), (2, 3, 3), (3, 3, 1)]
    seen = [item["id"] for one in pages for item in one["items"]]
    assert sorted(seen) == sorted(made) and len(set(seen)) == 7
    assert page(page=4, size=3) == {"items": [], "total": 7, "page": 4, "size": 3}
    deep = page(page=50_001, size=200)
    assert (deep["items"], deep["total"]) == ([], 7)
    ages = [item["created_at"] for item in page(sort="created_at")["items"]]
    assert ages == sorted(ages)
    assert [item["id"] for item in page(sort="-created_at")["items"]] == [
        i["id"] for i in page(sort="created_at")["items"]
    ][::-1]


@parametrised()
def test_every_declared_order_and_filter_works(bench: Bench, row_class: type[LedgerRow]) -> None:
    who, slug = keeper(bench, row_class), row_class.ledger.slug
    row = created(bench, row_class, who)
    created(bench, row_class, who, 1)

    def total(**params: Any) -> int:
        answer = bench.ask(who, "GET", f"/{slug}", params=params)
        assert answer.status_code == 200, (params, answer.text)
        return answer.json()["total"]

    for key, spec in row_class.fields.items():
        if spec.sortable:
            assert total(sort=key) == total(sort=f"-{key}") == 2
        if not spec.filter:
            continue
        value = row[key]
        if value is None:
            value = "2026-01-01" if spec.kind == "day" else "nothing"
            assert total(**{key: value}) == 0
            continue
        assert total(**{key: value}) == 2, key
        if spec.kind in ("day", "integer", "decimal"):
            assert total(**{f"{key}.gte": value, f"{key}.lte": value}) == 2
            if spec.kind == "day":
                later = (date.fromisoformat(value) + timedelta(days=1)).isoformat()
                assert (total(**{f"{key}.gte": later}), total(**{f"{key}.lte": later})) == (0, 2)
        else:
            other = str(uuid4()) if spec.kind == "department" else "nothing"
            assert total(**{f"{key}.in": f"{value},{other}"}) == 2
            assert total(**{key: other}) == 0


@parametrised()
def test_search_finds_parts_of_text_and_whole_personal_numbers(bench: Bench, row_class: type[LedgerRow]) -> None:
    who, slug = keeper(bench, row_class), row_class.ledger.slug
    created(bench, row_class, who)
    written = example(row_class, HOME)

    def found(q: str) -> int:
        return bench.ask(who, "GET", f"/{slug}", params={"q": q}).json()["total"]

    searched = [(key, spec) for key, spec in row_class.fields.items() if spec.search]
    assert searched
    for key, spec in searched:
        value = written[key]
        assert found(value) == 1, key
        if spec.personal:
            assert found(value[3:9]) == 0, f"{key}: a part of a personal number was found"
            continue
        for start in range(len(value) - 1):
            assert found(value[start : start + 2]) == 1, (key, value[start : start + 2])
        assert found(value[0]) == 1
        assert found(value.swapcase()) == 1
        assert found(value + "不") == 0
    assert found("%%") == found("__") == found("\\\\") == 0
    values = [written[key] for key, spec in searched if not spec.personal]
    if len(values) > 1:
        assert found(values[0][-1] + values[1][0]) == 0, "a match must not reach from one field into the next"


# -- warnings -----------------------------------------------------------------------------------------------------------

CASES = [(row, due) for row in LEDGERS for due in row.ledger.expiry]
each_due = pytest.mark.parametrize(
    ("row_class", "due"), CASES, ids=[f"{row.ledger.slug}-{due.field}" for row, due in CASES]
)


def due_row(
    bench: Bench, row_class: type[LedgerRow], who: Principal, due: Any, on: date, number: int = 1
) -> dict[str, Any]:
    """A row of which only this date is due."""
    others = {other.field: None for other in row_class.ledger.expiry if other.field != due.field}
    far = {key: "2199-01-01" for key in others if row_class.fields[key].required}
    return created(bench, row_class, who, number, **far, **{due.field: on.isoformat()})


def of_field(found: list[Any], due: Any) -> list[Any]:
    return [event for event in found if event.due_field == due.field]


@each_due
def test_it_warns_on_the_right_days_and_once(bench: Bench, row_class: type[LedgerRow], due: Any) -> None:
    who = keeper(bench, row_class)
    on = today() + timedelta(days=400)
    row = due_row(bench, row_class, who, due, on)
    days = list(due.warn_days)
    if due.warn_days_of:
        entry = next(d for d in DICTIONARIES if d.code == row_class.fields[due.warn_days_of].dictionary)
        days = next(item.ext.get("warn_days", days) for item in entry.items if item.value == row[due.warn_days_of])
    expected = []
    around = {near + offset for near in (*days, 0) for offset in (1, 0, -1, -2)}
    for remaining in sorted(around, reverse=True):
        day = on - timedelta(days=remaining)
        scan(bench, row_class, day)
        assert scan(bench, row_class, day) == 0, "the second scan of a day emits nothing"
        if remaining in days or remaining == -1:
            expected.append((remaining, level_of(remaining)))
        assert [(e.threshold, e.level) for e in of_field(events(bench, LedgerRowExpiring), due)] == expected, remaining
    last = of_field(events(bench, LedgerRowExpiring), due)[-1]
    assert (str(last.row_id), last.due_on, last.department_id) == (row["id"], on, company.department_id(HOME))
    assert last.ledger_title == row_class.ledger.title and last.title


@each_due
def test_after_a_silence_only_the_most_severe_is_sent(bench: Bench, row_class: type[LedgerRow], due: Any) -> None:
    on = today() + timedelta(days=400)
    due_row(bench, row_class, keeper(bench, row_class), due, on)
    scan(bench, row_class, on + timedelta(days=2))
    assert [e.threshold for e in of_field(events(bench, LedgerRowExpiring), due)] == [-1]
    scan(bench, row_class, on - timedelta(days=min(due.warn_days)))
    assert len(of_field(events(bench, LedgerRowExpiring), due)) == 1, "a clock that goes back warns of nothing"


@each_due
def test_a_changed_date_closes_and_arms_again(bench: Bench, row_class: type[LedgerRow], due: Any) -> None:
    who, slug = keeper(bench, row_class), row_class.ledger.slug
    on = today() + timedelta(days=400)
    row = due_row(bench, row_class, who, due, on)
    scan(bench, row_class, on)
    later = on + timedelta(days=365)
    answer = bench.ask(
        who, "PUT", f"/{slug}/{row['id']}", json={"version": row["version"], due.field: later.isoformat()}
    )
    assert answer.status_code == 200, answer.text
    closed = of_field(events(bench, LedgerRowRenewed), due)
    assert [(e.reason, e.due_on, e.row_version) for e in closed] == [("changed", later, 2)]
    scan(bench, row_class, on)
    assert len(of_field(events(bench, LedgerRowExpiring), due)) == 1
    scan(bench, row_class, later)
    assert [e.due_on for e in of_field(events(bench, LedgerRowExpiring), due)] == [on, later]
    # And back: the first date warns once more.
    back = bench.ask(who, "PUT", f"/{slug}/{row['id']}", json={"version": 2, due.field: on.isoformat()})
    assert back.status_code == 200, back.text
    scan(bench, row_class, on)
    assert [e.due_on for e in of_field(events(bench, LedgerRowExpiring), due)] == [on, later, on]


@each_due
def test_a_deleted_row_warns_no_more_and_a_restored_one_does(
    bench: Bench, row_class: type[LedgerRow], due: Any
) -> None:
    who, slug = keeper(bench, row_class), row_class.ledger.slug
    on = today() + timedelta(days=400)
    row = due_row(bench, row_class, who, due, on)
    scan(bench, row_class, on)
    assert bench.ask(who, "DELETE", f"/{slug}/{row['id']}", params={"version": 1}).status_code == 204
    assert [e.reason for e in of_field(events(bench, LedgerRowRenewed), due)] == ["deleted"]
    assert scan(bench, row_class, on + timedelta(days=1)) == 0
    assert bench.ask(who, "POST", f"/{slug}/{row['id']}/restore").status_code == 200
    scan(bench, row_class, on + timedelta(days=1))
    found = of_field(events(bench, LedgerRowExpiring), due)
    assert [(e.threshold, e.row_version) for e in found][-1] == (-1, 3)


# -- facts --------------------------------------------------------------------------------------------------------------


@parametrised()
def test_its_facts_are_told_after_every_change(bench: Bench, row_class: type[LedgerRow]) -> None:
    who, slug = keeper(bench, row_class), row_class.ledger.slug
    row = created(bench, row_class, who)
    bench.ask(who, "PUT", f"/{slug}/{row['id']}", json={"version": 1, "remark": "x"})
    bench.ask(who, "DELETE", f"/{slug}/{row['id']}", params={"version": 2})
    told = [change for event in events(bench, LedgerRowsChanged) for change in event.changes]
    assert [(change.version, change.deleted) for change in told] == [(1, False), (2, False), (3, True)]
    names = {*row_class.ledger.facts, *row_class.ledger.fact_conditions}
    assert set(told[0].facts) == names and told[2].facts == {}
    assert told[0].department_id == company.department_id(HOME) and told[0].owner_id == who.user_id
    with bench.transaction() as session:
        changes.republish(session, [row_class])
    again = events(bench, LedgerRowsChanged)[-1]
    assert (again.ledger, [c.version for c in again.changes], again.changes[0].deleted) == (slug, [3], True)


# -- the manifest -------------------------------------------------------------------------------------------------------


@parametrised()
def test_the_manifest_says_all_that_the_web_needs(bench: Bench, row_class: type[LedgerRow]) -> None:
    ledger = row_class.ledger
    body = bench.ask(keeper(bench, row_class, "read", "export"), "GET", "/_manifest").json()
    assert body["service"] == "ledgers"
    assert body["pages"] == [
        {
            "leaf": ledger.leaf,
            "title": ledger.title,
            "screen": "ledger",
            "key": ledger.slug,
            "path": f"/ledgers/{ledger.slug}",
        }
    ]
    (shown,) = body["ledgers"]
    assert shown["permissions"] == {"create": False, "update": False, "delete": False, "import": False, "export": True}
    assert [field["key"] for field in shown["fields"]] == list(row_class.fields)
    for field in shown["fields"]:
        assert field["title"] and field["kind"]
        if field["dictionary"]:
            assert shown["dictionaries"][field["dictionary"]], field["key"]
    assert [entry["field"] for entry in shown["expiry"]] == [due.field for due in ledger.expiry]


@parametrised()
def test_its_own_fields_are_in_the_api_documentation(bench: Bench, row_class: type[LedgerRow]) -> None:
    paths = bench.client.get("/api/ledgers/openapi.json").json()
    slug, name = row_class.ledger.slug, row_class.__name__
    assert {"get", "post"} <= set(paths["paths"][f"/api/ledgers/{slug}"])
    schema = paths["components"]["schemas"][f"{name}Create"]
    assert set(schema["properties"]) == set(row_class.input_fields()) and schema["additionalProperties"] is False
    named = {entry["name"] for entry in paths["paths"][f"/api/ledgers/{slug}"]["get"]["parameters"]}
    assert {"page", "size", "sort", "dept_id.under"} <= named


# -- workbooks ------------------------------------------------------------------------------------------------------------


def sent(bench: Bench, row_class: type[LedgerRow], who: Principal, content: bytes) -> dict[str, Any]:
    files = {"file": ("台账.xlsx", content, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")}
    answer = bench.ask(who, "POST", f"/{row_class.ledger.slug}/imports", files=files)
    assert answer.status_code == 201, answer.text
    return answer.json()


@parametrised()
def test_its_template_has_every_field_and_takes_its_own_example(bench: Bench, row_class: type[LedgerRow]) -> None:
    who = keeper(bench, row_class)
    answer = bench.ask(who, "GET", f"/{row_class.ledger.slug}/template.xlsx")
    assert answer.status_code == 200, answer.text
    book = load_workbook(BytesIO(answer.content))
    sheet = book.worksheets[0]
    headings = [str(cell.value) for cell in sheet[3]]
    fields = row_class.input_fields().values()
    assert headings == ["序号", *(f"{spec.title}*" if spec.must_be_given else spec.title for spec in fields)]
    for cell in sheet[4]:
        sheet.cell(5, cell.column, cell.value if cell.column > 1 else 1)
    buffer = BytesIO()
    book.save(buffer)
    job = sent(bench, row_class, who, buffer.getvalue())
    assert (job["state"], job["rows"], job["errors"], job["warnings"]) == ("ready", 1, [], [])


@parametrised()
@pytest.mark.parametrize("reveal", [True, False], ids=["revealed", "masked"])
def test_its_export_comes_back_unchanged(bench: Bench, row_class: type[LedgerRow], reveal: bool) -> None:
    who = keeper(bench, row_class)
    rows = [created(bench, row_class, who, number, remark="'=1+1" if number else "=1+1") for number in range(2)]
    if reveal:
        who = bench.who(grant(row_class), "ledgers:personal:read", scope="subtree", department=HOME)
    answer = bench.ask(who, "GET", f"/{row_class.ledger.slug}/export.xlsx")
    assert answer.status_code == 200, answer.text
    job = sent(bench, row_class, who, answer.content)
    assert (job["state"], job["unchanged"], job["errors"], job["warnings"]) == ("ready", len(rows), [], [])
    done = bench.ask(who, "POST", f"/{row_class.ledger.slug}/imports/{job['id']}/confirm", json={})
    assert done.json()["state"] == "confirmed"
    page = bench.ask(who, "GET", f"/{row_class.ledger.slug}").json()
    assert {row["version"] for row in page["items"]} == {1} and page["total"] == len(rows)
