"""Tells the identity service which dictionaries the ledgers rely on. Repeating it changes nothing."""

from __future__ import annotations

from kit.db import Database
from kit.directory import declare
from services.ledgers import warn_days
from services.ledgers.dictionaries import DICTIONARIES
from services.ledgers.settings import Settings


def seed(settings: Settings) -> None:
    """Idempotent; the items come back as DictionaryChanged and fill this service's own copy."""
    database = Database(settings)
    try:
        with database.transaction() as session:
            declare(session, Settings.service, (*DICTIONARIES, warn_days.declaration()))
    finally:
        database.close()
