"""Phones and second factors at rest, and who was shown whose phone."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select, text

from kit.audit import AuditLog
from kit.db import Database
from services.auth.people import User
from tests import company
from tests.service.auth.conftest import Browser
from tests.support.plaintext import found_in

Open = Callable[[], Browser]
URL = "/api/auth/users"
PHONE, OTHER = "13812345678", "13987654321"


def reads(database: Database) -> list[AuditLog]:
    with database.session() as session:
        return list(session.scalars(select(AuditLog).where(AuditLog.action == "personal.read").order_by(AuditLog.at)))


def test_a_phone_is_readable_nowhere_and_its_showing_is_in_the_audit_trail(browser: Open, database: Database) -> None:
    administrator = browser()
    administrator.login("secadmin")
    answer = administrator.request("POST", URL, json={
        "username": "lisi", "name": "李四", "employee_no": "E1", "phone": PHONE,
        "department_id": str(company.department_id("工程部")),
    })  # fmt: skip
    assert answer.status_code == 201, answer.text
    user = answer.json()["user"]
    assert user["phone"] == PHONE
    with database.transaction() as session:
        row = session.scalars(select(User).where(User.phone == PHONE)).unique().one()
        assert str(row.id) == user["id"]
        assert row.phone == PHONE
        row.phone = OTHER
    assert reads(database) == []
    assert administrator.get(f"{URL}/{user['id']}").json()["phone"] == OTHER
    assert [item["phone"] for item in administrator.get(f"{URL}?q=lisi").json()["items"]] == [OTHER]
    assert [(read.object_id, read.detail["ids"]) for read in reads(database)] == [(user["id"], [user["id"]])] * 2
    safety = browser()
    safety.login("gongcheng")
    masked = safety.get(f"{URL}/{user['id']}")
    assert masked.status_code in (200, 403), masked.text
    assert PHONE not in masked.text and OTHER not in masked.text
    assert len(reads(database)) == 2
    with database.session() as session:
        assert found_in(session, ["李四"]), "the search would find what is readable"
        assert found_in(session, [PHONE, OTHER]) == []
        token = session.scalar(text("SELECT phone FROM user_account WHERE username = 'lisi'"))
        assert token.startswith("~1.")
