"""`/api/docs`: one page with the OpenAPI of every service. Swagger UI comes from a wheel, its start from a file beside this
one: nothing is loaded from elsewhere and no script stands in the page, so that the CSP holds."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from gateway.settings import SERVICES

TITLES = {
    "auth": "身份与组织",
    "documents": "文件资料",
    "ledgers": "台账",
    "workflow": "流程与通知",
    "reports": "统计报表",
}

_OWN = Path(__file__).parent / "docs_page"
_PAGE = """<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>接口文档 · 安全生产危险作业管理平台</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/api/docs/assets/swagger-ui.css">
<link rel="stylesheet" href="/api/docs/assets/page.css"></head>
<body><header><h1>接口文档</h1><nav aria-label="服务">{links}</nav></header>
<main id="docs"></main>
<script src="/api/docs/assets/swagger-ui-bundle.js"></script>
<script src="/api/docs/assets/page.js"></script></body></html>"""


def _swagger() -> Path:
    # The package's own start-up code patches FastAPI; only its files are wanted, so it is found and not imported.
    spec = find_spec("fastapi_standalone_docs")
    assert spec is not None and spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0]) / "static" / "swagger"


_FILES = {
    "swagger-ui.css": _swagger() / "swagger-ui.css",
    "swagger-ui-bundle.js": _swagger() / "swagger-ui-bundle.js",
    "page.css": _OWN / "page.css",
    "page.js": _OWN / "page.js",
}


def page() -> str:
    """The page itself."""
    links = "".join(
        f'<a href="#{service}" data-url="/api/{service}/openapi.json">{TITLES[service]} <code>{service}</code></a>'
        for service in SERVICES
    )
    return _PAGE.format(links=links)


async def asset(request: Request) -> Response:
    """One of the page's four files."""
    file = _FILES.get(request.path_params["name"])
    if file is None:
        return PlainTextResponse("404", 404)
    return FileResponse(file, headers={"Cache-Control": "no-cache"})
