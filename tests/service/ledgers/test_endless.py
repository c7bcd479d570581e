"""A date of which somebody says that there is none (长期), and who takes the word out again."""

from __future__ import annotations

from typing import Any

from services.ledgers.catalogue import BY_SLUG
from tests.catalogue.examples import example
from tests.service.ledgers.desk import Bench, Desk

SLUG = "other-certificates"


def test_a_word_that_is_taken_out_lets_the_rule_fill_the_date_again(bench: Bench) -> None:
    desk = Desk(bench, SLUG, bench.who(f"ledgers:{SLUG}:*"))
    given = {**example(BY_SLUG[SLUG]), "cert_type": "dangerous_goods", "item": "押运员"}
    given |= {"issue_date": "2025-01-05", "valid_from": None, "valid_to": None}
    row: dict[str, Any] = desk.ask("POST", "", json=given).json()
    assert (row["valid_to"], "valid_to" in row["computed_keys"]) == ("2031-01-04", True)

    def put(**changes: Any) -> dict[str, Any]:
        answer = desk.ask("PUT", f"/{row['id']}", json={"version": row["version"], **changes})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    row = put(valid_to="长期")
    assert (row["valid_to"], "valid_to" in row["computed_keys"]) == (None, False)
    row = put(remark="到期日按证书")
    assert row["valid_to"] is None, "a change of something else leaves it"
    row = put(valid_to="长期")
    assert (row["valid_to"], row["version"]) == (None, 3), "said again, nothing changes"
    row = put(valid_to=None)
    assert (row["valid_to"], "valid_to" in row["computed_keys"]) == ("2031-01-04", True)
