"""The rules of the ledgers as their declarations and dictionaries say them: cycles, quotas, sums, matrices."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from kit.directory import item
from kit.fields import Departments, Dictionary, Lookups, RowValidator
from services.ledgers.catalogue import BY_SLUG, LEDGERS
from services.ledgers.dictionaries import DICTIONARIES
from tests.unit.fields.test_values import Unit

LOOKUPS = Lookups(
    today=date(2026, 11, 23),
    dictionaries={one.code: Dictionary(one.code, one.items) for one in DICTIONARIES},
    departments=Departments({"工程部": Unit("工程部")}),
)


def examples(slug: str) -> dict[str, Any]:
    fields = BY_SLUG[slug].input_fields()
    row = {key: spec.example for key, spec in fields.items() if spec.example is not None}
    return {**row, "dept_id": "工程部"}


def check(slug: str, lookups: Lookups = LOOKUPS, **changes: Any) -> Any:
    row_class = BY_SLUG[slug]
    return RowValidator(row_class.input_fields(), row_class.ledger.rules, lookups)({**examples(slug), **changes})


def faults(slug: str, **changes: Any) -> list[tuple[str, str]]:
    return [(issue.field, issue.code) for issue in check(slug, **changes).issues]


@pytest.mark.parametrize("row_class", LEDGERS, ids=lambda row: row.ledger.slug)
def test_examples_are_right(row_class: Any) -> None:
    assert faults(row_class.ledger.slug) == []


@pytest.mark.parametrize(
    "slug", [row.ledger.slug for row in LEDGERS if any(f.kind == "identity" for f in row.fields.values())]
)
def test_every_ledger_of_people_checks_identity_numbers(slug: str) -> None:
    good = {"id_number": "990101198904152750", "gender": None}
    assert faults(slug, **good) == []
    assert check(slug, **good).values["gender"] == "male"
    for number, code in (
        ("99010119890415275", "not_an_identity_number"),
        ("990101198904152751", "identity_number_check"),
        ("990101198902302750", "identity_number_date"),
        ("9.9E+17", "number_format"),
    ):
        found = faults(slug, id_number=number)
        assert ("id_number", code) in found or found[0][1] in ("not_an_identity_number", "number_format"), number
    assert faults(slug, **{**good, "gender": "女"}) == [("gender", "gender_contradicts")]


@pytest.mark.parametrize(
    ("changes", "due"),
    [
        # TSG 21: grades 1 and 2 six years, 3 three of three to six, 4 three; the first within three.
        ({"safety_status": "1级"}, date(2030, 9, 10)),
        ({"safety_status": "2"}, date(2030, 9, 10)),
        ({"safety_status": "3级"}, date(2027, 9, 10)),
        ({"safety_status": "4级"}, date(2027, 9, 10)),
        ({"last_inspect": None}, date(2024, 9, 1)),
        ({"category": "移动式压力容器", "variety": "汽车罐车"}, date(2029, 9, 10)),
        ({"category": "移动式压力容器", "variety": "汽车罐车", "safety_status": "3级"}, date(2027, 9, 10)),
        ({"category": "移动式压力容器", "variety": "汽车罐车", "last_inspect": None}, date(2022, 9, 1)),
        ({"category": "移动式压力容器", "variety": "长管拖车", "last_inspect": None}, date(2024, 9, 1)),
        ({"kind": "压力管道", "category": "公用管道", "variety": "GB1-Ⅲ"}, date(2032, 9, 10)),
        ({"kind": "压力管道", "category": "公用管道", "variety": "GB1-Ⅳ"}, date(2036, 9, 10)),
        ({"kind": "压力管道", "category": "公用管道", "variety": "PE管"}, date(2039, 9, 10)),
        ({"kind": "锅炉", "category": "承压热水锅炉"}, date(2026, 9, 10)),
        ({"kind": "气瓶", "category": "焊接气瓶", "variety": "液化石油气钢瓶"}, date(2028, 9, 10)),
        ({"kind": "气瓶", "category": "无缝气瓶"}, date(2027, 9, 10)),
        ({"kind": "起重机械", "category": "桥式起重机"}, date(2026, 9, 10)),
        ({"kind": "起重机械", "category": "塔式起重机"}, date(2025, 9, 10)),
        ({"kind": "场(厂)内专用机动车辆", "category": "叉车"}, date(2026, 9, 10)),
        # The printed date wins.
        ({"next_inspect": "2027-01-01"}, date(2027, 1, 1)),
    ],
    ids=str,
)
def test_statutory_inspection_cycles(changes: dict[str, Any], due: date) -> None:
    values, issues, filled = check("special-equipment", **changes)
    assert (issues, values["next_inspect"]) == ([], due)
    assert ("next_inspect" in filled) is ("next_inspect" not in changes)


def test_what_belongs_to_equipment_and_what_has_no_cycle() -> None:
    values = check("special-equipment", last_annual="2026-03-01", last_valve_cal="2026-03-01",
                   gauge_last="2026-03-01", design_life=15).values  # fmt: skip
    assert (values["next_annual"], values["next_valve_cal"]) == (date(2027, 3, 1), date(2027, 3, 1))
    assert (values["gauge_next"], values["scrap_date"]) == (date(2026, 9, 1), date(2036, 9, 1))
    assert check("special-equipment").values["scrap_date"] == date(2041, 9, 1), "20 years where nothing is printed"
    high = {"kind": "压力管道", "category": "公用管道", "variety": "GB1-Ⅰ"}
    assert faults("special-equipment", **high) == [("next_inspect", "required")]
    ungraded = faults("special-equipment", safety_status=None)
    assert ungraded == [("safety_status", "required"), ("next_inspect", "required")], "no grade, no cycle"
    assert faults("special-equipment", equip_code="123") == [("equip_code", "pattern_mismatch")]
    assert faults("special-equipment", in_use_date="2020-01-01") == [("in_use_date", "not_after")]


@pytest.mark.parametrize(
    ("changes", "due"),
    [
        ({"hazards": "噪声≥85"}, date(2027, 5, 12)),
        ({"hazards": "电工"}, date(2028, 5, 12)),
        ({"hazards": "电工、高处、压力容器"}, date(2027, 5, 12)),
        ({"hazards": "电工", "exam_type": "上岗前"}, date(2028, 5, 12)),
        ({"exam_type": "离岗时"}, None),
        ({"next_exam": "2026-12-01"}, date(2026, 12, 1)),
    ],
    ids=str,
)
def test_the_shortest_cycle_of_the_hazards_decides(changes: dict[str, Any], due: date | None) -> None:
    values, issues, _ = check("health-examinations", **changes)
    assert (issues, values["next_exam"]) == ([], due)


def test_what_was_found_asks_for_what_follows() -> None:
    slug = "health-examinations"
    assert faults(slug, conclusion="复查") == [("recheck_date", "required")]
    assert faults(slug, conclusion="复查", recheck_date="2026-06-01") == []
    assert faults(slug, conclusion="职业禁忌症") == [("handling", "required")]
    assert faults(slug, conclusion="疑似职业病", handling="已安排诊断") == []


@pytest.mark.parametrize(
    ("changes", "due"),
    [
        ({}, date(2026, 12, 31)),
        ({"edu_year": 2026, "edu_hours": "12"}, date(2027, 12, 31)),
        ({"edu_year": 2026, "edu_hours": "11.5"}, date(2026, 12, 31)),
        ({"edu_year": 2026}, date(2026, 12, 31)),
        ({"edu_year": 2026, "edu_hours": 12, "cert_type": "安全生产管理人员考核合格证（危险品）"}, date(2026, 12, 31)),
        ({"edu_year": 2026, "edu_hours": 16, "cert_type": "安全生产管理人员考核合格证（危险品）"}, date(2027, 12, 31)),
        ({"cert_type": "建安C证"}, None),
        ({"edu_year": 2026, "edu_hours": 12, "edu_due": "2026-06-30"}, date(2026, 6, 30)),
    ],
    ids=str,
)
def test_hours_of_retraining_are_due_every_year(changes: dict[str, Any], due: date | None) -> None:
    values, issues, _ = check("safety-certificates", **changes)
    assert (issues, values["edu_due"], values["valid_to"]) == ([], due, date(2028, 1, 4))


def test_a_certificate_without_an_end_stays_without_one() -> None:
    values = check("other-certificates", cert_type="消防设施操作员", item="监控", valid_to="长期").values
    assert values["valid_to"] is None
    driver = check("other-certificates", cert_type=None, item="押运员").values
    assert (driver["cert_type"], driver["valid_to"]) == ("dangerous_goods", date(2031, 1, 4))
    # Its type has a validity; the word wins over it, on paper, on the web and when the row is changed later.
    endless = check("other-certificates", cert_type=None, item="押运员", valid_to="长期有效")
    assert (endless.values["valid_to"], endless.issues) == (None, [])
    assert "valid_to" not in endless.filled
    row_class = BY_SLUG["other-certificates"]
    validate = RowValidator(row_class.input_fields(), row_class.ledger.rules, LOOKUPS)
    assert validate({"post": "押运员"}, endless.values).values["valid_to"] is None
    computed = {key: value for key, value in driver.items() if key != "valid_to"}
    assert validate({"post": "押运员"}, computed).values["valid_to"] == date(2031, 1, 4)
    assert faults("gas-certificates", item=None) == [("item", "required")]
    assert faults("gas-certificates", item=None, cert_type="企业主要负责人") == []


@pytest.mark.parametrize(
    ("quarters", "found"),
    [
        ((None,) * 4, []),
        (("30000", "30000", "30000", "30000"), []),
        (("120000", None, None, None), []),
        (("12万", None, 0, None), []),
        (("30000", "30000", "30000", "29999.99"), [("budget_amount", "sum_differs")]),
    ],
)
def test_quarters_make_the_budget_to_the_last_cent(quarters: tuple[Any, ...], found: list[tuple[str, str]]) -> None:
    given = dict(zip(("q1", "q2", "q3", "q4"), quarters, strict=True))
    assert faults("investment-budgets", **given) == found
    assert faults("investment-budgets", plan_finish="2027-01-01") == [("plan_finish", "not_in_year")]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"amount": 0}, [("amount", "not_positive")]),
        ({"amount": "-5"}, [("amount", "not_positive")]),
        ({"amount": "-5", "is_reversal": "是"}, []),
        ({"amount": "5", "is_reversal": "√"}, [("amount", "not_negative")]),
        ({"year": 2025}, [("spend_date", "not_in_year")]),
        ({"spend_date": "2026-11-24"}, [("spend_date", "in_the_future")]),
        ({"amount": "0.001"}, [("amount", "too_many_decimals")]),
    ],
    ids=str,
)
def test_an_expense_has_its_sign_and_its_year(changes: dict[str, Any], found: list[tuple[str, str]]) -> None:
    assert faults("investment-spending", **changes) == found
    assert check("investment-spending").values["year"] == 2026


LS: dict[str, Any] = {"method": "LS", "exposure": None, "consequence": None}


@pytest.mark.parametrize(
    ("changes", "score", "level", "tier"),
    [
        ({"likelihood": 10, "exposure": 2, "consequence": 15}, 300, "larger", "department"),
        ({"likelihood": 3, "exposure": 10, "consequence": 40}, 1200, "major", "company"),
        # The lower bound of a band belongs to it.
        ({"likelihood": 1, "exposure": 10, "consequence": 7}, 70, "general", "team"),
        ({"likelihood": 10, "exposure": 1, "consequence": 15}, 150, "general", "team"),
        ({"likelihood": "0.1", "exposure": "0.5", "consequence": 1}, "0.05", "low", "post"),
        ({**LS, "likelihood": 4, "severity": 5}, 20, "major", "company"),
        ({**LS, "likelihood": 3, "severity": 5}, 15, "larger", "department"),
        ({**LS, "likelihood": 4, "severity": 4}, 16, "larger", "department"),
        ({**LS, "likelihood": 3, "severity": 3}, 9, "general", "team"),
        ({**LS, "likelihood": 2, "severity": 4}, 8, "low", "post"),
        # Raised by a person, with its tier.
        ({"level": "重大"}, 90, "major", "company"),
        ({"control_tier": "公司"}, 90, "general", "company"),
    ],
    ids=str,
)
def test_the_matrix_gives_score_level_and_tier(changes: dict[str, Any], score: Any, level: str, tier: str) -> None:
    values, issues, _ = check("risks", **changes)
    assert issues == []
    assert (values["score"], values["level"], values["control_tier"]) == (Decimal(str(score)), level, tier)
    assert values["next_review"] == date(2027, 3, 1)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"likelihood": 2}, [("likelihood", "factor_not_allowed")]),
        ({"severity": 3}, [("severity", "factor_not_used")]),
        ({**LS, "likelihood": "0.5", "severity": 3}, [("likelihood", "factor_not_allowed")]),
        ({"level": "低"}, [("level", "level_too_low")]),
        ({"score": 91}, [("score", "score_differs")]),
        ({"method": "其他", "likelihood": None, "exposure": None, "consequence": None}, [
            ("level", "required"), ("control_tier", "required"), ("next_review", "required")]),
        ({"control_eng": None}, [("control_eng", "none_given")]),
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_assessment_is_named(changes: dict[str, Any], found: list[tuple[str, str]]) -> None:
    assert faults("risks", **changes) == found
    assert [one.color for one in LOOKUPS.dictionaries["risk_level"].items.values()] == ["red", "orange", "gold", "blue"]


def test_a_missing_factor_is_asked_for() -> None:
    assert {field for field, code in faults("risks", exposure=None) if code == "required"} >= {"exposure"}


def test_a_rule_that_an_administrator_has_spoilt_computes_nothing() -> None:
    spoilt = [
        item(one.value, one.label, parent=one.parent_value, aliases=one.aliases,
             inspect_months="six years" if one.value == "fixed_vessel" else None)
        for entry in DICTIONARIES if entry.code == "special_equipment_category" for one in entry.items
    ]  # fmt: skip
    known = {**LOOKUPS.dictionaries, "special_equipment_category": Dictionary("special_equipment_category", spoilt)}
    lookups = Lookups(today=LOOKUPS.today, dictionaries=known, departments=LOOKUPS.departments)
    assert [issue.code for issue in check("special-equipment", lookups).issues] == ["required"]


def test_teams_are_trained_every_year() -> None:
    assert check("emergency-teams").values["next_training"] == date(2027, 3, 20)
    joined = check("emergency-teams", training_date=None, joined_on="2026-05-01").values
    assert joined["next_training"] == date(2027, 5, 1)


@pytest.mark.parametrize(
    ("slug", "years"),
    [
        ("special-operation-certificates", 18),
        ("safety-certificates", 16),
        ("gas-certificates", 16),
        ("other-certificates", 16),
    ],
)
def test_nobody_is_certified_before_the_age_of_work(slug: str, years: int) -> None:
    # Born on 15 April 1989.
    person = {"id_number": "990101198904152750", "gender": None, "valid_to": "2030-01-01"}
    birthday = date(1989 + years, 4, 15)
    for day, found in ((birthday, []), (date(1989 + years, 4, 14), [("issue_date", "too_young")])):
        assert faults(slug, **person, issue_date=day.isoformat()) == found, day
    (issue,) = check(slug, **person, issue_date="1998-01-01").issues
    assert f"未满 {years} 周岁" in issue.message and "第" in issue.message
