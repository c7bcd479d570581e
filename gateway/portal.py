"""The portal: the web app's files, one page with every service's API, and the gateway's own error answers. A plain ASGI
application without a database: it is up when everything else is down, and says so in Chinese."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from gateway import api_docs, problems
from gateway.web_app import WebApp, web_root


async def healthz(request: Request) -> Response:
    """For the supervisor and for Kubernetes; the gateway does not route it."""
    return JSONResponse({"status": "ok"})


async def docs(request: Request) -> Response:
    """The page with all API documentation."""
    return HTMLResponse(api_docs.page(), headers={"Cache-Control": "no-cache"})


async def docs_slash(request: Request) -> Response:
    """People type the slash, too."""
    return RedirectResponse("/api/docs", 308)


async def unknown_api(request: Request) -> Response:
    """An API of a service that does not exist, or a path outside any service."""
    return problems.answer(404)


def create(root: Path | None = None) -> Starlette:
    """The application; `root` is where the built web app lies, by default beside the code."""
    return Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/readyz", healthz),
            Route("/_gateway/problem/{status:int}", problems.endpoint, methods=problems.METHODS),
            Route("/api/docs", docs),
            Route("/api/docs/", docs_slash),
            Route("/api/docs/assets/{name}", api_docs.asset),
            Route("/api/{rest:path}", unknown_api, methods=problems.METHODS),
            Route("/api", unknown_api, methods=problems.METHODS),
            Mount("/", WebApp(root or web_root())),
        ]
    )
