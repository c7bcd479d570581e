"""Receipts: the consumer's word to the producer that an event is stored, or that it was refused. A lost receipt only makes
the event come again, and a repeated event is answered with a receipt again, or the repeating would never end."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

Outcome = Literal["stored", "refused"]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one subscriber's copy of an event."""

    event_id: UUID
    subscriber: str
    outcome: Outcome = "stored"
    reason: str = ""


def encode(receipts: Iterable[Receipt]) -> bytes:
    """The body of a message to `receipts.<service>`."""
    return json.dumps([[r.event_id.hex, r.subscriber, r.outcome, r.reason] for r in receipts]).encode()


def decode(body: bytes | str) -> list[Receipt]:
    """Reads a body; raises ValueError when it is not one of ours."""
    receipts = []
    rows = json.loads(body)
    if not isinstance(rows, list):
        raise ValueError("receipts: not a list")
    for row in rows:
        if not (isinstance(row, list) and len(row) == 4 and all(isinstance(part, str) for part in row)):
            raise ValueError("receipts: not a list of receipts")
        if row[2] not in ("stored", "refused") or "\x00" in row[1] + row[3]:
            raise ValueError("receipts: unknown outcome")
        receipts.append(Receipt(UUID(row[0]), row[1], row[2], row[3][:300]))
    return receipts


# Also a row that is still 'pending': its event was sent, and the transaction that would have said so was rolled back.
_STORED = text(
    """
    WITH r AS (
      SELECT d.event_id, d.subscriber
        FROM outbox_delivery d
        JOIN unnest(CAST(:ids AS uuid[]), CAST(:subscribers AS text[])) AS r(event_id, subscriber)
          ON d.event_id = r.event_id AND d.subscriber = r.subscriber
       WHERE d.state IN ('pending', 'sent')
       ORDER BY d.event_id, d.subscriber
         FOR UPDATE OF d
    )
    UPDATE outbox_delivery d SET state = 'acked', acked_at = clock_timestamp(), last_error = NULL
      FROM r WHERE d.event_id = r.event_id AND d.subscriber = r.subscriber
    """
)

# Refused (a type that the subscriber's release does not know yet): it goes on being sent, with growing delays, until a
# newer release takes it. 'pending' keeps it out of the window, so that it does not hold up the others.
_REFUSED = text(
    """
    UPDATE outbox_delivery d SET state = 'pending', last_error = r.reason
      FROM unnest(CAST(:ids AS uuid[]), CAST(:subscribers AS text[]), CAST(:reasons AS text[]))
           AS r(event_id, subscriber, reason)
     WHERE d.event_id = r.event_id AND d.subscriber = r.subscriber AND d.state = 'sent'
    """
)


def apply(session: Session, receipts: Iterable[Receipt]) -> None:
    """Marks deliveries; repeated and unknown receipts change nothing."""
    stored = sorted({(r.event_id, r.subscriber) for r in receipts if r.outcome == "stored"})
    if stored:
        session.execute(_STORED, {"ids": [key[0] for key in stored], "subscribers": [key[1] for key in stored]})
    refused = sorted({(r.event_id, r.subscriber): r.reason for r in receipts if r.outcome == "refused"}.items())
    if refused:
        session.execute(
            _REFUSED,
            {
                "ids": [key[0] for key, _ in refused],
                "subscribers": [key[1] for key, _ in refused],
                "reasons": [reason for _, reason in refused],
            },
        )
