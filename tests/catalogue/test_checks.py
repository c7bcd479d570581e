"""The questions that permits ask: certificates of people, inspection of equipment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from contracts.events import PersonFact, UserChanged
from kit.audit import AuditLog
from kit.db import today
from kit.directory import apply_users
from services.ledgers.catalogue import BY_SLUG, CERTIFICATES
from services.ledgers.checks.certificates import known_ledgers
from tests import company
from tests.catalogue.conftest import Bench
from tests.catalogue.steps import HOME, SIBLING, example, keeper

SPECIAL = BY_SLUG["special-operation-certificates"]
MAN, WOMAN, NOBODY = "990101199001011230", "990101198904152742", "990101198904152750"
FAR = (today() + timedelta(days=20)).isoformat()


def day(days: int) -> str:
    return (today() + timedelta(days=days)).isoformat()


def write(bench: Bench, slug: str, department: str = HOME, **fields: Any) -> dict[str, Any]:
    row_class = BY_SLUG[slug]
    body = {**example(row_class, department), "dept_id": str(company.department_id(department)), **fields}
    answer = bench.ask(keeper(bench, row_class, department=department), "POST", f"/{slug}", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def ask(bench: Bench, people: list[dict[str, str]], item: str = "低压电工作业", until: str = FAR, **more: Any) -> Any:
    who = bench.who("ledgers:certificates:check", scope="department", department=more.pop("department", HOME))
    body = {"people": people, "item": item, "until": until, **more}
    return bench.ask(who, "POST", "/certificates/check", json=body)


def states(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [one["state"] for one in answer.json()["results"]]


def test_the_four_certificate_ledgers_are_asked() -> None:
    assert set(known_ledgers()) == {row.ledger.slug for row in CERTIFICATES} and len(CERTIFICATES) == 4


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({}, "valid"),
        ({"valid_to": FAR}, "valid"),
        ({"valid_to": day(19)}, "expired"),
        ({"issue_date": "2019-01-05", "valid_to": day(-1)}, "expired"),
        ({"valid_from": day(1)}, "not_yet_valid"),
        ({"cancelled_on": day(-3)}, "cancelled"),
        ({"review_date": day(19)}, "review_overdue"),
        ({"review_date": FAR}, "valid"),
        ({"review_date": day(19), "last_review_date": day(-5), "review_result": "passed"}, "valid"),
        ({"review_date": day(19), "last_review_date": day(-200), "review_result": "passed"}, "review_overdue"),
        ({"review_result": "failed"}, "review_overdue"),
        ({"employment": "left"}, "missing"),
        ({"item": "高压电工作业"}, "missing"),
    ],
    ids=str,
)
def test_one_certificate_is_judged(bench: Bench, fields: dict[str, Any], state: str) -> None:
    row = write(bench, SPECIAL.ledger.slug, **fields)
    answer = ask(bench, [{"id_number": MAN}])
    assert states(answer) == [state]
    body = answer.json()
    assert body["all_valid"] is (state == "valid")
    assert body["item"]["ledger"] == SPECIAL.ledger.slug and "第30号" in body["item"]["basis"]
    (result,) = body["results"]
    assert result["message"]
    if state != "missing":
        assert (result["row"]["id"], result["expires_on"]) == (row["id"], row["valid_to"])
        assert "***" in result["row"]["id_number"] and "***" in result["row"]["cert_no"]


def test_the_best_of_several_counts_and_every_way_to_call_an_item(bench: Bench) -> None:
    slug = SPECIAL.ledger.slug
    write(bench, slug, issue_date="2019-01-05", valid_to=day(-40), cert_no="T-OLD")
    write(bench, slug, cert_no="T-NEW")
    for item in ("low_voltage", "低压电工", "低压电工作业", "电工作业", "特种作业操作证"):
        answer = ask(bench, [{"id_number": MAN}, {"id_number": NOBODY}], item)
        assert states(answer) == ["valid", "missing"], item
    assert not answer.json()["all_valid"]


def test_every_certificate_ledger_answers(bench: Bench) -> None:
    names = {
        "safety-certificates": ("安全生产管理人员考核合格证", {}),
        "gas-certificates": ("燃气管网运行工", {}),
        "special-operation-certificates": ("低压电工作业", {}),
        "other-certificates": ("注册安全工程师", {}),
    }
    for slug, (item, fields) in names.items():
        write(bench, slug, **fields)
        answer = ask(bench, [{"id_number": MAN}], item)
        assert (states(answer), answer.json()["item"]["ledger"]) == (["valid"], slug), item
        assert answer.json()["item"]["basis"]


def test_outside_the_scope_the_answer_is_the_state_alone(bench: Bench) -> None:
    write(bench, SPECIAL.ledger.slug)
    answer = ask(bench, [{"id_number": MAN}], department=SIBLING)
    (result,) = answer.json()["results"]
    assert result == {"index": 0, "state": "valid", "message": "证书有效", "expires_on": None, "row": None}


def test_an_account_is_matched_strictly(bench: Bench) -> None:
    yun, slug = company.person("gongcheng"), SPECIAL.ledger.slug
    person = [{"user_id": str(yun.id)}]
    assert states(ask(bench, person)) == ["missing"]
    write(bench, slug, person_name=yun.name)
    assert states(ask(bench, [*person, {"user_id": str(uuid4())}])) == ["valid", "unknown_person"]
    # Two people of one name in the ledger's department, and nobody knows whose account it is.
    write(bench, slug, person_name=yun.name, id_number=WOMAN, cert_no=f"T{WOMAN}")
    assert states(ask(bench, person)) == ["unknown_person"]


def test_two_accounts_of_one_name_are_nobody(bench: Bench) -> None:
    yun = company.person("chengnan")
    write(bench, SPECIAL.ledger.slug, "城南储配站", person_name=yun.name)
    person = [{"user_id": str(yun.id)}]
    assert states(ask(bench, person)) == ["valid"]
    twin = PersonFact(id=uuid4(), username="twin", name=yun.name, department_id=yun.department_id, version=1)
    with bench.transaction() as session:
        apply_users(session, UserChanged(users=(twin,)))
    assert states(ask(bench, person)) == ["unknown_person"]


def test_what_makes_no_sense_is_422(bench: Bench) -> None:
    man = [{"id_number": MAN}]
    for answer, code in (
        (ask(bench, man, "不存在的证"), "unknown_item"),
        (ask(bench, man, "主要负责人"), "ambiguous_item"),
        (ask(bench, man, ledger="fire-facilities"), "unknown_ledger"),
        (ask(bench, man, until=day(-1)), "invalid"),
        (ask(bench, [{"id_number": "123"}]), "invalid"),
        (ask(bench, [{}]), "invalid"),
        (ask(bench, []), "invalid"),
        (ask(bench, man * 201), "invalid"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text
    assert states(ask(bench, man, "主要负责人", ledger="gas-certificates")) == ["missing"]
    nobody = bench.who("ledgers:special-operation-certificates:*")
    for path in ("/certificates/check", "/equipment/check"):
        assert bench.ask(nobody, "POST", path, json={}).status_code == 403


def test_a_check_is_audited_without_numbers(bench: Bench) -> None:
    ask(bench, [{"id_number": MAN}])
    with bench.database.session() as session:
        entry = session.scalars(select(AuditLog).where(AuditLog.action == "ledgers.check").order_by(AuditLog.id.desc()))
        detail = entry.first().detail
    assert detail["people"] == 1 and MAN not in str(detail)


def look(bench: Bench, *codes: str, until: str = FAR, department: str = HOME) -> list[dict[str, Any]]:
    who = bench.who("ledgers:equipment:check", scope="department", department=department)
    answer = bench.ask(who, "POST", "/equipment/check", json={"codes": list(codes), "until": until})
    assert answer.status_code == 200, answer.text
    assert answer.json()["all_valid"] is all(one["state"] == "valid" for one in answer.json()["results"])
    return answer.json()["results"]


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"last_annual": day(-1), "next_inspect": FAR}, "valid"),
        ({"last_annual": day(-1), "next_inspect": day(19)}, "expired"),
        ({"last_annual": day(-1), "gauge_next": day(5)}, "expired"),
        ({"next_annual": day(-1)}, "expired"),
        ({"last_annual": day(-1), "conclusion": "failed"}, "failed"),
        ({"last_annual": day(-1), "use_status": "stopped"}, "out_of_use"),
    ],
    ids=str,
)
def test_equipment_is_judged(bench: Bench, fields: dict[str, Any], state: str) -> None:
    row = write(bench, "special-equipment", **fields)
    for code in (row["equip_code"], row["internal_no"]):
        (found,) = look(bench, code)
        assert (found["state"], found["row"]["id"]) == (state, row["id"])
        assert "TSG" in found["basis"]
    (outside,) = look(bench, row["internal_no"], department=SIBLING)
    assert (outside["state"], outside["row"]) == (state, None)


def test_a_number_that_two_departments_use_is_ambiguous_and_detectors_are_found(bench: Bench) -> None:
    write(bench, "special-equipment", last_annual=day(-1))
    write(bench, "special-equipment", SIBLING, equip_code="21501010120269999", last_annual=day(-1))
    detector = {"facility_type": "gas_alarm", "agent": None, "last_test": day(-100), "facility_no": "BJ-1"}
    write(bench, "fire-facilities", **detector)
    found = look(bench, "TS-0001", "21501010120269999", "BJ-1", "没有")
    assert [one["state"] for one in found] == ["ambiguous", "valid", "valid", "missing"]
    assert "JJG 693" in found[2]["basis"]
    assert look(bench, "BJ-1", until=day(400))[0]["state"] == "expired"
