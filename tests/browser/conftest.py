"""A real Chromium before the real stack. Each test gets a browser context of its own; what the page complains about in its
console fails the test."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response, expect

from tests.browser.office import Office
from tests.system.stack import Stack

# An answer of 4xx is a line in the console by itself; tests look at what the page makes of it.
EXPECTED = "Failed to load resource: the server responded with a status of 4"

Open = Callable[..., Office]
# Two cores run the browser and fifteen processes: what takes a second alone may take ten here.
expect.set_options(timeout=20_000)


_HEARD = pytest.StashKey[list[str]]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed walk tells what the page asked for last, and how it was answered."""
    report = yield
    if report.failed and item.stash.get(_HEARD, None):
        report.sections.append(("requests and answers", "\n".join(item.stash[_HEARD][-40:])))
    return report


@pytest.fixture
def open_office(browser: Browser, stack: Stack, request: pytest.FixtureRequest) -> Iterator[Open]:
    """Opens the office web app, signed in as somebody, in a browser of their own: `open_office("safety")`. `trouble` is what a
    test brings about itself, as the console says it."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []
    heard = request.node.stash.setdefault(_HEARD, [])

    def listen(response: Response) -> None:
        if "/api/" in response.url and (response.status >= 400 or response.request.method != "GET"):
            heard.append(f"{response.request.method} {urlsplit(response.url).path} {response.status}")

    def watch(page: Page, trouble: str) -> None:
        page.on("response", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text)
                if message.type in ("error", "warning") and not message.text.startswith((EXPECTED, trouble))
                else None
            ),
        )

    def opened(user: str | None = None, *, width: int = 1440, height: int = 900, trouble: str = EXPECTED) -> Office:
        context = browser.new_context(
            base_url=stack.url,
            locale="zh-CN",
            viewport={"width": width, "height": height},
            accept_downloads=True,
            # A button that still flies in is clicked beside, where the machine is busy.
            reduced_motion="reduce",
        )
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        watch(page, trouble)
        office = Office(page, stack)
        if user is not None:
            office.sign_in(user)
        return office

    yield opened
    for context in contexts:
        context.close()
    assert not complaints, complaints
