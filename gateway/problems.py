"""Answers that only the gateway gives, as problems (RFC 9457) with a stable code and a Chinese sentence, like those of the
services."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

# status → code, title, detail
_TEXTS = {
    400: ("bad_path", "请求地址有误", "地址中含有不允许的字符"),
    403: ("forbidden", "没有访问权限", "文件只能通过系统给出的链接访问"),
    404: ("not_found", "内容不存在", "没有这个接口"),
    413: ("too_large", "内容超过大小上限", "普通请求不超过 1 MB，导入的工作簿不超过 20 MB"),
    502: ("service_down", "服务暂时不可用", "服务正在启动或重启，请稍后重试"),
    504: ("service_slow", "服务响应超时", "处理时间过长，请稍后重试或缩小范围"),
}


def answer(status: int) -> JSONResponse:
    """The problem for a status."""
    code, title, detail = _TEXTS[status]
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code, "errors": []}
    headers = {"Cache-Control": "no-store"}
    if status in (502, 504):
        headers["Retry-After"] = "5"
    return JSONResponse(body, status, headers, media_type="application/problem+json")


async def endpoint(request: Request) -> JSONResponse:
    """Where Traefik's `errors` and `replacePath` middlewares lead."""
    status = request.path_params["status"]
    return answer(status if status in _TEXTS else 404)
