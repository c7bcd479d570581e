"""Names of files and folders (domain.md 3.1, reliability.md S21): what is mended silently, and what is refused."""

from __future__ import annotations

import re
import unicodedata

from kit.errors import FieldError, Invalid
from services.documents.library import FILE_TYPES

MAX_LENGTH = 200
FORBIDDEN = '\\/:*?"<>|'

# Names that Windows keeps for devices: a file of such a name could be downloaded but not saved.
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)


def clean_name(raw: str, *, loc: tuple[str | int, ...] = ("body", "name")) -> str:
    """The name as it is stored: NFC, without control and direction characters, without blanks or dots at its ends. Refuses
    what no file system takes."""

    def refused(code: str, message: str) -> Invalid:
        return Invalid(message, code=code, errors=[FieldError(loc, code, message)])

    name = clean_text(raw)
    name = re.sub(r"\s+", " ", name).strip()
    # Windows drops dots and blanks at the end, and then finds no such file.
    name = name.rstrip(". ")
    bad = sorted({character for character in name if character in FORBIDDEN})
    if bad:
        raise refused("name_forbidden", f"名称不能包含 {' '.join(bad)}")
    if not name:
        raise refused("name_empty", "名称不能为空")
    if len(name) > MAX_LENGTH:
        raise refused("name_too_long", f"名称不能超过 {MAX_LENGTH} 个字符")
    if _DEVICES.fullmatch(name):
        raise refused("name_reserved", "该名称为系统保留名称，请换一个")
    return name


def clean_text(raw: str) -> str:
    """NFC, without control (Cc), format and direction (Cf), and lone surrogate (Cs) characters; tabs and line breaks
    become blanks."""
    text = re.sub(r"[\t\r\n\x0b\x0c\x85\u2028\u2029]", " ", raw)
    text = "".join(character for character in text if unicodedata.category(character) not in ("Cc", "Cf", "Cs"))
    return unicodedata.normalize("NFC", text)


def name_key(name: str) -> str:
    """What two names have in common that differ only in case."""
    return unicodedata.normalize("NFC", name.casefold())


def extension_of(name: str) -> str:
    """The extension in lower case without its dot, or an empty text."""
    stem, dot, extension = name.rpartition(".")
    return extension.casefold() if dot and stem else ""


def renamed(old: str, new: str) -> str:
    """The new name of a file, which keeps its extension: it is put back where it was left out, and replacing it by that of
    another kind of file is refused."""
    extension = extension_of(old)
    if extension_of(new) == extension:
        return new
    if extension_of(new) in FILE_TYPES:
        message = f"重命名不能改变文件类型（应为 .{extension}）"
        raise Invalid(
            message, code="extension_changed", errors=[FieldError(("body", "name"), "extension_changed", message)]
        )
    return clean_name(f"{new}.{extension}")


def numbered(name: str, number: int, *, is_file: bool) -> str:
    """`name (2).pdf`: the name with a number before the extension, cut where it would become too long."""
    extension = f".{name.rpartition('.')[2]}" if is_file and extension_of(name) else ""
    stem = name[: len(name) - len(extension)]
    tail = f" ({number}){extension}"
    return f"{stem[: MAX_LENGTH - len(tail)].rstrip('. ')}{tail}"
