"""Keeps the heads of all services' audit chains in the object store: documents is the one service that has its keys."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

from contracts.events import AuditAnchored
from kit.audit.anchoring import Anchor, parse
from kit.objects import ObjectStore

# The audit trail is kept for three years (reliability.md 3.2); its witnesses a year longer.
KEPT = timedelta(days=4 * 366)


def keep(store: ObjectStore, event: AuditAnchored) -> None:
    """One object for each anchor. The same event again adds a version that says the same."""
    anchor = {"service": event.service, "position": event.position, "hash": event.hash, "at": event.at.isoformat()}
    store.keep(f"{event.service}/{event.position:015d}.json", json.dumps(anchor).encode(), until=event.at + KEPT)


def kept(store: ObjectStore, service: str) -> Iterator[Anchor]:
    """The anchors of a service, every version of them: one that says something else is a finding."""
    for key, content in store.kept(f"{service}/"):
        yield parse(content.decode("utf-8", "replace"), f"对象存储 {key}")
