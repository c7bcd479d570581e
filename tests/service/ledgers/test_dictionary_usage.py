"""How many rows of the ledgers use an item of a dictionary: what the page of dictionaries asks before one is retired."""

from __future__ import annotations

from tests.catalogue.conftest import Bench
from tests.service.ledgers.test_lists import filled

URL = "/_usage"


def test_rows_are_counted_by_item_wherever_the_dictionary_is_used(bench: Bench) -> None:
    filled(bench, each=1)
    row = bench.ask(bench.who("ledgers:*:*"), "GET", "/fire-facilities?size=1").json()["items"][0]
    maintainer = bench.who("auth:dictionaries:read")
    ask = {"dictionary": "fire_facility_type", "value": row["facility_type"]}
    answer = bench.ask(maintainer, "GET", URL, params=ask)
    assert answer.status_code == 200, answer.text
    places = {place["key"]: place["counts"] for place in answer.json()["items"]}
    assert places["fire-facilities"] == {row["facility_type"]: 3}
    every = bench.ask(maintainer, "GET", URL, params={"dictionary": "fire_facility_type"}).json()["items"]
    assert sum(sum(place["counts"].values()) for place in every if place["key"] == "fire-facilities") == 3
    none = bench.ask(maintainer, "GET", URL, params={"dictionary": "nothing_of_ours"}).json()
    assert none["items"] == []
    assert bench.ask(bench.who("ledgers:*:*"), "GET", URL, params=ask).status_code == 403
