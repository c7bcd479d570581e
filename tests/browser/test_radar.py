"""到期雷达 and 证书查询: what is due is found as a list, as a calendar and by person."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from kit.db import today
from tests.browser.conftest import Open
from tests.browser.office import CERTIFICATES, api, cells_of
from tests.browser.people import Person, somebody
from tests.system.stack import Stack

pytestmark = pytest.mark.timeout(900)

LEDGER = "special-operation-certificates"


@pytest.fixture
def due(stack: Stack) -> tuple[Person, dict[str, Any]]:
    """Somebody whose certificate ends in 20 days."""
    person = somebody()
    with api(stack, "safety") as client:
        departments = client.get("/api/auth/departments").json()["items"]
        ledgers = client.get("/api/ledgers/_manifest").json()["ledgers"]
        words = next(one for one in ledgers if one["slug"] == LEDGER)["dictionaries"]
        values = {code: {item["label"]: item["value"] for item in items} for code, items in words.items()}
        answer = client.post(
            f"/api/ledgers/{LEDGER}",
            json={
                "person_name": person.name, "id_number": person.id_number,
                "dept_id": next(one["id"] for one in departments if one["name"] == "工程部"),
                "cert_type": values["special_operation_cert_type"]["特种作业操作证"],
                "item": values["special_operation_item"]["低压电工作业"],
                "cert_no": f"T{person.id_number}", "issuer": "应急管理局",
                "issue_date": (today() - timedelta(days=2000)).isoformat(),
                "valid_to": (today() + timedelta(days=20)).isoformat(),
                "review_date": (today() + timedelta(days=20)).isoformat(),
                "last_review_date": today().isoformat(), "review_result": "passed",
            },
        )  # fmt: skip
        assert answer.status_code == 201, answer.text
    return person, answer.json()


def test_what_is_due_is_found_by_list_calendar_and_department(
    open_office: Open, due: tuple[Person, dict[str, Any]]
) -> None:
    person, row = due
    office = open_office("safety")
    page = office.page
    office.go("/")
    page.get_by_role("navigation", name="主菜单").get_by_role("link", name="到期雷达").click()
    expect(page).to_have_url(re.compile("/radar$"))
    levels = office.main.get_by_role("group", name="按紧急程度筛选")
    expect(levels.get_by_role("button")).to_have_count(4)

    # One person, one line: so many days in words, and the way to the row.
    office.main.get_by_label("关键字").fill(person.name)
    page.keyboard.press("Enter")
    expect(office.rows).to_have_count(1)
    expect(office.rows).to_contain_text("剩 20 天")
    office.accessible()
    expect(levels.get_by_role("button", name=re.compile("^30 天内"))).to_contain_text("1")
    levels.get_by_role("button", name=re.compile("^7 天内")).click()
    expect(office.main.get_by_text("没有符合条件的到期事项")).to_be_visible()
    expect(office.button("导出 0 项")).to_be_disabled()
    levels.get_by_role("button", name=re.compile("^30 天内")).click()
    expect(page).to_have_url(re.compile("level=orange"))
    expect(office.rows).to_have_count(1)
    sheet = cells_of(office.save_as(office.button("导出 1 项")))
    assert any(person.name in cell for cell in sheet)

    # The day in the calendar leads to its list.
    day = today() + timedelta(days=20)
    office.main.get_by_text("日历", exact=True).click()
    if day.month != today().month:
        office.button("下个月").click()
    cell = office.main.get_by_role("button", name=re.compile(f"^{day.isoformat()}：1 项"))
    expect(cell).to_be_visible()
    office.accessible()
    cell.click()
    expect(page).to_have_url(re.compile(f"start={day}&until={day}"))
    expect(office.rows).to_have_count(1)

    office.main.get_by_text("按人员", exact=True).click()
    expect(office.rows.filter(has_text=person.name)).to_contain_text("工程部")
    office.accessible()
    office.main.get_by_role("button", name=f"工程部{person.name}，30 天内：1 项，查看").click()
    expect(office.rows).to_have_count(1)
    expect(office.rows).to_contain_text(person.name)
    office.main.get_by_label("不限人员").click()
    expect(page).not_to_have_url(re.compile("person="))
    office.main.get_by_label("关键字").fill(person.name)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("q="))
    office.main.get_by_text("按部门", exact=True).click()
    expect(office.rows.filter(has_text="工程部")).to_contain_text("1")
    office.accessible()
    office.main.get_by_role("button", name=re.compile("^工程部：1 项")).click()
    office.rows.get_by_role("link").click()
    expect(page).to_have_url(re.compile(f"{CERTIFICATES}\\?row={row['id']}"))


def test_a_calendar_is_made_once_and_ended(open_office: Open) -> None:
    office = open_office("safety")
    page = office.page
    office.go("/radar")
    office.button("日历订阅").click()
    office.dialog_button("生成订阅地址").click()
    dialog = page.locator(".ant-modal:visible")
    expect(dialog).to_contain_text("地址只显示这一次")
    address = dialog.locator("code").inner_text().strip()
    assert page.request.get(address[address.index("/api/") :]).text().startswith("BEGIN:VCALENDAR")
    office.accessible()
    office.dialog_button("停用订阅").click()
    page.get_by_role("button", name=re.compile(r"^停\s*用$")).click()
    expect(page.get_by_text("日历订阅已停用")).to_be_visible()
    expect(dialog.first).to_contain_text("还没有订阅地址")
    assert page.request.get(address[address.index("/api/") :]).status == 404


def test_a_person_is_found_with_all_certificates(open_office: Open, due: tuple[Person, dict[str, Any]]) -> None:
    person, row = due
    office = open_office("safety")
    page = office.page
    office.go("/certificates")
    office.main.get_by_label("关键字").fill(person.id_number)
    page.keyboard.press("Enter")
    expect(office.rows).to_have_count(1)
    expect(office.rows).to_contain_text("即将到期 1")
    expect(office.rows).to_contain_text("剩 20 天")
    assert person.id_number not in page.url
    assert person.id_number not in office.rows.inner_text()
    office.accessible()
    office.rows.get_by_role("link", name=person.name).click()
    expect(page).to_have_url(re.compile(f"/certificates/{LEDGER}/{row['id']}$"))
    sheet = office.main.get_by_role("article")
    expect(sheet).to_contain_text("低压电工作业")
    expect(sheet).to_contain_text("剩 20 天")
    office.accessible()
    page.emulate_media(media="print")
    expect(sheet.get_by_text("打印日期")).to_be_visible()
    expect(sheet.get_by_role("button", name="打印")).to_be_hidden()
    expect(page.get_by_role("navigation", name="主菜单")).to_be_hidden()
    page.emulate_media(media="screen")
    sheet.get_by_role("link", name=re.compile("^查看台账记录")).click()
    expect(page).to_have_url(re.compile(f"{CERTIFICATES}\\?row={row['id']}"))


def test_who_lacks_what_their_post_requires_is_listed(
    open_office: Open, stack: Stack, due: tuple[Person, dict[str, Any]]
) -> None:
    person, row = due
    with api(stack, "safety") as client:
        body = {"version": row["version"], "post": "叉车工"}
        assert client.put(f"/api/ledgers/{LEDGER}/{row['id']}", json=body).status_code == 200
    office = open_office("safety")
    page = office.page
    office.go("/certificates")
    office.main.get_by_text("缺证", exact=True).click()
    expect(page).to_have_url(re.compile("view=missing"))
    office.search(person.name)
    expect(office.rows).to_have_count(1)
    expect(office.rows).to_contain_text("N1 叉车司机")
    expect(office.rows).to_contain_text("未登记")
    expect(office.rows).to_contain_text("特种设备安全法 第十四条")
    office.accessible()
    assert any(person.name in cell for cell in cells_of(office.save_as(office.button("导出 1 项"))))
    office.choose("岗位", "司炉工")
    expect(office.main.get_by_text("没有符合条件的缺证人员")).to_be_visible()
    office.button("重置").click()
    expect(page).to_have_url(re.compile(r"\?view=missing$"))
    office.search(person.name)
    office.rows.get_by_role("link", name=person.name).click()
    lacking = office.main.get_by_role("region", name="缺证")
    expect(lacking).to_contain_text("N1 叉车司机")
    page.emulate_media(media="print")
    expect(lacking).to_be_visible()
    page.emulate_media(media="screen")
    office.accessible()
    # Where it is decided: the certificates are chosen, not written.
    office = open_office("sysadmin")
    office.go("/system/dictionaries?code=post_certificate")
    office.main.get_by_label("查找条目").fill("叉车")
    expect(office.rows).to_have_count(1)
    expect(office.rows).to_contain_text("特种作业准操项目：N1 叉车司机")
    office.rows.get_by_role("button", name=re.compile(r"^编\s*辑$")).click()
    needed = office.page.get_by_role("group", name="应持证书")
    expect(needed).to_contain_text("特种作业准操项目：N1 叉车司机")
    needed.get_by_role("button", name="添加一项要求").click()
    expect(needed.get_by_role("button", name="删除应持证书 2")).to_be_visible()
    office.accessible()


def test_both_pages_fit_a_phone(open_office: Open, due: tuple[Person, dict[str, Any]]) -> None:
    person, row = due
    office = open_office("safety", width=390, height=844)
    for address in (f"/radar?q={person.name}", f"/certificates?q={person.name}"):
        office.go(address)
        expect(office.rows).to_have_count(1)
        expect(office.rows).to_contain_text("剩 20 天")
        office.fits()
        office.accessible()
    office.go("/certificates?view=missing")
    expect(office.main.get_by_text("各岗位应持的证书由系统维护人员")).to_be_visible()
    expect(office.rows.first).to_contain_text("未登记")
    office.fits()
    office.accessible()
    office.go("/radar?view=calendar")
    expect(office.main.get_by_label("下个月")).to_be_visible()
    office.fits()
    office.go(f"/certificates/{LEDGER}/{row['id']}")
    expect(office.main.get_by_role("article")).to_contain_text(person.name)
    office.fits()
    office.accessible()
