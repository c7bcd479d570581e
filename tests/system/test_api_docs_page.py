"""/api/docs in a real browser: Swagger UI shows every service and the Content-Security-Policy has nothing to object to."""

from __future__ import annotations

import os
import shutil

import pytest

from deploy.local.topology import SERVICES
from tests.system.stack import Stack

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

pytestmark = [
    pytest.mark.timeout(400),
    pytest.mark.skipif(CHROMIUM is None and "SAFEWORK_CI" not in os.environ, reason="chromium is not installed"),
]


def test_the_page_shows_every_service_and_breaks_no_rule(stack: Stack) -> None:
    from playwright.sync_api import sync_playwright

    complaints: list[str] = []
    foreign: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda request: (
                None if request.url.startswith((stack.url, "data:", "blob:")) else foreign.append(request.url)
            ),
        )
        page.goto(f"{stack.url}/api/docs")
        for service in SERVICES:
            page.click(f'nav a[href="#{service}"]')
            page.wait_for_selector(f"#docs .opblock-summary-path:has-text('/api/{service}/')", timeout=60_000)
            assert page.get_attribute(f'nav a[href="#{service}"]', "aria-current") == "page"
        browser.close()
    assert not foreign
    assert not complaints
