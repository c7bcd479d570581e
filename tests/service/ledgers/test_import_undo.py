"""Taking an import back, and how often one may import at all."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, text

from contracts.events import LedgerRowsChanged
from kit.audit import AuditLog
from kit.bus.tables import Outbox
from services.ledgers.importing.jobs import sweep
from services.ledgers.importing.tables import ImportEffect
from tests.fixtures import museum
from tests.fixtures.museum import facility
from tests.service.ledgers.desk import CERTIFICATES, FACILITIES, Bench, Desk, sample


@pytest.fixture
def desk(bench: Bench) -> Desk:
    return Desk(bench, FACILITIES, bench.who(f"ledgers:{FACILITIES}:*"))


def book(*rows: dict[str, Any]) -> bytes:
    return museum.saved(museum.book(list(rows)))


def rows_of(desk: Desk) -> dict[str, dict[str, Any]]:
    items = desk.ask("GET", "", params={"size": "200"}).json()["items"]
    return {row["facility_no"]: row for row in items}


def undo(desk: Desk, job: dict[str, Any]) -> Any:
    return desk.ask("POST", f"/imports/{job['id']}/undo", json={})


def test_what_was_created_goes_and_what_was_changed_comes_back(bench: Bench, desk: Desk) -> None:
    desk.bring_in(book(facility(1, 备注="原来的"), facility(2)))
    before = rows_of(desk)
    job = desk.bring_in(book(facility(1, 放置位置="南区", 备注=None, 数量=7), facility(2), facility(3)))
    assert job["undo"]["possible_until"] is not None
    undone = undo(desk, job)
    assert undone.status_code == 200, undone.text
    result = undone.json()
    assert (result["state"], result["undo"]["deleted"], result["undo"]["restored"]) == ("undone", 1, 1)
    assert result["undo"]["refused"] == [] and result["undo"]["undone_at"]
    after = rows_of(desk)
    assert set(after) == {"MX-0001", "MX-0002"}
    same = ("location", "remark", "quantity", "computed_keys", "dept_id", "made_date")
    assert {key: after["MX-0001"][key] for key in same} == {key: before["MX-0001"][key] for key in same}
    assert after["MX-0001"]["version"] == 3 and after["MX-0002"]["version"] == 1
    again = undo(desk, job)
    assert (again.status_code, again.json()["code"]) == (409, "import_undone")
    assert desk.ask("GET", "/imports").json()["items"][0]["state"] == "undone"
    assert desk.confirm(job).json()["code"] == "import_undone"
    with bench.database.session() as session:
        told = session.scalars(select(Outbox).where(Outbox.type == LedgerRowsChanged.type).order_by(Outbox.id)).all()
        audited = session.scalars(select(AuditLog).where(AuditLog.action == f"ledgers:{FACILITIES}:import.undo")).one()
        assert not session.scalars(select(ImportEffect.row_id).where(ImportEffect.job_id == job["id"])).all()
    changes = {change["id"]: change for change in told[-1].data["changes"]}
    assert len(changes) == 2 and {change["deleted"] for change in changes.values()} == {True, False}
    assert audited.after == {"deleted": 1, "restored": 1, "refused": 0}
    history = desk.ask("GET", f"/{after['MX-0001']['id']}/history").json()["items"]
    assert history[0]["via"] == "undo"
    # The same file may be brought in again, and finds the key free.
    assert desk.bring_in(book(facility(1, 放置位置="南区", 备注=None, 数量=7), facility(3)))["created"] == 1


def test_rows_that_somebody_has_touched_since_stay_and_are_named(desk: Desk) -> None:
    desk.bring_in(book(facility(1), facility(2)))
    job = desk.bring_in(book(*(facility(n, 放置位置="南区") for n in range(1, 6))))
    rows = rows_of(desk)
    for number in ("MX-0001", "MX-0003"):
        row = rows[number]
        changed = desk.ask("PUT", f"/{row['id']}", json={"version": row["version"], "keeper": "李四"})
        assert changed.status_code == 200
    assert desk.ask("DELETE", f"/{rows['MX-0004']['id']}", params={"version": "1"}).status_code == 204
    assert desk.ask("GET", f"/imports/{job['id']}").json()["undo"]["possible_rows"] == 2
    result = undo(desk, job).json()["undo"]
    assert (result["deleted"], result["restored"], result["refused_count"]) == (1, 1, 3)
    assert {(item["row_id"], item["code"]) for item in result["refused"]} == {
        (rows["MX-0001"]["id"], "changed_since_import"), (rows["MX-0003"]["id"], "changed_since_import"),
        (rows["MX-0004"]["id"], "deleted_since_import"),
    }  # fmt: skip
    assert all(item["title"] and item["message"] for item in result["refused"])
    after = rows_of(desk)
    assert (after["MX-0001"]["location"], after["MX-0002"]["location"]) == ("南区", "北区")
    assert set(after) == {"MX-0001", "MX-0002", "MX-0003"}


def test_a_later_import_of_the_same_rows_counts_as_a_change(desk: Desk) -> None:
    first = desk.bring_in(book(facility(1), facility(2)))
    desk.bring_in(book(facility(1, 放置位置="南区")))
    result = undo(desk, first).json()["undo"]
    assert (result["deleted"], [item["code"] for item in result["refused"]]) == (1, ["changed_since_import"])


def test_personal_numbers_come_back_sealed_and_are_never_plain_in_what_is_kept(bench: Bench) -> None:
    desk = Desk(bench, CERTIFICATES, bench.who(f"ledgers:{CERTIFICATES}:*", "ledgers:personal:read"))
    content = sample("特种作业人员持证台账-运行管理部.xlsx")
    desk.bring_in(content)
    before = {row["id"]: row for row in desk.ask("GET", "", params={"size": "200"}).json()["items"]}
    changed = sample("特种作业人员持证台账-运行管理部.xlsx")
    import io

    from openpyxl import load_workbook

    workbook = load_workbook(io.BytesIO(changed))
    for cells in workbook.worksheets[0].iter_rows(min_row=4, max_row=9):
        if cells[1].value:
            cells[9].value = "另一个机关"
    job = desk.bring_in(museum.saved(workbook))
    assert job["updated"] > 0
    with bench.database.session() as session:
        kept = session.scalars(text("SELECT before::text FROM import_effect WHERE before IS NOT NULL")).all()
    numbers = [row["id_number"] for row in before.values()]
    assert len(kept) == job["updated"] and not any(number in row for row in kept for number in numbers)
    assert undo(desk, job).json()["undo"]["restored"] == job["updated"]
    after = {row["id"]: row for row in desk.ask("GET", "", params={"size": "200"}).json()["items"]}
    ours = {key for row in before.values() for key in row} - {"version", "updated_at"}
    assert {id_: {key: row[key] for key in ours} for id_, row in after.items()} == {
        id_: {key: row[key] for key in ours} for id_, row in before.items()
    }


def test_undo_has_its_time_its_person_and_its_state(bench: Bench, desk: Desk) -> None:
    job = desk.upload(book(facility(1)))
    assert undo(desk, job).json()["code"] == "import_not_confirmed"
    desk.confirm(job)
    colleague = Desk(bench, FACILITIES, bench.who(f"ledgers:{FACILITIES}:*"))
    assert undo(colleague, job).json()["code"] == "not_the_uploader"
    stranger = Desk(bench, FACILITIES, bench.who(f"ledgers:{FACILITIES}:*", scope="subtree", department="工程部"))
    assert undo(stranger, job).status_code == 404
    same = desk.bring_in(book(facility(1)))
    assert undo(desk, same).json()["code"] == "nothing_to_undo"
    with bench.transaction() as session:
        late = "UPDATE import_job SET confirmed_at = now() - interval '25 hours' WHERE id = :id"
        session.execute(text(late), {"id": job["id"]})
    assert undo(desk, job).json()["code"] == "undo_expired"
    with bench.transaction() as session:
        sweep(session)
        assert not session.scalars(select(ImportEffect.row_id)).all()
    assert undo(desk, job).json()["code"] == "undo_expired" and desk.total() == 1


def test_rows_that_have_left_the_persons_reach_stay_unnamed(bench: Bench, desk: Desk) -> None:
    officer = Desk(bench, FACILITIES, bench.who(f"ledgers:{FACILITIES}:*", scope="subtree", department="城南储配站"))
    desk.bring_in(book(facility(1)))
    job = officer.bring_in(book(facility(1, 放置位置="南区"), facility(2)))
    with bench.transaction() as session:
        # Moved without a new version, as when the organisation's tree changes around it.
        session.execute(
            text("UPDATE fire_facilities SET dept_id = :dept WHERE facility_no = 'MX-0001'"),
            {"dept": _engineering()},
        )
    result = undo(officer, job).json()["undo"]
    assert result["deleted"] == 1
    assert [(item["code"], item["title"]) for item in result["refused"]] == [("out_of_scope", None)]


def _engineering() -> Any:
    from tests import company

    return company.department_id("工程部")


def test_a_key_that_another_row_has_taken_is_not_taken_back(bench: Bench, desk: Desk) -> None:
    import io

    from openpyxl import load_workbook

    desk.bring_in(book(facility(1)))
    workbook = load_workbook(io.BytesIO(desk.export()))
    sheet = workbook.worksheets[0]
    sheet.cell(2, [cell.value for cell in sheet[1]].index("设施编号") + 1).value = "MX-0099"
    job = desk.bring_in(museum.saved(workbook))
    assert job["updated"] == 1
    desk.bring_in(book(facility(1)))
    result = undo(desk, job).json()["undo"]
    assert (result["restored"], [item["code"] for item in result["refused"]]) == (0, ["key_taken"])
    assert set(rows_of(desk)) == {"MX-0001", "MX-0099"}


def test_a_long_import_is_undone_in_the_background(desk: Desk) -> None:
    job = desk.bring_in(book(*(facility(n) for n in range(1, 620))))
    answer = undo(desk, job).json()
    assert answer["state"] == "undoing"
    done = desk.settled(answer, "undone", "confirmed", "failed")
    assert (done["state"], done["undo"]["deleted"], desk.total()) == ("undone", 619, 0)


def test_each_person_may_do_so_much_and_is_told_when_again(
    bench: Bench, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = bench.client.app.state.settings  # type: ignore[attr-defined]
    monkeypatch.setattr(
        bench.client.app.state, "settings",  # type: ignore[attr-defined]
        settings.model_copy(update={"upload_per_minute": 3, "import_per_hour": 1, "export_per_minute": 2}),
    )  # fmt: skip
    job = desk.upload(book(facility(1)))
    assert desk.send(b"no workbook").status_code == 422, "what is refused counts as well"
    other = desk.upload(book(facility(2)))
    late = desk.send(book(facility(3)))
    assert (late.status_code, late.json()["code"]) == (429, "quota_exceeded")
    assert 0 < int(late.headers["retry-after"]) <= 60 and "每分钟最多 3 次" in late.json()["detail"]
    assert desk.confirm(job).status_code == 200
    refused = desk.confirm(other)
    assert refused.status_code == 429 and 3500 < int(refused.headers["retry-after"]) <= 3600
    assert desk.ask("GET", f"/imports/{other['id']}").json()["state"] == "ready"
    assert [desk.ask("GET", "/export.xlsx").status_code for _ in range(3)] == [200, 200, 429]
    colleague = Desk(bench, FACILITIES, bench.who(f"ledgers:{FACILITIES}:*"))
    assert colleague.ask("GET", "/export.xlsx").status_code == 200, "each has a count of their own"
    with bench.transaction() as session:
        session.execute(text("UPDATE quota_use SET recent = ARRAY[now() - interval '61 minutes']"))
    assert desk.confirm(other).status_code == 200
    # A limit must not break a working system: when nothing can be counted, the request passes.
    with bench.transaction() as session:
        session.execute(text("UPDATE quota_use SET recent = ARRAY(SELECT now() FROM generate_series(1, 9))"))
    from kit.http import quota

    monkeypatch.setattr(quota, "now", lambda: 1 / 0)
    assert desk.ask("GET", "/export.xlsx").status_code == 200
