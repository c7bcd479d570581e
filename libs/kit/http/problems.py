"""Every error leaves as application/problem+json with a stable code and a Chinese sentence; nothing raw gets out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg.errors
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.problem import Problem, ProblemError
from kit import log
from kit.audit import origin
from kit.audit.refusals import refused
from kit.errors import AppError, Conflict, FieldError, Invalid, Unavailable

_log = log.get(__name__)

_STATUS = {
    400: ("bad_request", "请求无法识别"),
    404: ("not_found", "内容不存在或不在您的数据范围内"),
    405: ("method_not_allowed", "不支持的请求方法"),
    413: ("too_large", "内容超过大小上限"),
    414: ("uri_too_long", "请求地址过长"),
    415: ("unsupported_type", "不支持的内容类型"),
}

# Pydantic's error types in the words of the people who read them; {} are filled from the error's context.
_MESSAGES = {
    "missing": "必填项缺失",
    "extra_forbidden": "未知的字段",
    "json_invalid": "JSON 格式错误",
    "string_type": "应为文本",
    "string_too_long": "长度不能超过 {max_length} 个字符",
    "string_too_short": "长度不能少于 {min_length} 个字符",
    "string_pattern_mismatch": "格式不正确",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "int_parsing_size": "整数超出范围",
    "decimal_parsing": "应为数字",
    "decimal_type": "应为数字",
    "decimal_max_digits": "位数不能超过 {max_digits} 位",
    "decimal_max_places": "小数不能超过 {decimal_places} 位",
    "decimal_whole_digits": "整数部分不能超过 {whole_digits} 位",
    "float_parsing": "应为数字",
    "finite_number": "应为有限的数字",
    "bool_type": "应为是或否",
    "bool_parsing": "应为是或否",
    "date_type": "应为日期，如 2026-01-05",
    "date_parsing": "应为日期，如 2026-01-05",
    "date_from_datetime_parsing": "应为日期，如 2026-01-05",
    "date_from_datetime_inexact": "应为日期，如 2026-01-05",
    "datetime_parsing": "应为时间，如 2026-01-05T08:00:00+08:00",
    "datetime_from_date_parsing": "应为时间，如 2026-01-05T08:00:00+08:00",
    "uuid_parsing": "编号格式不正确",
    "uuid_type": "编号格式不正确",
    "enum": "应为以下之一：{expected}",
    "literal_error": "应为以下之一：{expected}",
    "greater_than_equal": "不能小于 {ge}",
    "greater_than": "应大于 {gt}",
    "less_than_equal": "不能大于 {le}",
    "less_than": "应小于 {lt}",
    "too_long": "最多 {max_length} 项",
    "too_short": "至少 {min_length} 项",
    "list_type": "应为列表",
    "dict_type": "应为对象",
    "model_type": "应为对象",
    "model_attributes_type": "应为对象",
}


def problem_response(
    status: int,
    code: str,
    title: str,
    *,
    detail: str | None = None,
    errors: Sequence[FieldError] = (),
    current: Mapping[str, Any] | None = None,
    retry_after: int | None = None,
    challenge: str | None = None,
) -> Response:
    """Builds the answer; also used by middleware, which stands outside FastAPI's exception handlers."""
    problem = Problem(
        title=title,
        status=status,
        detail=detail,
        code=code,
        trace_id=origin.get().trace_id,
        errors=[ProblemError(loc=list(e.loc), code=e.code, message=e.message) for e in errors],
        current=dict(current) if current is not None else None,
        retry_after=retry_after,
        challenge=challenge,
    )
    headers = {"Cache-Control": "no-store"}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(
        problem.model_dump_json(exclude_none=True),
        status_code=status,
        media_type="application/problem+json",
        headers=headers,
    )


def field_errors(errors: Sequence[Any]) -> list[FieldError]:
    """Pydantic's errors as ours: same places and codes, Chinese sentences, and never the input itself."""
    result = []
    for error in errors:
        kind, context = error["type"], error.get("ctx") or {}
        if kind == "value_error" and isinstance(context.get("error"), ValueError):
            message = str(context["error"])
        else:
            try:
                message = _MESSAGES.get(kind, "内容不正确").format(**context)
            except (KeyError, IndexError):
                message = "内容不正确"
        result.append(FieldError(tuple(error["loc"]), kind, message))
    return result


def install(app: FastAPI) -> None:
    """Registers the handlers: our errors, invalid requests, the framework's own, the database's, and the unexpected."""

    @app.exception_handler(AppError)
    def _app_error(request: Request, error: AppError) -> Response:
        if error.status == 403:
            refused(request, error)
        return problem_response(
            error.status,
            error.code,
            error.title,
            detail=error.detail,
            errors=error.errors,
            current=error.current,
            retry_after=error.retry_after,
        )

    @app.exception_handler(RequestValidationError)
    def _invalid(_: Request, error: RequestValidationError) -> Response:
        errors = field_errors(error.errors())
        detail = "；".join(f"{'.'.join(str(part) for part in e.loc[1:]) or e.loc[0]}：{e.message}" for e in errors[:3])
        return problem_response(422, Invalid.code, Invalid.title, detail=detail, errors=errors)

    @app.exception_handler(HTTPException)
    def _http(_: Request, error: HTTPException) -> Response:
        code, title = _STATUS.get(error.status_code, ("http_error", "请求未能完成"))
        response = problem_response(error.status_code, code, title)
        if error.headers:
            response.headers.update(error.headers)
        return response

    @app.exception_handler(PoolTimeout)
    def _busy(_: Request, error: PoolTimeout) -> Response:
        _log.warning("database_pool_exhausted", error=str(error))
        return problem_response(503, Unavailable.code, Unavailable.title, retry_after=2)

    @app.exception_handler(DBAPIError)
    def _database(_: Request, error: DBAPIError) -> Response:
        return database_problem(error)


def unexpected(error: Exception, path: str) -> Response:
    """The answer to what nobody foresaw; the tracing middleware gives it, for there the trace id is known."""
    _log.error("unexpected_error", path=path, exc_info=error)
    return problem_response(500, AppError.code, AppError.title, detail="请将追踪编号告知系统维护人员")


def database_problem(error: DBAPIError) -> Response:
    """What the database refused, in the words of HTTP: a lock or a lost connection is 503, a broken constraint 409, a value
    that PostgreSQL cannot hold (NUL, out of range) 422."""
    cause = error.orig
    if isinstance(cause, (psycopg.errors.LockNotAvailable, psycopg.errors.QueryCanceled)):
        return problem_response(503, "busy", "数据正被占用或查询超时，请稍后重试", retry_after=2)
    if isinstance(cause, (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected)):
        return problem_response(503, "busy", "数据正被占用，请稍后重试", retry_after=1)
    if isinstance(cause, psycopg.errors.UniqueViolation):
        return problem_response(409, "duplicate", "已存在相同的记录")
    if isinstance(cause, psycopg.errors.IntegrityError):
        return problem_response(409, Conflict.code, Conflict.title)
    # Before the next line: a connection that cannot be made has no statement either, and is nobody's wrong input.
    if isinstance(error, OperationalError) or error.connection_invalidated:
        _log.warning("database_unavailable", error=str(cause))
        return problem_response(503, Unavailable.code, Unavailable.title, retry_after=3)
    if isinstance(cause, psycopg.errors.DataError) or error.statement is None:
        return problem_response(422, Invalid.code, Invalid.title, detail="内容含有无法保存的字符或数值")
    _log.error("database_error", exc_info=error)
    return problem_response(500, AppError.code, AppError.title, detail="请将追踪编号告知系统维护人员")
