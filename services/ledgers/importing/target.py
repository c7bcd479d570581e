"""Finds a ledger's class; also in the child process, where there are no settings and no database."""

from __future__ import annotations

from kit.errors import NotFound
from services.ledgers.ledger import LedgerRow


def ledger_class(slug: str) -> type[LedgerRow]:
    """The class of a ledger; KeyError when there is none of that slug."""
    # Imported late: reading the catalogue takes a moment that the prescan need not wait for.
    from services.ledgers.catalogue import BY_SLUG

    return BY_SLUG[slug]


def known_ledger(slug: str) -> type[LedgerRow]:
    """The ledger's class; 404 when there is none."""
    try:
        return ledger_class(slug)
    except KeyError:
        raise NotFound from None
