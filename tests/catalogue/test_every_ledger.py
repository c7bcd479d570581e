"""What every ledger passes by existing: rows written, changed, deleted, restored, and the facts told of them. A new ledger
is tested by its line in the catalogue. The other files of this folder do the same for lists, people, warnings, workbooks."""

from __future__ import annotations

from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from contracts.events import LedgerRowsChanged
from kit.audit import AuditLog
from services.ledgers import changes
from services.ledgers.ledger import LedgerRow
from services.ledgers.reading import table_of
from tests import company
from tests.catalogue.conftest import Bench
from tests.catalogue.steps import HOME, created, each_ledger, events, example, keeper


@each_ledger
def test_a_row_from_its_examples_reads_back_and_changes(bench: Bench, row_class: type[LedgerRow]) -> None:
    who = keeper(bench, row_class)
    row = created(bench, row_class, who)
    path = f"/{row_class.ledger.slug}/{row['id']}"
    answer = bench.ask(who, "GET", path)
    assert (answer.status_code, answer.json()) == (200, row)
    assert (row["version"], row["dept_name"], row["created_by_name"]) == (1, HOME, None)
    assert set(row_class.fields) <= set(row), "every declared field is in the answer"
    assert all(row[key] is not None for key, spec in row_class.fields.items() if spec.required)
    # An update changes what is given and nothing else.
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
        query = select(AuditLog).where(AuditLog.object_id == row["id"]).order_by(AuditLog.id)
        entries = session.scalars(query).all()
        assert [entry.action for entry in entries] == ["ledger.create", "ledger.update"]
        assert (entries[1].before, entries[1].after) == (None, {"remark": "已核对"})
    # Who comes second gets the row as it is.
    late = bench.ask(who, "PUT", path, json={"version": 1, "remark": "乙"})
    assert (late.status_code, late.json()["code"]) == (409, "version_conflict")
    assert late.json()["current"]["remark"] == "已核对"
    assert bench.ask(who, "DELETE", path, params={"version": 1}).status_code == 409


@each_ledger
def test_a_deleted_row_is_gone_until_it_is_restored(bench: Bench, row_class: type[LedgerRow]) -> None:
    who = keeper(bench, row_class)
    row = created(bench, row_class, who)
    slug = row_class.ledger.slug
    assert bench.ask(who, "DELETE", f"/{slug}/{row['id']}", params={"version": 1}).status_code == 204
    assert bench.ask(who, "GET", f"/{slug}/{row['id']}").status_code == 404
    assert bench.ask(who, "GET", f"/{slug}").json()["total"] == 0
    # The same post with a key makes one row, also when the network makes two of it.
    send = {"json": example(row_class), "headers": {"Idempotency-Key": "k"}}
    first, again = (bench.ask(who, "POST", f"/{slug}", **send) for _ in range(2))
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json()), first.text
    blocked = bench.ask(who, "POST", f"/{slug}/{row['id']}/restore")
    assert (blocked.status_code, blocked.json()["code"]) == (409, "duplicate")
    assert bench.ask(who, "DELETE", f"/{slug}/{first.json()['id']}", params={"version": 1}).status_code == 204
    back = bench.ask(who, "POST", f"/{slug}/{row['id']}/restore")
    assert (back.status_code, back.json()["version"]) == (200, 3)
    assert bench.ask(who, "POST", f"/{slug}/{row['id']}/restore").status_code == 404
    # Its facts were told after every change.
    told = [change for event in events(bench, LedgerRowsChanged) for change in event.changes]
    told = [change for change in told if str(change.id) == row["id"]]
    assert [(change.version, change.deleted) for change in told] == [(1, False), (2, True), (3, False)]
    names = {*row_class.ledger.facts, *row_class.ledger.fact_conditions}
    assert set(told[0].facts) == set(told[2].facts) == names and told[1].facts == {}
    assert told[0].department_id == company.department_id(HOME) and told[0].owner_id == who.user_id
    with bench.transaction() as session:
        changes.republish(session, [row_class])
    last = events(bench, LedgerRowsChanged)[-1]
    assert last.ledger == slug
    assert {(str(c.id), c.version, c.deleted) for c in last.changes} == {
        (row["id"], 3, False), (first.json()["id"], 2, True),
    }  # fmt: skip


@each_ledger
def test_its_keys_are_unique(bench: Bench, row_class: type[LedgerRow]) -> None:
    who, ledger = keeper(bench, row_class), row_class.ledger
    row = created(bench, row_class, who)
    answer = bench.ask(who, "POST", f"/{ledger.slug}", json=example(row_class))
    assert (answer.status_code, answer.json()["code"]) == (409, "duplicate")
    assert answer.json()["current"] == {"id": row["id"]}, (
        "the form leads to the row that is there, and shows none of it"
    )
    other = example(row_class, number=1)
    for keys in ledger.also_unique:
        shared = {key: example(row_class).get(key) for key in keys}
        if all(shared.values()):
            answer = bench.ask(who, "POST", f"/{ledger.slug}", json={**other, **shared})
            assert (answer.status_code, answer.json()["code"]) == (409, "duplicate"), keys
    # And in the database, whatever the code before it may have missed.
    also = {key: None for keys in ledger.also_unique for key in keys if key not in ledger.natural_key}
    with bench.transaction() as session:
        table = table_of(row_class)
        values = session.execute(select(table)).mappings().one()
        with pytest.raises(IntegrityError, match="natural_key"):
            session.execute(table.insert().values({**values, **also, "id": uuid4()}))
        session.rollback()


@each_ledger
def test_what_is_wrong_is_named(bench: Bench, row_class: type[LedgerRow]) -> None:
    who, slug = keeper(bench, row_class), row_class.ledger.slug
    fields = row_class.input_fields()
    answer = bench.ask(who, "POST", f"/{slug}", json={"nothing": 1})
    found = {error["loc"][-1]: error["code"] for error in answer.json()["errors"]}
    must = {key for key, spec in fields.items() if spec.must_be_given}
    assert answer.status_code == 422
    assert found == {**dict.fromkeys(must, "missing"), "nothing": "extra_forbidden"}
    good = example(row_class)
    for key in (key for key in must if fields[key].kind in ("text", "code")):
        answer = bench.ask(who, "POST", f"/{slug}", json={**good, key: "  "})
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "required"), key
    # Every field refuses the wrong shape, and says so for each field at once.
    for bad in ([1], {"a": 1}, "x" * 5000, 10**30):
        lists = {key for key, spec in fields.items() if spec.kind == "multi_choice" and isinstance(bad, list)}
        answer = bench.ask(who, "POST", f"/{slug}", json=dict.fromkeys(fields.keys() - lists, bad))
        assert answer.status_code == 422, (bad, answer.text)
        assert {error["loc"][1] for error in answer.json()["errors"]} >= {*fields} - lists, bad
    for key in (key for key, spec in fields.items() if spec.kind in ("text", "textarea", "code")):
        answer = bench.ask(who, "POST", f"/{slug}", json={**good, key: "a\u0001b"})
        assert answer.status_code == 422, key
    for body in ("[]", "null", '"x"', "{", ""):
        answer = bench.ask(who, "POST", f"/{slug}", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 422, body
    assert bench.ask(who, "GET", f"/{slug}/not-an-id").status_code == 422
    assert bench.ask(who, "DELETE", f"/{slug}/{uuid4()}").status_code == 422
