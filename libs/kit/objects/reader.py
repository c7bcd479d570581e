"""An object as a file: what is read is fetched, and nothing else."""

from __future__ import annotations

import io
from collections.abc import Callable

# One fetch at least; a zip's directory is then read in one or two requests, not in one per entry.
BLOCK = 256 * 1024


class ReadBudgetExceeded(Exception):
    """More was read than the caller allowed: the object is built to make its reader work."""


class RangeReader(io.RawIOBase):
    """A seekable, read-only file over `fetch(offset, length)`, which never reads more than `budget` bytes in all."""

    def __init__(self, fetch: Callable[[int, int], bytes], size: int, *, budget: int) -> None:
        self._fetch = fetch
        self._size = size
        self._left = budget
        self._at = 0
        self._block_at = 0
        self._block = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("negative position")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        wanted = min(len(buffer), self._size - self._at)
        if wanted <= 0:
            return 0
        start = self._at - self._block_at
        if not 0 <= start < len(self._block):
            self._load(wanted)
            start = self._at - self._block_at
        piece = self._block[start : start + wanted]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def _load(self, wanted: int) -> None:
        # Reading backwards from the end, as zip readers do, should find its block loaded: begin it a little earlier.
        self._block_at = max(0, min(self._at, self._size - BLOCK))
        length = min(max(BLOCK, wanted), self._size - self._block_at)
        self._left -= length
        if self._left < 0:
            raise ReadBudgetExceeded
        self._block = self._fetch(self._block_at, length)
        if len(self._block) != length:
            raise OSError("the store sent fewer bytes than were asked for")
