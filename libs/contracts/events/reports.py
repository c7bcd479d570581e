"""What reports asks of others."""

from __future__ import annotations

from typing import ClassVar

from contracts.events.base import Event


class FactsRequested(Event):
    """Reports has emptied its facts and wants them told again, of one ledger or of all. Ledgers answers with
    LedgerRowsChanged for every row, the deleted ones too: an old message that is still on its way must find a newer version
    there, or it would bring a deleted row back."""

    type: ClassVar[str] = "cn.gas.facts.requested.v1"

    ledger: str | None = None
