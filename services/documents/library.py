"""The vocabulary of declarations: what a file library is and which kinds of file there are. Both lists are closed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

MEGABYTE = 1024 * 1024

VERBS = ("read", "upload", "folder", "download", "rename", "delete", "remark")


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file that may be stored (reliability.md S19, S20). `content_type` is what we send with it, whatever the
    uploader said; `declared` are the names by which browsers and WPS announce it."""

    extension: str
    content_type: str
    max_mb: int
    declared: frozenset[str]
    inline: bool = False


def _type(extension: str, content_type: str, max_mb: int, *also: str, inline: bool = False) -> FileType:
    return FileType(extension, content_type, max_mb, frozenset({content_type.split(";")[0], *also}), inline)


_OFFICE = "application/vnd.openxmlformats-officedocument."

FILE_TYPES: Mapping[str, FileType] = MappingProxyType(
    {
        kind.extension: kind
        for kind in (
            _type("pdf", "application/pdf", 100, "application/x-pdf", inline=True),
            _type("docx", f"{_OFFICE}wordprocessingml.document", 100, "application/wps-office.docx"),
            _type("xlsx", f"{_OFFICE}spreadsheetml.sheet", 100, "application/wps-office.xlsx"),
            _type("pptx", f"{_OFFICE}presentationml.presentation", 100, "application/wps-office.pptx"),
            _type("jpg", "image/jpeg", 20, "image/jpg", inline=True),
            _type("jpeg", "image/jpeg", 20, "image/jpg", inline=True),
            _type("png", "image/png", 20, inline=True),
            _type("heic", "image/heic", 20, "image/heif"),
            _type("mp4", "video/mp4", 500),
            _type("txt", "text/plain; charset=utf-8", 20),
            _type("csv", "text/csv; charset=utf-8", 20, "text/plain", "application/vnd.ms-excel", "application/csv"),
            _type(
                "zip", "application/zip", 500, "application/x-zip-compressed", "application/x-zip", "multipart/x-zip"
            ),
        )
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """One file library, that is one leaf of the menu. `by_department` parts it by department: what is in it belongs to
    one, and the reader's data scope decides who sees it. `max_mb` is the library's own limit; a kind of file has its own,
    and the smaller one counts."""

    slug: str
    title: str
    leaf: str
    by_department: bool = False
    accept: tuple[str, ...] = tuple(FILE_TYPES)
    max_mb: int = 200

    def __post_init__(self) -> None:
        def wrong(what: str) -> ValueError:
            return ValueError(f"library {self.slug!r}: {what}")

        if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", self.slug):
            raise wrong("the slug has to be lower-case words with hyphens")
        if not self.title or not re.fullmatch(r"\d{1,2}(\.\d{1,2}){1,2}", self.leaf):
            raise wrong("a title and the number of a leaf are needed")
        unknown = set(self.accept) - set(FILE_TYPES)
        if unknown or not self.accept:
            raise wrong(f"accept names no kind of file that we store: {sorted(unknown)}")
        if not 1 <= self.max_mb <= 500:
            raise wrong("max_mb has to lie between 1 and 500")

    def permission(self, verb: str) -> str:
        """The permission that a verb needs in this library."""
        return f"documents:{self.slug}:{verb}"

    def limit(self, kind: FileType) -> int:
        """How many bytes a file of this kind may have here."""
        return min(kind.max_mb, self.max_mb) * MEGABYTE


Catalogue = Mapping[str, Library]


def catalogue(libraries: Iterable[Library]) -> Catalogue:
    """Libraries by slug, in the order given; a slug or leaf that is there twice is refused."""
    result: dict[str, Library] = {}
    leaves: set[str] = set()
    for library in libraries:
        if library.slug in result or library.leaf in leaves:
            raise ValueError(f"library {library.slug!r}: slug or leaf {library.leaf} is there twice")
        result[library.slug] = library
        leaves.add(library.leaf)
    return MappingProxyType(result)
