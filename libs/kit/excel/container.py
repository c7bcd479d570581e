"""The outer shell of a workbook: what kind of file it is, and a zip that is read only as far as the limits go."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from kit.excel.limits import LIMITS, Limits
from kit.excel.refusal import Refused

_CHUNK = 256 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"


def kind_of(head: bytes, name: str = "") -> None:
    """Refuses what is not a zip, by its first bytes and with the sentence that helps; `name` is only a hint."""
    suffix = name.lower().rpartition(".")[2]
    if not head:
        raise Refused("empty_file")
    if head.startswith(_ZIP):
        if suffix == "xlsm":
            raise Refused("macros_refused")
        return
    if head.startswith(_OLE):
        # An OLE container is an old workbook, WPS's own format, or a new workbook under a password.
        if "EncryptedPackage".encode("utf-16-le") in head or suffix == "xlsx":
            raise Refused("encrypted_workbook" if "EncryptedPackage".encode("utf-16-le") in head else "old_xls")
        raise Refused("wps_et" if suffix in ("et", "ett") else "old_xls")
    if suffix == "csv" or (suffix in ("txt", "tsv") and b"\0" not in head):
        raise Refused("csv_file")
    if head.lstrip(b"\xef\xbb\xbf \r\n\t")[:5].lower() in (b"<html", b"<?xml", b"<tabl"):
        raise Refused("old_xls")
    raise Refused("not_a_workbook")


_FORBIDDEN = (
    ("vbaproject", "macros_refused"),
    ("xl/macrosheets/", "macros_refused"),
    ("xl/externallinks/", "external_links_refused"),
    ("xl/embeddings/", "embedded_objects_refused"),
    ("xl/activex/", "embedded_objects_refused"),
    ("oleobject", "embedded_objects_refused"),
)


class Container:
    """The zip of a workbook, opened with suspicion. Entries are only reachable through `chunks`, which counts."""

    def __init__(self, data: bytes, name: str = "", limits: Limits = LIMITS) -> None:
        if len(data) > limits.file_bytes:
            raise Refused("file_too_large")
        kind_of(data[:4096] if not data.startswith(_OLE) else data[: 1024 * 1024], name)
        self.limits = limits
        self.inflated = 0
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError, OSError, EOFError) as error:
            raise Refused("broken_zip") from error
        self.names = self._check(self._zip.infolist())

    def _check(self, entries: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
        if len(entries) > self.limits.entries:
            raise Refused("too_many_entries")
        found: dict[str, zipfile.ZipInfo] = {}
        for entry in entries:
            name = entry.filename
            parts = name.replace("\\", "/").split("/")
            if name.startswith(("/", "\\")) or ".." in parts or ":" in name or "\0" in entry.orig_filename:
                raise Refused("unsafe_entry_name")
            if entry.flag_bits & 0x1:
                raise Refused("encrypted_workbook")
            lowered = name.lower()
            # Excel compares part names without case; two that differ only by it would be one file to us and another to it.
            if lowered in found:
                raise Refused("duplicate_entry")
            found[lowered] = entry
            for part, code in _FORBIDDEN:
                if part in lowered:
                    raise Refused(code)
        if "xl/workbook.bin" in found:
            raise Refused("binary_workbook")
        if "[content_types].xml" not in found or not any(name.startswith("xl/") for name in found):
            raise Refused("not_a_workbook")
        return found

    @property
    def declared_bytes(self) -> int:
        """What the zip says it holds; good for guessing at the time a parse takes, never for safety."""
        return sum(entry.file_size for entry in self.names.values())

    def chunks(self, name: str) -> Iterator[bytes]:
        """The inflated bytes of an entry (lower-case name), counted against the limits as they come."""
        entry = self.names[name]
        size = 0
        try:
            with self._zip.open(entry) as stream:
                while chunk := stream.read(_CHUNK):
                    size += len(chunk)
                    self.inflated += len(chunk)
                    if size > self.limits.ratio_from and size > self.limits.ratio * max(entry.compress_size, 1):
                        raise Refused("compression_bomb")
                    if self.inflated > self.limits.inflated_bytes:
                        raise Refused("too_large_inflated")
                    yield chunk
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            RuntimeError,
            OSError,
            ValueError,
        ) as error:
            raise Refused("broken_zip") from error

    def read(self, name: str, most: int) -> bytes:
        """A small entry, whole."""
        data = bytearray()
        for chunk in self.chunks(name):
            data += chunk
            if len(data) > most:
                raise Refused("too_large_inflated")
        return bytes(data)
