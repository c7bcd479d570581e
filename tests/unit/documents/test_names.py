"""Names: what is stored can be stored, found again and saved on any machine."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import Invalid
from services.documents.names import (
    FORBIDDEN,
    MAX_LENGTH,
    clean_name,
    clean_text,
    extension_of,
    name_key,
    numbered,
    renamed,
)

ANY_TEXT = st.text(st.characters(), max_size=260)
NAMES = st.text(
    st.characters(exclude_characters=FORBIDDEN, exclude_categories=("Cs", "Cc", "Cf")), min_size=1, max_size=190
)


@given(ANY_TEXT)
def test_a_name_is_clean_or_refused(raw: str) -> None:
    try:
        name = clean_name(raw)
    except Invalid as error:
        assert error.code.startswith("name_")  # noqa: PT017 — either way is right
        return
    assert 0 < len(name) <= MAX_LENGTH
    assert not set(name) & set(FORBIDDEN)
    assert all(unicodedata.category(character) not in ("Cc", "Cf", "Cs") for character in name)
    assert name == name.strip() and not name.endswith(".")
    assert unicodedata.is_normalized("NFC", name)
    assert clean_name(name) == name
    name.encode("utf-8")


@given(ANY_TEXT)
def test_equal_but_for_case_is_the_same_name(raw: str) -> None:
    text = clean_text(raw)
    assert name_key(text) == name_key(unicodedata.normalize("NFD", text)) or "\u0345" in unicodedata.normalize(
        "NFD", text
    )
    assert name_key(name_key(text)) == name_key(text) or len(name_key(text)) != len(text)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("  安全生产法 .pdf", "安全生产法 .pdf"),
        ("制\u200b度\u202e\ufeff.pdf", "制度.pdf"),
        ("a\tb\r\nc", "a b c"),
        ("结尾...", "结尾"),
        ("cafe\u0301", "café"),
        ("（２０２１）版", "（２０２１）版"),
        ("🔥消防.png", "🔥消防.png"),
        ("console.txt", "console.txt"),
    ],
)
def test_what_is_mended_silently(raw: str, name: str) -> None:
    assert clean_name(raw) == name


@pytest.mark.parametrize(
    ("raw", "code"),
    [(f"a{character}b", "name_forbidden") for character in FORBIDDEN]
    + [("", "name_empty"), (" . ", "name_empty"), ("\u202e", "name_empty"), ("..", "name_empty")]
    + [("con", "name_reserved"), ("NUL.txt", "name_reserved"), ("Com1.pdf", "name_reserved"), ("lpt9", "name_reserved")]
    + [("长" * 201, "name_too_long")],
)
def test_what_is_refused(raw: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        clean_name(raw)
    assert caught.value.code == code
    assert caught.value.errors[0].loc == ("body", "name")


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("法.pdf", "新法.pdf", "新法.pdf"),
        ("法.pdf", "新法.PDF", "新法.PDF"),
        ("法.pdf", "新法", "新法.pdf"),
        ("法.pdf", "2021.12 修订", "2021.12 修订.pdf"),
        ("法.PDF", "新法", "新法.pdf"),
    ],
)
def test_a_file_keeps_its_extension(old: str, new: str, name: str) -> None:
    assert renamed(old, new) == name


def test_a_file_does_not_become_another_kind() -> None:
    with pytest.raises(Invalid) as caught:
        renamed("法.pdf", "法.docx")
    assert caught.value.code == "extension_changed"


@given(NAMES, st.integers(2, 10_000))
def test_a_number_goes_before_the_extension_and_fits(stem: str, number: int) -> None:
    name = numbered(f"{stem}.pdf", number, is_file=True)
    assert name.endswith(f" ({number}).pdf") and len(name) <= MAX_LENGTH
    assert numbered(stem, number, is_file=False).endswith(f" ({number})")


@pytest.mark.parametrize(
    ("name", "extension"), [("a.PDF", "pdf"), ("a", ""), (".pdf", ""), ("a.tar.gz", "gz"), ("a.", "")]
)
def test_extension(name: str, extension: str) -> None:
    assert extension_of(name) == extension
