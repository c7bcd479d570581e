"""The trail of the ledgers says values in people's words: labels of dictionaries, titles of fields, names of departments."""

from __future__ import annotations

from services.ledgers.catalogue.emergency_supplies import EmergencySupply
from tests import company
from tests.catalogue.conftest import Bench
from tests.catalogue.steps import created, keeper


def test_values_are_said_in_words_and_stay_as_they_were_written(bench: Bench) -> None:
    who = keeper(bench, EmergencySupply)
    row = created(bench, EmergencySupply, who, 1)
    assert bench.ask(who, "GET", "/emergency-supplies/export.xlsx?columns=name,keeper").status_code == 200
    answer = bench.ask(company.principal("auditor"), "GET", "/audit")
    assert answer.status_code == 200, answer.text
    export, create = answer.json()["items"][:2]
    assert export["detail"]["columns"] == ["name", "keeper"]
    assert export["spoken"]["columns"] == {"name": "物资名称", "keeper": "保管人"}
    assert create["after"]["category"] == row["category"]
    assert create["spoken"]["category"] == {row["category"]: "照明"}
    assert create["spoken"]["dept_id"] == {row["dept_id"]: row["dept_name"]}
