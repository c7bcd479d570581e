"""What documents tells."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from contracts.events.base import Event


class DocumentStored(Event):
    """A version of a file has arrived whole, and its checksum has still to be compared."""

    type: ClassVar[str] = "cn.gas.document.stored.v1"

    version_id: UUID
    node_id: UUID
    library: str
    size: int
