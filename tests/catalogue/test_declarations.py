"""What every ledger's declaration promises: names, dictionaries, the manifest, the API's documentation."""

from __future__ import annotations

from services.ledgers.catalogue import BY_SLUG, LEDGERS
from services.ledgers.dictionaries import DICTIONARIES
from services.ledgers.ledger import LedgerRow
from tests.catalogue.conftest import Bench
from tests.catalogue.steps import each_ledger, keeper

RULES = {"validity_months", "review_months", "first_repair_months", "repair_months", "scrap_months", "check_months",
         "test_months", "inspect_months", "first_inspect_months", "annual_months", "valve_months", "gauge_months",
         "life_months", "exam_months", "training_months", "hours_per_year", "factors", "bands"}  # fmt: skip


def test_slugs_leaves_and_tables_are_unique() -> None:
    for what in ("slug", "leaf", "title"):
        values = [getattr(row.ledger, what) for row in LEDGERS]
        assert len(set(values)) == len(values), what


def test_every_rule_of_a_dictionary_names_its_basis() -> None:
    missing = [
        (entry.code, one.value) for entry in DICTIONARIES for one in entry.items
        if RULES & one.ext.keys() and not one.ext.get("basis")
    ]  # fmt: skip
    assert missing == []


@each_ledger
def test_what_it_names_exists(row_class: type[LedgerRow]) -> None:
    declared = {entry.code: entry for entry in DICTIONARIES}
    assert set(row_class.dictionaries()) <= set(declared)
    status = row_class.ledger.status
    if status is not None:
        values = {one.value for one in declared[status.dictionary].items}
        assert {*(case.value for case in status.cases), status.otherwise} <= values, "a status without a word for it"
    # What a rule looks up in an item is a name that items carry, or the rule would never do anything.
    for rule in row_class.ledger.rules:
        if getattr(rule, "by", ()):
            names = {getattr(rule, name, None) for name in ("months", "first_months", "quota")} - {None}
            assert names <= RULES, rule
    # Words are offered from a list that the form can ask for them, by fields that mean the same there.
    for offer in row_class.ledger.offers:
        source = BY_SLUG[offer.ledger].fields
        assert source[offer.source].kind == "text" and not source[offer.source].personal, offer
        for key in offer.same:
            mine, other = row_class.fields[key], source[key]
            assert (mine.kind, mine.dictionary) == (other.kind, other.dictionary) and other.filter, offer


def test_words_are_offered_to_those_who_may_read_them(bench: Bench) -> None:
    def offered(*permissions: str) -> list[str]:
        ledgers = bench.ask(bench.who(*permissions), "GET", "/_manifest").json()["ledgers"]
        return [offer["ledger"] for one in ledgers for offer in one["offers"]]

    assert offered("ledgers:investment-spending,investment-budgets:read") == ["investment-budgets"]
    assert offered("ledgers:investment-spending:read") == []


@each_ledger
def test_the_manifest_says_all_that_the_web_needs(bench: Bench, row_class: type[LedgerRow]) -> None:
    ledger = row_class.ledger
    body = bench.ask(keeper(bench, row_class, "read", "export"), "GET", "/_manifest").json()
    assert body["service"] == "ledgers"
    page = {"leaf": ledger.leaf, "title": ledger.title, "screen": "ledger", "key": ledger.slug,
            "path": f"/ledgers/{ledger.slug}"}  # fmt: skip
    assert page in body["pages"]
    (shown,) = body["ledgers"]
    permissions = {verb: shown["permissions"][verb] for verb in ("create", "update", "delete", "import", "export")}
    assert permissions == {"create": False, "update": False, "delete": False, "import": False, "export": True}
    assert [field["key"] for field in shown["fields"]] == list(row_class.fields)
    for field in shown["fields"]:
        assert field["title"] and field["kind"]
        if field["dictionary"]:
            assert shown["dictionaries"][field["dictionary"]], field["key"]
    assert [entry["field"] for entry in shown["expiry"]] == [due.field for due in ledger.expiry]


def test_every_ledgers_own_fields_are_in_the_api_documentation(bench: Bench) -> None:
    paths = bench.client.get("/api/ledgers/openapi.json").json()
    for row_class in LEDGERS:
        slug, name = row_class.ledger.slug, row_class.__name__
        assert {"get", "post"} <= set(paths["paths"][f"/api/ledgers/{slug}"])
        schema = paths["components"]["schemas"][f"{name}Create"]
        assert set(schema["properties"]) == set(row_class.input_fields()) and schema["additionalProperties"] is False
        named = {entry["name"] for entry in paths["paths"][f"/api/ledgers/{slug}"]["get"]["parameters"]}
        assert {"page", "size", "sort", "dept_id.under"} <= named


@each_ledger
def test_a_successor_begins_with_who_and_what_and_not_with_what_is_due(row_class: type[LedgerRow]) -> None:
    rule = row_class.ledger.superseded_by
    if rule is None:
        return
    carried = [row_class.fields[key] for key in rule.carries]
    assert set(rule.keys) <= {spec.key for spec in carried}, "or the new row would replace nothing"
    new = {rule.by, *(expiry.field for expiry in row_class.ledger.expiry)}
    assert not [spec.key for spec in carried if spec.key in new or spec.kind == "code" or spec.computed]
