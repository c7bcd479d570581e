"""Every ledger's template takes its own example, its export comes back unchanged, and so does any row that its fields
allow."""

from __future__ import annotations

import string
from datetime import date
from decimal import Decimal
from functools import cache
from io import BytesIO
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from contracts.principal import Principal
from kit.excel import export
from kit.excel.prescan import prescan
from kit.excel.reading import choose, data_rows, open_workbook
from kit.fields import KINDS, Departments, Dictionary, FieldSpec, Lookups, RowValidator, formatter
from services.ledgers.dictionaries import DICTIONARIES
from services.ledgers.importing.columns import column_of
from services.ledgers.ledger import LedgerRow
from tests import company
from tests.catalogue.conftest import Bench
from tests.catalogue.steps import HOME, created, each_ledger, example, grant, keeper

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def sent(bench: Bench, row_class: type[LedgerRow], who: Principal, content: bytes) -> dict[str, Any]:
    answer = bench.ask(who, "POST", f"/{row_class.ledger.slug}/imports", files={"file": ("台账.xlsx", content, SHEET)})
    assert answer.status_code == 201, answer.text
    return answer.json()


@each_ledger
def test_its_template_has_every_field_and_takes_its_own_example(bench: Bench, row_class: type[LedgerRow]) -> None:
    who = keeper(bench, row_class)
    answer = bench.ask(who, "GET", f"/{row_class.ledger.slug}/template.xlsx")
    assert answer.status_code == 200, answer.text
    book = load_workbook(BytesIO(answer.content))
    sheet = book.worksheets[0]
    headings = [str(cell.value) for cell in sheet[3]]
    fields = row_class.input_fields().values()
    # What a rule works out, or a default gives, may be left blank, and is not marked.
    assert headings == ["序号", *(f"{spec.title}*" if spec.must_be_given else spec.title for spec in fields)]
    shown = dict(zip(row_class.input_fields(), [cell.value for cell in sheet[4]][1:], strict=True))
    for spec in fields:
        if KINDS[spec.kind].cell in ("integer", "decimal") and shown[spec.key] is not None:
            assert isinstance(shown[spec.key], (int, float)), f"{spec.key}: an amount is a number"
        assert shown[spec.key] is not None or not spec.required, f"{spec.key}: the rules fill it in the example"
    # With what the rules have filled, and without.
    for left_blank in (False, True):
        for cell, spec in zip(sheet[4][1:], fields, strict=True):
            sheet.cell(5, cell.column).value = None if left_blank and spec.derived else cell.value
        buffer = BytesIO()
        book.save(buffer)
        job = sent(bench, row_class, who, buffer.getvalue())
        assert (job["state"], job["rows"], job["errors"], job["warnings"]) == ("ready", 1, [], [])


@each_ledger
def test_its_export_comes_back_unchanged(bench: Bench, row_class: type[LedgerRow]) -> None:
    """As somebody who sees masks, where there are any."""
    who, slug = keeper(bench, row_class), row_class.ledger.slug
    rows = [created(bench, row_class, who, number, remark="'=1+1" if number else "=1+1") for number in range(2)]
    answer = bench.ask(who, "GET", f"/{slug}/export.xlsx")
    assert answer.status_code == 200, answer.text
    job = sent(bench, row_class, who, answer.content)
    assert (job["state"], job["unchanged"], job["errors"], job["warnings"]) == ("ready", len(rows), [], [])
    done = bench.ask(who, "POST", f"/{slug}/imports/{job['id']}/confirm", json={})
    assert done.json()["state"] == "confirmed"
    page = bench.ask(who, "GET", f"/{slug}").json()
    assert {row["version"] for row in page["items"]} == {1} and page["total"] == len(rows)


def test_a_further_key_is_unique_in_a_file_and_against_the_ledger(bench: Bench) -> None:
    from services.ledgers.catalogue import SpecialEquipment

    slug = SpecialEquipment.ledger.slug
    who = bench.who(grant(SpecialEquipment), "ledgers:personal:read", scope="company", department=HOME)
    for number in range(3):
        created(bench, SpecialEquipment, who, number)
    book = load_workbook(BytesIO(bench.ask(who, "GET", f"/{slug}/export.xlsx").content))
    sheet = book.worksheets[0]
    place = {str(cell.value).strip("*"): cell.column for cell in sheet[1]}
    codes = {sheet.cell(row, place["单位内编号"]).value: row for row in (2, 3, 4)}
    assert len(codes) == 3
    mine, other = sheet.cell(2, place["设备代码"]).value, sheet.cell(3, place["设备代码"]).value
    # A new row with the code of another, and one that takes a code which the file's first row has as well.
    sheet.cell(4, sheet.max_column, None)
    sheet.cell(4, place["单位内编号"], "TS-NEW")
    sheet.cell(4, place["设备代码"], mine)
    buffer = BytesIO()
    book.save(buffer)
    job = sent(bench, SpecialEquipment, who, buffer.getvalue())
    assert [(e["field"], e["code"]) for e in job["errors"]] == [("equip_code", "duplicate_in_file")]
    sheet.delete_rows(2)
    buffer = BytesIO()
    book.save(buffer)
    job = sent(bench, SpecialEquipment, who, buffer.getvalue())
    assert [(e["row"], e["field"], e["code"]) for e in job["errors"]] == [(3, "equip_code", "already_exists")]
    assert other != mine


# -- any row --------------------------------------------------------------------------------------------------------------

HOME_UNIT = next(one for one in company.COMPANY.departments if one.name == HOME)
LOOKUPS = Lookups(
    today=date(2026, 11, 23),
    dictionaries={one.code: Dictionary(one.code, one.ordered()) for one in DICTIONARIES},
    departments=Departments({HOME: HOME_UNIT}),
)
# What people type, and what programs stumble over; control characters are refused, and that is tested elsewhere.
WORDS = st.text("甲乙丙 abcXYZ019.,-+=@'\"/\\％（）【】😀\t\n", min_size=1, max_size=20)
CODES = st.text(string.ascii_letters + string.digits + "-/.", min_size=1, max_size=20)
NUMBERS = ("990101199001011230", "990101198904152750", "990101198904152742")


def values_of(spec: FieldSpec) -> st.SearchStrategy[Any]:
    """Raw values of a field, as a form would send them."""
    match spec.kind:
        case "department":
            return st.just(HOME)
        case "integer":
            return st.integers(max(int(spec.min or 0), -(10**6)), min(int(spec.max or 10**6), 10**6))
        case "decimal":
            most = Decimal(10) ** ((spec.digits or 14) - (spec.precision or 2)) - 1
            low, high = spec.min if spec.min is not None else -most, spec.max if spec.max is not None else most
            return st.decimals(min_value=low, max_value=high, places=spec.precision)
        case "day":
            return st.dates(date(1960, 1, 1), date(2110, 1, 1))
        case "choice" | "multi_choice":
            items = LOOKUPS.dictionaries[spec.dictionary or ""].items.values()
            one = st.sampled_from([item.value for item in items if item.enabled])
            return one if spec.kind == "choice" else st.lists(one, min_size=1, max_size=4, unique=True)
        case "yes_no":
            return st.booleans()
        case "identity":
            return st.sampled_from(NUMBERS)
        case "phone":
            return st.sampled_from(("13900000000", "19912345678"))
        case "code":
            return st.just(spec.example) if spec.pattern else CODES
        case _:
            return WORDS


@cache
def rows_of(row_class: type[LedgerRow]) -> st.SearchStrategy[dict[str, Any]]:
    """Rows with any part of the fields filled. Items know their parents, so those are left to be filled from them."""
    fields = {key: spec for key, spec in row_class.input_fields().items() if not spec.within}
    return st.fixed_dictionaries({}, optional={key: values_of(spec) for key, spec in fields.items()})


@each_ledger
@given(data=st.data())
@settings(max_examples=8, deadline=None, derandomize=True, database=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])  # fmt: skip
def test_whatever_its_fields_hold_survives_a_workbook(row_class: type[LedgerRow], data: st.DataObject) -> None:
    """Through the writer of exports and the reader of imports, field by field; what rules say of it is another matter."""
    fields = row_class.input_fields()
    validate = RowValidator(fields, (), LOOKUPS)
    raw = data.draw(st.lists(rows_of(row_class), min_size=1, max_size=4))
    # The first column is filled, for a row without any cell is none.
    first = next(key for key, spec in fields.items() if spec.example is not None and not spec.within)
    before = [validate({**row, first: row.get(first) or example(row_class)[first]}).values for row in raw]
    columns = [column_of(spec) for spec in fields.values()]
    shows = {key: formatter(spec, LOOKUPS) for key, spec in fields.items()}
    cells = [
        {fields[key].title: export.guarded(_cell(fields[key], shows[key](row[key]))) for key in fields}
        for row in before
    ]
    buffer = BytesIO()
    export.write(buffer, row_class.ledger.title, columns, cells)
    content = buffer.getvalue()
    scan = prescan(content, "台账.xlsx")
    with open_workbook(content) as book:
        sheet, found = choose(book, scan, columns)
        keys = [key for key in fields if key in found.places]
        assert keys == list(fields)
        read = [dict(zip(keys, values, strict=True)) for _, values in data_rows(sheet, found, keys, False)]
    from kit.excel.guard import unguard

    after = [
        validate({k: unguard(v) if type(v) is str else v for k, v in row.items() if v != ""}).values for row in read
    ]
    assert after == before


def _cell(spec: FieldSpec, value: Any) -> Any:
    return float(value) if spec.kind == "decimal" and value is not None else value
