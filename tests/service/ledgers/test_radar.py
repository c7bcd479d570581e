"""到期雷达 and 证书查询: every due date that one may see, by one API, as a calendar, and by person."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import openpyxl
import pytest
from icalendar import Calendar

from contracts.events import DueDateTold
from contracts.principal import Principal
from kit.db import today
from services.ledgers.catalogue.special_operation_certificates import SpecialOperationCertificate
from services.ledgers.radar import telling
from services.ledgers.radar.reading import LEVELS
from tests import company
from tests.catalogue.conftest import Bench
from tests.service.ledgers.desk import CERTIFICATES, FACILITIES

ZHANG, LI = "990101199001011230", "99010119850315275X"


def day(offset: int) -> str:
    return (today() + timedelta(days=offset)).isoformat()


def certificate(person: str, number: str, department: str, valid_in: int, **more: Any) -> dict[str, Any]:
    return {
        "person_name": person, "id_number": number, "dept_id": str(company.department_id(department)),
        "cert_type": "special_operation", "category": "electric", "item": "low_voltage", "cert_no": f"T{number}",
        "issuer": "应急管理局", "issue_date": day(valid_in - 2000), "valid_to": day(valid_in), "review_date": None, **more,
    }  # fmt: skip


@pytest.fixture
def safety() -> Principal:
    return company.safety()


@pytest.fixture
def rows(bench: Bench, safety: Principal) -> dict[str, Any]:
    """A certificate that is overdue, one that is due soon, one far off, and an extinguisher to be scrapped."""

    def made(slug: str, body: dict[str, Any]) -> Any:
        answer = bench.ask(safety, "POST", f"/{slug}", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    items = bench.ask(safety, "GET", "/_manifest").json()["ledgers"]
    fields = next(ledger for ledger in items if ledger["slug"] == CERTIFICATES)["dictionaries"]
    item = next(one for one in fields["special_operation_item"] if one["parent_value"])
    kind = next(one for one in fields["special_operation_category"] if one["value"] == item["parent_value"])
    same = {"item": item["value"], "category": kind["value"], "cert_type": kind["parent_value"]}
    return {
        "words": item["label"],
        "overdue": made(CERTIFICATES, certificate("张三", ZHANG, "运行管理部", -10, **same)),
        "soon": made(CERTIFICATES, certificate("李四", LI, "工程部", 20, **same)),
        "far": made(
            FACILITIES,
            {
                "facility_no": "X-1", "name": "灭火器", "facility_type": "extinguisher", "agent": "dry_powder",
                "dept_id": str(company.department_id("运行管理部")), "location": "门卫室", "spec": "MFZ/ABC8", "quantity": 2,
                "unit": "具", "maker": "某消防器材厂", "made_date": day(-30), "keeper": "王五", "next_check": day(300),
            },
        ),
    }  # fmt: skip


def seen(answer: Any) -> set[tuple[str, str]]:
    assert answer.status_code == 200, answer.text
    return {(row["id"], row["field"]) for row in answer.json()["items"]}


def test_the_list_holds_what_is_due_in_reach_and_time(bench: Bench, rows: dict[str, Any], safety: Principal) -> None:
    overdue, soon, far = (rows[name]["id"] for name in ("overdue", "soon", "far"))
    found = seen(bench.ask(safety, "GET", "/radar"))
    assert {(overdue, "valid_to"), (soon, "valid_to")} <= found
    assert (far, "next_check") not in found
    assert (far, "next_check") in seen(bench.ask(safety, "GET", f"/radar?until={day(400)}&source={FACILITIES}"))
    assert {id_ for id_, _ in seen(bench.ask(safety, "GET", f"/radar?start={day(0)}"))} == {soon}
    assert {id_ for id_, _ in seen(bench.ask(safety, "GET", "/radar?person=李四"))} == {soon}
    assert seen(bench.ask(safety, "GET", "/radar?person=李")) == set(), "a name is the whole of it"
    far_off = f"/radar?until={day(400)}&q="
    assert (far, "next_check") in seen(bench.ask(safety, "GET", far_off + "X-1")), "by its number"
    assert {id_ for id_, _ in seen(bench.ask(safety, "GET", far_off + "王五"))} == {far}, "by who keeps it"
    named = seen(bench.ask(safety, "GET", f"/radar?q={rows['words']}"))
    assert {id_ for id_, _ in named} == {overdue, soon}, "by a word that a dictionary says for it"
    assert (
        seen(bench.ask(safety, "GET", "/radar?q=%25")) == seen(bench.ask(safety, "GET", f"/radar?q={ZHANG}")) == set()
    )
    department = company.department_id("运行管理部")
    assert {id_ for id_, _ in seen(bench.ask(safety, "GET", f"/radar?department={department}"))} == {overdue}
    assert {id_ for id_, _ in seen(bench.ask(company.officer("工程部"), "GET", "/radar"))} == {soon}
    assert seen(bench.ask(company.worker("工程部"), "GET", "/radar")) == set()
    items = bench.ask(safety, "GET", "/radar").json()["items"]
    assert [row["due_on"] for row in items] == sorted(row["due_on"] for row in items)
    late = next(row for row in items if (row["id"], row["field"]) == (overdue, "valid_to"))
    assert (late["level"], late["remaining"], late["person"]) == ("overdue", -10, "张三")
    assert "张三" in late["title"]
    assert late["path"] == f"/ledgers/{CERTIFICATES}/{overdue}"
    first = bench.ask(safety, "GET", "/radar?size=1").json()
    assert (first["items"], first["total"]) == (items[:1], len(items))


def test_what_does_not_warn_is_not_on_the_radar(bench: Bench, rows: dict[str, Any], safety: Principal) -> None:
    row = rows["soon"]
    body = {"version": row["version"], "cancelled_on": day(0)}
    assert bench.ask(safety, "PUT", f"/{CERTIFICATES}/{row['id']}", json=body).status_code == 200
    assert row["id"] not in {id_ for id_, _ in seen(bench.ask(safety, "GET", "/radar"))}


def test_sums_agree_with_the_list(bench: Bench, rows: dict[str, Any], safety: Principal) -> None:
    total = bench.ask(safety, "GET", "/radar").json()["total"]
    found = bench.ask(safety, "GET", "/radar/summary").json()
    assert found["total"] == total > 0
    for part in ("levels", "sources", "departments", "days"):
        assert sum(entry["count"] for entry in found[part]) == total, part
    for entry in found["departments"]:
        opened = bench.ask(safety, "GET", f"/radar?department={entry['id']}&below=false").json()
        assert opened["total"] == entry["count"], "a department's number is that of the list which it opens"
    assert {entry["level"]: entry["count"] for entry in found["levels"]}["overdue"] >= 1


def test_people_are_counted_as_their_lists_have_them(bench: Bench, rows: dict[str, Any], safety: Principal) -> None:
    far = f"until={day(400)}"
    total = bench.ask(safety, "GET", f"/radar?{far}").json()["total"]
    found = bench.ask(safety, "GET", f"/radar/people?{far}").json()
    assert sum(one["count"] for one in found["items"]) == total and found["total"] == len(found["items"]) == 3
    assert [one["person"] for one in found["items"]] == ["张三", "李四", "王五"], "what is overdue first"
    assert found["items"][0]["dept_name"] == "运行管理部"
    for one in found["items"]:
        address = f"/radar?{far}&person={one['person']}&department={one['dept_id']}&below=false&size=200"
        lines = bench.ask(safety, "GET", address).json()["items"]
        counts = {level: sum(line["level"] == level for line in lines) for level in LEVELS}
        assert counts == {level: one[level] for level in LEVELS} and len(lines) == one["count"]
    second = bench.ask(safety, "GET", f"/radar/people?{far}&size=1&page=2").json()
    assert (second["items"], second["total"]) == (found["items"][1:2], 3)
    assert bench.ask(company.worker("工程部"), "GET", "/radar/people").json()["items"] == []


def test_the_workbook_is_the_list(bench: Bench, rows: dict[str, Any], safety: Principal) -> None:
    answer = bench.ask(safety, "GET", "/radar/export.xlsx")
    assert answer.status_code == 200
    sheet = list(openpyxl.load_workbook(BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True))
    assert sheet[0][:4] == ("到期日期", "剩余天数", "紧急程度", "台账")
    assert len(sheet) - 1 == bench.ask(safety, "GET", "/radar").json()["total"]
    state = bench.client.app.state  # type: ignore[attr-defined]
    state.settings = state.settings.model_copy(update={"export_second_factor_rows": len(sheet) - 2})
    assert bench.ask(safety, "GET", "/radar/export.xlsx").json()["code"] == "second_factor_missing"


@pytest.mark.parametrize(
    "query", ["until=2000-01-01&start=2026-01-01", "until=x", "size=0", "person=", "q=", "q=%00", "start=0"]
)
def test_a_wrong_question_is_refused(bench: Bench, safety: Principal, query: str) -> None:
    assert bench.ask(safety, "GET", f"/radar?{query}").status_code == 422


def test_the_calendar_shows_what_its_owner_may_see_now(bench: Bench, rows: dict[str, Any]) -> None:
    officer = company.officer("工程部")
    rights: dict[UUID, Principal | None] = {officer.user_id: officer}

    class Known:
        def of(self, user_id: UUID) -> Principal | None:
            return rights[user_id]

    bench.client.app.state.rights = Known()  # type: ignore[attr-defined]
    assert bench.ask(officer, "GET", "/radar/calendar").json()["active"] is False
    url = bench.ask(officer, "POST", "/radar/calendar").json()["url"]
    path = url[url.index("/api/") :]
    answer = bench.client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/calendar")
    events = list(Calendar.from_ical(answer.content).walk("VEVENT"))
    assert [(event["dtstart"].dt, "李四" in event["summary"]) for event in events if "valid_to" in event["uid"]] == [
        (today() + timedelta(days=20), True)
    ]
    # What it is by is not in the database, and a new address ends the old one.
    assert bench.client.get(path.replace(".ics", "x.ics")).status_code == 404
    bench.ask(officer, "POST", "/radar/calendar")
    assert bench.client.get(path).status_code == 404
    # Somebody who may not sign in any more sees nothing.
    fresh = bench.ask(officer, "POST", "/radar/calendar").json()["url"]
    rights[officer.user_id] = None
    assert bench.client.get(fresh[fresh.index("/api/") :]).status_code == 404
    assert bench.ask(officer, "DELETE", "/radar/calendar").status_code == 204


def test_other_services_tell_due_dates_in_any_order(bench: Bench, safety: Principal) -> None:
    id_ = uuid4()

    def told(version: int, due: date | None) -> DueDateTold:
        return DueDateTold(
            resource="documents", id=id_, field="review_on", label="复审日期", title="应急预案", person=None,
            department_id=company.department_id("运行管理部"), due_on=due, path="/libraries/plans", version=version,
        )  # fmt: skip

    for event in (told(2, today() + timedelta(days=5)), told(1, None), told(2, today() + timedelta(days=5))):
        with bench.transaction() as session:
            telling.apply(session, event)
    assert (str(id_), "review_on") in seen(bench.ask(safety, "GET", "/radar"))
    assert seen(bench.ask(company.officer("工程部"), "GET", "/radar")) == set()
    with bench.transaction() as session:
        telling.apply(session, told(3, None))
    assert seen(bench.ask(safety, "GET", "/radar")) == set()


# -- 证书查询 ------------------------------------------------------------------------------------------------------------


def test_people_are_found_with_what_they_hold(bench: Bench, rows: dict[str, Any], safety: Principal) -> None:
    page = bench.ask(safety, "GET", "/certificates").json()
    assert [(row["name"], row["certificates"]) for row in page["items"]] == [("李四", 1), ("张三", 1)], "L before Z"
    zhang = next(row for row in page["items"] if row["name"] == "张三")
    assert zhang["states"]["expired"] == 1
    assert zhang["id_number"] != ZHANG
    assert zhang["id_number"].endswith(ZHANG[-4:])
    assert [row["name"] for row in bench.ask(safety, "GET", f"/certificates?q={LI}").json()["items"]] == ["李四"]
    assert [row["name"] for row in bench.ask(safety, "GET", "/certificates?state=expired").json()["items"]] == ["张三"]
    assert bench.ask(company.worker("工程部"), "GET", "/certificates").json()["items"] == []


def test_a_passed_review_is_not_what_is_due_next(bench: Bench, rows: dict[str, Any], safety: Principal) -> None:
    row = rows["soon"]
    late = {"version": row["version"], "review_date": day(-5)}
    row = bench.ask(safety, "PUT", f"/{CERTIFICATES}/{row['id']}", json=late).json()

    def next_due() -> Any:
        return bench.ask(safety, "GET", "/certificates?q=李四").json()["items"][0]["next_due"]

    assert next_due() == day(-5)
    passed = {"version": row["version"], "last_review_date": day(-10), "review_result": "passed"}
    assert bench.ask(safety, "PUT", f"/{CERTIFICATES}/{row['id']}", json=passed).status_code == 200
    assert next_due() == day(20)


def test_people_are_listed_by_the_sound_of_their_names(bench: Bench, safety: Principal) -> None:
    sorted_names = ["A Tom", "𠮷田", "安宁", "李四", "吕布", "孙坚", "王五", "曾国", "张三", "鑫鑫"]
    for number, name in enumerate(reversed(sorted_names)):
        body = certificate(name, f"9901011990{number:02d}0112{number:02d}", "工程部", 100)
        with bench.transaction() as session:
            values = {
                key: date.fromisoformat(v) if key.endswith(("_date", "_to")) and v else v for key, v in body.items()
            }
            session.add(SpecialOperationCertificate(**values | {"dept_id": UUID(values["dept_id"])}))
    page = bench.ask(safety, "GET", "/certificates").json()
    assert [row["name"] for row in page["items"]] == sorted_names


def test_one_persons_certificates_over_the_ledgers(bench: Bench, rows: dict[str, Any], safety: Principal) -> None:
    ref = rows["overdue"]["id"]
    answer = bench.ask(safety, "GET", f"/certificates/of/{CERTIFICATES}/{ref}")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["name"] == "张三"
    assert [(ledger["ledger"], [row["id"] for row in ledger["rows"]]) for ledger in found["ledgers"]] == [
        (CERTIFICATES, [ref])
    ]
    # The sheet is printed and hung up: whole numbers are seen in the ledger, by whoever may.
    assert ZHANG not in answer.text
    assert bench.ask(safety, "GET", f"/{CERTIFICATES}/{ref}").json()["cert_no"] == f"T{ZHANG}"
    missing = bench.ask(safety, "GET", f"/certificates/of/{CERTIFICATES}/{uuid4()}").json()
    outside = bench.ask(company.officer("工程部"), "GET", f"/certificates/of/{CERTIFICATES}/{ref}")
    assert outside.status_code == 404
    assert {**outside.json(), "trace_id": ""} == {**missing, "trace_id": ""}
