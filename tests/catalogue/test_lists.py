"""The list of every ledger: pages, orders, filters, search, and what makes no sense."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from services.ledgers.ledger import LedgerRow
from tests.catalogue.conftest import Bench
from tests.catalogue.steps import created, each_ledger, example, keeper

SENSELESS: list[dict[str, str]] = [
    {"x": "1"}, {"page": "0"}, {"page": "x"}, {"size": "201"}, {"size": "-1"}, {"sort": "remark"}, {"sort": "-nope"},
    {"page": "9999999", "size": "200"}, {"dept_id": "x"}, {"q": "甲" * 101}, {"remark": "x"}, {"dept_id.gte": "x"},
    {"page": "１"}, {"q": "a\x07"},
]  # fmt: skip
# A value of each kind that no row has.
NOBODYS: dict[str, Any] = {"day": "2026-01-01", "integer": 2001, "decimal": 2001}


@each_ledger
def test_a_query_that_makes_no_sense_is_422(bench: Bench, row_class: type[LedgerRow]) -> None:
    who = keeper(bench, row_class)
    for params in SENSELESS:
        answer = bench.ask(who, "GET", f"/{row_class.ledger.slug}", params=params)
        assert answer.status_code == 422, params
        assert answer.json()["errors"][0]["loc"][0] == "query"


@each_ledger
def test_pages_follow_one_another(bench: Bench, row_class: type[LedgerRow]) -> None:
    who, slug = keeper(bench, row_class), row_class.ledger.slug
    made = [created(bench, row_class, who, number)["id"] for number in range(1, 6)]

    def page(**params: Any) -> dict[str, Any]:
        answer = bench.ask(who, "GET", f"/{slug}", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    pages = [page(page=number, size=2) for number in (1, 2, 3)]
    assert [one["total"] for one in pages] == [5, 5, 5]
    assert [(one["page"], one["size"], len(one["items"])) for one in pages] == [(1, 2, 2), (2, 2, 2), (3, 2, 1)]
    seen = [item["id"] for one in pages for item in one["items"]]
    assert sorted(seen) == sorted(made) and len(set(seen)) == 5
    assert page(page=4, size=2) == {"items": [], "total": 5, "page": 4, "size": 2}
    deep = page(page=50_001, size=200)
    assert (deep["items"], deep["total"]) == ([], 5)
    rising = [(item["created_at"], item["id"]) for item in page(sort="created_at")["items"]]
    assert [at for at, _ in rising] == sorted(at for at, _ in rising)
    assert [item["id"] for item in page(sort="-created_at")["items"]] == [id_ for _, id_ in rising][::-1]


@each_ledger
def test_every_declared_order_and_filter_works(bench: Bench, row_class: type[LedgerRow]) -> None:
    who, slug = keeper(bench, row_class), row_class.ledger.slug
    row = created(bench, row_class, who)
    varied = {key for keys in (row_class.ledger.natural_key, *row_class.ledger.also_unique) for key in keys}
    moves = any(row_class.fields[key].kind == "day" for key in varied)
    created(bench, row_class, who, 1)

    def total(**params: Any) -> int:
        answer = bench.ask(who, "GET", f"/{slug}", params=params)
        assert answer.status_code == 200, (params, answer.text)
        return answer.json()["total"]

    for key, spec in row_class.fields.items():
        if spec.sortable:
            assert total(sort=key) == total(sort=f"-{key}") == 2
        if not spec.filter:
            continue
        value = row[key]
        if value is None:
            assert total(**{key: NOBODYS.get(spec.kind, "nothing")}) == 0, key
            continue
        # What is computed from a part of the key varies with it.
        both = 1 if spec.kind == "day" and (key in varied or (key in row["computed_keys"] and moves)) else 2
        if spec.kind == "multi_choice":
            assert total(**{key: value[0]}) == total(**{f"{key}.in": f"nothing,{value[-1]}"}) == 2, key
            continue
        assert total(**{key: value}) == both, key
        if spec.kind == "yes_no":
            assert total(**{key: not value}) == 0
        elif spec.kind in ("day", "integer", "decimal"):
            assert total(**{f"{key}.gte": value, f"{key}.lte": value}) == both
            if spec.kind == "day":
                later = (date.fromisoformat(value) + timedelta(days=1)).isoformat()
                assert (total(**{f"{key}.gte": later}), total(**{f"{key}.lte": later})) == (0, 2)
        else:
            other = str(uuid4()) if spec.kind == "department" else "nothing"
            assert total(**{f"{key}.in": f"{value},{other}"}) == 2
            assert total(**{key: other}) == 0


@each_ledger
def test_search_finds_parts_of_text_and_whole_personal_numbers(bench: Bench, row_class: type[LedgerRow]) -> None:
    who, slug = keeper(bench, row_class), row_class.ledger.slug
    created(bench, row_class, who)
    written = example(row_class)

    def found(q: str) -> int:
        return bench.ask(who, "GET", f"/{slug}", params={"q": q}).json()["total"]

    searched = [(key, spec) for key, spec in row_class.fields.items() if spec.search and key in written]
    assert searched
    for key, spec in searched:
        value = written[key]
        assert found(value) == 1, key
        if spec.personal:
            assert found(value[3:9]) == 0, f"{key}: a part of a personal number was found"
            continue
        for start in {0, (len(value) - 1) // 2, max(len(value) - 2, 0)}:
            assert found(value[start : start + 2]) == 1, (key, value[start : start + 2])
        assert found(value[0]) == found(value.swapcase()) == 1
        assert found(value + "不") == 0
    assert found("%%") == found("__") == found("\\\\") == 0
    values = [written[key] for key, spec in searched if not spec.personal]
    if len(values) > 1:
        assert found(values[0] + values[1]) == 0, "a match must not reach from one field into the next"
