"""Warnings beyond what every ledger passes: replaced, reviewed and retired rows, thresholds of a kind, kills in between."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import func, select, text

from contracts.events import DictionaryChanged, DictionaryItemFact, LedgerRowExpiring, LedgerRowRenewed
from kit.bus.tables import Outbox
from kit.db import Database, today
from kit.directory import apply_dictionary, dictionary
from kit.testing.identity import TestIssuer, principal
from kit.worker.checks import check_subscriptions
from services.ledgers import expiry, seed, warn_days
from services.ledgers.dictionaries import DICTIONARIES
from services.ledgers.reading import counts
from services.ledgers.settings import Settings
from services.ledgers.warnings_table import WarningEmitted
from services.ledgers.worker import LedgersWorker
from tests import company
from tests.service.ledgers.conftest import with_company

SLUG = "special-operation-certificates"
ON = today() + timedelta(days=500)


class Desk:
    """One department's safety officer at the certificates, and the nightly scan."""

    def __init__(self, settings: Settings, issuer: TestIssuer, app: FastAPI) -> None:
        self.settings, self.issuer = settings, issuer
        self.database = Database(settings)
        app.state.settings, app.state.database = settings, self.database
        counts.clear()
        self.client = TestClient(app)
        self.who = principal("ledgers:*:*", scope="company", department_id=company.department_id("工程部"))

    def ask(self, method: str, path: str = "", **more: Any) -> Any:
        answer = self.client.request(
            method, f"/api/ledgers/{SLUG}{path}", headers=self.issuer.headers(self.who), **more
        )
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def certificate(
        self, due: date, issued: str = "2024-08-08", no: str = "T990101198904152750", **more: Any
    ) -> dict[str, Any]:
        return self.ask("POST", json={
            "person_name": "施勤", "id_number": "990101198904152750", "dept_id": str(company.department_id("工程部")),
            "cert_type": "special_operation", "item": "low_voltage", "cert_no": no, "issuer": "应急管理局",
            "issue_date": issued, "valid_to": due.isoformat(), "review_date": "2199-01-01", **more,
        })  # fmt: skip

    def change(self, row: dict[str, Any], **fields: Any) -> dict[str, Any]:
        return self.ask("PUT", f"/{row['id']}", json={"version": row["version"], **fields})

    def scan(self, on: date) -> list[tuple[UUID, str, int]]:
        """What one scan emitted."""
        before = len(self.events(LedgerRowExpiring))
        with self.database.transaction() as session:
            expiry.scan(session, on)
        return [(e.row_id, e.due_field, e.threshold) for e in self.events(LedgerRowExpiring)[before:]]

    def events(self, type_: type) -> list[Any]:
        with self.database.session() as session:
            rows = session.scalars(select(Outbox).where(Outbox.type == type_.type).order_by(Outbox.id))
            return [type_.model_validate(row.data) for row in rows]

    def closed(self) -> list[tuple[UUID, str, str]]:
        return [(e.row_id, e.due_field, e.reason) for e in self.events(LedgerRowRenewed)]


@pytest.fixture
def desk(service_settings: Callable[..., Settings], issuer: TestIssuer, ledgers_app: FastAPI) -> Iterator[Desk]:
    made = Desk(service_settings(Settings, with_company), issuer, ledgers_app)
    yield made
    made.database.close()


def test_a_newer_certificate_closes_the_old_one_and_its_deletion_opens_it_again(desk: Desk) -> None:
    old = desk.certificate(ON)
    assert desk.scan(ON) == [(UUID(old["id"]), "valid_to", 30)]
    new = desk.certificate(ON + timedelta(days=2000), issued="2026-08-08", no="T990101198904152750-2")
    assert desk.closed() == [(UUID(old["id"]), "valid_to", "replaced")]
    assert desk.scan(ON + timedelta(days=1)) == [], "a replaced certificate is not overdue"
    listed = {row["id"]: row for row in desk.ask("GET")["items"]}
    assert (listed[old["id"]]["replaced"], listed[new["id"]]["replaced"]) == (True, False)
    assert (listed[old["id"]]["quiet_keys"], listed[new["id"]]["quiet_keys"]) == (["review_date", "valid_to"], [])
    assert desk.ask("GET", f"/{old['id']}")["replaced_by"] == new["id"]
    desk.ask("DELETE", f"/{new['id']}", params={"version": 1})
    again = desk.ask("GET", f"/{old['id']}")
    assert (again["replaced"], again["replaced_by"]) == (False, None), "what was deleted replaces nothing"
    found = desk.scan(ON + timedelta(days=1))
    assert found == [(UUID(old["id"]), "valid_to", -1)]
    assert desk.events(LedgerRowExpiring)[-1].row_version == 2, (
        "newer than the closing, or workflow would not believe it"
    )
    # The newer one becomes one of another item: the same, by an edit.
    again = desk.certificate(ON + timedelta(days=2000), issued="2026-08-08", no="T990101198904152750-3")
    assert desk.closed()[-1] == (UUID(old["id"]), "valid_to", "replaced")
    desk.change(again, item="high_voltage", category=None)
    assert desk.scan(ON + timedelta(days=1)) == [(UUID(old["id"]), "valid_to", -1)]


def test_who_may_not_see_the_newer_row_is_told_that_there_is_one_and_not_which(desk: Desk) -> None:
    old = desk.certificate(ON)
    elsewhere = {"dept_id": str(company.department_id("城南储配站")), "no": "T990101198904152750-2"}
    new = desk.certificate(ON + timedelta(days=2000), issued="2026-08-08", **elsewhere)
    assert desk.ask("GET", f"/{old['id']}")["replaced_by"] == new["id"]
    desk.who = principal("ledgers:*:*", scope="subtree", department_id=company.department_id("工程部"))
    row = desk.ask("GET", f"/{old['id']}")
    assert (row["replaced"], row["replaced_by"]) == (True, None)


def test_a_renewal_that_keeps_its_number_is_a_change_of_its_row(desk: Desk) -> None:
    old = desk.certificate(ON)
    assert desk.scan(ON) == [(UUID(old["id"]), "valid_to", 30)]
    with pytest.raises(AssertionError, match=r'请修改那一条.*"code":"duplicate"'):
        desk.certificate(ON + timedelta(days=2000), issued="2026-08-08")
    until = (ON + timedelta(days=2000)).isoformat()
    row = desk.change(old, issue_date="2026-08-08", valid_to=until, review_date=until)
    assert (row["replaced"], desk.closed()) == (False, [(UUID(old["id"]), "valid_to", "changed")])
    assert desk.scan(ON + timedelta(days=1)) == []


def test_another_persons_or_items_certificate_replaces_nothing(desk: Desk) -> None:
    old = desk.certificate(ON)
    desk.scan(ON)
    desk.certificate(ON + timedelta(days=2000), issued="2026-08-08", item="high_voltage")
    desk.certificate(
        ON + timedelta(days=2000), issued="2026-08-08", no="T2", id_number="990101196806263837", person_name="秦见望"
    )
    assert desk.closed() == []
    assert desk.scan(ON + timedelta(days=1)) == [(UUID(old["id"]), "valid_to", -1)]


@pytest.mark.parametrize(
    "fields", [{"employment": "left"}, {"cancelled_on": today().isoformat()}], ids=["left", "cancelled"]
)
def test_who_has_left_and_what_is_cancelled_warn_no_more(desk: Desk, fields: dict[str, str]) -> None:
    row = desk.certificate(ON)
    desk.scan(ON)
    row = desk.change(row, **fields)
    assert desk.closed() == [(UUID(row["id"]), "valid_to", "retired")]
    (listed,) = desk.ask("GET")["items"]
    assert listed["quiet_keys"] == row["quiet_keys"] == ["review_date", "valid_to"]
    assert desk.scan(ON + timedelta(days=1)) == []
    desk.change(row, **dict.fromkeys(fields, None))
    assert desk.scan(ON + timedelta(days=1)) == [(UUID(row["id"]), "valid_to", -1)]


def test_a_passed_review_ends_the_warning_about_it(desk: Desk) -> None:
    row = desk.certificate(ON + timedelta(days=2000), review_date=today().isoformat())
    assert (row["status"], row["quiet_keys"]) == ("review_due", [])
    assert desk.scan(today()) == [(UUID(row["id"]), "review_date", 30)]
    row = desk.change(row, last_review_date=(today() - timedelta(days=20)).isoformat(), review_result="passed")
    assert (row["status"], desk.closed()) == ("valid", [(UUID(row["id"]), "review_date", "done")])
    assert row["quiet_keys"] == ["review_date"], "the end of validity is still watched"
    assert desk.scan(today() + timedelta(days=5)) == []


def test_a_review_of_years_ago_answers_nothing(desk: Desk) -> None:
    row = desk.certificate(
        ON + timedelta(days=2000), review_date=today().isoformat(), review_result="passed",
        last_review_date=(today() - timedelta(days=200)).isoformat(),
    )  # fmt: skip
    assert (row["status"], len(desk.scan(today()))) == ("review_due", 1)


def test_status_follows_the_calendar(desk: Desk) -> None:
    near, far = today() + timedelta(days=60), today() + timedelta(days=61)
    past = today() - timedelta(days=1)
    for number, (due, status, more) in enumerate([
        (far, "valid", {}), (near, "expiring", {}), (today(), "expiring", {}), (past, "expired", {}),
        (past, "cancelled", {"cancelled_on": past.isoformat()}), (far, "review_due", {"review_date": near.isoformat()}),
        (far, "review_due", {"review_date": today().isoformat()}),
        (far, "review_overdue", {"review_date": past.isoformat()}), (past, "expired", {"review_date": past.isoformat()}),
    ]):  # fmt: skip
        row = desk.certificate(due, no=f"T{number}", **more)
        assert row["status"] == status
        assert status in {item["status"] for item in desk.ask("GET", params={"status": status})["items"]}


def test_a_kind_may_have_thresholds_of_its_own_and_an_administrator_may_change_them(desk: Desk) -> None:
    row = desk.certificate(ON, cert_type="special_equipment", item="N1", category="works_vehicle", review_date=None)
    id_ = UUID(row["id"])
    assert desk.scan(ON - timedelta(days=89)) == [], "90 days are for the other kind"
    assert desk.scan(ON - timedelta(days=60)) == [(id_, "valid_to", 60)]
    code = "special_operation_cert_type"
    with desk.database.transaction() as session:
        items = [
            DictionaryItemFact(value=i.value, label=i.label, ext={**i.ext, "warn_days": [45, 10]})
            for i in dictionary(session, code)
        ]
        apply_dictionary(session, DictionaryChanged(dictionary=code, name="x", version=9, items=tuple(items)))
    assert desk.scan(ON - timedelta(days=44)) == [(id_, "valid_to", 45)]
    assert desk.scan(ON - timedelta(days=30)) == []
    assert desk.scan(ON - timedelta(days=10)) == [(id_, "valid_to", 10)]


def test_a_scan_that_is_killed_has_warned_nobody_and_the_next_one_warns_all(desk: Desk) -> None:
    ids = {UUID(desk.certificate(ON, no=f"T{number}", issued="2024-08-08")["id"]) for number in range(5)}
    with desk.database.session() as session:
        assert expiry.scan(session, ON) == 5  # and no commit
    assert desk.events(LedgerRowExpiring) == []
    assert {found[0] for found in desk.scan(ON)} == ids


def test_scans_at_the_same_time_warn_once(desk: Desk) -> None:
    for number in range(20):
        desk.certificate(ON, no=f"T{number}")
    start = threading.Barrier(4)

    def run() -> None:
        start.wait()
        with desk.database.transaction() as session:
            expiry.scan(session, ON)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(desk.events(LedgerRowExpiring)) == 20
    with desk.database.session() as session:
        assert session.scalar(select(func.count()).select_from(WarningEmitted)) == 20


def test_a_date_that_was_changed_while_a_scan_was_under_way_is_closed_by_the_next(desk: Desk) -> None:
    row = desk.certificate(ON)
    desk.scan(ON)
    with desk.database.transaction() as session:
        # What the change would have settled did not yet see the warning.
        session.execute(text(f"UPDATE {SLUG.replace('-', '_')} SET valid_to = '2198-01-01', version = 2"))
    assert desk.scan(ON) == []
    assert desk.closed() == [(UUID(row["id"]), "valid_to", "changed")]


def test_a_warning_says_no_personal_number(desk: Desk) -> None:
    desk.certificate(ON)
    desk.scan(ON)
    (event,) = desk.events(LedgerRowExpiring)
    assert event.title == "施勤 特种作业操作证 低压电工作业"
    assert "19890415" not in event.model_dump_json()


def test_the_worker_handles_what_it_is_listed_for_and_the_seed_can_be_repeated(desk: Desk) -> None:
    check_subscriptions(LedgersWorker)
    seed.seed(desk.settings)
    seed.seed(desk.settings)
    with desk.database.session() as session:
        told = session.scalars(
            select(Outbox.data["dictionary"].astext).where(Outbox.type.like("%dictionary.declared%"))
        )
        assert set(told) == {declaration.code for declaration in (*DICTIONARIES, warn_days.declaration())}


def test_a_delete_taken_back_brings_its_warning_back_at_once(desk: Desk) -> None:
    row = desk.certificate(today() + timedelta(days=10))
    warned = desk.scan(today())
    assert [found[0] for found in warned] == [UUID(row["id"])]
    desk.ask("DELETE", f"/{row['id']}", params={"version": 1})
    assert desk.closed() == [(UUID(row["id"]), "valid_to", "deleted")]
    before = len(desk.events(LedgerRowExpiring))
    desk.ask("POST", f"/{row['id']}/restore")
    again = desk.events(LedgerRowExpiring)[before:]
    assert [(event.row_id, event.row_version) for event in again] == [(UUID(row["id"]), 3)]
    assert desk.scan(today()) == [], "it has been warned about, and is not again in the morning"
