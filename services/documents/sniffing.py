"""The real type of a file: its content has to be what its name says (reliability.md S19)."""

from __future__ import annotations

import codecs
import lzma
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import IO

import filetype  # type: ignore[import-untyped]

from kit.objects.reader import ReadBudgetExceeded
from services.documents.library import FileType

HEAD = 64 * 1024
# What may be fetched of one object to look at it: enough for the directory of some ten thousand zip entries.
BUDGET = 8 * 1024 * 1024
_CONTENT_TYPES = "[Content_Types].xml"
_MAX_CONTENT_TYPES = 1024 * 1024

_MAGIC = {
    "pdf": {"pdf"},
    "jpg": {"jpg"},
    "jpeg": {"jpg"},
    "png": {"png"},
    "heic": {"heic"},
    "mp4": {"mp4"},
}
_OFFICE_PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
_BROKEN_ZIP = (
    zipfile.BadZipFile,
    OSError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file is not taken: a stable code and a Chinese sentence."""

    code: str
    message: str


_MACROS = Refusal("macros", "文件含有宏，不能上传；请另存为不含宏的格式")


def refusal(file: IO[bytes], kind: FileType) -> Refusal | None:
    """Why the content of `file` does not go under the extension of `kind`, or None when it does."""
    extension = kind.extension
    mismatch = Refusal("content_mismatch", f"文件内容与扩展名 .{extension} 不符，或文件已加密、已损坏")
    head = file.read(HEAD)
    if extension in _MAGIC:
        guess = filetype.guess(head)
        return None if guess is not None and guess.extension in _MAGIC[extension] else mismatch
    if extension in ("txt", "csv"):
        return None if _is_text(head) else mismatch
    if not head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return mismatch
    file.seek(0)
    try:
        return _zip_refusal(file, extension, mismatch)
    except ReadBudgetExceeded:
        return Refusal("too_many_entries", "压缩包内文件过多，无法检查")
    except _BROKEN_ZIP:
        return mismatch


def _zip_refusal(file: IO[bytes], extension: str, mismatch: Refusal) -> Refusal | None:
    """Reads a zip's directory, never its entries, but for the list of content types of an Office file."""
    with zipfile.ZipFile(file) as archive:
        names = {name.casefold(): name for name in archive.namelist()}
        if any(name.rpartition("/")[2] == "vbaproject.bin" for name in names):
            return _MACROS
        part = _OFFICE_PARTS.get(extension)
        if part is None:
            return None
        if part not in names or _CONTENT_TYPES.casefold() not in names:
            return mismatch
        info = archive.getinfo(names[_CONTENT_TYPES.casefold()])
        with archive.open(info) as entry:
            types = entry.read(_MAX_CONTENT_TYPES + 1)
        if len(types) > _MAX_CONTENT_TYPES:
            return mismatch
        return _MACROS if b"macroenabled" in types.lower() else None


def _is_text(head: bytes) -> bool:
    """Readable text, and no markup that a browser would run. Chinese Windows writes GB 18030 or UTF-16."""
    encodings: tuple[str, ...]
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ("utf-16",)
    elif b"\0" in head:
        return False
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            # Not final: the last character may continue behind what was read.
            text = codecs.getincrementaldecoder(encoding)().decode(head, final=len(head) < HEAD)
        except UnicodeDecodeError:
            continue
        controls = sum(1 for character in text if ord(character) < 32 and character not in "\t\r\n\f\x1a")
        start = text.lstrip("\ufeff \t\r\n").lower()
        return controls == 0 and not start.startswith(
            ("<!doctype", "<?xml", "<html", "<svg", "<script", "<body", "<head")
        )
    return False
