"""Data that the service needs before its first event: the recipient rules."""

from __future__ import annotations

from kit.db import Database
from services.workflow.notices.rules import seed_rules
from services.workflow.settings import Settings


def seed(settings: Settings) -> None:
    """Adds what is missing; repeating it changes nothing."""
    database = Database(settings)
    try:
        with database.transaction() as session:
            seed_rules(session)
    finally:
        database.close()
