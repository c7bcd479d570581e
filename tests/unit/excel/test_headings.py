"""Headings that are not ours: how alike they are, and where they stand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.excel import Column
from kit.excel.headings import HeadingIndex
from kit.excel.likeness import STRONG, likeness, rank, rank_items
from services.ledgers.dictionaries import special_operations

COLUMNS = [
    Column("no", "设施编号", aliases=("编号",), required=True),
    Column("name", "设施名称"),
    Column("keeper", "责任人"),
]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("人员姓名", "姓名"), ("低压电工证", "低压电工作业"), ("城南站", "城南储配站"), ("设备名称", "设施名称"),
        ("发证 日期*", "发证日期"),
    ],
)  # fmt: skip
def test_what_people_would_call_the_same_is_alike(one: str, other: str) -> None:
    assert likeness(one, other) >= STRONG


@pytest.mark.parametrize(
    ("one", "other"),
    [("设备名称", "单位名称"), ("员工", "姓名"), ("我们自己的列", "所属部门"), ("", "姓名"), ("甲", "乙")],
)
def test_what_only_shares_a_filler_is_not(one: str, other: str) -> None:
    assert likeness(one, other) < STRONG


@given(st.text(max_size=20), st.text(max_size=20))
def test_likeness_is_a_number_that_does_not_care_who_is_first(one: str, other: str) -> None:
    assert 0 <= likeness(one, other) == likeness(other, one) <= 100


def test_the_most_alike_come_first_and_few() -> None:
    found = rank("设施的编号", {column.key: (column.title, *column.aliases) for column in COLUMNS})
    assert found[0].key == "no" and [likely.score for likely in found] == sorted(
        (likely.score for likely in found), reverse=True
    )
    assert rank("天气", {"no": ("设施编号",)}) == []


def test_a_heading_row_of_strange_words_is_guessed_and_one_of_no_words_is_not() -> None:
    index = HeadingIndex(COLUMNS)
    title = ["城南储配站消防设施台账", None, None]
    rows = [title, [], ["设施编号码", "设施的名称", "天气"], ["X-1", "消火栓", "晴"]]
    assert index.find("台账", rows) is None
    found = index.guess("台账", rows)
    assert (
        found is not None
        and found.row == 3
        and [text for _, text in found.unknown] == ["设施编号码", "设施的名称", "天气"]
    )
    assert found.missing == ("设施编号",)
    assert index.guess("台账", [title, ["甲", "乙"], ["设施编号码", "丙"]]) is None, "one alone may be chance"


def test_what_was_said_to_mean_nothing_means_nothing() -> None:
    index = HeadingIndex(COLUMNS, ignored=["责 任 人"])
    found = index.find("台账", [["编号", "设施名称", "责任人"]])
    assert found is not None and found.places == {"no": 0, "name": 1} and found.unknown == ()


def test_a_day_may_be_headed_as_a_time_where_no_other_column_is() -> None:
    columns = [
        Column("made", "出厂日期", date=True),
        Column("done", "完成时间", date=True),
        Column("shift", "检查日期"),
    ]
    index = HeadingIndex([*columns, Column("checked", "检查时间", date=True)])
    assert [index.match(text) for text in ("出厂时间", "完成日期", "检查日期", "检查时间")] == [
        "made",
        "done",
        "shift",
        "checked",
    ]
    assert HeadingIndex(columns).match("检查时间") is None, "only days"


def test_of_a_word_the_items_are_offered_that_share_more_than_all_of_them_do() -> None:
    items = {item.value: (item.label, *item.aliases) for item in special_operations.ITEM.items}
    assert rank_items("低压电工证", items)[0].key == "low_voltage"
    assert [likely.key for likely in rank_items("高处作业", items)] == ["height_installation"]
    assert rank_items("电焊", items)[0] == ("fusion_welding", 100), "what welders are called everywhere"
    # Every trade ends in 作业, and a letter is in many of them: nothing of that says which one is meant.
    assert rank_items("盾构作业", items) == [] and rank_items("作业", items) == []
    assert rank_items("电光", items) == []
