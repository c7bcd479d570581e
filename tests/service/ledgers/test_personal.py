"""Personal values at rest: nothing readable anywhere, found by exact value, shown by permission, whatever the way in."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select, text

from kit.audit import AuditLog
from kit.query import UNREADABLE
from kit.sealing import SealBroken, fingerprint
from services.ledgers import disclosing, expiry
from services.ledgers.catalogue import BY_SLUG
from services.ledgers.reading import counts, table_of
from tests.catalogue.conftest import example
from tests.service.ledgers.desk import CERTIFICATES, Bench, Desk, opened, sample
from tests.support.plaintext import found_in

CERTIFICATE = BY_SLUG[CERTIFICATES]
TABLE = table_of(CERTIFICATE)
NUMBER, MOBILE = "990101199001011230", "13900139000"
MASKED = "990***********1230"


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    disclosing.looks.clear()


@pytest.fixture
def whole(bench: Bench) -> Desk:
    return Desk(bench, CERTIFICATES, bench.who(f"ledgers:{CERTIFICATES}:*", "ledgers:personal:read"))


@pytest.fixture
def clerk(bench: Bench) -> Desk:
    return Desk(bench, CERTIFICATES, bench.who(f"ledgers:{CERTIFICATES}:*"))


def created(desk: Desk, **more: Any) -> dict[str, Any]:
    body = {**example(CERTIFICATE, "工程部"), "phone": MOBILE, **more}
    answer = desk.ask("POST", "", json=body, headers={"Idempotency-Key": "once"} if not more else {})
    assert answer.status_code == 201, answer.text
    return answer.json()


def reads(bench: Bench) -> list[AuditLog]:
    with bench.database.session() as session:
        return list(session.scalars(select(AuditLog).where(AuditLog.action == "personal.read").order_by(AuditLog.at)))


def test_no_number_is_readable_in_the_database_whatever_was_done_with_it(bench: Bench, whole: Desk) -> None:
    row = created(whole)
    assert (row["id_number"], row["phone"]) == (NUMBER, MOBILE)
    changed = whole.ask("PUT", f"/{row['id']}", json={"version": 1, "phone": "13700137000"}).json()
    assert changed["phone"] == "13700137000"
    numbers = {NUMBER, f"T{NUMBER}", MOBILE, "13700137000"}
    for name in ("特种作业人员持证台账-运行管理部.xlsx", "特种作业人员持证台账-工程部-有错.xlsx"):
        numbers |= numbers_in(sample(name))
        job = whole.upload(sample(name), name)
        assert whole.ask("GET", f"/imports/{job['id']}/rows", params={"size": "200"}).status_code == 200
        assert whole.ask("GET", f"/imports/{job['id']}/errors.xlsx").status_code == 200
        answer = whole.confirm(job, only_valid=True)
        assert answer.status_code == 200, answer.text
    assert whole.ask("DELETE", f"/{row['id']}", params={"version": 2}).status_code == 204
    assert whole.ask("GET", "", params={"q": NUMBER}).status_code == 200
    assert numbers_in(whole.export()) & numbers, "a workbook for those who may is whole"
    with bench.transaction() as session:
        assert expiry.scan(session, date(2027, 6, 1)) > 0
    assert len(numbers) > 100
    with bench.database.session() as session:
        assert found_in(session, ["工程部"]), "the search would find what is readable"
        assert session.scalar(text("SELECT count(*) FROM import_row WHERE NOT ok")) > 0
        assert session.scalar(text("SELECT bool_and(substring(content FROM 1 FOR 3) = '~1.') FROM import_file"))
        assert found_in(session, sorted(numbers)) == []


def numbers_in(content: bytes) -> set[str]:
    """Identity numbers, certificate numbers and phones of a workbook, as text."""
    found = set()
    for sheet in load_workbook(io.BytesIO(content)).worksheets:
        for line in sheet.iter_rows(values_only=True):
            found |= {str(cell).strip("' ") for cell in line if cell is not None}
    return {cell for cell in found if len(cell) >= 11 and sum(c.isdigit() for c in cell) >= 11 and cell.isalnum()}


def test_a_number_is_found_by_its_exact_value_by_everybody_and_shown_by_permission(whole: Desk, clerk: Desk) -> None:
    created(whole)
    for desk, shown in ((whole, NUMBER), (clerk, MASKED)):
        page = desk.ask("GET", "", params={"q": NUMBER}).json()
        assert [item["id_number"] for item in page["items"]] == [shown]
        assert desk.ask("GET", "", params={"q": NUMBER[:17]}).json()["total"] == 0
        assert desk.ask("GET", f"/{page['items'][0]['id']}").json()["id_number"] == shown
    sheet = opened(clerk.export()).worksheets[0]
    cells = {str(cell) for line in sheet.iter_rows(values_only=True) for cell in line}
    assert MASKED in cells and NUMBER not in cells


def test_one_persons_rows_are_found_in_python_as_well(bench: Bench, whole: Desk) -> None:
    id_ = created(whole)["id"]
    with bench.database.session() as session:
        for condition in (
            CERTIFICATE.id_number == NUMBER, TABLE.c.id_number.in_([NUMBER, "x"]),
            TABLE.c.phone.is_not_distinct_from(MOBILE),
        ):  # fmt: skip
            assert [str(found) for found in session.scalars(select(TABLE.c.id).where(condition))] == [id_]
        assert session.scalars(select(TABLE.c.id).where(TABLE.c.id_number != NUMBER)).all() == []
        assert session.scalars(select(TABLE.c.id_number)).all() == [NUMBER]
        with pytest.raises(TypeError):
            select(TABLE.c.id).where(TABLE.c.id_number == TABLE.c.phone)


def test_every_showing_of_whole_values_is_in_the_audit_trail(bench: Bench, whole: Desk, clerk: Desk) -> None:
    id_ = created(whole)["id"]
    assert reads(bench) == [], "whoever writes a number has not been shown it"
    clerk.ask("GET", "")
    clerk.ask("GET", f"/{id_}")
    assert reads(bench) == []
    whole.ask("GET", "", params={"q": NUMBER})
    whole.ask("GET", "", params={"q": NUMBER})
    (read,) = reads(bench)
    assert (read.object_type, read.object_id, read.username) == (f"ledger:{CERTIFICATES}", id_, whole.who.username)
    assert read.detail == {
        "rows": 1, "ids": [id_], "fields": ["id_number", "phone", "cert_no"], "query": f"q={MASKED}",
    }  # fmt: skip
    whole.ask("GET", f"/{id_}")
    whole.ask("GET", f"/{id_}/history")
    assert len(reads(bench)) == 3
    whole.export(q=NUMBER)
    with bench.database.session() as session:
        (export,) = session.scalars(select(AuditLog).where(AuditLog.action == f"ledgers:{CERTIFICATES}:export"))
    assert export.detail["personal"] == ["id_number", "phone", "cert_no"]
    assert NUMBER not in str(export.detail)


def test_a_value_that_does_not_open_takes_nothing_else_away(bench: Bench, whole: Desk, clerk: Desk) -> None:
    broken, fine = created(whole)["id"], created(whole, cert_no=f"T{NUMBER}-2")["id"]
    with bench.database.transaction() as session:
        # Another row's token would open; another column's must not, and neither must what is no token at all.
        session.execute(
            text(f"UPDATE {TABLE.name} SET id_number = cert_no, phone = '13900139000' WHERE id = :id"), {"id": broken}
        )
    counts.clear()
    for desk, number in ((whole, NUMBER), (clerk, MASKED)):
        items = {item["id"]: item for item in desk.ask("GET", "").json()["items"]}
        assert items[fine]["id_number"] == number
        assert (items[broken]["id_number"], items[broken]["phone"]) == (UNREADABLE, UNREADABLE)
        assert items[broken]["person_name"] == "张三"
        assert UNREADABLE in {
            cell for line in opened(desk.export()).worksheets[0].iter_rows(values_only=True) for cell in line
        }
        change = desk.ask("PUT", f"/{broken}", json={"version": 1, "remark": "x"})
        assert (change.status_code, change.json()["code"]) == (409, SealBroken.code)


def test_a_token_belongs_to_its_column_and_its_hash(bench: Bench, whole: Desk) -> None:
    created(whole)
    with bench.database.session() as session:
        token = session.scalar(text(f"SELECT id_number FROM {TABLE.name}"))
        assert token.startswith("~1.") and NUMBER not in token
        assert session.scalar(select(fingerprint(TABLE.c.id_number))) == token.split(".")[1]
        # Somebody who may write to the database makes one person's row be found as another's.
        forged = token.replace(token.split(".")[1], "A" * 22)
        session.execute(text(f"UPDATE {TABLE.name} SET id_number = :forged"), {"forged": forged})
        with pytest.raises(SealBroken):
            session.scalars(select(TABLE.c.id_number)).all()
        session.rollback()
        session.execute(text(f"UPDATE {TABLE.name} SET phone = :token"), {"token": token})
        with pytest.raises(SealBroken):
            session.scalars(select(TABLE.c.phone)).all()


def test_the_same_number_is_one_key_however_it_was_sealed(bench: Bench, whole: Desk) -> None:
    created(whole)
    again = whole.ask("POST", "", json={**example(CERTIFICATE, "工程部"), "phone": MOBILE})
    assert (again.status_code, again.json()["code"]) == (409, "duplicate")
    content = whole.export()
    job = whole.bring_in(content)
    assert (job["created"], job["updated"], job["unchanged"]) == (0, 0, 1), "sealed anew, it is the same number"
    with bench.database.session() as session:
        assert session.scalar(select(func.count()).select_from(TABLE)) == 1


def test_a_file_of_masked_numbers_keeps_what_is_stored(whole: Desk, clerk: Desk) -> None:
    row = created(whole)
    job = clerk.bring_in(clerk.export())
    assert (job["created"], job["updated"], job["unchanged"]) == (0, 0, 1)
    assert whole.ask("GET", f"/{row['id']}").json()["id_number"] == NUMBER


def test_a_masked_number_stays_masked_in_the_preview_of_whoever_sent_it(whole: Desk, clerk: Desk) -> None:
    created(whole)
    job = clerk.upload(clerk.export())
    (row,) = clerk.ask("GET", f"/imports/{job['id']}/rows").json()["items"]
    assert (row["values"]["id_number"], row["values"]["phone"]) == (MASKED, "139****9000")
    assert row["action"] == "unchanged", "and is understood all the same"


def test_anothers_file_is_looked_into_with_the_permission_only(bench: Bench, whole: Desk, clerk: Desk) -> None:
    content = sample("特种作业人员持证台账-工程部-有错.xlsx")
    job = clerk.upload(content)
    assert any(error["value"] for error in job["errors"])
    other = Desk(bench, CERTIFICATES, bench.who(f"ledgers:{CERTIFICATES}:*"))
    seen = other.ask("GET", f"/imports/{job['id']}").json()
    assert len(seen["errors"]) == len(job["errors"]) and not any(error["value"] for error in seen["errors"])
    for path in ("rows", "errors.xlsx"):
        refused = other.ask("GET", f"/imports/{job['id']}/{path}")
        assert (refused.status_code, refused.json()["code"]) == (403, "personal_data_hidden")
        assert clerk.ask("GET", f"/imports/{job['id']}/{path}").status_code == 200
    assert reads(bench) == []
    assert whole.ask("GET", f"/imports/{job['id']}/rows").status_code == 200
    assert [read.detail for read in reads(bench)] == [{"import": job["id"]}]
