"""Rules between fields, and declarations that are refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kit.fields import (
    After,
    Checked,
    DeclarationError,
    Departments,
    Dictionary,
    Lookups,
    RowValidator,
    bind,
    text,
)
from services.ledgers.catalogue import FireFacility, SpecialOperationCertificate
from services.ledgers.dictionaries import DICTIONARIES
from services.ledgers.ledger import Expiry, Ledger, LedgerRow, Newer
from tests.unit.fields.test_values import Unit

HOME = Unit("工程部")
LOOKUPS = Lookups(
    today=date(2026, 11, 23),
    dictionaries={one.code: Dictionary(one.code, one.items) for one in DICTIONARIES},
    departments=Departments({"工程部": HOME}),
)
CERTIFICATE: dict[str, Any] = {
    "person_name": "施勤", "id_number": "990101198904152750", "dept_id": "工程部", "cert_type": "特种作业操作证",
    "item": "低压电工作业", "cert_no": "T990101198904152750", "issuer": "应急管理局", "issue_date": "2024-08-08",
}  # fmt: skip
EXTINGUISHER: dict[str, Any] = {
    "facility_no": "XF-1", "name": "灭火器", "facility_type": "灭火器", "agent": "干粉", "dept_id": "工程部",
    "location": "北区", "spec": "MFZ/ABC8", "quantity": 2, "unit": "具", "made_date": "2024-05-01", "keeper": "张三",
}  # fmt: skip


def check(row_class: type[LedgerRow], row: dict[str, Any], keep: dict[str, Any] | None = None) -> Checked:
    return RowValidator(row_class.input_fields(), row_class.ledger.rules, LOOKUPS)(row, keep)


def faults(row_class: type[LedgerRow], row: dict[str, Any], **changes: Any) -> list[tuple[str, str]]:
    return [(issue.field, issue.code) for issue in check(row_class, {**row, **changes}).issues]


def test_what_is_left_blank_is_filled_from_the_dictionary() -> None:
    values, issues, filled = check(SpecialOperationCertificate, CERTIFICATE)
    assert issues == []
    assert (values["category"], values["gender"], values["employment"]) == ("electrician", "male", "employed")
    assert (values["valid_to"], values["review_date"]) == (date(2030, 8, 7), date(2027, 8, 7))
    assert filled == ["category", "gender", "review_date", "valid_to"]


def test_a_printed_date_is_never_overwritten() -> None:
    values, issues, filled = check(
        SpecialOperationCertificate, {**CERTIFICATE, "valid_to": "2029-12-27", "review_date": "2026.12.27"}
    )
    assert (issues, values["valid_to"], values["review_date"]) == ([], date(2029, 12, 27), date(2026, 12, 27))
    assert not {"valid_to", "review_date"} & set(filled)


def test_operators_of_equipment_have_four_years_and_no_review_date() -> None:
    values = check(
        SpecialOperationCertificate,
        {**CERTIFICATE, "cert_type": "特种设备作业人员证", "item": "R1 快开门式压力容器操作"},
    ).values
    assert (values["category"], values["valid_to"], values["review_date"]) == (
        "pressure_vessel",
        date(2028, 8, 7),
        None,
    )


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"category": "高处作业"}, [("category", "contradicts")]),
        ({"cert_type": "特种设备安全管理和作业人员证"}, [("cert_type", "contradicts")]),
        ({"gender": "女"}, [("gender", "gender_contradicts")]),
        ({"valid_to": "2023-01-01", "valid_from": "2024-08-08"}, [("valid_to", "not_after")]),
        ({"valid_to": "2024-08-08"}, [("valid_to", "not_after")]),
        ({"issue_date": "2026-11-24"}, [("issue_date", "in_the_future")]),
        ({"first_issue_date": "2024-08-09"}, [("issue_date", "not_after")]),
        ({"person_name": "  "}, [("person_name", "required")]),
        ({"item": "盾构作业"}, [("item", "not_in_dictionary")]),
        ({"issue_date": "2024-02-30"}, [("issue_date", "no_such_date")]),
        ({"id_number": None, "item": None}, [("id_number", "required"), ("item", "required")]),
    ],
    ids=str,
)
def test_contradictions_are_named_once_and_where_they_are(
    changes: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    assert faults(SpecialOperationCertificate, CERTIFICATE, **changes) == found


@pytest.mark.parametrize(
    ("agent", "made", "refill", "repair", "scrap"),
    [
        # GB 50444-2008: first repair, then every…, scrap; all from the date of manufacture.
        ("水基", "2024-05-01", None, date(2027, 5, 1), date(2030, 5, 1)),
        ("水基", "2023-05-01", "2026-05-01", date(2027, 5, 1), date(2029, 5, 1)),
        ("干粉", "2024-05-01", None, date(2029, 5, 1), date(2034, 5, 1)),
        ("干粉", "2018-05-01", "2023-05-01", date(2025, 5, 1), date(2028, 5, 1)),
        ("洁净气体", "2024-05-01", None, date(2029, 5, 1), date(2034, 5, 1)),
        ("CO₂", "2024-05-01", None, date(2029, 5, 1), date(2036, 5, 1)),
        ("水基", "2020-05-01", "2025-08-01", None, date(2026, 5, 1)),
    ],
)
def test_extinguishers(agent: str, made: str, refill: str | None, repair: date | None, scrap: date) -> None:
    row = {**EXTINGUISHER, "agent": agent, "made_date": made, "refill_date": refill}
    values, issues, _ = check(FireFacility, row)
    assert issues == []
    assert (values["next_repair"], values["scrap_date"]) == (repair, scrap)


def test_an_extinguisher_needs_what_others_do_not() -> None:
    without = {**EXTINGUISHER, "agent": None, "made_date": None}
    assert faults(FireFacility, without) == [("agent", "required"), ("made_date", "required")]
    hydrant = check(FireFacility, {**without, "facility_type": "室外消火栓", "last_check": "2026-11-01"})
    assert (hydrant.issues, hydrant.values["next_check"]) == ([], date(2026, 12, 1))


def test_what_is_kept_is_not_looked_up_again() -> None:
    keep = {"dept_id": Unit("已撤销").id, "item": "low_voltage"}
    row = {key: value for key, value in CERTIFICATE.items() if key not in keep}
    assert check(SpecialOperationCertificate, row, keep).issues == []
    assert check(SpecialOperationCertificate, {**row, "cert_type": "特种设备作业人员证"}, keep).issues != []


# -- declarations -------------------------------------------------------------------------------------------------------


same_names = pytest.mark.filterwarnings("ignore:This declarative base already contains")


@same_names
def test_a_wrong_declaration_names_itself() -> None:
    class Base(DeclarativeBase):
        pass

    def declared(**columns: Any) -> type[Any]:
        annotations = {"id": Mapped[int], **{key: annotation for key, (annotation, _) in columns.items()}}
        body = {"__tablename__": f"t{len(Base.metadata.tables)}", "__annotations__": annotations}
        body["id"] = mapped_column(primary_key=True)
        return type("Thing", (Base,), {**body, **{key: column for key, (_, column) in columns.items()}})

    with pytest.raises(DeclarationError, match=r"Thing\.name: text\(…\) holds str, but the annotation says int"):
        bind(declared(name=(Mapped[int], text("名称", example="x"))))
    with pytest.raises(DeclarationError, match=r"Thing\.name: .*needs an example"):
        bind(declared(name=(Mapped[str], text("名称"))))
    with pytest.raises(DeclarationError, match=r"Thing\.other: the heading '名称' is already taken by name"):
        bind(
            declared(name=(Mapped[str | None], text("名称")), other=(Mapped[str | None], text("名", aliases=["名称"])))
        )
    with pytest.raises(DeclarationError, match=r"Thing: After.*names nothing"):
        bind(declared(name=(Mapped[str | None], text("名称"))), [After("nothing", "name")])
    with pytest.raises(DeclarationError, match="personal field cannot be sortable"):
        text("名称", personal=True, sortable=True)


@same_names
def test_a_wrong_ledger_names_itself() -> None:
    good: dict[str, Any] = {
        "slug": "wrong-things",
        "title": "错",
        "leaf": "0",
        "natural_key": ("dept_id",),
        "row_title": (),
    }

    def ledger(keeper: Any = None, **changes: Any) -> None:
        inside = {"keeper": keeper} if keeper is not None else {}
        about = {"__annotations__": dict.fromkeys(inside, Mapped[str | None]), "__module__": __name__}
        type("WrongThing", (LedgerRow,), {"ledger": Ledger(**{**good, **changes}), **about, **inside})

    known = set(LedgerRow.metadata.tables)
    for changes, words in [
        ({"keeper": text("责任人", personal=True)}, "keeper is personal"),
        ({"natural_key": ("x",)}, "natural_key names x"),
        ({"row_title": ("x",)}, "row_title names x"),
        ({"expiry": (Expiry("remark", warn_days=(1,)),)}, "expiry remark is not a day"),
        ({"superseded_by": Newer(keys=("x",), by="dept_id")}, "superseded_by names x"),
        ({"slug": "Wrong"}, "the slug 'Wrong'"),
        ({"default_sort": "remark"}, "default_sort remark is not sortable"),
    ]:
        with pytest.raises(DeclarationError, match=f"WrongThing: {words}"):
            ledger(**changes)
        for name in set(LedgerRow.metadata.tables) - known:
            LedgerRow.metadata.remove(LedgerRow.metadata.tables[name])


def test_a_word_that_no_dictionary_knows_is_answered_with_the_items_of_the_parent() -> None:
    def message(**changes: Any) -> str:
        (issue,) = check(SpecialOperationCertificate, {**CERTIFICATE, "item": "低压电", **changes}).issues
        assert (issue.field, issue.code) == ("item", "not_in_dictionary")
        return issue.message

    below = message(category="电工作业")
    assert "作业类别“电工作业”可填：“" in below and "“低压电工作业”" in below
    # Labels hold 、 themselves: quoted, and separated by something else.
    assert "”；“" in below and "”、“" not in below
    assert "叉车" not in below and "项" not in below.rpartition("”")[2]
    assert "不在字典中，可填：“" in message() and message() != below
