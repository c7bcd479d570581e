"""出入库 beside everything else that writes rows: two people at once, imports and their undo, shortages; and whatever is done,
the entries add up to the stock."""

from __future__ import annotations

import io
import threading
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from openpyxl import load_workbook
from sqlalchemy import insert, select, update

from contracts.events import LedgerRowRenewed, LedgerRowShort
from kit.bus.tables import Outbox
from kit.directory.tables import DirectoryDictionaryItem
from services.ledgers.catalogue.emergency_supplies import EmergencySupply
from services.ledgers.movements.tables import LedgerMovement
from tests.catalogue.conftest import example
from tests.service.ledgers.desk import SUPPLIES, Bench, Desk

HOME = "工程部"
SENTENCE = "已启用出入库登记，数量请用入库、领用或盘点修改"


@pytest.fixture
def desk(bench: Bench) -> Desk:
    return Desk(bench, SUPPLIES, bench.who(f"ledgers:{SUPPLIES}:*", scope="subtree", department=HOME))


def supply(desk: Desk, number: int = 0, **more: Any) -> dict[str, Any]:
    answer = desk.ask("POST", "", json={**example(EmergencySupply, HOME, number), **more})
    assert answer.status_code == 201, answer.text
    row: dict[str, Any] = answer.json()
    return row


def attempt(desk: Desk, row: dict[str, Any], kind: str, amount: Any, **more: Any) -> Any:
    return desk.ask("POST", f"/{row['id']}/movements", json={"kind": kind, "amount": amount, "person": "李四", **more})


def move(desk: Desk, row: dict[str, Any], kind: str, amount: Any) -> dict[str, Any]:
    answer = attempt(desk, row, kind, amount)
    assert answer.status_code == 201, answer.text
    entry: dict[str, Any] = answer.json()
    return entry


def now(desk: Desk, row: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = desk.ask("GET", f"/{row['id']}").json()
    return found


def events(bench: Bench, kind: Any) -> list[Any]:
    with bench.database.session() as session:
        rows = session.scalars(select(Outbox).where(Outbox.type == kind.type).order_by(Outbox.id))
        return [kind.model_validate(row.data) for row in rows]


def edited(content: bytes, **cells: Any) -> bytes:
    """An export in which somebody has written something into every row."""
    workbook = load_workbook(io.BytesIO(content))
    heads, *lines = workbook.worksheets[0].iter_rows()
    places = {str(cell.value).strip("*"): place for place, cell in enumerate(heads)}
    for line in lines:
        for title, value in cells.items():
            line[places[title]].value = value
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


# -- at once ----------------------------------------------------------------------------------------------------------


def at_once(*calls: Any) -> list[Any]:
    barrier, answers = threading.Barrier(len(calls)), []

    def run(call: Any) -> None:
        barrier.wait()
        answers.append(call())

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(answers) == len(calls)
    return answers


def test_of_withdrawals_at_once_none_is_lost_and_none_goes_below_zero(desk: Desk) -> None:
    row = supply(desk, quantity=5)
    answers = at_once(*[lambda: attempt(desk, row, "issue", 1) for _ in range(8)])
    assert Counter(answer.status_code for answer in answers) == {201: 5, 422: 3}
    assert {answer.json()["errors"][0]["code"] for answer in answers if answer.status_code == 422} == {"not_enough"}
    after = now(desk, row)
    assert (after["quantity"], after["version"]) == (0, 6)
    log = desk.ask("GET", f"/{row['id']}/movements").json()["items"]
    assert [(entry["before"], entry["after"]) for entry in log] == [
        ("1", "0"), ("2", "1"), ("3", "2"), ("4", "3"), ("5", "4"),
    ]  # fmt: skip


def test_an_entry_is_taken_back_once_however_many_press(desk: Desk) -> None:
    row = supply(desk, quantity=5)
    wrong = move(desk, row, "issue", 2)
    path = f"/{row['id']}/movements/{wrong['id']}/reverse"
    answers = at_once(*[lambda: desk.ask("POST", path, json={"reason": "误登记"}) for _ in range(4)])
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 3}
    assert now(desk, row)["quantity"] == 5


def test_a_form_and_an_entry_at_once(desk: Desk) -> None:
    row = supply(desk, quantity=5)
    form = {"version": 1, "quantity": 50}
    answers = at_once(
        lambda: desk.ask("PUT", f"/{row['id']}", json=form).status_code, lambda: move(desk, row, "issue", 1)["after"]
    )
    # Whichever was first: the form before the first entry is a form, and after it a conflict.
    assert set(answers) in ({200, "49"}, {409, "4"})
    assert str(now(desk, row)["quantity"]) in answers or now(desk, row)["quantity"] in (49, 4)


# -- imports ----------------------------------------------------------------------------------------------------------


def test_what_was_exported_comes_back_and_a_number_does_not_change_past_the_entries(desk: Desk) -> None:
    moved, free = supply(desk, 1, quantity=20), supply(desk, 2, quantity=20)
    move(desk, moved, "issue", "0.5")
    exported = desk.export()
    job = desk.bring_in(exported)
    assert (job["unchanged"], job["updated"], job["invalid"]) == (2, 0, 0)
    # Another field, and the number as it is.
    job = desk.bring_in(edited(exported, 保管人="王五"))
    assert job["updated"] == 2 and now(desk, moved)["keeper"] == "王五"
    job = desk.upload(edited(desk.export(), 数量=7))
    assert (job["valid"], job["invalid"], job["updated"]) == (1, 1, 1)
    (error,) = job["errors"]
    assert (error["field"], error["header"], error["code"], error["message"]) == (
        "quantity", "数量", "moved_only", SENTENCE,
    )  # fmt: skip
    assert desk.confirm(job).json()["code"] == "rows_invalid"
    assert desk.confirm(job, only_valid=True).status_code == 200
    assert (now(desk, moved)["quantity"], now(desk, free)["quantity"]) == (19.5, 7)


def test_a_row_that_is_known_by_its_key_is_guarded_too(desk: Desk) -> None:
    moved = supply(desk, 1, quantity=20)
    move(desk, moved, "receipt", 1)
    workbook = load_workbook(io.BytesIO(edited(desk.export(), 数量=20, 货架="B-2")))
    sheet = workbook.worksheets[0]
    heads = {str(cell.value).strip("*"): cell.column for cell in sheet[1]}
    sheet.delete_cols(heads["记录编号"])
    buffer = io.BytesIO()
    workbook.save(buffer)
    job = desk.upload(buffer.getvalue())
    assert [error["code"] for error in job["errors"]] == ["moved_only"]
    assert desk.upload(buffer.getvalue(), on_duplicate="skip")["skipped"] == 1
    assert (now(desk, moved)["shelf"], now(desk, moved)["quantity"]) == (None, 21)


def test_a_row_outside_ones_reach_is_not_told_to_have_entries(bench: Bench, desk: Desk) -> None:
    row = supply(desk, 1, quantity=20)
    move(desk, row, "issue", 1)
    content = edited(desk.export(), 数量=3)
    stranger = Desk(bench, SUPPLIES, bench.who(f"ledgers:{SUPPLIES}:*", scope="subtree", department="运行管理部"))
    codes = {error["code"] for error in stranger.upload(content)["errors"]}
    assert codes and "moved_only" not in codes


def test_the_first_entry_between_preview_and_confirmation_is_seen(desk: Desk) -> None:
    row = supply(desk, 1, quantity=20)
    job = desk.upload(edited(desk.export(), 数量=7))
    assert job["updated"] == 1
    move(desk, row, "issue", 1)
    answer = desk.confirm(job)
    assert (answer.status_code, now(desk, row)["quantity"]) == (409, 19), answer.text
    assert desk.ask("GET", f"/imports/{job['id']}").json()["invalid"] == 1


def test_undoing_an_import_never_goes_past_an_entry(desk: Desk) -> None:
    stays, comes_back = supply(desk, 1, quantity=20), supply(desk, 2, quantity=20)
    move(desk, comes_back, "issue", 5)
    job = desk.bring_in(edited(desk.export(), 保管人="王五"))
    move(desk, stays, "issue", 1)
    answer = desk.ask("POST", f"/imports/{job['id']}/undo", json={})
    undone = answer.json()["undo"]
    assert (undone["restored"], [one["code"] for one in undone["refused"]]) == (1, ["changed_since_import"])
    first, second = now(desk, stays), now(desk, comes_back)
    assert (first["quantity"], first["keeper"]) == (19, "王五")
    assert (second["quantity"], second["keeper"]) == (15, "李四")
    assert move(desk, comes_back, "issue", 5)["before"] == "15"


def test_a_row_that_an_import_made_and_somebody_has_used_stays(desk: Desk) -> None:
    supply(desk, 1, quantity=20)
    content = edited(desk.export(), 批次号="NEW-1", 记录编号=None)
    job = desk.bring_in(content)
    assert job["created"] == 1
    (new,) = (row for row in desk.ask("GET", "").json()["items"] if row["batch_no"] == "NEW-1")
    move(desk, new, "issue", 3)
    undone = desk.ask("POST", f"/imports/{job['id']}/undo", json={}).json()["undo"]
    assert (undone["deleted"], undone["refused_count"], now(desk, new)["quantity"]) == (0, 1, 17)


# -- shortage ---------------------------------------------------------------------------------------------------------


def test_an_entry_tells_of_a_shortage_and_another_one_closes_it(bench: Bench, desk: Desk) -> None:
    row = supply(desk, quantity=12, min_stock=10)
    move(desk, row, "issue", 2)
    assert events(bench, LedgerRowShort) == []
    fallen = move(desk, row, "issue", "0.5")
    move(desk, row, "scrap", 1)
    (told,) = events(bench, LedgerRowShort)
    assert (told.row_version, told.value, told.limit) == (3, "9.5", "10")
    assert now(desk, row)["stock_status"] == "low"
    answer = desk.ask("POST", f"/{row['id']}/movements/{fallen['id']}/reverse", json={"reason": "没有领走"})
    assert answer.json()["after"] == "9" and events(bench, LedgerRowRenewed) == []
    move(desk, row, "return", 1)
    (closed,) = events(bench, LedgerRowRenewed)
    assert (closed.row_version, closed.reason, now(desk, row)["stock_status"]) == (6, "refilled", "enough")
    move(desk, row, "count", 3)
    assert len(events(bench, LedgerRowShort)) == 2


# -- kinds and exports ------------------------------------------------------------------------------------------------


def test_a_kind_is_what_the_dictionary_says(bench: Bench, desk: Desk) -> None:
    row = supply(desk, quantity=5)
    entry = move(desk, row, "scrap", 1)
    with bench.transaction() as session:
        kinds = DirectoryDictionaryItem.__table__
        here = kinds.c.dictionary == "stock_movement_kind"
        session.execute(update(kinds).where(here, kinds.c.value == "scrap").values(enabled=False))
        # Somebody's own: one that lends, and one of which nobody has said what it does.
        for value, label, ext in (("lend", "借出", {"direction": "out"}), ("odd", "其他", {})):
            more = {"label": label, "sort": 99, "enabled": True, "aliases": [], "ext": ext, "version": 1}
            session.execute(insert(kinds).values(dictionary="stock_movement_kind", value=value, **more))
    assert move(desk, row, "lend", 1)["after"] == "3"
    for kind in ("scrap", "odd"):
        error = attempt(desk, row, kind, 1).json()["errors"][0]
        assert (error["code"], error["message"]) == ("unknown_item", "类型只能是入库、领用、归还、盘点、借出")
    (shown,) = desk.bench.ask(desk.who, "GET", "/_manifest").json()["ledgers"]
    offered = {kind["label"]: kind["enabled"] for kind in shown["movements"]["kinds"]}
    assert offered == {
        "入库": True,
        "领用": True,
        "归还": True,
        "报废": False,
        "盘点": True,
        "借出": True,
        "其他": False,
    }
    # What was written keeps its name, and is taken back by what it did then.
    assert desk.ask("GET", f"/{row['id']}/movements").json()["items"][-1]["kind_label"] == "报废"
    answer = desk.ask("POST", f"/{row['id']}/movements/{entry['id']}/reverse", json={"reason": "没有报废"})
    assert answer.json()["after"] == "4"


def test_a_large_register_goes_out_to_two_factors_only(bench: Bench, desk: Desk) -> None:
    row = supply(desk, quantity=5)
    for _ in range(3):
        move(desk, row, "issue", 1)
    state = bench.client.app.state  # type: ignore[attr-defined]
    state.settings = state.settings.model_copy(update={"export_second_factor_rows": 2})
    answer = desk.ask("GET", "/movements/export.xlsx")
    assert (answer.status_code, answer.json()["code"]) == (403, "second_factor_missing")
    few = {"until": "2020-01-01"}
    assert desk.ask("GET", "/movements/export.xlsx", params=few).status_code == 200


# -- whatever is done -------------------------------------------------------------------------------------------------

AMOUNTS = st.decimals(min_value=0, max_value=30, places=2)


class Stock(RuleBasedStateMachine):
    """One row with a model beside it. What the API refuses must be what the model refuses, and entries always add up."""

    desk: Desk
    made = 0

    @initialize(stock=AMOUNTS)
    def begin(self, stock: Decimal) -> None:
        Stock.made += 1
        self.row = supply(self.desk, 0, quantity=str(stock), batch_no=f"S-{Stock.made}")
        self.begun = self.stock = stock
        self.open: dict[str, Decimal] = {}

    def _entry(self, kind: str, amount: Decimal, after: Decimal, *, allowed: bool) -> None:
        answer = attempt(self.desk, self.row, kind, str(amount))
        assert answer.status_code == (201 if allowed else 422), answer.text
        if allowed:
            self.open[answer.json()["id"]] = after - self.stock
            self.stock = after

    @rule(kind=st.sampled_from(["receipt", "return"]), amount=AMOUNTS)
    def comes_in(self, kind: str, amount: Decimal) -> None:
        self._entry(kind, amount, self.stock + amount, allowed=amount > 0)

    @rule(kind=st.sampled_from(["issue", "scrap"]), amount=AMOUNTS)
    def goes_out(self, kind: str, amount: Decimal) -> None:
        self._entry(kind, amount, self.stock - amount, allowed=0 < amount <= self.stock)

    @rule(amount=AMOUNTS)
    def is_counted(self, amount: Decimal) -> None:
        self._entry("count", amount, amount, allowed=True)

    @rule(data=st.data())
    def is_taken_back(self, data: st.DataObject) -> None:
        if not self.open:
            return
        id_ = data.draw(st.sampled_from(sorted(self.open)))
        answer = self.desk.ask("POST", f"/{self.row['id']}/movements/{id_}/reverse", json={"reason": "错"})
        after = self.stock - self.open[id_]
        assert answer.status_code == (201 if after >= 0 else 422), answer.text
        if after >= 0:
            self.stock = after
            del self.open[id_]

    @rule(amount=AMOUNTS)
    def somebody_writes_over_it(self, amount: Decimal) -> None:
        row = now(self.desk, self.row)
        answer = self.desk.ask("PUT", f"/{row['id']}", json={"version": row["version"], "quantity": str(amount)})
        if row["moved"] and amount != self.stock:
            assert answer.json()["errors"][0]["code"] == "moved_only"
        else:
            assert answer.status_code == 200, answer.text
            if not row["moved"]:
                self.begun = self.stock = amount

    @rule()
    def is_deleted_and_restored(self) -> None:
        version = now(self.desk, self.row)["version"]
        assert self.desk.ask("DELETE", f"/{self.row['id']}", params={"version": version}).status_code == 204
        assert self.desk.ask("POST", f"/{self.row['id']}/restore").status_code == 200

    @invariant()
    def entries_add_up(self) -> None:
        with self.desk.bench.database.session() as session:
            query = select(LedgerMovement).where(LedgerMovement.row_id == self.row["id"])
            entries = session.scalars(query.order_by(LedgerMovement.row_version)).all()
            quantity = session.get_one(EmergencySupply, self.row["id"]).quantity
        assert quantity == self.stock == self.begun + sum(one.after - one.before for one in entries)
        # Each begins where the one before it ended.
        ends = [self.begun, *(one.after for one in entries)]
        assert [one.before for one in entries] == ends[:-1] and ends[-1] == quantity


def test_the_entries_always_add_up_to_the_stock(desk: Desk) -> None:
    machine = type("OfThisDesk", (Stock,), {"desk": desk})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=15, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
