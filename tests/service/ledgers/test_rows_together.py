"""What people expect of rows beside writing one: history, batches, the recycle bin, saved views. Through HTTP, as people."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.principal import Principal
from kit.db import today
from kit.fields import mask_value
from services.ledgers import expiry
from services.ledgers.catalogue.emergency_supplies import EmergencySupply
from services.ledgers.catalogue.special_operation_certificates import SpecialOperationCertificate
from tests import company
from tests.catalogue.conftest import Bench, example
from tests.service.ledgers.desk import CERTIFICATES, SUPPLIES, Desk, opened

OFFICER, PERSON = "工程部", "gongcheng"


@pytest.fixture
def who(bench: Bench) -> Principal:
    return bench.who("ledgers:*:*", scope="subtree", department=OFFICER, user_id=company.person(PERSON).id)


def supply(bench: Bench, who: Principal, number: int = 0, **more: Any) -> dict[str, Any]:
    answer = bench.ask(who, "POST", f"/{SUPPLIES}", json={**example(EmergencySupply, OFFICER, number), **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def ok(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def seen(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"id": row["id"], "version": row["version"]} for row in rows]


def history(bench: Bench, who: Principal, row: dict[str, Any], slug: str = SUPPLIES) -> list[dict[str, Any]]:
    return ok(bench.ask(who, "GET", f"/{slug}/{row['id']}/history"))["items"]


# -- history ----------------------------------------------------------------------------------------------------------


def test_a_rows_history_says_who_changed_what_from_what_to_what(bench: Bench, who: Principal) -> None:
    row = supply(bench, who, quantity=20, expiry_date="2030-01-31")
    row = ok(bench.ask(who, "PUT", f"/{SUPPLIES}/{row['id']}", json={
        "version": 1, "quantity": 15.5, "status": "damaged", "expiry_date": None, "dept_id": row["dept_id"]}))  # fmt: skip
    ok(bench.ask(who, "DELETE", f"/{SUPPLIES}/{row['id']}", params={"version": 2}), 204)
    ok(bench.ask(who, "POST", f"/{SUPPLIES}/{row['id']}/restore"))
    restored, deleted, changed, created = history(bench, who, row)
    assert [one["kind_label"] for one in (restored, deleted, changed, created)] == ["恢复", "删除", "修改", "新建"]
    assert (created["version"], created["changes"], created["via_label"]) == (1, [], "页面填写")
    assert {one["by_name"] for one in (restored, deleted, changed, created)} == {company.person(PERSON).name}
    assert [(c["title"], c["before"], c["after"]) for c in changed["changes"]] == [
        ("数量", "20", "15.5"), ("有效期至", "2030-01-31", None), ("状态", "完好", "损坏"),
    ]  # fmt: skip


def test_the_history_has_a_personal_value_that_was_none_before_and_that_is_none_after(bench: Bench) -> None:
    who = bench.who("ledgers:*:*", "ledgers:personal:read")
    body = {**example(SpecialOperationCertificate, OFFICER), "phone": None, "post": None}
    row = ok(bench.ask(who, "POST", f"/{CERTIFICATES}", json=body), 201)
    for version, phone in enumerate(("13800000001", "13800000001", "13800000002", None), start=1):
        given = {"version": version, "phone": phone, "post": f"电工{version}"}
        ok(bench.ask(who, "PUT", f"/{CERTIFICATES}/{row['id']}", json=given))
    phones = [
        (change["version"], one["before"], one["after"])
        for change in history(bench, who, row, CERTIFICATES)
        for one in change["changes"]
        if one["field"] == "phone"
    ]
    assert phones == [(5, "13800000002", None), (4, "13800000001", "13800000002"), (2, None, "13800000001")]


def test_whose_row_is_in_the_way_is_not_told_to_who_may_not_see_it(bench: Bench) -> None:
    body = example(SpecialOperationCertificate, OFFICER)
    row = ok(bench.ask(bench.who("ledgers:*:*"), "POST", f"/{CERTIFICATES}", json=body), 201)
    stranger = bench.who("ledgers:*:*", scope="subtree", department="客户服务部")
    other = {**body, "dept_id": str(company.department_id("客户服务部"))}
    refused = bench.ask(stranger, "POST", f"/{CERTIFICATES}", json=other)
    assert (refused.status_code, refused.json()["code"]) == (409, "duplicate")
    assert not refused.json().get("current") and row["id"] not in refused.text


def test_an_import_writes_the_history_of_every_row(bench: Bench, who: Principal) -> None:
    desk = Desk(bench, SUPPLIES, who)
    first = supply(bench, who, 1)
    supply(bench, who, 2)
    book = opened(desk.export())
    sheet = book.active
    heads = {cell.value: cell.column for cell in next(r for r in sheet.iter_rows() if r[0].value)}
    quantity = next(column for title, column in heads.items() if title and "数量" in str(title))
    for line in range(2, sheet.max_row + 1):
        sheet.cell(line, quantity).value = 77
    file = io.BytesIO()
    book.save(file)
    job = desk.bring_in(file.getvalue())
    assert job["updated"] == 2
    imported, created = history(bench, who, first)
    assert (imported["via"], imported["batch_id"], created["kind"]) == ("import", job["id"], "create")
    assert [(c["field"], c["after"]) for c in imported["changes"]] == [("quantity", "77")]


def test_history_has_the_rows_scope_and_tells_no_personal_number(bench: Bench, who: Principal) -> None:
    body = example(SpecialOperationCertificate, OFFICER)
    row = ok(bench.ask(who, "POST", f"/{CERTIFICATES}", json=body), 201)
    other = {**body, "id_number": "990101196806263837", "gender": None}
    row = ok(bench.ask(who, "PUT", f"/{CERTIFICATES}/{row['id']}", json={"version": 1, **other}))
    stranger = bench.who("ledgers:*:*", scope="subtree", department="客户服务部")
    refused = bench.ask(stranger, "GET", f"/{CERTIFICATES}/{row['id']}/history")
    missing = bench.ask(stranger, "GET", f"/{CERTIFICATES}/{uuid4()}/history")
    assert refused.status_code == missing.status_code == 404
    assert {**refused.json(), "trace_id": ""} == {**missing.json(), "trace_id": ""}
    reader = bench.who("ledgers:special-operation-certificates:read", scope="company")
    text = bench.ask(reader, "GET", f"/{CERTIFICATES}/{row['id']}/history").text
    masked = mask_value(SpecialOperationCertificate.fields["id_number"], "990101196806263837")
    assert masked in text, "masked as in the row, for the history keeps the sealed number"
    trusted = bench.who("ledgers:*:*", "ledgers:personal:read")
    full = bench.ask(trusted, "GET", f"/{CERTIFICATES}/{row['id']}/history").text
    assert "990101196806263837" in full, "whoever may see personal numbers sees which one it was"
    assert "id_number" in text and "19680626" not in text and body["id_number"] not in text
    with bench.database.session() as session:
        stored = session.connection().exec_driver_sql("SELECT string_agg(changes::text, '') FROM row_change").scalar()
    assert stored and "990101196806263837" not in stored, "the history keeps no plain number"
    nobody = bench.who("ledgers:emergency-supplies:read", scope="company")
    assert bench.ask(nobody, "GET", f"/{CERTIFICATES}/{row['id']}/history").status_code == 403


# -- batches ----------------------------------------------------------------------------------------------------------


def test_a_batch_changes_what_it_may_and_says_why_not_for_the_rest(bench: Bench, who: Principal) -> None:
    one, two, three = (supply(bench, who, number) for number in (1, 2, 3))
    ok(bench.ask(who, "PUT", f"/{SUPPLIES}/{two['id']}", json={"version": 1, "keeper": "王五"}))
    elsewhere = supply(bench, bench.who("ledgers:*:*"), 4, dept_id=str(company.department_id("客户服务部")))
    answer = ok(bench.ask(who, "POST", f"/{SUPPLIES}/batch-update", json={
        "field": "made_date", "value": "2026-01-05", "rows": seen(one, two, three, elsewhere)}))  # fmt: skip
    assert (answer["done"], answer["failed"]) == (2, 2)
    assert [one["outcome"] for one in answer["results"]] == ["changed", "conflict", "changed", "missing"]
    assert answer["results"][0]["version"] == 2
    assert history(bench, who, one)[0]["via_label"] == "批量修改"
    # A rule between fields holds as in a form: made after it expires.
    ok(bench.ask(who, "PUT", f"/{SUPPLIES}/{one['id']}", json={"version": 2, "expiry_date": "2026-02-01"}))
    late = ok(bench.ask(who, "POST", f"/{SUPPLIES}/batch-update", json={
        "field": "made_date", "value": "2026-03-05", "rows": [{"id": one["id"], "version": 3}, *seen(two)]}))  # fmt: skip
    assert (late["results"][0]["outcome"], "有效期" in late["results"][0]["message"]) == ("invalid", True)
    same = ok(bench.ask(who, "POST", f"/{SUPPLIES}/batch-update", json={
        "field": "made_date", "value": "2026-01-05", "rows": [{"id": three["id"], "version": 2}]}))  # fmt: skip
    assert same["results"][0]["outcome"] == "unchanged"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"field": "no_such", "value": 1}, "unknown_field"),
        ({"field": "stock_status", "value": "low"}, "unknown_field"),
        ({"field": "version", "value": 1}, "unknown_field"),
    ],
)
def test_a_batch_writes_only_what_a_form_writes(bench: Bench, who: Principal, body: dict[str, Any], code: str) -> None:
    row = supply(bench, who)
    answer = bench.ask(who, "POST", f"/{SUPPLIES}/batch-update", json={**body, "rows": seen(row)})
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)
    assert bench.ask(who, "POST", f"/{SUPPLIES}/batch-update", json={**body, "rows": []}).status_code == 422
    many = [{"id": str(uuid4()), "version": 1}] * 1001
    assert bench.ask(who, "POST", f"/{SUPPLIES}/batch-delete", json={"rows": many}).status_code == 422


def test_two_rows_of_a_batch_cannot_become_the_same_row(bench: Bench, who: Principal) -> None:
    one, two = supply(bench, who, batch_no="A1"), supply(bench, who, batch_no="A2")
    answer = ok(bench.ask(who, "POST", f"/{SUPPLIES}/batch-update", json={
        "field": "batch_no", "value": "A3", "rows": seen(one, two)}))  # fmt: skip
    assert [(r["outcome"], r["code"]) for r in answer["results"]] == [("changed", None), ("invalid", "duplicate")]


def test_a_batch_delete_is_taken_back_whole_and_stands_in_the_bin_meanwhile(bench: Bench, who: Principal) -> None:
    rows = [supply(bench, who, number, name=f"手电筒{number}") for number in range(3)]
    answer = ok(bench.ask(who, "POST", f"/{SUPPLIES}/batch-delete", json={"rows": seen(*rows)}))
    assert (answer["done"], answer["failed"]) == (3, 0)
    assert ok(bench.ask(who, "GET", f"/{SUPPLIES}"))["total"] == 0
    bin_ = ok(bench.ask(who, "GET", f"/{SUPPLIES}/trash", params={"size": 2}))
    assert (bin_["total"], len(bin_["items"])) == (3, 2)
    assert bin_["items"][0]["deleted_by_name"] == company.person(PERSON).name
    assert bin_["items"][0]["title"].startswith("手电筒")
    assert ok(bench.ask(who, "GET", f"/{SUPPLIES}/trash", params={"q": "筒1"}))["total"] == 1
    twin = supply(bench, who, 1, name="手电筒1")
    back = ok(bench.ask(who, "POST", f"/{SUPPLIES}/batch-restore", json={"ids": [row["id"] for row in rows]}))
    assert [r["outcome"] for r in back["results"]] == ["restored", "invalid", "restored"]
    assert ok(bench.ask(who, "GET", f"/{SUPPLIES}"))["total"] == 3
    assert {r["id"] for r in ok(bench.ask(who, "GET", f"/{SUPPLIES}/trash"))["items"]} == {rows[1]["id"]}
    assert twin["id"] != rows[1]["id"]


def test_the_bin_has_the_data_scope_and_needs_the_right_to_delete(bench: Bench, who: Principal) -> None:
    row = supply(bench, who)
    ok(bench.ask(who, "POST", f"/{SUPPLIES}/batch-delete", json={"rows": seen(row)}))
    stranger = bench.who("ledgers:*:*", scope="subtree", department="客户服务部")
    assert ok(bench.ask(stranger, "GET", f"/{SUPPLIES}/trash"))["total"] == 0
    back = ok(bench.ask(stranger, "POST", f"/{SUPPLIES}/batch-restore", json={"ids": [row["id"]]}))
    assert back["results"][0]["outcome"] == "missing"
    reader = bench.who(f"ledgers:{SUPPLIES}:read,update", scope="company")
    assert bench.ask(reader, "GET", f"/{SUPPLIES}/trash").status_code == 403
    assert bench.ask(reader, "POST", f"/{SUPPLIES}/batch-delete", json={"rows": seen(row)}).status_code == 403


def test_a_thousand_rows_change_in_one_go(bench: Bench, who: Principal) -> None:
    with bench.transaction() as session:
        session.add_all(
            EmergencySupply(
                dept_id=company.department_id(OFFICER), name="沙袋", category="repair", warehouse="1号库",
                batch_no=f"B{number}", quantity=1, unit="个", keeper="李四", phone="13900000000", status="good",
                created_by=who.user_id, updated_by=who.user_id,
            )
            for number in range(1000)
        )  # fmt: skip
        session.flush()
        ids = [str(id_) for id_ in session.connection().exec_driver_sql("SELECT id FROM emergency_supplies").scalars()]
    answer = ok(bench.ask(who, "POST", f"/{SUPPLIES}/batch-update", json={
        "field": "keeper", "value": "赵六", "rows": [{"id": id_, "version": 1} for id_ in ids]}))  # fmt: skip
    assert answer["done"] == 1000
    assert ok(bench.ask(who, "GET", f"/{SUPPLIES}", params={"q": "赵六"}))["total"] == 1000


# -- views ------------------------------------------------------------------------------------------------------------


def view(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "settings": {"filters": {"status": "good"}, "sort": "-expiry_date", "size": 50}, **more}


def test_views_are_ones_own_with_one_default_and_at_most_twenty(bench: Bench, who: Principal) -> None:
    path = f"/{SUPPLIES}/views"
    ids = [str(uuid4()) for _ in range(21)]
    for number, id_ in enumerate(ids[:20]):
        ok(bench.ask(who, "PUT", f"{path}/{id_}", json=view(f"视图{number}", is_default=True)))
    answer = bench.ask(who, "PUT", f"{path}/{ids[20]}", json=view("多一个"))
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_views")
    saved = ok(bench.ask(who, "GET", path))["items"]
    assert [one["id"] for one in saved if one["is_default"]] == [ids[19]]
    assert saved[0]["settings"]["filters"] == {"status": "good"}
    answer = bench.ask(who, "PUT", f"{path}/{ids[0]}", json=view("视图1"))
    assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")
    other = bench.who("ledgers:*:*", user_id=UUID(int=7))
    assert ok(bench.ask(other, "GET", path))["items"] == []
    assert bench.ask(other, "PUT", f"{path}/{ids[0]}", json=view("我的")).status_code == 404
    assert bench.ask(other, "DELETE", f"{path}/{ids[0]}").status_code == 404
    ok(bench.ask(who, "DELETE", f"{path}/{ids[0]}"), 204)
    assert len(ok(bench.ask(who, "GET", path))["items"]) == 19


@pytest.mark.parametrize(
    "settings",
    [
        {"filters": {"no_such": "1"}},
        {"filters": {"status": "no_such_item", "size": "7"}},
        {"filters": {"expiry_date.gte": "nonsense"}},
        {"sort": "-keeper"},
        {"columns": {"shown": ["no_such"]}},
        {"columns": {"shown": []}},
        {"size": 500},
        {"page": 3},
    ],
)
def test_a_view_that_the_list_would_refuse_is_not_saved(bench: Bench, who: Principal, settings: dict[str, Any]) -> None:
    answer = bench.ask(who, "PUT", f"/{SUPPLIES}/views/{uuid4()}", json={"name": "坏", "settings": settings})
    assert answer.status_code == 422, answer.text


def test_columns_are_kept_for_each_person(bench: Bench, who: Principal) -> None:
    body = {"shown": ["name", "quantity", "expiry_date"], "frozen": 2, "widths": {"name": 200}}
    ok(bench.ask(who, "PUT", f"/{SUPPLIES}/columns", json=body))
    ok(bench.ask(who, "PUT", f"/{SUPPLIES}/columns", json={**body, "frozen": 0}))
    assert ok(bench.ask(who, "GET", f"/{SUPPLIES}/views"))["columns"] == {**body, "frozen": 0}
    assert ok(bench.ask(bench.who("ledgers:*:*", user_id=UUID(int=7)), "GET", f"/{SUPPLIES}/views"))["columns"] is None
    assert bench.ask(who, "PUT", f"/{SUPPLIES}/columns", json={"shown": ["nothing"]}).status_code == 422


def test_a_restored_batch_warns_again(bench: Bench, who: Principal) -> None:
    row = supply(bench, who, expiry_date=(today() + timedelta(days=5)).isoformat())
    with bench.transaction() as session:
        assert expiry.scan(session) == 1
    ok(bench.ask(who, "POST", f"/{SUPPLIES}/batch-delete", json={"rows": seen(row)}))
    ok(bench.ask(who, "POST", f"/{SUPPLIES}/batch-restore", json={"ids": [row["id"]]}))
    with bench.transaction() as session:
        assert expiry.scan(session) == 0, "the restore itself has warned"


def test_many_rows_are_deleted_only_by_who_has_just_proved_who_they_are(bench: Bench, who: Principal) -> None:
    stale = who.model_copy(update={"authenticated_at": 1})
    row = supply(bench, who)
    few = [{"id": row["id"], "version": 2}]
    many = [*few, *({"id": str(uuid4()), "version": 1} for _ in range(20))]
    refused = bench.ask(stale, "POST", f"/{SUPPLIES}/batch-delete", json={"rows": many})
    assert (refused.status_code, refused.json()["code"]) == (403, "reauthentication_required")
    assert ok(bench.ask(stale, "POST", f"/{SUPPLIES}/batch-delete", json={"rows": few}))["failed"] == 1
    assert ok(bench.ask(who, "POST", f"/{SUPPLIES}/batch-delete", json={"rows": many}))["failed"] == 21
