"""出入库, for every ledger that declares it (domain.md 10.2): what an entry does, what it refuses, who may see and make it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Mapped

from contracts.events import LedgerRowsChanged
from kit.audit import AuditLog
from kit.db import today, uuid7
from kit.fields import DeclarationError, decimal, text
from services.ledgers.catalogue import LEDGERS
from services.ledgers.dictionaries import DICTIONARIES
from services.ledgers.ledger import Ledger, LedgerRow, Movements
from services.ledgers.models import Base
from services.ledgers.movements.tables import DIRECTIONS
from tests import company
from tests.catalogue.conftest import Bench
from tests.catalogue.steps import HOME, SIBLING, created, each_ledger, events, grant, keeper

STOCKS = [row for row in LEDGERS if row.ledger.movements]
each_stock = pytest.mark.parametrize("row_class", STOCKS, ids=[row.ledger.slug for row in STOCKS])


class Store:
    """One row, its keeper, and its entries."""

    def __init__(self, bench: Bench, row_class: type[LedgerRow], stock: Any = 10, who: Any = None, **more: Any) -> None:
        assert row_class.ledger.movements is not None
        self.bench, self.slug, self.field = bench, row_class.ledger.slug, row_class.ledger.movements.field
        self.who = who or keeper(bench, row_class)
        self.row = created(bench, row_class, self.who, **{self.field: stock, **more})
        self.path = f"/{self.slug}/{self.row['id']}"

    def try_(self, kind: str, amount: Any, who: Any = None, headers: Any = None, **more: Any) -> Any:
        """An entry, as it is answered."""
        body = {"kind": kind, "amount": amount, "person": "李四", **more}
        return self.bench.ask(who or self.who, "POST", f"{self.path}/movements", json=body, headers=headers or {})

    def move(self, kind: str, amount: Any, **more: Any) -> dict[str, Any]:
        answer = self.try_(kind, amount, **more)
        assert answer.status_code == 201, answer.text
        entry: dict[str, Any] = answer.json()
        return entry

    def back(self, entry: dict[str, Any], reason: str = "登记错误", **more: Any) -> Any:
        """A counter-entry, as it is answered."""
        path = f"{self.path}/movements/{entry['id']}/reverse"
        return self.bench.ask(self.who, "POST", path, json={"reason": reason, **more})

    def log(self, **params: Any) -> dict[str, Any]:
        answer = self.bench.ask(self.who, "GET", f"{self.path}/movements", params=params)
        assert answer.status_code == 200, answer.text
        page: dict[str, Any] = answer.json()
        return page

    def now(self) -> dict[str, Any]:
        found: dict[str, Any] = self.bench.ask(self.who, "GET", self.path).json()
        return found

    def stock(self) -> Any:
        return self.now()[self.field]


def refusal(answer: Any) -> tuple[int, str, str]:
    """(status, code, field) of the only thing that is wrong."""
    (error,) = answer.json()["errors"]
    return answer.status_code, error["code"], error["loc"][-1]


# -- declarations -----------------------------------------------------------------------------------------------------


def test_some_ledger_keeps_a_stock() -> None:
    assert [row.ledger.leaf for row in STOCKS] == ["7.3"]


@each_stock
def test_every_kind_says_what_it_does(row_class: type[LedgerRow]) -> None:
    assert row_class.ledger.movements is not None
    (kinds,) = (entry for entry in DICTIONARIES if entry.code == row_class.ledger.movements.kinds)
    assert {one.label: one.ext["direction"] for one in kinds.items} == {
        "入库": "in", "领用": "out", "归还": "in", "报废": "out", "盘点": "count",
    }  # fmt: skip
    assert {one.ext["direction"] for one in kinds.items} == set(DIRECTIONS)


@pytest.mark.parametrize(
    ("movements", "complaint"),
    [
        (Movements("nothing", kinds="x"), "there is no such field"),
        (Movements("name", kinds="x"), "not a number"),
        (Movements("number", kinds="x", unit="number"), "not a text"),
        (Movements("key", kinds="x"), "not a number that may change"),
    ],
)
def test_a_wrong_declaration_fails_when_it_is_imported(movements: Movements, complaint: str) -> None:
    ledger = Ledger(slug="wrong-stock", title="错", leaf="0", natural_key=("key",), row_title=("name",),
                    movements=movements)  # fmt: skip
    columns = {
        "key": (Mapped[Decimal], decimal("键", example=1)),
        "name": (Mapped[str], text("名称", example="x")),
        "number": (Mapped[Decimal], decimal("数", example=1)),
    }
    body = {"ledger": ledger, "__annotations__": {key: kind for key, (kind, _) in columns.items()},
            **{key: column for key, (_, column) in columns.items()}, "__module__": __name__}  # fmt: skip
    try:
        with pytest.raises(DeclarationError, match=complaint):
            # Each its own name: what has failed stays known to SQLAlchemy until it is collected.
            type(f"Wrong{movements.field.title()}{movements.unit or ''}", (LedgerRow,), body)
    finally:
        # It failed after its table was named, and no other test may meet that.
        Base.metadata.remove(Base.metadata.tables["wrong_stock"])


@each_stock
def test_the_manifest_tells_the_web(bench: Bench, row_class: type[LedgerRow]) -> None:
    (shown,) = bench.ask(keeper(bench, row_class, "read"), "GET", "/_manifest").json()["ledgers"]
    declared = row_class.ledger.movements
    assert declared is not None
    assert (shown["movements"]["field"], shown["movements"]["unit"]) == (declared.field, declared.unit)
    kinds = shown["movements"]["kinds"]
    assert [(kind["label"], kind["direction"]) for kind in kinds][:2] == [("入库", "in"), ("领用", "out")]
    assert all(kind["enabled"] for kind in kinds)


@each_ledger
def test_a_ledger_without_a_stock_has_no_entries(bench: Bench, row_class: type[LedgerRow]) -> None:
    if row_class.ledger.movements is not None:
        return
    slug, who = row_class.ledger.slug, keeper(bench, row_class)
    row = created(bench, row_class, who)
    entry = {"kind": "receipt", "amount": 1, "person": "李四"}
    for method, path, body in (
        ("GET", f"/{slug}/movements", None),
        ("GET", f"/{slug}/movements/export.xlsx", None),
        ("GET", f"/{slug}/{row['id']}/movements", None),
        ("POST", f"/{slug}/{row['id']}/movements", entry),
        ("POST", f"/{slug}/{row['id']}/movements/{uuid4()}/reverse", {"reason": "x"}),
    ):
        assert bench.ask(who, method, path, json=body).status_code == 404, path
    assert bench.ask(who, "GET", "/_manifest").json()["ledgers"][0]["movements"] is None
    assert "moved" not in bench.ask(who, "GET", f"/{slug}/{row['id']}").json()


# -- what an entry does -----------------------------------------------------------------------------------------------


@each_stock
def test_each_kind_moves_the_stock_and_the_log_tells_how(bench: Bench, row_class: type[LedgerRow]) -> None:
    store = Store(bench, row_class, 10)
    assert store.log() == {"items": [], "total": 0, "page": 1, "size": 20} and store.now()["moved"] is False
    yesterday = (today() - timedelta(days=1)).isoformat()
    store.move("receipt", 5, happened_on=yesterday, voucher="RK-001", purpose="采购")
    store.move("issue", 7, person="王五", purpose="抢修", remark="夜班")
    store.move("return", "2")
    store.move("scrap", 1)
    store.move("count", 8)
    store.move("count", 11)
    last = store.move("count", 11)
    page = store.log()
    told = [(one["kind_label"], one["change"], one["before"], one["after"], one["result"]) for one in page["items"]]
    assert told == [
        ("盘点", "0", "11", "11", "even"), ("盘点", "+3", "8", "11", "surplus"), ("盘点", "-1", "9", "8", "loss"),
        ("报废", "-1", "10", "9", None), ("归还", "+2", "8", "10", None), ("领用", "-7", "15", "8", None),
        ("入库", "+5", "10", "15", None),
    ]  # fmt: skip
    assert page["items"][0]["id"] == last["id"] and page["items"][0]["happened_on"] == today().isoformat()
    first = page["items"][-1]
    assert (first["happened_on"], first["voucher"], first["purpose"]) == (yesterday, "RK-001", "采购")
    row = store.now()
    assert (row[store.field], row["version"], row["moved"]) == (11, 8, True)
    assert [one["kind"] for one in store.log(page=2, size=3)["items"]] == ["scrap", "return", "issue"]
    # History, facts and the audit trail know of each.
    history = bench.ask(store.who, "GET", f"{store.path}/history").json()["items"]
    assert [(one["via"], one["changes"][0]["after"]) for one in history[:2]] == [("movement", "11"), ("movement", "8")]
    assert history[0]["via_label"] == "出入库登记"
    told_facts = events(bench, LedgerRowsChanged)[-1].changes[0]
    assert (told_facts.version, Decimal(str(told_facts.facts[store.field]))) == (8, 11)
    with bench.database.session() as session:
        audited = session.scalars(
            select(AuditLog).where(AuditLog.action == "ledger.move", AuditLog.object_id == row["id"])
        ).all()
    assert len(audited) == 7
    (issued,) = (one for one in audited if one.detail["kind"] == "issue")
    assert (issued.before, issued.after) == ({store.field: "15"}, {store.field: "8"})
    assert issued.detail["amount"] == "7" and issued.detail["person"] == "王五"


@each_stock
def test_the_number_of_a_row_with_entries_changes_by_entries_alone(bench: Bench, row_class: type[LedgerRow]) -> None:
    store, free = Store(bench, row_class, 10), Store(bench, row_class, 10, number=1)
    store.move("issue", 1)
    row = store.now()
    title = row_class.fields[store.field].title
    sentence = f"已启用出入库登记，{title}请用入库、领用或盘点修改"
    answer = bench.ask(store.who, "PUT", store.path, json={"version": row["version"], store.field: 3, "remark": "改"})
    assert refusal(answer) == (422, "moved_only", store.field) and answer.json()["errors"][0]["message"] == sentence
    assert store.now() == row
    # The form sends every field; the number as it is is no change.
    same = {"version": row["version"], store.field: row[store.field], "remark": "改"}
    answer = bench.ask(store.who, "PUT", store.path, json=same)
    assert answer.status_code == 200 and (answer.json()["remark"], answer.json()["moved"]) == ("改", True)
    # A batch writes what it may, and says of the other why not.
    seen = [{"id": one["id"], "version": one["version"]} for one in (store.now(), free.now())]
    body = {"field": store.field, "value": 99, "rows": seen}
    results = bench.ask(store.who, "POST", f"/{store.slug}/batch-update", json=body).json()["results"]
    assert [(one["outcome"], one["code"], one["message"]) for one in results] == [
        ("invalid", "moved_only", sentence), ("changed", None, None),
    ]  # fmt: skip
    assert (store.stock(), free.stock()) == (9, 99)


@each_stock
def test_what_makes_no_sense_is_refused_and_changes_nothing(bench: Bench, row_class: type[LedgerRow]) -> None:
    store = Store(bench, row_class, 3)
    tomorrow = (today() + timedelta(days=1)).isoformat()
    answer = store.try_("issue", 5)
    assert refusal(answer) == (422, "not_enough", "amount") and "现有 3 " in answer.json()["errors"][0]["message"]
    assert refusal(store.try_("scrap", 4))[1] == "not_enough"
    assert refusal(store.try_("receipt", 0)) == (422, "not_positive", "amount")
    assert refusal(store.try_("nothing", 1)) == (422, "unknown_item", "kind")
    assert "入库、领用、归还、报废、盘点" in store.try_("nothing", 1).json()["errors"][0]["message"]
    assert refusal(store.try_("issue", 1, happened_on=tomorrow)) == (422, "in_the_future", "happened_on")
    assert refusal(store.try_("issue", 1, person="  ")) == (422, "required", "person")
    assert refusal(store.try_("issue", 1, person="李\0四")) == (422, "control_character", "person")
    assert refusal(store.try_("receipt", "0.00001"))[1] in ("too_many_decimals", "not_an_integer")
    assert refusal(store.try_("receipt", "9" * 18))[1] in ("too_large", "not_an_integer", "not_a_number")
    for amount in ("NaN", "Infinity", "1e400", "x", None, -1, True, [], "1e-9999999999"):
        assert store.try_("issue", amount).status_code == 422, amount
    for more in ({"id": "x"}, {"happened_on": 0}, {"happened_on": "2026-02-30"}, {"more": 1}, {"purpose": "x" * 201}):
        assert store.try_("issue", 1, **more).status_code == 422, more
    raw = f'{{"kind": "issue", "person": "x", "amount": NaN, "seen": {"9" * 400}}}'
    answer = bench.ask(store.who, "POST", f"{store.path}/movements", content=raw,
                       headers={"Content-Type": "application/json"})  # fmt: skip
    assert answer.status_code in (400, 422)
    assert (store.log()["total"], store.stock(), store.now()["version"]) == (0, 3, 1)
    # To nothing, and not below; and nothing may be found.
    store.move("issue", 3)
    assert store.stock() == 0
    store.move("count", 0)


@each_stock
def test_what_would_not_fit_into_the_field_is_refused(bench: Bench, row_class: type[LedgerRow]) -> None:
    spec = row_class.fields[row_class.ledger.movements.field]  # type: ignore[union-attr]
    most = spec.max if spec.kind == "integer" else 10 ** ((spec.digits or 14) - (spec.precision or 0)) - 1
    store = Store(bench, row_class, str(most) if spec.kind == "decimal" else most)
    assert refusal(store.try_("receipt", 1)) == (422, "too_large", "amount")


@each_stock
def test_a_count_of_a_stock_that_has_moved_since_is_refused(bench: Bench, row_class: type[LedgerRow]) -> None:
    store = Store(bench, row_class, 10)
    store.move("issue", 2)
    answer = store.try_("count", 10, seen=10)
    assert (answer.status_code, answer.json()["code"]) == (409, "stock_moved")
    assert "由 10 " in answer.json()["detail"] and "变为 8 " in answer.json()["detail"]
    assert store.move("count", 9, seen="8.0")["result"] == "surplus"
    # What comes in and goes out adds up, whoever saw what.
    assert store.move("issue", 1, seen=999)["after"] == "8"


# -- counter-entries --------------------------------------------------------------------------------------------------


@each_stock
def test_an_entry_is_taken_back_once_and_stays(bench: Bench, row_class: type[LedgerRow]) -> None:
    store = Store(bench, row_class, 10)
    wrong = store.move("issue", 4, voucher="LY-9")
    store.move("receipt", 1)
    answer = store.back(wrong, "多登记了一次")
    assert answer.status_code == 201, answer.text
    counter = answer.json()
    assert (counter["change"], counter["after"], counter["reverses"]) == ("+4", "11", wrong["id"])
    assert (counter["purpose"], counter["kind"], counter["person"]) == ("多登记了一次", "issue", store.who.name)
    page = {one["id"]: one for one in store.log()["items"]}
    assert page[wrong["id"]]["reversed_by"] == counter["id"] and len(page) == 3
    assert (store.back(wrong).status_code, store.back(wrong).json()["code"]) == (409, "already_reversed")
    assert store.back(counter).json()["code"] == "reversal_is_final"
    counted = store.move("count", 5)
    assert store.back(counted).json()["change"] == "+6" and store.stock() == 11
    assert store.log()["items"][0]["result"] is None, "what takes a count back is none"


@each_stock
def test_what_cannot_be_taken_back(bench: Bench, row_class: type[LedgerRow]) -> None:
    store, other = Store(bench, row_class, 0), Store(bench, row_class, 5, number=1)
    received = store.move("receipt", 6)
    store.move("issue", 4)
    answer = store.back(received)
    assert refusal(answer) == (422, "not_enough", "reason") and "现有 2 " in answer.json()["detail"]
    for reason in ("", "   ", "a\0b", "x" * 201):
        assert store.back(received, reason).status_code == 422, reason
    elsewhere = other.move("receipt", 1)
    assert store.back(elsewhere).status_code == 404
    assert store.back({"id": str(uuid4())}).status_code == 404
    assert store.stock() == 2


@each_stock
def test_the_database_lets_nobody_change_or_remove_an_entry(bench: Bench, row_class: type[LedgerRow]) -> None:
    Store(bench, row_class).move("receipt", 1)
    for statement in ("UPDATE ledger_movement SET amount = 2", "DELETE FROM ledger_movement"):
        with (
            pytest.raises(psycopg.errors.InsufficientPrivilege, match="只能追加"),
            bench.database.session() as session,
        ):
            session.connection().connection.cursor().execute(statement)


# -- rows, people, repetition -----------------------------------------------------------------------------------------


@each_stock
def test_a_deleted_row_takes_no_entry_and_a_restored_one_goes_on(bench: Bench, row_class: type[LedgerRow]) -> None:
    store = Store(bench, row_class, 10)
    entry = store.move("issue", 1)
    version = store.now()["version"]
    assert bench.ask(store.who, "DELETE", store.path, params={"version": version}).status_code == 204
    assert (store.try_("issue", 1).status_code, store.back(entry).status_code) == (404, 404)
    assert bench.ask(store.who, "GET", f"{store.path}/movements").status_code == 404
    (line,) = bench.ask(store.who, "GET", f"/{store.slug}/movements").json()["items"]
    assert line["deleted"] is True, "what was taken was taken"
    assert bench.ask(store.who, "POST", f"{store.path}/restore").status_code == 200
    assert (store.move("issue", 1)["before"], store.stock()) == ("9", 8)


@each_stock
def test_reading_and_recording_are_what_they_are_for_the_row(bench: Bench, row_class: type[LedgerRow]) -> None:
    store = Store(bench, row_class, 10)
    entry = store.move("issue", 1)
    reader = keeper(bench, row_class, "read")
    writer = keeper(bench, row_class, "update")
    calls = [
        (reader, 200, "GET", f"{store.path}/movements", None),
        (reader, 200, "GET", f"/{store.slug}/movements", None),
        (reader, 403, "GET", f"/{store.slug}/movements/export.xlsx", None),
        (reader, 403, "POST", f"{store.path}/movements", {"kind": "issue", "amount": 1, "person": "x"}),
        (reader, 403, "POST", f"{store.path}/movements/{entry['id']}/reverse", {"reason": "x"}),
        (writer, 403, "GET", f"{store.path}/movements", None),
        (writer, 403, "GET", f"/{store.slug}/movements", None),
        (writer, 201, "POST", f"{store.path}/movements", {"kind": "issue", "amount": 1, "person": "x"}),
        (writer, 201, "POST", f"{store.path}/movements/{entry['id']}/reverse", {"reason": "x"}),
    ]
    for who, status, method, path, body in calls:
        assert bench.client.request(method, f"/api/ledgers{path}", json=body).status_code == 401, path
        assert bench.ask(who, method, path, json=body).status_code == status, (status, path)


@each_stock
def test_a_row_of_another_department_does_not_exist(bench: Bench, row_class: type[LedgerRow]) -> None:
    store = Store(bench, row_class, 10)
    entry = store.move("issue", 1)
    stranger = keeper(bench, row_class, department=SIBLING)
    assert store.try_("issue", 1, who=stranger).status_code == 404
    for method, path, body in (
        ("GET", f"{store.path}/movements", None),
        ("POST", f"{store.path}/movements/{entry['id']}/reverse", {"reason": "x"}),
    ):
        assert bench.ask(stranger, method, path, json=body).status_code == 404
    assert bench.ask(stranger, "GET", f"/{store.slug}/movements").json()["total"] == 0
    own = bench.who(grant(row_class), scope="own", department=HOME, user_id=uuid4())
    assert bench.ask(own, "GET", f"/{store.slug}/movements").json()["total"] == 0
    assert store.stock() == 9


@each_stock
def test_the_same_request_twice_is_one_entry(bench: Bench, row_class: type[LedgerRow]) -> None:
    store = Store(bench, row_class, 10)
    id_, key = str(uuid7()), {"Idempotency-Key": "take-3"}
    first = store.try_("issue", 3, headers=key, id=id_)
    again = store.try_("issue", 3, headers=key, id=id_)
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert again.headers["Idempotent-Replayed"] == "true" and first.json()["id"] == id_
    # A client without a key is known by the entry's own id.
    answer = store.try_("issue", 3, id=id_)
    assert (answer.status_code, answer.json()["code"]) == (409, "already_recorded")
    assert (store.log()["total"], store.stock()) == (1, 7)
    back = str(uuid7())
    assert store.back({"id": id_}, id=back).json()["id"] == back


# -- the register -----------------------------------------------------------------------------------------------------


def register(bench: Bench, row_class: type[LedgerRow], who: Any, **params: Any) -> list[tuple[str, str, str]]:
    answer = bench.ask(who, "GET", f"/{row_class.ledger.slug}/movements", params=params)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["total"] == len(body["items"])
    return [(one["kind"], one["amount"], one["dept_name"]) for one in body["items"]]


@each_stock
def test_the_register_has_all_rows_and_is_narrowed(bench: Bench, row_class: type[LedgerRow]) -> None:
    boss = bench.who(grant(row_class))
    home, away = (
        Store(bench, row_class, 10),
        Store(bench, row_class, 10, who=boss, number=1, dept_id=str(company.department_id(SIBLING))),
    )
    days = [(today() - timedelta(days=back)).isoformat() for back in (9, 5, 0)]
    home.move("receipt", 1, happened_on=days[0], voucher="RK-77")
    away.move("issue", 2, happened_on=days[2], person="王五")
    home.move("issue", 3, happened_on=days[1], purpose="100%_抢险")
    every = [("issue", "2", SIBLING), ("issue", "3", HOME), ("receipt", "1", HOME)]
    assert register(bench, row_class, boss) == every
    assert register(bench, row_class, home.who) == every[1:]
    assert register(bench, row_class, boss, start=days[1]) == every[:2]
    assert register(bench, row_class, boss, start=days[0], until=days[1]) == every[1:]
    assert register(bench, row_class, boss, kind="receipt") == every[2:]
    assert register(bench, row_class, boss, department=str(company.department_id(HOME))) == every[1:]
    for q, found in (("rk-7", every[2:]), ("王五", every[:1]), ("100%_", every[1:2]), ("_", every[1:2]), ("没有", [])):
        assert register(bench, row_class, boss, q=q) == found, q
    title = bench.ask(boss, "GET", f"/{home.slug}/movements").json()["items"][0]["title"]
    assert title and len(register(bench, row_class, boss, q=title.split()[0][:4])) >= 1
    for params in (
        {"start": days[2], "until": days[0]}, {"start": "x"}, {"q": "a\0"}, {"kind": "a\0"}, {"more": 1},
        {"page": 0}, {"size": 201}, {"page": 10**30}, {"department": "x"}, {"start": "0001-01-01"},
    ):  # fmt: skip
        assert bench.ask(boss, "GET", f"/{home.slug}/movements", params=params).status_code == 422, params


@each_stock
def test_the_register_goes_out_as_a_workbook(bench: Bench, row_class: type[LedgerRow], tmp_path: Any) -> None:
    boss = bench.who(grant(row_class))
    store = Store(bench, row_class, 10, who=boss)
    wrong = store.move("issue", "2", purpose="=1+1", voucher="'=x")
    store.back(wrong)
    store.move("count", 12)
    answer = bench.ask(boss, "GET", f"/{store.slug}/movements/export.xlsx", params={"until": today().isoformat()})
    assert answer.status_code == 200, answer.text
    (tmp_path / "x.xlsx").write_bytes(answer.content)
    heads, *lines = load_workbook(tmp_path / "x.xlsx").active.iter_rows()  # type: ignore[union-attr]
    cells = [{head.value: cell.value for head, cell in zip(heads, line, strict=True)} for line in lines]
    stock = row_class.fields[store.field].title
    told = [(one["类型"], one[f"{stock}增减"], one[f"{stock}结存"]) for one in cells]
    assert told == [("盘点（盘盈）", 2, 12), ("领用（冲销）", 2, 10), ("领用（已冲销）", -2, 8)]
    assert (cells[2]["用途（原因）"], cells[2]["单号"]) == ("=1+1", "''=x")
    assert {cell.data_type for line in lines for cell in line} == {"d", "s", "n"}, "no formula"
    empty = bench.ask(boss, "GET", f"/{store.slug}/movements/export.xlsx", params={"q": "没有"})
    assert empty.status_code == 200
    with bench.database.session() as session:
        audited = session.scalars(
            select(AuditLog).where(AuditLog.action == f"ledgers:{store.slug}:export.movements").order_by(AuditLog.at)
        ).all()
    assert [one.detail["rows"] for one in audited][-2:] == [3, 0]


@each_stock
def test_dictionaries_know_that_their_kinds_are_used(bench: Bench, row_class: type[LedgerRow]) -> None:
    store = Store(bench, row_class, 10)
    store.move("issue", 1)
    store.move("issue", 1)
    assert row_class.ledger.movements is not None
    who = bench.who("auth:dictionaries:read", grant(row_class))
    params = {"dictionary": row_class.ledger.movements.kinds}
    (entry,) = bench.ask(who, "GET", "/_usage", params=params).json()["items"]
    assert entry["counts"] == {"issue": 2}
