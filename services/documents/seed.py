"""What has to be there before the first request: the bucket."""

from __future__ import annotations

from kit.objects import ObjectStore
from services.documents.settings import Settings


def seed(settings: Settings) -> None:
    """Creates the bucket where it is missing. May be run again."""
    store = ObjectStore(settings)
    try:
        store.ensure_bucket()
    finally:
        store.close()
