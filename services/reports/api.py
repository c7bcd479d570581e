"""The ASGI application of the reports service."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, FastAPI

from kit.http.app import create_app
from kit.http.permissions import Permits
from kit.http.principal import CurrentPrincipal, Verifies, signed_in
from services.reports.audited import WORDS
from services.reports.certificates.routes import router as certificates
from services.reports.settings import Settings, get_settings

manifest = APIRouter(tags=["页面清单"])

# Pages in the manual's order, each with the permission that opens it.
PAGES = (
    (
        "reports:certificates:read",
        {"leaf": "4.5", "title": "证书统计", "screen": "stat", "key": "certificates", "path": "/reports/certificates"},
    ),
)


@manifest.get("/api/reports/_manifest", dependencies=[signed_in()], summary="本服务的页面")
def reports_manifest(who: CurrentPrincipal) -> dict[str, Any]:
    """What the caller may open."""
    return {"service": "reports", "pages": [page for permission, page in PAGES if who.may(permission)]}


def create(settings: Settings | None = None, *, verifier: Verifies | None = None) -> FastAPI:
    """The application; `verifier` replaces auth's published keys in tests."""
    return create_app(
        settings or get_settings(),
        title="报表服务",
        description="统计与报表：由事件汇总的事实，按数据范围统计。",
        routers=[manifest, certificates],
        verifier=verifier,
        words=WORDS,
        permits=Permits(titles={permission.split(":")[1]: page["title"] for permission, page in PAGES}),
    )
