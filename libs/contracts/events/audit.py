"""Facts about the audit trail."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from contracts.events.base import Event


class AuditAnchored(Event):
    """The head of a service's audit chain, once a day: whoever keeps it can tell later whether the chain was rewritten or
    cut off. Nothing in it is secret."""

    type: ClassVar[str] = "cn.gas.audit.anchored.v1"

    service: Annotated[str, Field(pattern="^[a-z]{2,30}$")]
    position: Annotated[int, Field(ge=1)]
    hash: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    at: datetime
