"""The HTTP application of the ledgers."""

from __future__ import annotations

from fastapi import FastAPI

from kit.http.app import create_app
from kit.http.permissions import Permits
from kit.http.principal import Verifies
from services.ledgers import exporting, manifest, routes, row_routes, template, totals, usage, views
from services.ledgers.audited import WORDS
from services.ledgers.catalogue import LEDGERS
from services.ledgers.checks import routes as checks
from services.ledgers.enquiry import routes as enquiry
from services.ledgers.exports import jobs as export_jobs
from services.ledgers.exports import routes as exports
from services.ledgers.findings import routes as findings
from services.ledgers.importing import correcting_routes, jobs, mapping_routes, undo_routes
from services.ledgers.importing import routes as importing
from services.ledgers.labels import routes as labels
from services.ledgers.movements import routes as movements
from services.ledgers.radar import calendar
from services.ledgers.radar import routes as radar
from services.ledgers.settings import Settings, get_settings

_TITLES = {row_class.ledger.slug: row_class.ledger.title for row_class in LEDGERS}
_OTHERS = {"personal": "完整个人信息", "certificates": "持证核验", "equipment": "设备核验"}
PERMITS = Permits(
    titles={**_TITLES, **_OTHERS},
    names={"slug": list(_TITLES)},
    in_code=("ledgers:personal:read",),
)


def create(settings: Settings | None = None, *, verifier: Verifies | None = None) -> FastAPI:
    """The application; tests give settings and a verifier of their own. The workbook routes come first: their fixed words
    (`export.xlsx`) would otherwise be taken for a row's id."""
    return create_app(
        settings or get_settings(),
        title="台账服务",
        description="证书、设施、物资等台账：登记、查询、导入、导出、到期预警",
        routers=[
            manifest.router,
            checks.router,
            radar.router,
            enquiry.router,
            totals.router,
            findings.router,
            template.router,
            exporting.router,
            exports.router,
            mapping_routes.router,
            correcting_routes.router,
            undo_routes.router,
            importing.router,
            views.router,
            labels.router,
            movements.router,
            row_routes.router,
            *routes.routers(),
        ],
        verifier=verifier,
        lifespans=[jobs.running, export_jobs.running, calendar.asking],
        body_limits=[importing.BODY_LIMIT],
        permits=PERMITS,
        uses=usage.count,
        words=WORDS,
    )
