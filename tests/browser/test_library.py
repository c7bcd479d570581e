"""The law library: folders, uploads with progress, going on after a break, and bytes that come back as they went."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.browser.conftest import Open
from tests.browser.office import Office

# With the start of the stack, on a machine that does other things too.
pytestmark = pytest.mark.timeout(900)

MEGABYTE = 1024 * 1024


def _folder(office: Office) -> str:
    """A new folder of this test, opened."""
    name = f"测试{os.urandom(4).hex()}"
    office.go("/libraries/laws")
    office.button("新建文件夹").click()
    office.page.get_by_label("文件夹名称").fill("a/b")
    office.dialog_button("保存").click()
    expect(office.page.get_by_text(re.compile("名称不能包含"))).to_be_visible()
    office.page.get_by_label("文件夹名称").fill(name)
    office.dialog_button("保存").click()
    office.main.get_by_role("button", name=re.compile(name)).first.click()
    expect(office.main.get_by_text(re.compile("这里还没有文件"))).to_be_visible()
    return name


def _task(office: Office, name: str) -> Locator:
    return office.main.locator(".upload-task", has_text=name)


def _row(office: Office, name: str) -> Locator:
    return office.rows.filter(has_text=name)


def test_files_come_back_as_they_went(open_office: Open, tmp_path: Path) -> None:
    office = open_office("safety")
    page = office.page
    folder = _folder(office)
    office.accessible()
    law = tmp_path / "中华人民共和国安全生产法（2021修正）.pdf"
    law.write_bytes(b"%PDF-1.7\n" + os.urandom(20 * MEGABYTE))
    note = tmp_path / "说明.txt"
    note.write_text("安全第一", encoding="utf-8")
    office.main.locator("input[type=file]").set_input_files([law, note])
    for file in (law, note):
        expect(_task(office, file.name)).to_contain_text("上传完成", timeout=120_000)
        expect(_row(office, file.name)).to_be_visible()
    office.accessible()
    download = _row(office, law.name).get_by_role("button", name="下载")
    expect(_row(office, law.name)).not_to_contain_text("校验中", timeout=60_000)
    got = office.save_as(download)
    assert got.suggested_filename == law.name
    assert _sha256(Path(got.path())) == _sha256(law)

    # What is none of the library's formats is refused at once.
    office.main.locator("input[type=file]").set_input_files(
        {"name": "病毒.exe", "mimeType": "application/octet-stream", "buffer": b"MZ"}
    )
    expect(page.get_by_text(re.compile("格式不在允许范围内"))).to_be_visible()

    # The same name again: the person decides.
    office.main.locator("input[type=file]").set_input_files(
        {"name": note.name, "mimeType": "text/plain", "buffer": "第二版".encode()}
    )
    again = office.main.locator(".upload-task", has_text=note.name).last
    expect(again).to_contain_text("同名文件已存在")
    again.get_by_role("button", name="覆盖为新版本").click()
    expect(again).to_contain_text("上传完成")
    expect(_row(office, note.name)).to_contain_text("V2")
    _more(office, note.name, "版本记录")
    drawer = page.get_by_role("dialog")
    expect(drawer.locator("tbody tr.ant-table-row")).to_have_count(2)
    office.accessible()
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)

    # Renamed with its ending kept, remarked, deleted, taken back.
    _more(office, note.name, "重命名")
    page.get_by_label("新名称").fill("新说明")
    office.dialog_button("保存").click()
    expect(_row(office, "新说明.txt")).to_be_visible()
    _more(office, "新说明.txt", "备注")
    page.get_by_label("备注", exact=True).fill("2026 年起施行")
    office.dialog_button("保存").click()
    expect(_row(office, "新说明.txt")).to_contain_text("2026 年起施行")
    _more(office, "新说明.txt", "删除")
    office.dialog_button("删除").click()
    expect(_row(office, "新说明.txt")).to_have_count(0)
    page.get_by_role("button", name="撤销删除").click()
    expect(_row(office, "新说明.txt")).to_be_visible()

    # The way back, and the folder that is not empty.
    office.main.get_by_role("navigation").get_by_role("button", name="安全生产法律").click()
    _more(office, folder, "删除")
    office.dialog_button("删除").click()
    office.dialog_button("全部删除").click()
    expect(_row(office, folder)).to_have_count(0)


def test_a_broken_upload_goes_on_after_a_reload(open_office: Open, tmp_path: Path) -> None:
    office = open_office("safety", trouble="Failed to load resource: net::ERR_CONNECTION_RESET")
    page = office.page
    _folder(office)
    address = page.url
    big = tmp_path / "技术标准汇编.pdf"
    big.write_bytes(b"%PDF-1.7\n" + os.urandom(40 * MEGABYTE))
    sent: list[str] = []

    def network(route: Route) -> None:
        # The connection is lost after the first part.
        if route.request.method == "PUT":
            if sent:
                return route.abort("connectionreset")
            sent.append(route.request.url)
        return route.continue_()

    page.route("**/safework/**", network)
    office.main.locator("input[type=file]").set_input_files(big)
    task = _task(office, big.name)
    expect(task).to_contain_text("正在上传", timeout=60_000)
    while not sent:
        page.wait_for_timeout(100)
    page.wait_for_timeout(1500)
    task.get_by_role("button", name="暂停").click()
    expect(task).to_contain_text("已暂停")
    task.get_by_role("button", name="继续").click()
    expect(task).to_contain_text("正在上传")

    # Left before the connection is well again, or the page would finish what it has begun.
    page.once("dialog", lambda dialog: dialog.accept())
    page.goto("about:blank")
    page.unroute("**/safework/**")
    second: list[str] = []
    page.on("request", lambda request: second.append(request.url) if request.method == "PUT" else None)
    page.goto(address)
    office.main.locator("input[type=file]").set_input_files(big)
    expect(_task(office, big.name)).to_contain_text("上传完成", timeout=120_000)
    expect(_row(office, big.name)).not_to_contain_text("校验中", timeout=60_000)
    # The part that had arrived was not sent again.
    first = re.search(r"partNumber=(\d+)", sent[0])
    assert first is not None
    assert not [url for url in second if f"partNumber={first[1]}&" in url or url.endswith(f"partNumber={first[1]}")]
    got = office.save_as(_row(office, big.name).get_by_role("button", name="下载"))
    assert _sha256(Path(got.path())) == _sha256(big)


def _more(office: Office, name: str, action: str) -> None:
    _row(office, name).get_by_role("button", name=re.compile("更多操作")).click()
    office.page.get_by_role("menuitem", name=action).click()


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
