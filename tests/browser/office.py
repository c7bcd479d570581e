"""The office web app as its users handle it: by labels and buttons."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
from openpyxl import load_workbook
from playwright.sync_api import Download, Locator, Page, expect

from tests.system.stack import Stack

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "tests" / "fixtures" / "samples"
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
CERTIFICATES = "/ledgers/special-operation-certificates"

_RUN_AXE = """async () => {
  const { violations } = await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 200)).join(" | ")}`);
}"""

# What spins for ever is not waited for.
_STILL = """() => Promise.all(document.getAnimations()
  .filter((one) => Number.isFinite(one.effect?.getComputedTiming().endTime))
  .map((one) => one.finished.catch(() => null)))"""


class Office:
    """One browser page of one person."""

    def __init__(self, page: Page, stack: Stack) -> None:
        self.page = page
        self.stack = stack

    # -- moving about -------------------------------------------------------------------------------------------------

    def sign_in(self, user: str) -> None:
        """By the keyboard alone."""
        self.page.goto("/login")
        self.page.get_by_label("用户名").fill(user)
        self.page.get_by_label("密码", exact=True).fill(self.stack.password)
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("button", name=re.compile("^用户菜单"))).to_be_visible()

    def go(self, address: str) -> None:
        """By the address bar: a deep link."""
        self.page.goto(address)
        expect(self.main.locator(".ant-skeleton")).to_have_count(0)

    @property
    def main(self) -> Locator:
        """What is shown of the active tab; the others are mounted, and hidden."""
        return self.page.locator("#content > .page:visible")

    @property
    def rows(self) -> Locator:
        """The rows of the table that is shown."""
        return self.main.locator("tbody tr.ant-table-row")

    def total(self) -> int:
        """共 N 条."""
        text = self.main.locator(".ant-pagination-total-text").inner_text()
        return int(re.sub(r"\D", "", text))

    def button(self, name: str) -> Locator:
        """A button of the active tab; while it works, its name begins with what the waiting sign is called."""
        return self.main.get_by_role("button", name=re.compile(rf"(^|\s){re.escape(name)}$"))

    @property
    def dialog(self) -> Locator:
        """The question or form that stands before everything."""
        return self.page.locator(".ant-modal:visible")

    def dialog_button(self, name: str | re.Pattern[str]) -> Locator:
        """A button of the question that stands before everything."""
        return self.dialog.get_by_role("button", name=name)

    def search(self, text: str) -> None:
        """Types a keyword and presses Enter."""
        self.main.get_by_label("关键字").fill(text)
        self.page.keyboard.press("Enter")
        expect(self.page).to_have_url(re.compile("q="))
        expect(self.main.locator(".ant-spin-spinning")).to_have_count(0)

    def save_as(self, locator: Locator) -> Download:
        """Clicks and takes the file."""
        with self.page.expect_download() as waiting:
            locator.click()
        return waiting.value

    # -- filling in ---------------------------------------------------------------------------------------------------

    def fill(self, label: str, value: str) -> None:
        """A text, number or date of a form."""
        field = self.page.get_by_label(label, exact=True).and_(self.page.locator("input:visible, textarea:visible"))
        field.fill(value)

    def choose(self, label: str, option: str) -> None:
        """An option of a drop-down, by typing a part of it."""
        field = self.page.get_by_label(label, exact=True).and_(self.page.locator("input:visible"))
        field.click()
        field.fill(option)
        self.page.locator(
            ".ant-select-dropdown:visible :is(.ant-select-item-option, .ant-select-tree-node-content-wrapper)"
        ).filter(has_text=option).first.click()

    # -- looking closer -----------------------------------------------------------------------------------------------

    def accessible(self) -> None:
        """WCAG 2.1 AA by axe, over all that is shown now. Colours that change end first: a half-faded text has no contrast."""
        self.page.evaluate(_STILL)
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        problems: list[str] = self.page.evaluate(_RUN_AXE)
        assert not problems, "\n".join(problems)

    def fits(self) -> None:
        """Nothing hangs over the right edge of the window."""
        wide, window = self.page.evaluate("() => [document.documentElement.scrollWidth, innerWidth]")
        assert wide <= window


def cells_of(download: Download) -> list[str]:
    """Every cell of a workbook that was downloaded, as text. Chromium keeps downloads without their ending."""
    sheet = load_workbook(BytesIO(Path(download.path()).read_bytes())).active
    assert sheet is not None
    return [str(value) for row in sheet.iter_rows(values_only=True) for value in row if value is not None]


@contextmanager
def api(stack: Stack, user: str) -> Iterator[httpx.Client]:
    """A signed-in client of the API, to make and to check what the page shows."""
    with httpx.Client(base_url=stack.url, timeout=30) as client:
        answer = client.post("/api/auth/login", json={"username": user, "password": stack.password})
        answer.raise_for_status()
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield client


def manifest_pages(client: httpx.Client) -> list[dict[str, Any]]:
    """Every page that the services name for this person."""
    pages: list[dict[str, Any]] = []
    for service in ("auth", "documents", "ledgers", "workflow", "reports"):
        pages += client.get(f"/api/{service}/_manifest").raise_for_status().json()["pages"]
    return pages
