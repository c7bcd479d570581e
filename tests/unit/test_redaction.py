"""No number of a person gets into a log."""

from __future__ import annotations

import io
import json
import logging
from hashlib import sha256
from uuid import uuid4

import pytest
import structlog
from pydantic import SecretStr

from kit import log
from kit.redaction import redact, redacted
from kit.settings import ServiceSettings

NUMBER, MOBILE = "990101199001011230", "13800138000"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"id={NUMBER}", "id=990***********1230"), (f"T{NUMBER}", "T990***********1230"),
        ("99010119900101123x。", "990***********123x。"), (f"q={NUMBER}&page=1", "q=990***********1230&page=1"),
        (f"电话{MOBILE}，", "电话138****8000，"), (f"+86{MOBILE}", "+86138****8000"), (f"86{MOBILE}", "86138****8000"),
    ],
)  # fmt: skip
def test_numbers_of_people_are_masked(text: str, shown: str) -> None:
    assert redact(text) == shown


def test_what_is_no_number_of_a_person_stays() -> None:
    for text in (str(uuid4()), sha256(b"x").hexdigest(), "2026-11-23T19:15:00.123456Z", "202611231915001234",
                 "99010119901301123X", "12800138000", "1380013800", "138001380000", "批次 20261123001"):  # fmt: skip
        assert redact(text) == text
    assert redacted({"count": 13800138000, "list": [MOBILE, None]}) == {
        "count": 13800138000,
        "list": ["138****8000", None],
    }


@pytest.fixture
def lines() -> io.StringIO:
    before, handlers, level = structlog.get_config(), logging.getLogger().handlers[:], logging.getLogger().level
    settings = ServiceSettings(database_url=SecretStr("postgresql+psycopg://u:a-real-one-7731@h/d"))
    stream = io.StringIO()
    try:
        log.setup(settings, "test")
        (handler,) = logging.getLogger().handlers
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(stream)
        yield stream
    finally:
        structlog.configure(**before)
        logging.getLogger().handlers[:] = handlers
        logging.getLogger().setLevel(level)


def test_neither_our_events_nor_anybody_elses_nor_a_traceback_tells_one(lines: io.StringIO) -> None:
    log.get("ours").info("checked", person=NUMBER, nested={"phone": [MOBILE]})
    logging.getLogger("theirs").warning("refused %s of %s", NUMBER, MOBILE)
    try:
        raise ValueError(f"no such person: {NUMBER}")
    except ValueError as error:
        log.get("ours").error("failed", exc_info=error)
    written = lines.getvalue()
    assert len([json.loads(line) for line in written.splitlines()]) == 3
    assert NUMBER not in written and MOBILE not in written
    assert written.count("990***********1230") >= 3
