"""What can be wrong with a sealed value. People get a code and a sentence; the value itself is in no message."""

from __future__ import annotations

from kit.errors import AppError


class SealError(AppError):
    """A stored personal value cannot be read. Not the fault of the request, and nothing that repeating it would mend: 409,
    for the row's state is what stands in the way."""

    status = 409
    code = "personal_data_unreadable"
    title = "个人信息无法解密，请联系系统维护人员"


class SealBroken(SealError):
    """The token was changed, or belongs to another column."""


class KeyMissing(SealError):
    """The key that sealed the value is not among this process's keys."""

    code = "personal_key_missing"
    title = "加密该个人信息的密钥不在当前配置中，请联系系统维护人员"
