"""The file libraries, in the menu's order: one row each. Adding a library is adding a row."""

from __future__ import annotations

from services.documents.library import Library, catalogue

LIBRARIES = catalogue(
    [
        Library(slug="laws", title="安全生产法律", leaf="3.1"),
    ]
)
