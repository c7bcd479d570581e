"""Every due date of every ledger warns on the right days, once, and is closed by what answers it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from contracts.events import LedgerRowExpiring, LedgerRowRenewed
from contracts.principal import Principal
from kit.db import today
from services.ledgers.catalogue import LEDGERS
from services.ledgers.dictionaries import DICTIONARIES
from services.ledgers.expiry import level_of
from services.ledgers.ledger import Expiry, LedgerRow
from tests import company
from tests.catalogue.conftest import Bench
from tests.catalogue.steps import HOME, created, events, keeper, scan

CASES = [(row, due) for row in LEDGERS for due in row.ledger.expiry]
each_due = pytest.mark.parametrize(
    ("row_class", "due"), CASES, ids=[f"{row.ledger.slug}-{due.field}" for row, due in CASES]
)


def due_row(bench: Bench, row_class: type[LedgerRow], who: Principal, due: Expiry, on: date) -> dict[str, Any]:
    """A row of which only this date is due, as far as its rules allow."""
    others = {other.field: None for other in row_class.ledger.expiry if other.field != due.field}
    far = {key: "2199-01-01" for key in others if row_class.fields[key].required}
    return created(bench, row_class, who, 1, **far, **{due.field: on.isoformat()})


def thresholds(row_class: type[LedgerRow], due: Expiry, row: dict[str, Any]) -> list[int]:
    """The days on which this row warns: its item's own, or the ledger's."""
    if due.warn_days_of:
        entry = next(d for d in DICTIONARIES if d.code == row_class.fields[due.warn_days_of].dictionary)
        item = next(item for item in entry.items if item.value == row[due.warn_days_of])
        return list(item.ext.get("warn_days", due.warn_days))
    return list(due.warn_days)


def told(bench: Bench, type_: type, due: Expiry) -> list[Any]:
    return [event for event in events(bench, type_) if event.due_field == due.field]


@each_due
def test_it_warns_on_the_right_days_and_once(bench: Bench, row_class: type[LedgerRow], due: Expiry) -> None:
    who = keeper(bench, row_class)
    on = today() + timedelta(days=400)
    row = due_row(bench, row_class, who, due, on)
    days = thresholds(row_class, due, row)
    expected = []
    for remaining in sorted({near + offset for near in days for offset in (1, 0)} | {0, -1, -2}, reverse=True):
        day = on - timedelta(days=remaining)
        scan(bench, row_class, day)
        if remaining in days or remaining == -1:
            assert scan(bench, row_class, day) == 0, "the second scan of a day emits nothing"
            expected.append((remaining, level_of(remaining)))
        assert [(e.threshold, e.level) for e in told(bench, LedgerRowExpiring, due)] == expected, remaining
    last = told(bench, LedgerRowExpiring, due)[-1]
    assert (str(last.row_id), last.due_on, last.department_id) == (row["id"], on, company.department_id(HOME))
    assert last.ledger_title == row_class.ledger.title and last.title
    if "keeper" in row_class.fields:
        assert last.title.endswith(f"（{row_class.fields['keeper'].title} {row['keeper']}）"), "whom to call"


@each_due
def test_what_answers_it_closes_it(bench: Bench, row_class: type[LedgerRow], due: Expiry) -> None:
    who, slug = keeper(bench, row_class), row_class.ledger.slug
    on = today() + timedelta(days=400)
    later = on + timedelta(days=365)
    row = due_row(bench, row_class, who, due, on)

    def dates() -> list[date]:
        return [event.due_on for event in told(bench, LedgerRowExpiring, due)]

    # After a silence only the most severe is sent, and a clock that goes back warns of nothing.
    scan(bench, row_class, on + timedelta(days=2))
    assert [e.threshold for e in told(bench, LedgerRowExpiring, due)] == [-1]
    scan(bench, row_class, on - timedelta(days=min(due.warn_days)))
    assert dates() == [on]
    # A changed date closes it and is armed itself.
    change = {"version": row["version"], due.field: later.isoformat()}
    answer = bench.ask(who, "PUT", f"/{slug}/{row['id']}", json=change)
    assert answer.status_code == 200, answer.text
    closed = told(bench, LedgerRowRenewed, due)
    assert [(e.reason, e.due_on, e.row_version) for e in closed] == [("changed", later, 2)]
    scan(bench, row_class, on)
    assert dates() == [on]
    scan(bench, row_class, later)
    assert dates() == [on, later]
    # And back: the first date warns once more.
    back = bench.ask(who, "PUT", f"/{slug}/{row['id']}", json={"version": 2, due.field: on.isoformat()})
    assert back.status_code == 200, back.text
    scan(bench, row_class, on)
    assert dates() == [on, later, on]
    # A deleted row warns no more, and a restored one does.
    assert bench.ask(who, "DELETE", f"/{slug}/{row['id']}", params={"version": 3}).status_code == 204
    assert told(bench, LedgerRowRenewed, due)[-1].reason == "deleted"
    assert scan(bench, row_class, on + timedelta(days=1)) == 0
    assert bench.ask(who, "POST", f"/{slug}/{row['id']}/restore").status_code == 200
    scan(bench, row_class, on + timedelta(days=1))
    last = told(bench, LedgerRowExpiring, due)[-1]
    assert (last.threshold, last.row_version) == (-1, 5)


@each_due
def test_a_row_out_of_use_does_not_warn(bench: Bench, row_class: type[LedgerRow], due: Expiry) -> None:
    """Of each way in which a field of its condition can say so, read from the declaration."""
    if due.suppressed_when is None:
        pytest.skip("this date always warns")
    who, on = keeper(bench, row_class), today() + timedelta(days=400)
    row = due_row(bench, row_class, who, due, on)
    path, version = f"/{row_class.ledger.slug}/{row['id']}", 1
    scan(bench, row_class, on + timedelta(days=1))
    ways = [(part.field, part.values) for part in parts(due.suppressed_when) if hasattr(part, "values")]
    ways = [(key, value) for key, values in ways for value in values if key in ("status", "employment", "use_status")]
    for key, value in ways:
        before = len(told(bench, LedgerRowRenewed, due))
        answer = bench.ask(who, "PUT", path, json={"version": version, key: value})
        assert answer.status_code == 200, answer.text
        version = answer.json()["version"]
        assert [e.reason for e in told(bench, LedgerRowRenewed, due)][before:] == ["retired"], (key, value)
        assert due.field in answer.json()["quiet_keys"], "and its date is not shown as overdue"
        assert scan(bench, row_class, on + timedelta(days=1)) == 0
        again = bench.ask(who, "PUT", path, json={"version": version, key: row[key]})
        version = again.json()["version"]
        assert due.field not in again.json()["quiet_keys"]
        assert scan(bench, row_class, on + timedelta(days=1)) > 0, "in use again, and due again"


def parts(condition: Any) -> list[Any]:
    """The simple conditions that a condition is made of."""
    inner = [getattr(condition, name) for name in ("one", "other", "condition") if hasattr(condition, name)]
    return [leaf for part in inner for leaf in parts(part)] if inner else [condition]
