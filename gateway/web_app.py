"""Serves the built web app: `/` the office pages, `/m/` the mobile app. Unknown paths are pages of the app (it routes by
itself), unknown files are not."""

from __future__ import annotations

import mimetypes
from email.utils import formatdate
from hashlib import sha256
from pathlib import Path, PurePosixPath

from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

# Vite puts a hash of the content into the names below /assets: such a file never changes. Everything else is asked for
# anew (the answer is a short 304), or people would keep an old page for as long as their browser likes.
IMMUTABLE = "public, max-age=31536000, immutable"
REVALIDATE = "no-cache"

# Pre-compressed by the build; the gateway does not compress what is compressed already.
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))

NOT_BUILT = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>网页尚未构建</title>
<body style="font:16px/1.8 'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif;max-width:40em;margin:4em auto">
<h1>网页尚未构建</h1><p>服务已经运行，但网页程序还没有构建。在项目目录执行：</p>
<pre>make web</pre><p>构建完成后刷新本页即可，无需重启。接口文档：<a href="/api/docs">/api/docs</a></p></body></html>"""

mimetypes.add_type("application/manifest+json", ".webmanifest")
mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("text/javascript", ".mjs")
mimetypes.add_type("font/woff2", ".woff2")


def web_root() -> Path:
    """Where the build lies: beside the code in a checkout and in the image alike."""
    return Path(__file__).resolve().parents[1] / "web" / "dist"


class WebApp:
    """ASGI application over a folder that may be rebuilt while it runs."""

    def __init__(self, root: Path) -> None:
        self.root = root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["method"] not in ("GET", "HEAD"):
            await PlainTextResponse("Method Not Allowed", 405, {"Allow": "GET, HEAD"})(scope, receive, send)
            return
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        response = self._respond(scope["path"], headers)
        await response(scope, receive, send)

    def _respond(self, path: str, headers: dict[bytes, str]) -> Response:
        file = self._find(path)
        if file is None:
            if PurePosixPath(path).suffix or path.startswith("/assets/"):
                # A page's old chunk after an update: an HTML page in its place would be a puzzling script error.
                return PlainTextResponse("404", 404, {"Cache-Control": "no-store"})
            file = self.root / ("m/index.html" if path == "/m" or path.startswith("/m/") else "index.html")
            if not file.is_file():
                return HTMLResponse(NOT_BUILT, 503, {"Cache-Control": "no-store", "Retry-After": "30"})
        return self._file(file, headers)

    def _find(self, path: str) -> Path | None:
        if "\0" in path:
            return None
        candidate = (self.root / path.lstrip("/")).resolve()
        # `..` and symbolic links must not lead out of the folder.
        if not candidate.is_relative_to(self.root.resolve()):
            return None
        return candidate if candidate.is_file() else None

    def _file(self, file: Path, headers: dict[bytes, str]) -> Response:
        immutable = "assets" in file.relative_to(self.root.resolve()).parts[:-1] if file.is_absolute() else False
        answer = {"Cache-Control": IMMUTABLE if immutable else REVALIDATE, "Vary": "Accept-Encoding"}
        if file.name == "sw.js":
            answer["Service-Worker-Allowed"] = "/m/"
        media = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        chosen = file
        accepted = headers.get(b"accept-encoding", "")
        for encoding, suffix in ENCODINGS:
            packed = file.with_name(file.name + suffix)
            if _accepts(accepted, encoding) and packed.is_file():
                chosen = packed
                answer["Content-Encoding"] = encoding
                break
        stat = chosen.stat()
        answer["ETag"] = '"' + sha256(f"{chosen.name}{stat.st_mtime_ns}{stat.st_size}".encode()).hexdigest()[:24] + '"'
        answer["Last-Modified"] = formatdate(stat.st_mtime, usegmt=True)
        if answer["ETag"] in [tag.strip().removeprefix("W/") for tag in headers.get(b"if-none-match", "").split(",")]:
            return Response(status_code=304, headers=answer)
        return FileResponse(chosen, media_type=media, headers=answer, stat_result=stat)


def _accepts(header: str, encoding: str) -> bool:
    for part in header.split(","):
        name, _, parameters = part.strip().partition(";")
        if name.strip() == encoding:
            return parameters.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
