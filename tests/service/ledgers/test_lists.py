"""What a list remembers (SQL text, plans, totals) and what a list runs on (reads without a session) must not show."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.principal import Principal, Scope, ScopeKind
from kit.query import Statements
from kit.testing.databases import TestPostgres
from kit.testing.identity import principal
from services.ledgers.catalogue.fire_facilities import FireFacility
from services.ledgers.reading import counts
from tests import company
from tests.catalogue.conftest import Bench, example

SLUG = FireFacility.ledger.slug
HOMES = ("工程部", "城南储配站", "城北分公司")


def reaching(*scopes: Scope, user_id: UUID | None = None) -> Principal:
    """Somebody whose roles reach these scopes."""
    return principal("ledgers:*:*", user_id=user_id).model_copy(update={"scope": Scope.union(scopes)})


def at(name: str) -> Scope:
    return Scope(kind=ScopeKind.DEPARTMENT, department_ids=(company.department_id(name),))


def filled(bench: Bench, each: int = 2) -> None:
    for place, home in enumerate(HOMES):
        for number in range(each):
            row = example(FireFacility, home, 1 + place * 100 + number)
            answer = bench.ask(bench.who("ledgers:*:*"), "POST", f"/{SLUG}", json=row)
            assert answer.status_code == 201, answer.text


def listed(bench: Bench, who: Principal, **params: Any) -> dict[str, Any]:
    answer = bench.ask(who, "GET", f"/{SLUG}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def homes(found: dict[str, Any]) -> set[str]:
    return {item["dept_name"] for item in found["items"]}


def test_people_of_different_reach_share_nothing_that_is_remembered(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same kinds and numbers of scopes, so the same SQL text; and totals that are remembered from the first row on."""
    monkeypatch.setattr("kit.query.count.EXACT", 0)
    # The number stands in the text of statements, which must not outlive this test.
    monkeypatch.setattr("services.ledgers.reading.statements", Statements())
    filled(bench)
    somebody, another = uuid4(), uuid4()
    own = Scope(kind=ScopeKind.OWN)
    people = {
        frozenset({HOMES[0]}): reaching(at(HOMES[0])),
        frozenset({HOMES[1]}): reaching(at(HOMES[1])),
        frozenset({HOMES[0], HOMES[1]}): reaching(at(HOMES[0]), at(HOMES[1])),
        frozenset({HOMES[2], HOMES[1]}): reaching(at(HOMES[2]), at(HOMES[1])),
    }
    subtree = Scope(kind=ScopeKind.SUBTREE, department_ids=(company.department_id(HOMES[0]),))
    for _ in range(2):
        for reached, who in people.items():
            for size in (1, 20):
                found = listed(bench, who, size=size)
                assert found["total"] == 2 * len(reached)
            assert homes(found) == reached
        # The first scope is the same, what else reaches (`also`) is not.
        assert listed(bench, reaching(subtree), size=1)["total"] == 2
        assert listed(bench, reaching(subtree, at(HOMES[1])), size=1)["total"] == 4
        assert listed(bench, reaching(subtree, at(HOMES[2])), size=1)["total"] == 4
        assert homes(listed(bench, reaching(subtree, at(HOMES[2])))) == {HOMES[0], HOMES[2]}
        assert listed(bench, reaching(subtree, own, user_id=somebody), size=1)["total"] == 2
    row = example(FireFacility, HOMES[1], 900)
    maker = reaching(subtree, own, user_id=another).model_copy(
        update={"department_id": company.department_id(HOMES[1])}
    )
    assert bench.ask(maker, "POST", f"/{SLUG}", json=row).status_code == 201
    assert listed(bench, maker, size=1)["total"] == 3
    assert listed(bench, reaching(subtree, own, user_id=somebody), size=1)["total"] == 2


def test_the_same_question_again_and_again_gives_the_rows_of_now(bench: Bench) -> None:
    """From the fifth time on the statement is prepared, from the tenth on its plan is kept."""
    filled(bench, each=1)
    who = bench.who("ledgers:*:*")
    made: list[str] = []
    for number in range(15):
        answer = bench.ask(who, "POST", f"/{SLUG}", json=example(FireFacility, HOMES[0], 500 + number))
        made.insert(0, answer.json()["id"])
        found = listed(bench, who, size=3)
        assert [item["id"] for item in found["items"]][: len(made)] == made[:3]
        assert found["total"] == 3 + len(made)
        assert listed(bench, who, size=3, page=2)["total"] == 3 + len(made)


def test_values_do_not_stay_in_the_text(bench: Bench) -> None:
    filled(bench)
    who = bench.who("ledgers:*:*")
    for home in HOMES * 2:
        id_ = str(company.department_id(home))
        assert homes(listed(bench, who, dept_id=id_)) == {home}
        assert homes(listed(bench, who, **{"dept_id.in": f"{id_},{uuid4()}"})) == {home}
        assert home in homes(listed(bench, who, **{"dept_id.under": id_}))


def test_a_search_for_more_than_is_counted_is_answered_all_the_same(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(bench)
    who, q = bench.who("ledgers:*:*"), str(example(FireFacility, HOMES[0])["name"])[:2]
    exact = listed(bench, who, q=q, size=2, page=2)
    assert exact["total"] == 6 and len(exact["items"]) == 2
    monkeypatch.setattr("services.ledgers.reading.FEW", 3)
    counts.clear()
    assert listed(bench, who, q=q, size=2, page=2) == exact


def test_a_list_outlives_the_servers_connections(bench: Bench, postgres: TestPostgres) -> None:
    filled(bench, each=1)
    who = bench.who("ledgers:*:*")
    before = listed(bench, who)
    name = bench.settings.database_url.get_secret_value().rpartition("/")[2].partition("?")[0]
    for _ in range(2):
        postgres.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        assert listed(bench, who) == before


def test_a_list_that_takes_too_long_is_503(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    filled(bench, each=1)
    who = bench.who("ledgers:*:*")
    whole = bench.database.reads.one

    async def slow(statement: str, values: Any = (), *, prepare: bool | None = None) -> Any:
        await whole("SELECT set_config('statement_timeout', '50', false)")
        return await whole(f"{statement} CROSS JOIN pg_sleep(5)", values, prepare=False)

    monkeypatch.setattr(bench.database.reads, "one", slow)
    answer = bench.ask(who, "GET", f"/{SLUG}")
    assert (answer.status_code, answer.json()["code"]) == (503, "busy")
    assert answer.headers["retry-after"]
