"""Sums over a list: exact, by the declared groups, and of nothing but what the list shows."""

from __future__ import annotations

from typing import Any

from services.ledgers.catalogue import BY_SLUG
from tests import company
from tests.catalogue.conftest import Bench
from tests.catalogue.steps import HOME, SIBLING, example, grant, keeper

SPENDING = BY_SLUG["investment-spending"]
SLUG = SPENDING.ledger.slug


def spend(bench: Bench, number: int, amount: str, department: str = HOME, **more: Any) -> None:
    body = {**example(SPENDING, department, number), "amount": amount, **more}
    answer = bench.ask(bench.who(grant(SPENDING)), "POST", f"/{SLUG}", json=body)
    assert answer.status_code == 201, answer.text


def ask(bench: Bench, who: Any, **params: Any) -> dict[str, Any]:
    answer = bench.ask(who, "GET", f"/{SLUG}/totals", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def groups(answer: dict[str, Any]) -> dict[str, tuple[int, str]]:
    return {one["label"]: (one["count"], one["sums"]["amount"]) for one in answer["items"]}


def test_sums_are_exact_by_department_category_and_year(bench: Bench) -> None:
    # A double would make 0.30000000000000004 of the first two.
    spend(bench, 1, "0.10")
    spend(bench, 2, "0.20", category="training")
    spend(bench, 3, "999999999999.99", SIBLING)
    spend(bench, 4, "-0.05", SIBLING, is_reversal=True, spend_date="2025-12-31")
    boss = bench.who(grant(SPENDING))
    answer = ask(bench, boss)
    assert groups(answer) == {SIBLING: (2, "999999999999.94"), HOME: (2, "0.30")}
    assert answer["total"] == {"key": None, "label": "合计", "count": 4, "sums": {"amount": "1000000000000.24"}}
    assert answer["titles"] == {"amount": "执行金额(元)"}
    by_category = groups(ask(bench, boss, by="category"))
    assert by_category["宣传教育培训、隐患报告奖励"] == (1, "0.20")
    assert groups(ask(bench, boss, by="year")) == {"2025": (1, "-0.05"), "2026": (3, "1000000000000.29")}
    # The list's filters and search.
    assert ask(bench, boss, **{"amount.gte": "0.15"})["total"]["count"] == 2
    assert ask(bench, boss, dept_id=str(company.department_id(HOME)), year=2026)["total"]["sums"] == {"amount": "0.30"}
    assert ask(bench, boss, q="工作服")["total"]["count"] == 4
    assert ask(bench, boss, q="没有这样的支出")["total"] == {
        "key": None, "label": "合计", "count": 0, "sums": {"amount": "0"},
    }  # fmt: skip


def test_only_what_one_sees_is_summed(bench: Bench) -> None:
    spend(bench, 1, "5")
    spend(bench, 2, "7", SIBLING)
    assert groups(ask(bench, keeper(bench, SPENDING))) == {HOME: (1, "5.00")}
    nobody = bench.who("ledgers:special-equipment:*")
    assert bench.ask(nobody, "GET", f"/{SLUG}/totals").status_code == 403


def test_what_makes_no_sense(bench: Bench) -> None:
    boss = bench.who("ledgers:*:*")
    assert bench.ask(boss, "GET", "/special-equipment/totals").status_code == 404
    assert bench.ask(boss, "GET", "/nothing/totals").status_code == 404
    for params in ({"by": "payee"}, {"by": "amount"}, {"nothing": "1"}):
        assert bench.ask(boss, "GET", f"/{SLUG}/totals", params=params).status_code == 422
