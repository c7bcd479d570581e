"""Errors are small classes with a stable English code and a status; the text for people is Chinese."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong input: where (`("body", "name")`), a stable code, a Chinese sentence."""

    loc: tuple[str | int, ...]
    code: str
    message: str


class AppError(Exception):
    """Base of every error that a person may see. The class docstring of a subclass is not shown; `title` is."""

    status: int = 500
    code: str = "internal_error"
    title: str = "系统内部错误"

    def __init__(
        self,
        detail: str | None = None,
        *,
        code: str | None = None,
        errors: Sequence[FieldError] = (),
        current: Mapping[str, Any] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.code = code or type(self).code
        self.errors = tuple(errors)
        self.current = current
        self.retry_after = retry_after


class BadRequest(AppError):
    """The request cannot be understood at all."""

    status, code, title = 400, "bad_request", "请求无法识别"


class Unauthenticated(AppError):
    """Nobody is signed in, or the token is not good."""

    status, code, title = 401, "unauthenticated", "请先登录"


class Forbidden(AppError):
    """Signed in, inside the data scope, but without the permission."""

    status, code, title = 403, "forbidden", "没有执行此操作的权限"


class NotFound(AppError):
    """Missing, or outside the caller's data scope: the two must not be told apart."""

    status, code, title = 404, "not_found", "内容不存在或不在您的数据范围内"


class Conflict(AppError):
    """The state does not allow it; `current` may say which row is in the way."""

    status, code, title = 409, "conflict", "当前状态不允许此操作"


class VersionConflict(Conflict):
    """Somebody else changed the row first; `current` carries the row as it is now."""

    code, title = "version_conflict", "内容已被他人修改，请核对后重新提交"


class Gone(AppError):
    """It was there and has been removed for good."""

    status, code, title = 410, "gone", "内容已失效"


class TooLarge(AppError):
    """More bytes than the limit."""

    status, code, title = 413, "too_large", "内容超过大小上限"


class UnsupportedType(AppError):
    """A media type that is not accepted."""

    status, code, title = 415, "unsupported_type", "不支持的内容类型"


class Invalid(AppError):
    """The request is well formed but its content is not valid; `errors` says where."""

    status, code, title = 422, "invalid", "提交的内容有误"


class Locked(AppError):
    """Locked for a time; `retry_after` says how long."""

    status, code, title = 423, "locked", "已锁定"


class TooMany(AppError):
    """Over a rate limit; `retry_after` says how long to wait."""

    status, code, title = 429, "too_many_requests", "操作过于频繁，请稍后再试"


class Unavailable(AppError):
    """Something this service needs is away for the moment."""

    status, code, title = 503, "unavailable", "服务暂时不可用，请稍后重试"
