"""Who listens to what: the one index of the bus. A subscriber is a service, or `service.part` where one service reacts
twice to the same event on its own. Emitting writes one delivery row for each name listed here; a worker that handles a
type for which it is not listed, or the reverse, does not start."""

from __future__ import annotations

from contracts.events import (
    AuditAnchored,
    DictionaryChanged,
    DictionaryDeclared,
    DocumentStored,
    DueDateTold,
    Event,
    FactsRequested,
    LedgerFindingFound,
    LedgerRowExpiring,
    LedgerRowRenewed,
    LedgerRowsChanged,
    LedgerRowShort,
    OrganisationChanged,
    PermissionsDeclared,
    UserChanged,
)

EVERY_SERVICE = ("auth", "documents", "ledgers", "workflow", "reports")

SUBSCRIBERS: dict[type[Event], tuple[str, ...]] = {
    OrganisationChanged: EVERY_SERVICE,
    UserChanged: EVERY_SERVICE,
    DictionaryChanged: EVERY_SERVICE,
    DictionaryDeclared: ("auth",),
    PermissionsDeclared: ("auth",),
    LedgerRowsChanged: ("reports",),
    FactsRequested: ("ledgers",),
    DueDateTold: ("ledgers",),
    LedgerRowExpiring: ("workflow",),
    LedgerRowRenewed: ("workflow",),
    LedgerRowShort: ("workflow",),
    LedgerFindingFound: ("workflow",),
    DocumentStored: ("documents.checks",),
    AuditAnchored: ("documents.anchors",),
}


def subscribers_of(event: type[Event]) -> tuple[str, ...]:
    """The names that get a copy of `event`, in delivery order; empty when nobody listens."""
    return SUBSCRIBERS.get(event, ())
