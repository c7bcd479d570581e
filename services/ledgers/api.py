"""The HTTP application of the ledgers."""

from __future__ import annotations

from fastapi import FastAPI

from kit.http.app import create_app
from kit.http.principal import Verifies
from services.ledgers import exporting, manifest, routes, template
from services.ledgers.importing import jobs
from services.ledgers.importing import routes as importing
from services.ledgers.settings import Settings, get_settings


def create(settings: Settings | None = None, *, verifier: Verifies | None = None) -> FastAPI:
    """The application; tests give settings and a verifier of their own. The workbook routes come first: their fixed words
    (`export.xlsx`) would otherwise be taken for a row's id."""
    return create_app(
        settings or get_settings(),
        title="台账服务",
        description="证书、设施、物资等台账：登记、查询、导入、导出、到期预警",
        routers=[manifest.router, template.router, exporting.router, importing.router, routes.router()],
        verifier=verifier,
        lifespans=[jobs.running],
        body_limits=[importing.BODY_LIMIT],
    )
