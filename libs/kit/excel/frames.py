"""What crosses the pipe from the child that parses: frames of a kind, a length and so many bytes.

A message is JSON and a block is opaque bytes: nothing that the child sends is ever executed or unpickled."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import IO, Any, BinaryIO

import orjson

MESSAGE, BLOCK = b"J", b"R"
_HEAD = struct.Struct("!cI")
# The child sends blocks of a quarter of this; anything longer is not from our child any more.
LONGEST = 4 * 1024 * 1024


class BrokenFrame(Exception):
    """The child ended in mid-frame, or sent something that is no frame."""


def write(stream: BinaryIO, kind: bytes, payload: bytes) -> None:
    """One frame; the caller flushes."""
    stream.write(_HEAD.pack(kind, len(payload)))
    stream.write(payload)


def write_message(stream: BinaryIO, message: dict[str, Any]) -> None:
    """One JSON frame, sent at once."""
    write(stream, MESSAGE, orjson.dumps(message, option=orjson.OPT_NON_STR_KEYS))
    stream.flush()


def read(stream: IO[bytes]) -> Iterator[dict[str, Any] | bytes]:
    """Messages as dicts and blocks as bytes until the child closes the pipe."""
    while head := stream.read(_HEAD.size):
        if len(head) < _HEAD.size:
            raise BrokenFrame
        kind, size = _HEAD.unpack(head)
        if size > LONGEST or kind not in (MESSAGE, BLOCK):
            raise BrokenFrame
        payload = stream.read(size)
        if len(payload) < size:
            raise BrokenFrame
        if kind == BLOCK:
            yield payload
        else:
            try:
                message = orjson.loads(payload)
            except orjson.JSONDecodeError as error:
                raise BrokenFrame from error
            if not isinstance(message, dict):
                raise BrokenFrame
            yield message
