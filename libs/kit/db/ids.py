"""Identifiers: UUIDv7 grows with time, so that indexes stay compact and a page sorted by id is a page by age."""

from __future__ import annotations

from uuid import UUID

from uuid_utils.compat import uuid7 as _uuid7


def uuid7() -> UUID:
    """A new UUIDv7."""
    return _uuid7()
