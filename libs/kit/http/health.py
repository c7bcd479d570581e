"""/healthz (alive), /readyz (able to serve), /metrics. The gateway does not route them."""

from __future__ import annotations

from contextlib import suppress

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, Response

from kit.bus import metrics as bus_metrics
from kit.bus import status as bus_status
from kit.db import Database
from kit.http.principal import public

router = APIRouter(include_in_schema=False)


@router.get("/healthz", dependencies=[public("liveness probe")])
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz", dependencies=[public("readiness probe")])
def readyz(request: Request) -> Response:
    """The database answers and what the service said it needs is there."""
    database: Database = request.app.state.database
    failing = []
    try:
        with database.session() as session:
            session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        failing.append("database")
    failing += [name for name, ready in request.app.state.readiness.items() if not ready()]
    return JSONResponse({"status": "unready" if failing else "ok", "failing": failing}, 503 if failing else 200)


@router.get("/metrics", dependencies=[public("metrics, internal network only")])
def metrics(request: Request) -> Response:
    """Prometheus's text format: this process, and the bus of this service. While the database is away the bus's part is
    missing, which is an alarm of its own."""
    body = generate_latest()
    database: Database = request.app.state.database
    with suppress(SQLAlchemyError), database.session() as session:
        body += bus_metrics.render(bus_status(session))
    return Response(body, media_type=CONTENT_TYPE_LATEST)
