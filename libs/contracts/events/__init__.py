"""Facts that cross from one service to another, in the past tense. A contract is only ever added to."""

from contracts.events.audit import AuditAnchored
from contracts.events.base import Event, event_class, event_types
from contracts.events.documents import DocumentStored
from contracts.events.identity import (
    DepartmentFact,
    DictionaryChanged,
    DictionaryDeclared,
    DictionaryItemFact,
    OrganisationChanged,
    PermissionsDeclared,
    PersonFact,
    ResourceFact,
    UserChanged,
)
from contracts.events.ledgers import (
    DueDateTold,
    LedgerFindingFound,
    LedgerRowExpiring,
    LedgerRowRenewed,
    LedgerRowsChanged,
    LedgerRowShort,
    RowChange,
)
from contracts.events.reports import FactsRequested

__all__ = [
    "AuditAnchored",
    "DepartmentFact",
    "DictionaryChanged",
    "DictionaryDeclared",
    "DictionaryItemFact",
    "DocumentStored",
    "DueDateTold",
    "Event",
    "FactsRequested",
    "LedgerFindingFound",
    "LedgerRowExpiring",
    "LedgerRowRenewed",
    "LedgerRowShort",
    "LedgerRowsChanged",
    "OrganisationChanged",
    "PermissionsDeclared",
    "PersonFact",
    "ResourceFact",
    "RowChange",
    "UserChanged",
    "event_class",
    "event_types",
]
