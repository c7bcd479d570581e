"""What the checks of every ledger are made of."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from contracts.principal import Principal
from kit.bus.tables import Outbox
from services.ledgers import expiry
from services.ledgers.catalogue import LEDGERS
from services.ledgers.ledger import LedgerRow
from tests.catalogue.conftest import Bench
from tests.catalogue.examples import HOME, example

SIBLING = "运行管理部"

__all__ = ["HOME", "SIBLING", "created", "each_ledger", "events", "example", "grant", "keeper", "scan"]

each_ledger = pytest.mark.parametrize("row_class", LEDGERS, ids=[row.ledger.slug for row in LEDGERS])


def grant(row_class: type[LedgerRow], *verbs: str) -> str:
    """A grant of these verbs, or of all, on one ledger."""
    return f"ledgers:{row_class.ledger.slug}:{','.join(verbs or ('*',))}"


def keeper(bench: Bench, row_class: type[LedgerRow], *verbs: str, department: str = HOME, **more: Any) -> Principal:
    """Somebody who keeps the ledger of a department."""
    return bench.who(grant(row_class, *verbs), scope="subtree", department=department, **more)


def created(bench: Bench, row_class: type[LedgerRow], who: Principal, number: int = 0, **more: Any) -> dict[str, Any]:
    """A row made through the API."""
    answer = bench.ask(who, "POST", f"/{row_class.ledger.slug}", json={**example(row_class, HOME, number), **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def events(bench: Bench, type_: type) -> list[Any]:
    """The events of a type that were emitted, in order."""
    with bench.database.session() as session:
        rows = session.scalars(select(Outbox).where(Outbox.type == type_.type).order_by(Outbox.id)).all()
        return [type_.model_validate(row.data) for row in rows]


def scan(bench: Bench, row_class: type[LedgerRow], on: date) -> int:
    """What the worker does every morning."""
    with bench.transaction() as session:
        return expiry.scan(session, on, [row_class])
