"""What people and workbooks write, and what it means (domain.md 14)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.directory import item
from kit.fields import Departments, Dictionary, FieldSpec, Lookups, Wrong, add_months, formatter, mask_value, parser

ITEMS = Dictionary(
    "item",
    [
        item("R1", "R1 快开门式压力容器操作", aliases=("快开门",)),
        item("N1", "N1 叉车司机"),
        item("weld", "熔化焊接与热切割作业", aliases=("熔化焊接与热切割",)),
        item("works", "场(厂)内专用机动车辆作业"),
        item("old", "旧项目", enabled=False),
    ],
)


class Unit:
    def __init__(self, name: str) -> None:
        # The same in every process: ids of tests are made of it.
        self.id, self.name = uuid5(NAMESPACE_OID, name), name


WORKS, STATION, CLOSED, OTHER = Unit("工程部"), Unit("门站"), Unit("旧部门"), Unit("运行管理部")
DEPARTMENTS = Departments(
    {"工程部": WORKS, "GC": WORKS, "燃气公司/工程部": WORKS, "城北/门站": STATION, "CBM": STATION, "运行管理部": OTHER},
    ambiguous=("门站",),
    writable=frozenset((WORKS.id, STATION.id)),
    closed=[CLOSED],
)
LOOKUPS = Lookups(today=date(2026, 11, 23), dictionaries={"item": ITEMS}, departments=DEPARTMENTS)


def read(kind: str, raw: Any, **options: Any) -> Any:
    """A value, or the code of what is wrong with it."""
    if kind in ("choice", "multi_choice"):
        options["dictionary"] = "item"
    if kind == "decimal":
        options = {"digits": 14, "precision": 2, **options}
    found = parser(FieldSpec(title="x", kind=kind, **options), LOOKUPS)(raw)
    return found.code if isinstance(found, Wrong) else found


DAY = date(2026, 1, 5)


@pytest.mark.parametrize(
    "raw",
    [
        "2026-01-05", "2026-1-5", "2026/1/5", "2026/01/05", "2026.1.5", "2026年1月5日", "2026 年 1 月 5 日", "20260105",
        " 2026-01-05 ", "２０２６－０１－０５", "2026-01-05 00:00:00", "2026-01-05T08:30", 20260105, 20260105.0, 46027, 46027.0,
        46027.75, "46027", DAY, datetime(2026, 1, 5, 9, 30),  # noqa: DTZ001 -- as a workbook gives it

    ],
)  # fmt: skip
def test_a_day_has_many_spellings(raw: Any) -> None:
    assert read("day", raw) == DAY


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("2027年2月30日", "no_such_date"), ("20260230", "no_such_date"), (20261301, "no_such_date"), ("2026-13-01", "no_such_date"),
        ("2026年1月", "month_without_day"),
        ("26-01-05", "not_a_date"), ("昨天", "not_a_date"), (True, "not_a_date"), (3.5, "not_a_date"),
        (date(1899, 1, 1), "date_out_of_range"), ("1800-01-01", "date_out_of_range"), (99, "not_a_date"), (-1, "not_a_date"),
        ("长期", "not_a_date"), (float("1e300"), "not_a_date"), ([2026], "not_a_date"), ("2026-01-05;", "not_a_date"),
        ("2026-01", "month_without_day"), (2021.5, "month_without_day"), (202503, "month_without_day"),
        ("2026年13月", "not_a_date"), ("2026", "not_a_date"), (2026, "not_a_date"),
    ],
)  # fmt: skip
def test_what_is_no_day_says_why(raw: Any, code: str) -> None:
    assert read("day", raw) == code


def test_a_month_alone_is_answered_with_what_is_missing() -> None:
    found = parser(FieldSpec(title="x", kind="day"), LOOKUPS)("2025年3月")
    assert found.message == "只有年月，请补上日，如 2025-03-01"


@pytest.mark.parametrize("word", ["长期", "长期有效", "永久", "永久有效", "无期限", " 永 久 "])
def test_where_one_word_for_no_end_is_declared_all_are_known(word: str) -> None:
    assert read("day", word, blank_words=("长期",)) is None
    assert read("day", word) == "not_a_date" and read("day", word, blank_words=("未定",)) == "not_a_date"


@pytest.mark.parametrize("raw", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("kind", ["day", "integer", "decimal", "text", "code", "identity", "phone", "choice", "yes_no"])
def test_numbers_that_are_none_break_nothing(kind: str, raw: float) -> None:
    assert isinstance(read(kind, raw), str)


def test_blank_words() -> None:
    for kind in ("day", "integer", "decimal", "choice", "identity", "phone"):
        for raw in (None, "", "  ", "　", "/", "—", "无"):
            assert read(kind, raw) is None, (kind, raw)
    assert read("day", "长期", blank_words=("长期",)) is None
    endless = FieldSpec(title="有效期止", kind="day", key="x", blank_words=("长期", "永久"))
    show = formatter(endless, LOOKUPS)
    assert [show(None), show(date(2026, 1, 5))] == ["长期", date(2026, 1, 5)], "an export says what an import reads"
    assert read("text", "无") == "无", "in free text it is what the person wrote"


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("1,924", 1924), ("1924", 1924), (1924, 1924), (1924.0, 1924), ("1.5万", 15000), ("2万", 20000), ("１２", 12),
        ("12.0", 12), ("-3", -3), ("+3", 3), (" 7 ", 7), ("300元", 300), ("1.2", "not_an_integer"), (1.5, "not_an_integer"),
        ("1,92", "not_an_integer"), ("12个", "number_with_unit"), (True, "not_an_integer"), ("1e5", "not_an_integer"),
        (10**30, "not_a_number"), ("9" * 50, "not_an_integer"), ("2026年", 2026), ("2026 年度", 2026), ("26年", "number_with_unit"),
        ("3个", "number_with_unit"), ("1,200 具", "number_with_unit"), ("约3个", "not_an_integer"), ("三个", "not_an_integer"),
    ],
)  # fmt: skip
def test_integers(raw: Any, value: Any) -> None:
    assert read("integer", raw) == value


def test_decimals_are_exact() -> None:
    assert read("decimal", 0.1 + 0.2) == Decimal("0.30")
    assert read("decimal", "1,234.5") == Decimal("1234.50")
    assert (
        read("decimal", "￥100,000.00")
        == read("decimal", "100000元")
        == read("decimal", "¥ 10万")
        == Decimal("100000.00")
    )
    assert read("decimal", "-￥5") == read("decimal", "￥-5") == Decimal(-5)
    assert read("decimal", "5.5 kg") == "number_with_unit"
    assert read("decimal", "0.001") == "too_many_decimals"
    assert read("decimal", "1" * 13) == "too_large"
    assert read("decimal", -1, min=0) == "too_small"
    assert read("integer", 11, max=10) == "too_large"


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("990101198904152750", "990101198904152750"),
        (" ９９０１０１１９９１０１１３７０３３ ", "990101199101137033"),
        ("99010119681031940x", "99010119681031940X"),
        ("'990101198904152750", "990101198904152750"),
        ("990101 19890415 2750", "990101198904152750"),
        ("990101197205069661", "identity_number_check"),
        ("990101198913152750", "identity_number_date"),
        ("990101890415275", "not_an_identity_number"),
        ("990***********2750", "masked"),
        (9.90101199712086e17, "number_format"),
        (990101199712086016, "number_format"),
        ("9.90101E+17", "number_format"),
        ("99010119890415275 ", "not_an_identity_number"),
        (12345, "not_an_identity_number"),
    ],
)
def test_identity_numbers(raw: Any, value: str) -> None:
    assert read("identity", raw) == value


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("R1", "R1"), ("r1", "R1"), ("R1 快开门式压力容器操作", "R1"), ("R1快开门式压力容器操作", "R1"), ("R1 快开门", "R1"),
        ("Ｒ１　快开门式压力容器操作", "R1"), ("R1-快开门式压力容器操作", "R1"), ("快开门", "R1"), ("熔化焊接与热切割", "weld"),
        (" 熔化焊接与热切割作业 ", "weld"), ("场（厂）内专用机动车辆作业", "works"), ("R1 叉车司机", "not_in_dictionary"),
        ("盾构作业", "not_in_dictionary"), ("R9", "not_in_dictionary"), ("旧项目", "retired_item"), (5, "not_in_dictionary"),
    ],
)  # fmt: skip
def test_choices(raw: Any, value: str) -> None:
    assert read("choice", raw) == value


def test_a_wrong_choice_names_the_right_ones() -> None:
    found = parser(FieldSpec(title="x", kind="choice", dictionary="item"), LOOKUPS)("盾构作业")
    assert "盾构作业" in found.message and "N1 叉车司机" in found.message and "旧项目" not in found.message


def test_several_choices() -> None:
    assert read("multi_choice", "N1、R1，N1") == ["N1", "R1"]
    assert read("multi_choice", ["weld"]) == ["weld"]
    assert read("multi_choice", "N1、盾构") == "not_in_dictionary"
    assert read("multi_choice", " ") is None


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("工程部", WORKS.id), (" 工程部 ", WORKS.id), ("gc", WORKS.id), ("城北 / 门站", STATION.id), (WORKS.id, WORKS.id),
        (str(WORKS.id), WORKS.id), ("门站", "ambiguous_department"), ("火星分公司", "unknown_department"),
        ("运行管理部", "department_out_of_scope"), (str(CLOSED.id), "unknown_department"), ("旧部门", "unknown_department"),
        (UUID(int=1), "unknown_department"), (None, None), ("", None),
    ],
)  # fmt: skip
def test_departments(raw: Any, value: Any) -> None:
    assert read("department", raw) == value


def test_yes_and_no() -> None:
    assert [read("yes_no", raw) for raw in ("是", "√", "Y", True, 1, "有")] == [True] * 6
    assert [read("yes_no", raw) for raw in ("否", "×", "n", False, 0, "无")] == [False] * 6
    assert (read("yes_no", ""), read("yes_no", "也许")) == (None, "not_yes_no")


def test_phones() -> None:
    assert (
        read("phone", 13900000000)
        == read("phone", 13900000000.0)
        == read("phone", "+86 139-0000-0000")
        == "13900000000"
    )
    assert read("phone", "0571-88888888") == "not_a_phone"
    assert read("phone", "0571-88888888", fixed_line=True) == "0571-88888888"
    assert read("phone", "12345678901") == "not_a_phone"
    assert read("phone", "139****0000") == "masked"


def test_text() -> None:
    assert read("text", "  张 三\n") == "张 三"
    assert read("text", "一\n二") == "一 二"
    assert read("textarea", "一\r\n二") == "一\n二"
    assert read("text", "\u200b张三\ufeff") == "张三"
    assert read("text", "a\x00b") == read("code", "a\x00b") == "control_character"
    assert read("text", "x" * 6, max_length=5) == "too_long"
    assert (read("text", 5.0), read("text", 2.5), read("text", DAY)) == ("5", "2.5", "2026-01-05")
    assert read("code", " ＸＦ－３１ 0001 ") == "XF-310001"
    assert read("code", 9.9e17) == "number_format"
    assert read("code", "ab", pattern=r"\d+") == "pattern_mismatch"


@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.dates(), st.datetimes(), st.lists(st.text())))
def test_nothing_that_can_be_written_raises(raw: Any) -> None:
    for kind in ("text", "textarea", "code", "integer", "decimal", "day", "choice", "multi_choice", "department", "yes_no",
                 "identity", "phone"):  # fmt: skip
        read(kind, raw)


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_a_day_written_is_the_day_read(day: date) -> None:
    spellings = [day.isoformat(), f"{day.year}/{day.month}/{day.day}", f"{day:%Y%m%d}", int(f"{day:%Y%m%d}")]
    assert {read("day", spelling) for spelling in spellings} == {day}


@given(st.decimals(min_value=-(10**11), max_value=10**11, places=2, allow_nan=False))
def test_a_number_written_is_the_number_read(number: Decimal) -> None:
    assert read("decimal", f"{number:,}") == read("decimal", str(number)) == read("decimal", float(number)) == number


def test_what_an_export_writes_an_import_reads() -> None:
    for kind, value in [("choice", "R1"), ("multi_choice", ["R1", "N1"]), ("department", WORKS.id),
                        ("department", STATION.id), ("yes_no", True), ("yes_no", False), ("day", DAY)]:  # fmt: skip
        spec = FieldSpec(title="x", kind=kind, dictionary="item")
        shown = formatter(spec, LOOKUPS)(value)
        assert parser(spec, LOOKUPS)(shown) == value, shown


def test_months_end_with_the_month() -> None:
    assert add_months(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert add_months(date(2024, 3, 31), 72) - timedelta(days=1) == date(2030, 3, 30)


def test_personal_values_are_masked() -> None:
    def masked(kind: str, value: Any) -> Any:
        return mask_value(FieldSpec(title="x", kind=kind, personal=True), value)

    assert masked("identity", "990101198904152750") == "990***********2750"
    assert masked("code", "T990101198904152750") == "T990***********2750"
    assert masked("phone", "13900001234") == "139****1234"
    assert masked("text", "高血压") == "***"
    assert masked("identity", None) is None
    assert mask_value(FieldSpec(title="x", kind="identity"), "990101198904152750") == "990101198904152750"
