"""Exports that are too long for one answer: made in the background, for one person, for a day."""

from __future__ import annotations

import time
from typing import Any

import pytest
from sqlalchemy import func, select, text

from kit.audit import AuditLog
from services.ledgers.exports import jobs as export_jobs
from services.ledgers.exports.tables import ExportJob, ExportPiece
from tests.service.ledgers.desk import CERTIFICATES, SUPPLIES, Bench, Desk, opened, sample

MAY = f"ledgers:{CERTIFICATES}:*"


@pytest.fixture
def whole(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Somebody of the company, in a ledger of 86 rows where 20 are already too many for one answer."""
    state = bench.client.app.state  # type: ignore[attr-defined]
    monkeypatch.setattr(state, "settings", state.settings.model_copy(update={"export_at_once_rows": 20}))
    desk = Desk(bench, CERTIFICATES, bench.who(MAY, "ledgers:personal:read"))
    desk.bring_in(sample("特种作业人员持证台账-运行管理部.xlsx"))
    return desk


def waited(desk: Desk, job: dict[str, Any]) -> dict[str, Any]:
    """The job when the background has done with it."""
    deadline = time.monotonic() + 30
    while job["state"] in ("queued", "running"):
        assert time.monotonic() < deadline, job
        time.sleep(0.05)
        job = desk.ask("GET", f"/exports/{job['id']}").json()
    return job


def by_hand(bench: Bench) -> None:
    """The background's work, done here: it is what a test that looks in between needs."""
    assert export_jobs.Background(bench.database).step()


def test_a_long_export_is_made_behind_the_scenes_and_fetched(bench: Bench, whole: Desk) -> None:
    refused = whole.ask("GET", "/export.xlsx")
    assert (refused.status_code, refused.json()["code"]) == (422, "export_in_background")
    assert whole.ask("GET", "/export.xlsx", params={"q": "施勤"}).status_code == 200, "few rows are given at once"
    started = whole.ask("POST", "/exports", params={"columns": "person_name,id_number", "sort": "-valid_to"})
    assert started.status_code == 201 and started.json()["rows"] == 86, started.text
    with export_jobs.running(bench.client.app):  # type: ignore[arg-type]
        job = waited(whole, started.json())
    assert (job["state"], job["progress"], job["rows"]) == ("done", 100, 86), job
    answer = whole.ask("GET", f"/exports/{job['id']}/file")
    assert answer.status_code == 200 and len(answer.content) == job["bytes"] == int(answer.headers["content-length"])
    rows = list(opened(answer.content).worksheets[0].iter_rows(values_only=True))
    assert rows[0][:2] == ("姓名", "身份证号") and len(rows) == 87 and all(len(row[1]) == 18 for row in rows[1:])
    assert whole.ask("GET", f"/exports/{job['id']}").json()["downloaded_at"]
    with bench.database.session() as session:
        made = session.scalars(select(AuditLog).where(AuditLog.action == f"ledgers:{CERTIFICATES}:export")).all()
        taken = session.scalars(select(AuditLog).where(AuditLog.action == f"ledgers:{CERTIFICATES}:export.download"))
        assert made[-1].detail is not None
        assert (made[-1].detail["rows"], made[-1].detail["personal"]) == (86, ["id_number"])
        assert len(taken.all()) == 1
        stored = session.scalar(text("SELECT content FROM export_piece LIMIT 1"))
        assert not bytes(stored).startswith(b"PK"), "the file lies sealed"
    # The file comes back as an import without a change.
    full = waited_by_hand(bench, whole)
    assert whole.upload(full)["unchanged"] == 86


def waited_by_hand(bench: Bench, desk: Desk) -> bytes:
    job = desk.ask("POST", "/exports").json()
    by_hand(bench)
    content: bytes = desk.ask("GET", f"/exports/{job['id']}/file").content
    return content


@pytest.mark.parametrize(("rows", "asked"), [(86, False), (85, True), (None, False)])
def test_to_take_much_away_two_factors_are_needed(bench: Bench, whole: Desk, rows: int | None, asked: bool) -> None:
    """reliability.md 3.1 S6. The demo (None) offers two factors and asks nobody for them."""
    state = bench.client.app.state  # type: ignore[attr-defined]
    # Every test's application is given its settings anew (conftest.py).
    state.settings = state.settings.model_copy(update={"export_second_factor_rows": rows})
    answer = whole.ask("POST", "/exports")
    if asked:
        assert (answer.status_code, answer.json()["code"]) == (403, "second_factor_missing")
        two = whole.who.model_copy(update={"amr": ("pwd", "otp")})
        answer = Desk(bench, CERTIFICATES, two).ask("POST", "/exports")
        state.settings = state.settings.model_copy(update={"export_at_once_rows": 86})
        refused = whole.ask("GET", "/export.xlsx")
        assert (refused.status_code, refused.json()["code"]) == (403, "second_factor_missing")
    assert answer.status_code == 201, answer.text


def test_outside_the_demo_five_thousand_rows_are_much(bench: Bench) -> None:
    settings = bench.settings
    assert settings.model_copy(update={"environment": "production"}).second_factor_above == 5_000


def test_nobody_else_gets_it_and_scope_is_that_of_the_run(bench: Bench, whole: Desk) -> None:
    officer = Desk(bench, CERTIFICATES, bench.who(MAY, scope="subtree", department="运行管理部"))
    job = officer.ask("POST", "/exports").json()
    # Between asking and running, rows leave the department.
    with bench.transaction() as session:
        session.execute(
            text(
                "UPDATE special_operation_certificates SET dept_id = (SELECT id FROM directory_department WHERE code = 'GC') "
                "WHERE id IN (SELECT id FROM special_operation_certificates ORDER BY id LIMIT 10)"
            )
        )
    by_hand(bench)
    assert officer.ask("GET", f"/exports/{job['id']}").json()["rows"] == 76
    rows = list(opened(officer.ask("GET", f"/exports/{job['id']}/file").content).worksheets[0].iter_rows())
    assert len(rows) == 77 and "***" in str(rows[1][2].value), "masked without the permission"
    for method, path in (("GET", ""), ("GET", "/file"), ("DELETE", "")):
        assert whole.ask(method, f"/exports/{job['id']}{path}").status_code == 404
    assert [item["id"] for item in bench.ask(officer.who, "GET", "/_exports").json()["items"]] == [job["id"]]
    assert bench.ask(whole.who, "GET", "/_exports").json()["items"] == []
    elsewhere = Desk(bench, SUPPLIES, officer.who.model_copy(update={"permissions": ("ledgers:*:*",)}))
    assert elsewhere.ask("GET", f"/exports/{job['id']}").status_code == 404
    reader = Desk(bench, CERTIFICATES, bench.who(f"ledgers:{CERTIFICATES}:read"))
    assert reader.ask("POST", "/exports").status_code == 403


def test_a_file_with_whole_numbers_needs_the_permission_when_it_is_fetched(bench: Bench, whole: Desk) -> None:
    job = whole.ask("POST", "/exports").json()
    by_hand(bench)
    demoted = Desk(bench, CERTIFICATES, whole.who.model_copy(update={"permissions": (MAY,)}))
    refused = demoted.ask("GET", f"/exports/{job['id']}/file")
    assert (refused.status_code, refused.json()["code"]) == (403, "personal_export")
    # And whoever has left the company by the time it runs gets nothing made.
    with bench.transaction() as session:
        known = session.execute(text("SELECT id FROM directory_person LIMIT 1")).scalar_one()
        session.execute(text("UPDATE directory_person SET active = false WHERE id = :id"), {"id": known})
    gone = Desk(bench, CERTIFICATES, bench.who(MAY, user_id=known))
    job = gone.ask("POST", "/exports").json()
    by_hand(bench)
    assert gone.ask("GET", f"/exports/{job['id']}").json()["error"]["code"] == "account_disabled"


def test_given_up_dropped_and_swept(bench: Bench, whole: Desk) -> None:
    queued = whole.ask("POST", "/exports").json()
    assert whole.ask("GET", f"/exports/{queued['id']}/file").json()["code"] == "export_not_ready"
    assert whole.ask("DELETE", f"/exports/{queued['id']}").json()["state"] == "cancelled"
    assert not export_jobs.Background(bench.database).step(), "nothing is left to do"
    one, two = (whole.ask("POST", "/exports").json() for _ in range(2))
    by_hand(bench)
    by_hand(bench)
    assert whole.ask("DELETE", f"/exports/{one['id']}").json()["expired"] is True
    assert whole.ask("GET", f"/exports/{one['id']}/file").json()["code"] == "export_expired"
    with bench.transaction() as session:
        session.execute(text("UPDATE export_job SET finished_at = now() - interval '25 hours'"))
    assert whole.ask("GET", f"/exports/{two['id']}/file").status_code == 410
    with bench.transaction() as session:
        assert export_jobs.sweep(session) == 2
        assert session.scalar(select(func.count()).select_from(ExportPiece)) == 0
        assert session.scalar(select(func.count()).select_from(ExportJob)) == 3, "the history stays"
    waiting = [whole.ask("POST", "/exports").status_code for _ in range(4)]
    assert waiting == [201, 201, 201, 429]


def test_an_export_whose_runner_died_is_begun_anew_and_a_cancelled_one_is_not_finished(
    bench: Bench, whole: Desk
) -> None:
    job = whole.ask("POST", "/exports").json()
    with bench.transaction() as session:
        dead = "state = 'running', runner = gen_random_uuid(), heartbeat_at = now() - interval '5 minutes'"
        session.execute(text(f"UPDATE export_job SET {dead}"))
    by_hand(bench)
    assert whole.ask("GET", f"/exports/{job['id']}").json()["state"] == "done"
    # Cancelled while it runs: the next portion of rows finds out.
    job = whole.ask("POST", "/exports").json()
    runner = export_jobs.Background(bench.database)
    told = runner._tell

    def cancelled_first(job_id: Any, done: int, total: int) -> None:
        whole.ask("DELETE", f"/exports/{job['id']}")
        told(job_id, done, total)

    runner._tell = cancelled_first  # type: ignore[method-assign]
    assert runner.step()
    assert whole.ask("GET", f"/exports/{job['id']}").json()["state"] == "cancelled"
    with bench.database.session() as session:
        pieces = select(func.count()).select_from(ExportPiece).where(ExportPiece.job_id == job["id"])
        assert session.scalar(pieces) == 0
