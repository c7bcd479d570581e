"""Label sheets: rendered and read again, as a phone would."""

from __future__ import annotations

import io
from typing import Any
from uuid import uuid4

import pypdfium2
import pytest
import zxingcpp

from contracts.principal import Principal
from services.ledgers.catalogue.emergency_supplies import EmergencySupply
from services.ledgers.catalogue.fire_facilities import FireFacility
from services.ledgers.labels.drawing import Label, draw
from services.ledgers.labels.sheets import SHEETS
from tests.catalogue.conftest import Bench, example
from tests.service.ledgers.desk import CERTIFICATES, FACILITIES, SUPPLIES

OFFICER = "工程部"


def codes(pdf: bytes) -> list[str]:
    """Every code of every page, as a camera at 200 dpi reads it."""
    found = []
    for page in pypdfium2.PdfDocument(io.BytesIO(pdf)):
        image = page.render(scale=200 / 72).to_pil()
        found += [code.text for code in zxingcpp.read_barcodes(image)]
    return found


def words(pdf: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(io.BytesIO(pdf)))


@pytest.fixture
def who(bench: Bench) -> Principal:
    return bench.who("ledgers:*:*", scope="subtree", department=OFFICER)


def facilities(bench: Bench, who: Principal, count: int) -> list[dict[str, Any]]:
    rows = []
    for number in range(1, count + 1):
        answer = bench.ask(who, "POST", f"/{FACILITIES}", json=example(FireFacility, OFFICER, number))
        assert answer.status_code == 201, answer.text
        rows.append(answer.json())
    return rows


def test_a_label_names_the_thing_and_its_code_opens_the_row(bench: Bench, who: Principal) -> None:
    rows = facilities(bench, who, 3)
    answer = bench.ask(who, "POST", f"/{FACILITIES}/labels.pdf", json={"ids": [rows[2]["id"], rows[0]["id"]]})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf"), answer.text
    assert set(codes(answer.content)) == {
        f"http://127.0.0.1:8080/ledgers/{FACILITIES}/{row['id']}" for row in (rows[0], rows[2])
    }
    text = words(answer.content)
    assert "手提式干粉灭火器" in text.replace("\r\n", "") and rows[2]["facility_no"] in text and OFFICER in text


def test_the_lists_filters_choose_too_and_stores_have_labels(bench: Bench, who: Principal) -> None:
    for number in (1, 2):
        row = {**example(EmergencySupply, OFFICER, number), "warehouse": f"{number}号库"}
        assert bench.ask(who, "POST", f"/{SUPPLIES}", json=row).status_code == 201
    answer = bench.ask(who, "POST", f"/{SUPPLIES}/labels.pdf", json={"filters": {"q": "2号库"}, "sheet": "99x68"})
    assert answer.status_code == 200, answer.text
    assert len(codes(answer.content)) == 1 and "2号库" in words(answer.content)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"sheet": "1x1"}, 422, "invalid"),
        ({"skip": 24}, 422, "invalid"),
        ({"ids": []}, 422, "no_rows"),
        ({"ids": [str(uuid4())]}, 422, "no_rows"),
        ({"ids": [str(uuid4())] * 501}, 422, "invalid"),
        ({"filters": {"no_such": "1"}}, 422, "invalid"),
    ],
)
def test_what_cannot_be_printed_is_said(
    bench: Bench, who: Principal, body: dict[str, Any], status: int, code: str
) -> None:
    answer = bench.ask(who, "POST", f"/{FACILITIES}/labels.pdf", json=body)
    assert answer.status_code == status, answer.text
    assert code in answer.text
    assert bench.ask(who, "POST", f"/{CERTIFICATES}/labels.pdf", json={}).json()["code"] == "no_labels"


def test_labels_have_the_data_scope(bench: Bench, who: Principal) -> None:
    (row,) = facilities(bench, who, 1)
    stranger = bench.who("ledgers:*:*", scope="subtree", department="客户服务部")
    answer = bench.ask(stranger, "POST", f"/{FACILITIES}/labels.pdf", json={"ids": [row["id"]]})
    assert answer.json()["code"] == "no_rows"


@pytest.mark.parametrize("sheet", SHEETS.values(), ids=list(SHEETS))
def test_every_sheet_reads_whole_also_when_it_was_begun(sheet: Any) -> None:
    count = sheet.each + 2
    address = "https://anquan.example.com/ledgers/special-equipment/0199f1c2-7d3e-7a10-8000-{:012d}"
    labels = [
        Label("某压力容器（一号门站调压撬）" * 3, f"RQ-{n}", ("工程部", "北区" * 20), address.format(n))
        for n in range(count)
    ]
    pdf = draw("标签", sheet, labels, skip=1, frames=True)
    assert sorted(codes(pdf)) == sorted(label.address for label in labels)
    assert len(pypdfium2.PdfDocument(io.BytesIO(pdf))) == 2
