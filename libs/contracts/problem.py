"""The one shape of an error answer (RFC 9457, application/problem+json)."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field


class ProblemError(BaseModel):
    """One invalid input: where it is, a stable English code, a Chinese sentence."""

    loc: list[str | int]
    code: str
    message: str


class Problem(BaseModel):
    """`code` is stable and English; `title` and `detail` are Chinese and made for people."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str | None = None
    code: str
    trace_id: str | None = None
    errors: list[ProblemError] = Field(default_factory=list)
    current: dict[str, Any] | None = Field(default=None, description="on version_conflict: the row as it is now")
    retry_after: int | None = Field(default=None, description="seconds to wait before another try")
    challenge: str | None = Field(default=None, description="on second_factor_required: what the code has to come with")
