"""Lending a role: it gives what the lender's own grant gives, from when to when it says, and ends by itself everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from contracts.events import UserChanged
from kit.audit import AuditLog
from kit.bus.tables import Outbox
from services.auth.dictionaries import DictionaryItem
from services.auth.settings import Settings
from tests.service.auth.conftest import Clock
from tests.service.auth.office import Office, opened, quiet

__all__ = ["quiet"]


@pytest.fixture
def office(settings: Settings, clock: Clock) -> Iterator[Office]:
    with opened(settings, clock) as one:
        yield one


@pytest.fixture(autouse=True)
def same_clock(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    """Tokens are made by the application's clock, as sign-ins are."""
    monkeypatch.setattr("services.auth.access.now", lambda: clock.time)
    monkeypatch.setattr("services.auth.delegation.now", lambda: clock.time)


def wish(office: Office, clock: Clock, borrower: str = "chengnan", **changes: Any) -> dict[str, Any]:
    return {
        "role": "leader",
        "borrower_id": office(borrower).id,
        "starts_at": clock.time.isoformat(),
        "ends_at": (clock.time + timedelta(days=3)).isoformat(),
        "reason": "出差三天",
    } | changes


def lend(office: Office, clock: Clock, **changes: Any) -> dict[str, Any]:
    answer = office("leader").post("/delegations", wish(office, clock, **changes))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def outdated(office: Office) -> dict[str, int]:
    users: dict[str, int] = office.client.get("/internal/revocations").json()["users"]
    return users


def codes(answer: Any) -> list[str]:
    return [error["code"] for error in answer.json()["errors"]]


def test_a_lent_role_reaches_as_far_as_the_lenders(office: Office, clock: Clock) -> None:
    before = office("chengnan").principal
    assert before.narrowed("ledgers:fire-facilities:export").scope.kind == "subtree"
    lent = lend(office, clock)
    assert (lent["state"], lent["effective"], lent["scope"]["kind"]) == ("active", True, "company")
    now = office("chengnan").principal
    assert now.roles == ("safety_officer", "leader")
    assert now.narrowed("ledgers:fire-facilities:export").scope.kind == "company"
    # Reading the whole company does not turn into writing in it.
    assert now.narrowed("ledgers:fire-facilities:update").scope.kind == "subtree"
    assert outdated(office)[str(now.user_id)] == now.version == before.version + 1
    with office.database.session() as session:
        told = session.scalars(select(Outbox).where(Outbox.type == UserChanged.type).order_by(Outbox.id)).all()[-1].data
        assert told["users"][0]["roles"] == ["safety_officer", "leader"]
        row = session.scalars(select(AuditLog).where(AuditLog.action == "delegate")).one()
        assert (row.username, (row.after or {})["borrower"], (row.after or {})["reason"]) == (
            "leader",
            "chengnan",
            "出差三天",
        )


def test_it_ends_by_itself_and_is_refused_at_the_next_question(office: Office, clock: Clock) -> None:
    """Services ask every two seconds what has been revoked: the answer to the first question after the end names the
    borrower, so an ended loan is refused within the five seconds of reliability.md S11 without any timer of ours."""
    lend(office, clock)
    version = office("chengnan").principal.version
    clock.forward(days=2, hours=23, minutes=59)
    assert outdated(office)[office("chengnan").id] == version
    clock.forward(minutes=2)
    assert office("chengnan").principal.roles == ("safety_officer",)
    assert outdated(office)[office("chengnan").id] == version + 1
    assert outdated(office)[office("chengnan").id] == version + 1
    assert office("chengnan").get("/delegations/mine").json()["items"][0]["state"] == "over"
    with office.database.session() as session:
        ended = session.scalars(select(AuditLog).where(AuditLog.action == "delegation_ended")).all()
    assert len(ended) == 1


def test_it_begins_by_itself(office: Office, clock: Clock) -> None:
    start, stop = clock.time + timedelta(days=1), clock.time + timedelta(days=2)
    lend(office, clock, starts_at=start.isoformat(), ends_at=stop.isoformat())
    version = office("chengnan").principal.version
    assert office("chengnan").principal.roles == ("safety_officer",)
    assert outdated(office).get(office("chengnan").id, version) == version
    clock.forward(days=1, minutes=1)
    assert outdated(office)[office("chengnan").id] == version + 1
    assert office("chengnan").principal.roles == ("safety_officer", "leader")


def test_it_can_be_taken_back_by_the_lender_and_by_the_security_administrator(office: Office, clock: Clock) -> None:
    for who in ("leader", "secadmin"):
        lent = lend(office, clock)
        version = office("chengnan").principal.version
        assert office("chengnan").post(f"/delegations/{lent['id']}/withdraw").status_code == 404
        back = office(who).post(f"/delegations/{lent['id']}/withdraw")
        assert (back.status_code, back.json()["state"]) == (200, "withdrawn")
        assert office("chengnan").principal.roles == ("safety_officer",)
        assert outdated(office)[office("chengnan").id] == version + 1
        again = office(who).post(f"/delegations/{lent['id']}/withdraw")
        assert (again.status_code, again.json()["code"]) == (409, "delegation_over")


@pytest.mark.parametrize("how", ["revoked", "disabled", "not delegable", "retired"])
def test_a_lender_who_has_it_no_longer_lends_nothing(office: Office, clock: Clock, how: str) -> None:
    lend(office, clock)
    version = office("chengnan").principal.version
    secadmin, leader = office("secadmin"), office("leader").id
    row = secadmin.get("/roles/leader").json()
    if how == "revoked":
        secadmin.send("DELETE", f"/roles/leader/holders/{leader}")
    elif how == "disabled":
        user = secadmin.get(f"/users/{leader}").json()
        assert secadmin.post(f"/users/{leader}/disable", {"version": user["version"]}).status_code == 200
    elif how == "retired":
        secadmin.post(f"/roles/leader/retire?version={row['version']}")
    else:
        keys = ("name", "description", "scope", "permissions", "version")
        secadmin.send("PUT", "/roles/leader", json={key: row[key] for key in keys} | {"delegable": False})
    assert office("chengnan").principal.roles == ("safety_officer",)
    assert outdated(office)[office("chengnan").id] > version


@pytest.mark.parametrize(
    ("lender", "changes", "code"),
    [
        ("worker", {"role": "leader"}, "not_held"),
        ("worker", {"role": "worker"}, "not_delegable"),
        ("secadmin", {"role": "security_admin"}, "not_delegable"),
        ("leader", {"days": 31}, "too_long"),
        ("leader", {"days": -1}, "date_order"),
        ("leader", {"from": 91}, "too_far"),
        ("leader", {"from": -3}, "too_early"),
        ("leader", {"borrower": "sysadmin"}, "administrator"),
        ("leader", {"borrower": "leader"}, "own_account"),
    ],
)
def test_what_cannot_be_lent(quiet: Office, clock: Clock, lender: str, changes: dict[str, Any], code: str) -> None:
    start = clock.time + timedelta(days=changes.pop("from", 0))
    stop = start + timedelta(days=changes.pop("days", 5))
    borrower = changes.pop("borrower", lender if lender == "worker" else "chengnan")
    more = wish(quiet, clock, borrower, starts_at=start.isoformat(), ends_at=stop.isoformat(), **changes)
    answer = quiet(lender).post("/delegations", more)
    assert answer.status_code == 422, answer.text
    assert code in codes(answer)


def test_the_limit_is_data(office: Office, clock: Clock) -> None:
    long = wish(office, clock, ends_at=(clock.time + timedelta(days=40)).isoformat())
    assert codes(office("leader").post("/delegations", long)) == ["too_long"]
    with office.database.transaction() as session:
        query = update(DictionaryItem).where(DictionaryItem.value == "delegation_days")
        session.execute(query.values(ext={"number": 45}))
    assert office("leader").post("/delegations", long).status_code == 201


def test_what_is_borrowed_is_not_lent_on_and_not_lent_twice(office: Office, clock: Clock) -> None:
    lend(office, clock)
    on = office("chengnan").post("/delegations", wish(office, clock, "worker"))
    assert codes(on) == ["not_held"]
    twice = office("leader").post("/delegations", wish(office, clock))
    assert (twice.status_code, twice.json()["code"]) == (409, "delegation_overlaps")
    assert [row["code"] for row in office("chengnan").get("/delegations/mine").json()["roles"]] == ["safety_officer"]


def test_it_is_lent_only_within_reach(office: Office, clock: Clock) -> None:
    """chengbei sees 城北分公司 and below; whoever is elsewhere is as missing as nobody."""
    found = office("chengbei").get("/delegations/candidates?q=e").json()["items"]
    assert {entry["name"] for entry in found} == {"巡西陆", "成仲海"}
    far = office("chengbei").post("/delegations", wish(office, clock, "worker", role="safety_officer"))
    assert far.status_code == 404
    assert (
        office("chengbei").post("/delegations", wish(office, clock, "inspector", role="safety_officer")).status_code
        == 201
    )
    borrowed = office("inspector").principal.narrowed("ledgers:fire-facilities:update").scope
    assert (borrowed.kind, borrowed.department_ids) == ("subtree", office("chengbei").principal.scope.department_ids)


def test_it_is_shown_where_one_looks_why(office: Office, clock: Clock) -> None:
    lent = lend(office, clock)
    shown = office("secadmin").get(f"/users/{office('chengnan').id}/effective-permissions").json()
    loan = shown["sources"][1]
    assert (loan["kind"], loan["role"]["code"], loan["from"]["name"], loan["scope"]["title"]) == (
        "delegation", "leader", "冯导远", "全公司",
    )  # fmt: skip
    assert datetime.fromisoformat(loan["valid_to"]) == datetime.fromisoformat(lent["ends_at"])
    why = {entry["permission"]: entry["sources"] for entry in shown["permissions"]}
    assert why["ledgers:fire-facilities:export"] == [0, 1]
    listed = office("auditor").get("/delegations").json()
    assert [(row["lender"]["name"], row["borrower"]["name"]) for row in listed["items"]] == [("冯导远", "程楠木")]
    assert office("safety").get("/delegations").status_code == 403


def test_dengbao_an_office_is_not_lent_whoever_writes(quiet: Office) -> None:
    with quiet.database.session() as session, pytest.raises(IntegrityError, match="no_administrator"):
        session.execute(
            text(
                "INSERT INTO delegation (id, lender_id, borrower_id, role, administrator, starts_at, ends_at, reason,"
                " created_at, begun, ended) SELECT gen_random_uuid(), a.id, b.id, 'audit_admin', 'audit', now(),"
                " now() + interval '1 day', 'x', now(), true, false FROM user_account a, user_account b"
                " WHERE a.username = 'auditor' AND b.username = 'worker'"
            )
        )
    with quiet.database.session() as session, pytest.raises(IntegrityError, match="administrators_are_not_lent"):
        session.execute(text("UPDATE role SET delegable = true WHERE code = 'audit_admin'"))
