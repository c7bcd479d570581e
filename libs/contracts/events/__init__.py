"""Facts that cross from one service to another, in the past tense. A contract is only ever added to."""

from contracts.events.base import Event, event_class, event_types
from contracts.events.documents import DocumentStored
from contracts.events.identity import (
    DepartmentFact,
    DictionaryChanged,
    DictionaryDeclared,
    DictionaryItemFact,
    OrganisationChanged,
    PersonFact,
    UserChanged,
)
from contracts.events.ledgers import LedgerRowExpiring, LedgerRowRenewed, LedgerRowsChanged, RowChange
from contracts.events.reports import FactsRequested

__all__ = [
    "DepartmentFact",
    "DictionaryChanged",
    "DictionaryDeclared",
    "DictionaryItemFact",
    "DocumentStored",
    "Event",
    "FactsRequested",
    "LedgerRowExpiring",
    "LedgerRowRenewed",
    "LedgerRowsChanged",
    "OrganisationChanged",
    "PersonFact",
    "RowChange",
    "UserChanged",
    "event_class",
    "event_types",
]
