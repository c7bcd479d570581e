"""Small files of each kind, made here."""

from __future__ import annotations

import io
import os
import zipfile

OFFICE = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}


def pdf(size: int = 2000) -> bytes:
    """Bytes that begin and end like a PDF; the middle differs each time."""
    return b"%PDF-1.7\n" + os.urandom(size - 15) + b"\n%%EOF"


def office(extension: str, *, macros: bool = False, content_types: str = "<Types/>") -> bytes:
    """A package as Office writes it, as far as its directory tells."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", content_types)
        archive.writestr("_rels/.rels", "<Relationships/>")
        archive.writestr(OFFICE[extension], "<x/>")
        archive.writestr("docProps/random", os.urandom(20))
        if macros:
            archive.writestr(OFFICE[extension].split("/")[0] + "/vbaProject.bin", b"x")
    return buffer.getvalue()


def archive(entries: int = 3) -> bytes:
    """A zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        for number in range(entries):
            zipped.writestr(f"制度/文件{number}.txt", os.urandom(10))
    return buffer.getvalue()


PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0\x90wS\xde"
JPG = b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xd9"
MP4 = b"\0\0\0\x18ftypisom\0\0\2\0isomiso2" + b"\0" * 100
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 100
