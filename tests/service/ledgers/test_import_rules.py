"""What an import may do, and what it must not."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from sqlalchemy import select, text

from services.ledgers.importing import confirming
from services.ledgers.importing.jobs import sweep
from services.ledgers.importing.tables import ImportFile, ImportJob, ImportMatch, ImportRow
from tests import company
from tests.fixtures import museum
from tests.fixtures.museum import facility
from tests.service.ledgers.desk import CERTIFICATES, FACILITIES, Bench, Desk, sample


@pytest.fixture
def desk(bench: Bench) -> Desk:
    """Somebody of the company, who may do everything with facilities."""
    return Desk(bench, FACILITIES, bench.who(f"ledgers:{FACILITIES}:*"))


def book(*rows: dict[str, Any], headings: tuple[str, ...] = museum.HEADINGS) -> bytes:
    return museum.saved(museum.book(list(rows), headings))


def row_of(desk: Desk, number: str) -> dict[str, Any]:
    (found,) = [
        row for row in desk.ask("GET", "", params={"size": "200"}).json()["items"] if row["facility_no"] == number
    ]
    return found


# -- duplicates ------------------------------------------------------------------------------------------------------------


def test_update_changes_what_differs_and_counts_it(desk: Desk) -> None:
    desk.bring_in(book(facility(1), facility(2)))
    job = desk.upload(book(facility(1, 放置位置="南区"), facility(2), facility(3)))
    assert (job["created"], job["updated"], job["unchanged"]) == (1, 1, 1)
    assert row_of(desk, "MX-0001")["location"] == "北区"
    desk.confirm(job)
    assert row_of(desk, "MX-0001")["location"] == "南区" and row_of(desk, "MX-0001")["version"] == 2
    assert row_of(desk, "MX-0002")["version"] == 1 and desk.total() == 3


def test_skip_leaves_what_is_there(desk: Desk) -> None:
    desk.bring_in(book(facility(1)))
    job = desk.upload(book(facility(1, 放置位置="南区"), facility(2)), on_duplicate="skip")
    assert (job["created"], job["skipped"], job["updated"]) == (1, 1, 0)
    desk.confirm(job)
    assert row_of(desk, "MX-0001")["location"] == "北区"


def test_error_names_the_row(desk: Desk) -> None:
    desk.bring_in(book(facility(1)))
    job = desk.upload(book(facility(1), facility(2)), on_duplicate="error")
    (error,) = job["errors"]
    assert (error["row"], error["column"], error["code"]) == (2, "A", "already_exists")
    assert (job["valid"], job["created"]) == (1, 1)
    page = desk.ask("GET", f"/imports/{job['id']}/rows", params={"invalid": "1"}).json()
    assert page["items"][0]["values"]["facility_no"] == "MX-0001"


def test_an_unknown_way_with_duplicates_is_refused(desk: Desk) -> None:
    assert desk.send(book(facility(1)), on_duplicate="replace").status_code == 422


def test_a_column_that_is_not_in_the_file_is_left_alone(desk: Desk) -> None:
    desk.bring_in(book(facility(1, 备注="原来的备注", 出厂日期="2024-05-06")))
    fewer = tuple(heading for heading in museum.HEADINGS if heading not in ("备注", "出厂日期"))
    desk.bring_in(book(facility(1, 放置位置="南区"), headings=fewer))
    row = row_of(desk, "MX-0001")
    assert (row["location"], row["remark"], row["made_date"]) == ("南区", "原来的备注", "2024-05-06")


def test_a_deleted_row_is_no_duplicate(desk: Desk) -> None:
    desk.bring_in(book(facility(1)))
    row = row_of(desk, "MX-0001")
    assert desk.ask("DELETE", f"/{row['id']}", params={"version": "1"}).status_code == 204
    assert desk.upload(book(facility(1)))["created"] == 1


# -- scope and permission --------------------------------------------------------------------------------------------------


def test_rows_of_another_department_are_refused_in_their_cell(bench: Bench) -> None:
    station = Desk(bench, FACILITIES, bench.who(f"ledgers:{FACILITIES}:*", scope="subtree", department="城南储配站"))
    job = station.upload(book(facility(1), facility(2, 所属部门="工程部")))
    (error,) = job["errors"]
    assert (error["row"], error["column"], error["code"]) == (3, "E", "department_out_of_scope")


def test_a_row_that_others_own_cannot_be_changed_or_taken(bench: Bench) -> None:
    whole = Desk(bench, CERTIFICATES, bench.who(f"ledgers:{CERTIFICATES}:*", "ledgers:personal:read"))
    whole.bring_in(sample("特种作业人员持证台账-运行管理部.xlsx"))
    other = Desk(bench, CERTIFICATES, bench.who(f"ledgers:{CERTIFICATES}:*", scope="subtree", department="工程部"))
    content = sample("特种作业人员持证台账-运行管理部.xlsx")
    job = other.upload(content)
    assert job["valid"] == 0 and {error["code"] for error in job["errors"]} == {"department_out_of_scope"}
    assert other.confirm(job, only_valid=True).json()["code"] == "no_valid_rows"
    import io

    from openpyxl import load_workbook

    workbook = load_workbook(io.BytesIO(content))
    for cells in workbook.worksheets[0].iter_rows(min_row=4):
        if cells[1].value:
            cells[4].value = "工程部"
    buffer = io.BytesIO()
    workbook.save(buffer)
    job = other.upload(buffer.getvalue())
    assert {error["code"] for error in job["errors"]} == {"exists_elsewhere"} and job["valid"] == 0


def test_without_the_permission_nothing_is_told(bench: Bench, desk: Desk) -> None:
    reader = Desk(bench, FACILITIES, bench.who(f"ledgers:{FACILITIES}:read"))
    assert reader.send(book(facility(1))).status_code == 403
    assert reader.ask("GET", "/template.xlsx").status_code == 403
    assert reader.ask("GET", "/export.xlsx").status_code == 403
    job = desk.upload(book(facility(1)))
    station = Desk(bench, FACILITIES, bench.who(f"ledgers:{FACILITIES}:*", scope="subtree", department="城南储配站"))
    for method, path in (("GET", ""), ("GET", "/rows"), ("GET", "/errors.xlsx"), ("POST", "/confirm"), ("DELETE", "")):
        assert station.ask(method, f"/imports/{job['id']}{path}").status_code == 404
    assert station.ask("GET", "/imports").json()["total"] == 0
    colleague = Desk(bench, FACILITIES, bench.who(f"ledgers:{FACILITIES}:*"))
    assert colleague.ask("GET", f"/imports/{job['id']}").status_code == 200
    assert colleague.confirm(job).json()["code"] == "not_the_uploader"
    nowhere = Desk(bench, "no-such-ledger", bench.who("ledgers:*:*"))
    assert nowhere.send(book(facility(1))).status_code == 404


# -- the job ---------------------------------------------------------------------------------------------------------------


def test_history_and_cancelling(bench: Bench, desk: Desk) -> None:
    first = desk.upload(book(facility(1)), "一月.xlsx")
    second = desk.upload(book(facility(2)), "二月.xlsx")
    history = desk.ask("GET", "/imports").json()
    assert [item["file_name"] for item in history["items"]] == ["二月.xlsx", "一月.xlsx"] and history["total"] == 2
    assert "errors" not in history["items"][0]
    assert desk.ask("DELETE", f"/imports/{first['id']}").json()["state"] == "cancelled"
    assert desk.ask("DELETE", f"/imports/{first['id']}").json()["state"] == "cancelled"
    assert desk.confirm(first).json()["code"] == "import_cancelled"
    with bench.database.session() as session:
        for table in (ImportRow, ImportMatch, ImportFile):
            assert not session.scalars(select(table.job_id).where(table.job_id == first["id"])).all()
    desk.confirm(second)
    assert desk.ask("DELETE", f"/imports/{second['id']}").json()["code"] == "import_confirmed"


def test_after_a_day_rows_and_files_are_gone_and_the_history_stays(bench: Bench, desk: Desk) -> None:
    job, young = desk.upload(book(facility(1))), desk.upload(book(facility(2)))
    with bench.database.transaction() as session:
        session.execute(
            text("UPDATE import_job SET created_at = now() - interval '25 hours' WHERE id = :id"), {"id": job["id"]}
        )
    with bench.database.transaction() as session:
        assert sweep(session) == 1
    assert desk.confirm(job).json()["code"] == "import_expired"
    assert desk.ask("GET", f"/imports/{job['id']}/errors.xlsx").status_code == 410
    assert desk.ask("GET", f"/imports/{job['id']}").json()["expired"] is True
    assert desk.ask("GET", "/imports").json()["total"] == 2
    assert desk.confirm(young).json()["state"] == "confirmed"


def test_confirmed_twice_and_at_once_it_is_written_once(desk: Desk) -> None:
    job = desk.upload(book(*(facility(n) for n in range(1, 60))))
    answers: list[Any] = []
    barrier = threading.Barrier(6)

    def press() -> None:
        barrier.wait()
        answer = desk.confirm(job)
        # Who waits too long behind the others is asked to come again, as a browser does by itself.
        while answer.status_code == 503 and answer.json()["code"] == "busy":
            answer = desk.confirm(job)
        answers.append(answer)

    threads = [threading.Thread(target=press) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {200}, [answer.text for answer in answers]
    assert {answer.json()["created"] for answer in answers} == {59}
    assert desk.total() == 59 and desk.confirm(job).json()["state"] == "confirmed"


def test_a_row_that_comes_in_between_the_last_look_and_the_writing_is_nobodys_loss(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = desk.upload(book(facility(1, 放置位置="南区"), facility(2)))
    desk.bring_in(book(facility(1)))
    # The moment after the last look, in which another transaction has written the same key.
    monkeypatch.setattr(confirming, "_still_as_shown", lambda *_: None)
    late = desk.confirm(job)
    assert (late.status_code, late.json()["code"]) == (409, "rows_changed")
    assert desk.total() == 1 and row_of(desk, "MX-0001")["location"] == "北区", "nothing half-written"
    monkeypatch.undo()
    again = desk.confirm(job)
    assert (again.status_code, again.json()["code"]) == (409, "rows_changed")
    assert desk.confirm(job).json()["state"] == "confirmed" and desk.total() == 2


def test_two_files_with_the_same_new_rows_do_not_both_write(desk: Desk) -> None:
    one, two = desk.upload(book(facility(1), facility(2))), desk.upload(book(facility(1, 放置位置="南区"), facility(3)))
    desk.confirm(one)
    late = desk.confirm(two)
    assert (late.status_code, late.json()["code"]) == (409, "rows_changed")
    assert [error["loc"] for error in late.json()["errors"]] == [["row", 2]]
    assert desk.total() == 2, "nothing half-written"
    renewed = desk.ask("GET", f"/imports/{two['id']}").json()
    assert (renewed["created"], renewed["updated"]) == (1, 1)
    assert desk.confirm(two).json()["state"] == "confirmed" and desk.total() == 3


def test_a_row_changed_by_others_meanwhile_is_reported_and_an_equal_one_is_not(desk: Desk) -> None:
    desk.bring_in(book(facility(1), facility(2)))
    job = desk.upload(book(facility(1, 放置位置="南区"), facility(2, 放置位置="东区")))
    for number, place in (("MX-0001", "西区"), ("MX-0002", "东区")):
        row = row_of(desk, number)
        assert desk.ask("PUT", f"/{row['id']}", json={"version": 1, "location": place}).status_code == 200
    late = desk.confirm(job)
    assert late.status_code == 409 and [error["loc"][1] for error in late.json()["errors"]] == [2]
    assert desk.confirm(job).status_code == 200
    assert row_of(desk, "MX-0001")["location"] == "南区" and row_of(desk, "MX-0002")["version"] == 2


def test_an_old_export_does_not_undo_what_others_did_since(desk: Desk) -> None:
    import io

    from openpyxl import load_workbook

    desk.bring_in(book(facility(1), facility(2)))
    workbook = load_workbook(io.BytesIO(desk.export()))
    for cells in workbook.worksheets[0].iter_rows(min_row=2):
        cells[[c.value for c in workbook.worksheets[0][1]].index("备注")].value = "盘点"
    row = row_of(desk, "MX-0001")
    desk.ask("PUT", f"/{row['id']}", json={"version": 1, "location": "西区"})
    buffer = io.BytesIO()
    workbook.save(buffer)
    job = desk.upload(buffer.getvalue())
    assert [error["code"] for error in job["errors"]] == ["changed_since_export"] and job["updated"] == 1


def test_long_files_go_to_the_background_and_are_written_there(desk: Desk) -> None:
    content = book(*(facility(n) for n in range(1, 702)))
    answer = desk.send(content)
    assert (answer.status_code, answer.json()["state"]) == (201, "queued")
    assert desk.confirm(answer.json()).json()["code"] in ("import_not_ready",)
    job = desk.settled(answer.json())
    assert (job["state"], job["created"], job["progress"]) == ("ready", 701, 100)
    done = desk.settled(desk.confirm(job).json(), "confirmed", "failed")
    assert (done["state"], desk.total()) == ("confirmed", 701)
    bad = desk.send(
        museum.by_hand(museum.sheet_xml('<row r="1"><c r="A1"><v>1</v></c></row>' + '<row r="2"/>' * 11_000))
    )
    assert desk.settled(bad.json())["error"]["code"] == "headings_not_found"


def test_a_job_whose_runner_was_killed_is_taken_up_again(bench: Bench, desk: Desk) -> None:
    job = desk.upload(book(*(facility(n) for n in range(1, 10))))
    with bench.database.transaction() as session:
        # As a killed process leaves it: in the middle, with rows of nobody's transaction and an old heartbeat.
        stale = "now() - interval '1 hour'"
        session.execute(
            text(
                f"UPDATE import_job SET state = 'parsing', runner = gen_random_uuid(), heartbeat_at = {stale}, rows = 0 "
                "WHERE id = :id"
            ),
            {"id": job["id"]},
        )
    again = desk.settled({**job, "state": "parsing"})
    assert (again["state"], again["created"], again["rows"]) == ("ready", 9, 9)


def test_a_backend_killed_in_mid_confirmation_leaves_nothing(bench: Bench, desk: Desk) -> None:
    """The transaction is held up by a lock on one key, killed there, and confirmed again."""
    job = desk.upload(book(*(facility(n) for n in range(1, 30))))
    with bench.database.engine.connect() as blocker:
        blocker.execute(
            text(
                "INSERT INTO fire_facilities (id, facility_no, name, facility_type, dept_id, location, spec, quantity, unit, "
                "keeper, status) VALUES (gen_random_uuid(), 'MX-0029', 'x', 'x', :dept, 'x', 'x', 1, 'x', 'x', 'x')"
            ),
            {"dept": company.department_id("城南储配站")},
        )
        answers: list[Any] = []
        thread = threading.Thread(target=lambda: answers.append(desk.confirm(job)))
        thread.start()
        for _ in range(100):
            with bench.database.session() as session:
                waiting = session.scalar(
                    text(
                        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' LIMIT 1"
                    )
                )
            if waiting:
                break
            time.sleep(0.05)
        assert waiting, "the confirmation waits for the other transaction"
        with bench.database.session() as session:
            session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": waiting})
        thread.join(timeout=20)
        blocker.rollback()
    assert answers[0].status_code == 503, answers[0].text
    assert desk.total() == 0 and desk.ask("GET", f"/imports/{job['id']}").json()["state"] == "ready"
    assert desk.confirm(job).json()["created"] == 29 and desk.total() == 29


def test_the_queue_is_bounded(bench: Bench, desk: Desk) -> None:
    with bench.database.transaction() as session:
        first = desk.upload(book(facility(1)))
        columns = "slug, file_name, sha256, on_duplicate, principal, created_by, created_by_name, heartbeat_at"
        session.execute(
            text(
                f"INSERT INTO import_job (id, state, {columns}) SELECT gen_random_uuid(), 'parsing', slug, file_name, sha256, "
                "on_duplicate, principal, created_by, created_by_name, now() + interval '1 hour' "
                "FROM import_job, generate_series(1, 20) WHERE id = :id"
            ),
            {"id": first["id"]},
        )
    answer = desk.send(book(facility(2)))
    assert (answer.status_code, answer.json()["code"]) == (429, "import_queue_full")
    assert "retry-after" in answer.headers


def test_the_same_key_uploads_once(desk: Desk) -> None:
    content = book(facility(1))
    headers = {"Idempotency-Key": "abc"}
    files = {"file": ("a.xlsx", content, "application/octet-stream")}
    first = desk.ask("POST", "/imports", files=files, headers=headers)
    again = desk.ask("POST", "/imports", files=files, headers=headers)
    assert first.json()["id"] == again.json()["id"] and desk.ask("GET", "/imports").json()["total"] == 1


# -- the museum, through the front door --------------------------------------------------------------------------------------


def test_every_bad_file_is_refused_with_its_code_and_the_service_lives(desk: Desk) -> None:
    for name, exhibit in museum.REFUSED.items():
        answer = desk.send(exhibit.make(), exhibit.name)
        assert answer.status_code in (201, 422), (name, answer.text)
        if answer.status_code == 422:
            assert answer.json()["code"] == exhibit.code, (name, answer.text)
            assert answer.headers["content-type"] == "application/problem+json"
        else:
            job = desk.settled(answer.json())
            assert (job["state"], job["error"]["code"]) == ("failed", exhibit.code), name
    assert desk.total() == 0 and desk.bring_in(book(facility(1)))["created"] == 1


def test_odd_files_that_are_right_are_imported(desk: Desk) -> None:
    for name, (make, count) in museum.ACCEPTED.items():
        job = desk.upload(make())
        assert (job["state"], job["valid"], job["errors"]) == ("ready", count, []), name
    job = desk.upload(museum.seven_dates())
    days = desk.ask("GET", f"/imports/{job['id']}/rows").json()["items"]
    assert {row["values"]["made_date"] for row in days} == {"2024-05-06"}


def test_a_file_that_is_too_large_is_413(desk: Desk) -> None:
    answer = desk.send(b"PK\x03\x04" + bytes(20 * 1024 * 1024))
    assert answer.status_code == 413
    assert desk.send(b"PK\x03\x04" + bytes(22 * 1024 * 1024)).status_code == 413


def test_a_job_is_found_where_it_belongs(bench: Bench, desk: Desk) -> None:
    job = desk.upload(book(facility(1)))
    elsewhere = Desk(bench, CERTIFICATES, desk.who.model_copy(update={"permissions": ("ledgers:*:*",)}))
    assert elsewhere.ask("GET", f"/imports/{job['id']}").status_code == 404
    with bench.database.session() as session:
        assert session.scalar(select(ImportJob.state).where(ImportJob.id == job["id"])) == "ready"
