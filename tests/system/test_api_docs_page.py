"""/api/docs in a real browser: Swagger UI shows every service and the Content-Security-Policy has nothing to object to."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from deploy.local.topology import SERVICES
from tests.system.stack import Stack

pytestmark = pytest.mark.timeout(400)


def test_the_page_shows_every_service_and_breaks_no_rule(stack: Stack, browser: Browser) -> None:
    complaints: list[str] = []
    foreign: list[str] = []
    page = browser.new_page()
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda request: None if request.url.startswith((stack.url, "data:", "blob:")) else foreign.append(request.url),
    )
    page.goto(f"{stack.url}/api/docs")
    for service in SERVICES:
        page.click(f'nav a[href="#{service}"]')
        page.wait_for_selector(f"#docs .opblock-summary-path:has-text('/api/{service}/')", timeout=60_000)
        assert page.get_attribute(f'nav a[href="#{service}"]', "aria-current") == "page"
    page.close()
    assert not foreign
    assert not complaints
