"""Rows made of what the declarations themselves give as examples."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from services.ledgers.ledger import LedgerRow
from tests import company

HOME = "工程部"


def example(row_class: type[LedgerRow], department: str = HOME, number: int = 0) -> dict[str, Any]:
    """A valid row made of the fields' own examples, as JSON; rows of different numbers have different keys."""
    row: dict[str, Any] = {}
    for key, spec in row_class.input_fields().items():
        if spec.kind == "department":
            row[key] = str(company.department_id(department))
        elif spec.example is not None:
            value = spec.example
            if spec.kind == "multi_choice":
                row[key] = value.split("、")
            else:
                row[key] = float(value) if isinstance(value, Decimal) else value
    ledger = row_class.ledger
    for key in {key for keys in (ledger.natural_key, *ledger.also_unique) for key in keys} if number else ():
        spec = row_class.fields[key]
        if key not in row:
            continue
        if spec.pattern:
            row[key] = f"{row[key][:-3]}{900 + number}"
        elif spec.kind in ("code", "text"):
            row[key] = f"{row[key]}-{number}"
        elif spec.kind == "day":
            row[key] = (date.fromisoformat(row[key]) - timedelta(days=number)).isoformat()
    return row
