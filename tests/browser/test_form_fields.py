"""What is typed into a form is what is saved: dates and numbers in every writing that people use, or an error that stays."""

from __future__ import annotations

import json
import re
from uuid import uuid4

import pytest
from playwright.sync_api import Request, expect

from tests.browser.conftest import Open
from tests.browser.office import Office

pytestmark = pytest.mark.timeout(600)
SUPPLIES = "/ledgers/emergency-supplies"


def type_into(office: Office, label: str, text: str) -> str:
    """As by hand: key by key, then Tab. What the field says afterwards."""
    field = office.page.locator(".ant-drawer:visible").get_by_label(label, exact=True)
    field.fill("")
    field.press_sequentially(text)
    field.press("Tab")
    return field.input_value()


def test_a_typed_date_is_the_date_that_is_saved(open_office: Open) -> None:
    office = open_office("chengnan")
    page, name = office.page, f"防爆灯{uuid4().hex[:6]}"
    office.go(SUPPLIES)
    office.button("新建").click()
    for written in ("2026/3/15", "2026.3.15", "2026年3月15日", "20260315", "２０２６-３-１５"):
        assert type_into(office, "生产日期", written) == "2026-03-15"
    assert type_into(office, "有效期至", "2099/12/25") == "2099-12-25"

    # What is none stays in sight with its error, and nothing is sent.
    office.fill("物资名称", name)
    office.fill("存放地点", "1号库")
    office.fill("单位", "盏")
    office.fill("保管人", "李四")
    office.fill("电话", "13900000000")
    page.locator("#category").fill("照明")
    page.locator(".ant-select-dropdown:visible .ant-select-item-option").filter(has_text="照明").first.click()
    assert type_into(office, "生产日期", "2026-02-30") == "2026-02-30"
    assert type_into(office, "数量", "12千") == "12千"
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    save = page.locator(".ant-drawer:visible").get_by_role("button", name=re.compile("保\\s*存$"))
    save.click()
    expect(page.get_by_text("“2026-02-30”不是日期")).to_be_visible()
    expect(page.get_by_text("数量应为数字")).to_be_visible()
    assert [one for one in sent if SUPPLIES in one.url] == []

    assert type_into(office, "数量", "1.2万") == "12000"
    page.get_by_label("生产日期", exact=True).fill("2026年3月15日")
    with page.expect_response(lambda r: r.request.method == "POST" and SUPPLIES in r.url) as answer:
        save.click()
    row = json.loads(answer.value.text())
    assert (row["made_date"], row["expiry_date"], float(row["quantity"])) == ("2026-03-15", "2099-12-25", 12000)


def test_a_calendar_stands_beside_the_date_and_searches_take_the_same_writings(open_office: Open) -> None:
    office = open_office("chengnan")
    page = office.page
    office.go(SUPPLIES)
    office.button("新建").click()
    page.get_by_role("button", name="生产日期：打开日历").click()
    page.locator(".ant-picker-dropdown:visible").get_by_title("今天").or_(
        page.locator(".ant-picker-dropdown:visible .ant-picker-cell-today")
    ).first.click()
    expect(page.get_by_label("生产日期", exact=True)).to_have_value(re.compile(r"^\d{4}-\d{2}-\d{2}$"))
    office.accessible()

    office.go(SUPPLIES)
    office.main.get_by_role("button", name="展开").click()
    office.main.get_by_role("textbox", name="有效期至", exact=True).fill("2026年1月5日")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("expiry_date.gte=2026-01-05"))
    office.main.get_by_role("textbox", name="有效期至止", exact=True).fill("明年")
    page.keyboard.press("Enter")
    expect(office.main.get_by_text("“明年”不是日期")).to_be_visible()
    expect(page).not_to_have_url(re.compile("lte"))


@pytest.mark.parametrize("width", [1440, 1366])
def test_an_empty_ledger_says_and_offers_what_there_is_to_do(open_office: Open, width: int) -> None:
    office = open_office("safety", width=width, height=768)
    nothing = {"items": [], "total": 0, "page": 1, "size": 20}
    office.page.route(re.compile(r"/api/ledgers/special-equipment\?"), lambda route: route.fulfill(json=nothing))
    office.go("/ledgers/special-equipment")
    hint = office.main.get_by_text("还没有记录")
    expect(hint).to_be_visible()
    card, box = office.main.locator(".ledger-main").bounding_box(), hint.bounding_box()
    assert card and box and abs((card["x"] + card["width"] / 2) - (box["x"] + box["width"] / 2)) < 2
    office.fits()
    office.accessible()
    with office.page.expect_download() as template:
        office.main.locator(".ledger-empty").get_by_role("button", name="模板下载").click()
    assert template.value.suggested_filename.endswith(".xlsx")
    office.main.get_by_role("button", name="批量导入 Excel").click()
    expect(office.page).to_have_url(re.compile("/import$"))


def test_a_risk_is_scored_while_its_factors_are_chosen(open_office: Open) -> None:
    office = open_office("safety")
    page = office.page
    office.go("/ledgers/risks/new")

    def take(key: str, option: str) -> None:
        page.locator(f"#{key}").click()
        page.locator(".ant-select-dropdown:visible .ant-select-item-option").filter(
            has_text=re.compile(f"^{re.escape(option)}$")
        ).first.click()

    expect(page.locator("#exposure")).to_have_count(0)
    take("method", "LEC")
    expect(page.locator("#severity")).to_have_count(0)
    for key, value in (("likelihood", "6"), ("exposure", "6"), ("consequence", "15")):
        take(key, value)
    score = page.locator("output")
    expect(score).to_contain_text("540")
    expect(score).to_contain_text("推算")
    expect(page.locator(".ant-form-item", has_text="风险等级").first).to_contain_text("重大（推算）")
    office.accessible()

    # Six is no likelihood of the other method: it does not stay behind, to be refused on saving.
    take("method", "LS")
    expect(page.locator("#exposure")).to_have_count(0)
    take("likelihood", "5")
    take("severity", "4")
    expect(score).to_contain_text("20")


def test_a_certificate_without_an_end_is_said_to_have_none(open_office: Open) -> None:
    office = open_office("safety")
    office.go("/ledgers/other-certificates")
    office.button("新建").click()
    drawer = office.page.locator(".ant-drawer:visible")
    drawer.get_by_role("button", name="有效期止：打开日历").click()
    office.page.locator(".ant-picker-dropdown:visible").get_by_role("button", name="长期").click()
    expect(drawer.locator("#valid_to")).to_have_value("长期")
    assert type_into(office, "有效期止", "长期有效") == "长期有效"
    expect(office.page.get_by_text("不是日期")).to_have_count(0)


def test_a_row_on_a_telephone_says_what_it_is_whose_and_how_it_stands(open_office: Open) -> None:
    office = open_office("safety", width=390, height=844)
    row = {
        "id": str(uuid4()), "version": 1, "facility_no": "XF-1", "name": "手提式干粉灭火器", "location": "北区5号点",
        "facility_type": "extinguisher", "dept_id": None, "dept_name": "城南储配站", "status": "good",
        "computed_keys": [],
    }  # fmt: skip
    page_of_one = {"items": [row], "total": 1, "page": 1, "size": 20}
    office.page.route(re.compile(r"/api/ledgers/fire-facilities\?"), lambda route: route.fulfill(json=page_of_one))
    office.go("/ledgers/fire-facilities")
    card = office.main.locator(".row-card")
    for words in ("手提式干粉灭火器", "XF-1", "北区5号点", "完好"):
        expect(card).to_contain_text(words)
    office.fits()
