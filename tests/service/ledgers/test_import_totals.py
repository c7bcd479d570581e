"""Rows of totals are no records, wherever the word stands; how many were left out is said."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fixtures import museum
from tests.fixtures.museum import facility
from tests.service.ledgers.desk import FACILITIES, Bench, Desk


@pytest.fixture
def desk(bench: Bench) -> Desk:
    return Desk(bench, FACILITIES, bench.who(f"ledgers:{FACILITIES}:*"))


def test_totals_are_left_out_and_counted(desk: Desk) -> None:
    nothing: dict[str, Any] = dict.fromkeys(museum.HEADINGS)
    rows = [
        facility(1),
        {**nothing, "设施编号": "小计", "数量": 1},
        facility(2),
        {**nothing, "设施名称": "小 计：", "数量": 1},
        {**nothing, "序号": 3, "设施名称": "城南储配站小计", "数量": 2},
        facility(3, 备注="合计"),
        {**nothing, "序号": "合计", "数量": 3},
        {**nothing, "序号": " ", "类型": "本页合计", "数量": 3},
        {**nothing, "规格型号": "总计", "数量": 3},
    ]
    job = desk.upload(museum.saved(museum.book(rows, ("序号", *museum.HEADINGS))))
    assert (job["rows"], job["valid"], job["errors"]) == (3, 3, [])
    assert [(warning["code"], warning["message"]) for warning in job["warnings"]] == [
        ("totals_left_out", "6 行合计、小计没有导入（第 3、5、6、8、9 行等）")
    ]


def test_a_word_like_a_total_in_a_record_is_a_record(desk: Desk) -> None:
    rows = [facility(1, 设施名称="累计流量计"), facility(2, 放置位置="合计"), facility(3, 设施编号="总计量-01")]
    assert desk.upload(museum.saved(museum.book(rows)))["valid"] == 3
