"""The two ways of the prescan count the same things, and the numbers of reliability.md 3.7 are the ones in force."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.excel import Column, Refused
from kit.excel.headings import HeadingIndex, column_letter, heading_key
from kit.excel.limits import LIMITS, Limits
from kit.excel.prescan import prescan
from kit.excel.sheetscan import column_number, scan_careful, scan_plain
from tests.fixtures import museum

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=20).map(
    lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
)


@st.composite
def sheets(draw: st.DrawFn) -> bytes:
    """Worksheets of the plain dialect: texts, numbers, formulas with and without values, merged ranges."""
    rows = []
    for number in range(1, draw(st.integers(1, 12)) + 1):
        cells = []
        for place in range(draw(st.integers(0, 6))):
            reference = f"{column_letter(place)}{number}"
            kind = draw(st.sampled_from(["text", "number", "cached", "uncached", "blank text", "failed", "empty"]))
            cells.append(
                {
                    "text": museum.text_cell(reference, draw(TEXT)),
                    "number": f'<c r="{reference}" s="4"><v>3.5</v></c>',
                    "cached": f'<c r="{reference}"><f>SUM(A1)</f><v>2</v></c>',
                    "uncached": f'<c r="{reference}" s="1"><f>SUM(A1)</f><v /></c>',
                    "blank text": f'<c r="{reference}" t="str"><f>""</f><v></v></c>',
                    "failed": f'<c r="{reference}" t="e"><f>NA()</f><v>#N/A</v></c>',
                    "empty": f'<c r="{reference}" s="4" t="n" />',
                }[kind]
            )
        rows.append(f'<row r="{number}">{"".join(cells)}</row>')
    merged = "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in range(draw(st.integers(0, 3))))
    return museum.sheet_xml("".join(rows), after=merged).encode()


@given(sheets(), st.integers(1, 64))
def test_both_ways_count_the_same(xml: bytes, size: int) -> None:
    chunks = [xml[at : at + size] for at in range(0, len(xml), size)]
    quick, careful = scan_plain([xml[:200], *[xml[200:]]], LIMITS, sheet=True), scan_careful(chunks, LIMITS)
    for name in ("cells", "rows", "merged", "uncached", "failed"):
        assert getattr(quick, name) == getattr(careful, name), name


@given(st.integers(0, 20_000))
def test_letters_and_numbers_of_columns(place: int) -> None:
    assert column_number(column_letter(place)) == place + 1


def test_the_limits_are_those_of_the_design() -> None:
    assert Limits() == Limits(
        file_bytes=20 * 1024**2, entries=1000, inflated_bytes=200 * 1024**2, ratio=100, sheets=20, rows=100_000,
        columns=256, cells=2_000_000, shared_strings=1_000_000, cell_text=32_767, merged_ranges=10_000, styles=65_000,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(file_bytes=100), "file_too_large"),
        (Limits(entries=4), "too_many_entries"),
        (Limits(inflated_bytes=500), "too_large_inflated"),
        (Limits(cells=5), "too_many_cells"),
        (Limits(columns=3), "too_many_columns"),
        (Limits(sheets=0), "too_many_sheets"),
        (Limits(styles=0), "too_many_styles"),
    ],
)
def test_each_limit_has_its_own_word(limits: Limits, code: str) -> None:
    data = museum.saved(museum.book([museum.facility(n) for n in range(5)]))
    wide = museum.by_hand(museum.sheet_xml(f'<row r="1">{museum.text_cell("AAA1", "x")}</row>'))
    with pytest.raises(Refused) as refused:
        prescan(wide if code == "too_many_columns" else data, limits=limits)
    assert refused.value.code == code and refused.value.message


def test_shared_strings_are_counted() -> None:
    with pytest.raises(Refused) as refused:
        prescan(museum.shared_strings(), limits=Limits(shared_strings=3))
    assert refused.value.code == "too_many_shared_strings"


@pytest.mark.parametrize(
    "written",
    [
        "身份证号",
        " 身份证号 * ",
        "身份证号\n*",
        "身 份 证 号",
        "身份证号（必填）",
        "身份证号(请设为文本格式)",
        "身份证号码",
        "＊身份证号",
    ],
)
def test_headings_are_found_however_people_write_them(written: str) -> None:
    index = HeadingIndex([Column("id", "身份证号", aliases=("身份证号码",)), Column("no", "证书编号")])
    assert index.match(written) == "id"


def test_what_is_no_heading_is_none() -> None:
    index = HeadingIndex([Column("id", "身份证号")])
    assert [index.match(word) for word in ("身份证", "", None, 5, "序号")] == [None] * 5
    assert heading_key("证件 类别：") == "证件类别"
