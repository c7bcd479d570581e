"""The form of a message: CloudEvents 1.0, JSON, structured mode (reliability.md 2.6)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

# The only content type that is accepted: nothing that a broker carries may choose how it is decoded.
CONTENT_TYPE = "application/cloudevents+json"
MAX_MESSAGE_BYTES = 128 * 1024


class BadMessage(Exception):
    """The bytes are not an event that can be stored; `reason` is a stable code with what was found."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Envelope(BaseModel):
    """One event on its way. `source` and `id` together are unique; `source` names the service that sent it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    source: Annotated[str, Field(pattern=r"^/[a-z][a-z0-9-]{0,30}$")]
    type: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.-]{0,150}\.v[0-9]{1,3}$")]
    subject: Annotated[str, Field(max_length=300)]
    time: AwareDatetime
    datacontenttype: Literal["application/json"] = "application/json"
    traceparent: Annotated[str, Field(pattern=r"^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")] | None = None
    actorid: UUID | None = None
    data: dict[str, Any]

    @property
    def service(self) -> str:
        """The name of the service that sent it."""
        return self.source.removeprefix("/")

    @property
    def trace_id(self) -> str | None:
        """The trace that the event belongs to."""
        return self.traceparent.split("-")[1] if self.traceparent else None


def encode(
    *,
    service: str,
    id_: UUID,
    type_: str,
    aggregate: str,
    occurred_at: datetime,
    data: dict[str, Any],
    trace_id: str | None = None,
    actor: UUID | None = None,
) -> bytes:
    """The bytes of an event. The same row gives the same bytes each time it is sent."""
    envelope = Envelope(
        id=id_,
        source=f"/{service}",
        type=type_,
        subject=aggregate,
        time=occurred_at.astimezone(UTC),
        traceparent=f"00-{trace_id}-{id_.hex[16:]}-01" if trace_id else None,
        actorid=actor,
        data=data,
    )
    return envelope.model_dump_json(exclude_none=True).encode()


def decode(raw: bytes | str, content_type: str | None) -> Envelope:
    """Reads a message, or raises BadMessage. Whether the type is known, and the data valid, is not asked here."""
    if content_type != CONTENT_TYPE:
        raise BadMessage(f"content_type: {str(content_type)[:100]}")
    body = raw if isinstance(raw, bytes) else raw.encode("utf-8", "surrogatepass")
    if len(body) > MAX_MESSAGE_BYTES:
        raise BadMessage(f"too_large: {len(body)}")
    try:
        return Envelope.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise BadMessage(f"envelope: {'.'.join(str(part) for part in first['loc'])}: {first['msg']}"[:300]) from error
