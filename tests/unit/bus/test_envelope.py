"""The form of a message: what we write we read, and what is not one of ours is refused with a reason."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from kit.bus import envelope
from kit.bus.envelope import CONTENT_TYPE, MAX_MESSAGE_BYTES, BadMessage

ID = UUID("01936f6a-0000-7000-8000-000000000001")


def encoded(**more: Any) -> bytes:
    values: dict[str, Any] = {
        "service": "ledgers",
        "id_": ID,
        "type_": "cn.gas.ledger.rows_changed.v1",
        "aggregate": "ledger:消防设施",
        "occurred_at": datetime(2026, 11, 23, 8, 0, tzinfo=UTC),
        "data": {"name": "灭火器", "n": 1},
    }
    return envelope.encode(**(values | more))


def test_a_message_says_what_cloudevents_asks_for() -> None:
    body = json.loads(encoded(trace_id="a" * 32, actor=ID))
    assert body == {
        "specversion": "1.0",
        "id": str(ID),
        "source": "/ledgers",
        "type": "cn.gas.ledger.rows_changed.v1",
        "subject": "ledger:消防设施",
        "time": "2026-11-23T08:00:00Z",
        "datacontenttype": "application/json",
        "traceparent": f"00-{'a' * 32}-8000000000000001-01",
        "actorid": str(ID),
        "data": {"name": "灭火器", "n": 1},
    }


def test_what_is_written_is_read() -> None:
    read = envelope.decode(encoded(trace_id="a" * 32), CONTENT_TYPE)
    assert (read.id, read.service, read.subject, read.data) == (
        ID,
        "ledgers",
        "ledger:消防设施",
        {"name": "灭火器", "n": 1},
    )
    assert read.trace_id == "a" * 32


def test_the_same_row_gives_the_same_bytes() -> None:
    assert encoded() == encoded()


def test_what_a_newer_release_adds_is_ignored() -> None:
    body = json.loads(encoded()) | {"dataschema": "x", "partitionkey": 1}
    assert envelope.decode(json.dumps(body).encode(), CONTENT_TYPE).id == ID


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"specversion": "0.3"}, "specversion"),
        ({"id": "not a uuid"}, "id"),
        ({"source": "http://evil.example/x"}, "source"),
        ({"source": "/ledgers.evil"}, "source"),
        ({"type": "no version"}, "type"),
        ({"subject": "x" * 301}, "subject"),
        ({"time": "2026-11-23T08:00:00"}, "time"),
        ({"datacontenttype": "text/xml"}, "datacontenttype"),
        ({"data": "not an object"}, "data"),
        ({"data": None}, "data"),
        ({"traceparent": "00-zz"}, "traceparent"),
    ],
)
def test_an_envelope_that_is_wrong_is_refused_with_the_field(change: dict[str, Any], reason: str) -> None:
    body = json.dumps(json.loads(encoded()) | change).encode()
    with pytest.raises(BadMessage, match=f"envelope: {reason}"):
        envelope.decode(body, CONTENT_TYPE)


@pytest.mark.parametrize(
    "raw",
    [b"", b"\xff\xfe\x00", b"null", b"[]", b'"text"', b"{", b"[" * 5000, b'{"id": "\\ud800"}', b"\x80\x04\x95pickle"],
)
def test_bytes_that_are_no_event_are_refused(raw: bytes) -> None:
    with pytest.raises(BadMessage):
        envelope.decode(raw, CONTENT_TYPE)


@pytest.mark.parametrize("content_type", [None, "", "application/json", "application/x-python-serialize", "text/plain"])
def test_only_one_content_type_is_accepted(content_type: str | None) -> None:
    with pytest.raises(BadMessage, match="content_type"):
        envelope.decode(encoded(), content_type)


def test_a_message_that_is_too_large_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(BadMessage, match="too_large"):
        envelope.decode(b"{" + b" " * MAX_MESSAGE_BYTES, CONTENT_TYPE)
