"""A wrong declaration of a library fails at import, with the library's name in the message."""

from __future__ import annotations

from typing import Any

import pytest

from services.documents.catalogue import LIBRARIES
from services.documents.library import FILE_TYPES, MEGABYTE, Library, catalogue


@pytest.mark.parametrize(
    "wrong",
    [
        {"slug": "Laws"},
        {"slug": "laws_and_rules"},
        {"title": ""},
        {"leaf": "three"},
        {"accept": ()},
        {"accept": ("pdf", "exe")},
        {"max_mb": 0},
        {"max_mb": 501},
    ],
)
def test_a_wrong_row_is_refused(wrong: dict[str, Any]) -> None:
    row: dict[str, Any] = {"slug": "laws", "title": "安全生产法律", "leaf": "3.1", **wrong}
    with pytest.raises(ValueError, match="library '"):
        Library(**row)


def test_each_slug_and_leaf_is_there_once() -> None:
    row = Library(slug="laws", title="安全生产法律", leaf="3.1")
    with pytest.raises(ValueError, match="twice"):
        catalogue([row, row])
    with pytest.raises(ValueError, match="twice"):
        catalogue([row, Library(slug="rules", title="安全生产法规", leaf="3.1")])


def test_the_smaller_limit_counts() -> None:
    library = Library(slug="laws", title="安全生产法律", leaf="3.1", max_mb=50)
    assert library.limit(FILE_TYPES["pdf"]) == 50 * MEGABYTE
    assert library.limit(FILE_TYPES["png"]) == 20 * MEGABYTE


def test_the_law_library_is_leaf_3_1() -> None:
    assert (LIBRARIES["laws"].leaf, LIBRARIES["laws"].title) == ("3.1", "安全生产法律")
