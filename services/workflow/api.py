"""The ASGI application of the workflow service."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

from kit.http.app import create_app
from kit.http.principal import Verifies, signed_in
from services.workflow.audited import WORDS
from services.workflow.notices.routes import router as notices
from services.workflow.settings import Settings, get_settings

manifest = APIRouter(tags=["页面清单"])


@manifest.get("/api/workflow/_manifest", dependencies=[signed_in()], summary="本服务的页面")
def workflow_manifest() -> dict[str, object]:
    """None yet: notices are the bell, which is no leaf of the manual."""
    return {"service": "workflow", "pages": []}


def create(settings: Settings | None = None, *, verifier: Verifies | None = None) -> FastAPI:
    """The application; `verifier` replaces auth's published keys in tests."""
    return create_app(
        settings or get_settings(),
        title="流程服务",
        description="提醒，以及后续的作业票、隐患、检查、会议、事故与巡检流程。",
        routers=[manifest, notices],
        verifier=verifier,
        words=WORDS,
    )
