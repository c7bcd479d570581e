"""Looks through a whole database, as somebody who stole a dump of it would."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.orm import Session


def found_in(session: Session, values: Iterable[str]) -> list[str]:
    """Where any of these values stands readable, as text or as bytes: "table: value"."""
    wanted = [(value, value.encode().hex()) for value in values]
    tables = session.scalars(text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"))
    found = []
    for table in tables.all():
        for row in session.scalars(text(f'SELECT to_jsonb(t)::text FROM "{table}" t')):
            found += [f"{table}: {value}" for value, as_hex in wanted if value in row or as_hex in row]
    return found
