"""What only somebody may do who has just proved who they are: an open browser on a desk is not enough to change a role or to
take away a second factor (reliability.md 3.1 S7).

    @router.put("/users/{user_id}/roles", dependencies=[require("auth:roles:update"), recent()])

A sign-in is such a proof, and so is `POST /api/auth/reauthenticate`, which gives a new access token. The web application
does that by itself: it asks for the password and sends the request again (web/src/api/http.ts)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from fastapi import Depends, Request

from contracts.principal import Principal
from kit.db import now
from kit.errors import Forbidden
from kit.http.principal import CurrentPrincipal
from kit.settings import ServiceSettings

PROOF_SECONDS = 300


def recent(seconds: int = PROOF_SECONDS) -> Any:
    """Refuses with 403 `reauthentication_required` when the last proof is older than five minutes. It stands after
    `require`: whoever may not do it at all is told that, and not asked for a password."""

    async def guard(request: Request, principal: CurrentPrincipal) -> None:
        # An application may bring a clock of its own, which its tests move.
        clock: Callable[[], datetime] = getattr(request.app.state, "clock", now)
        refuse_stale(principal, clock(), seconds)

    return Depends(guard)


def refuse_stale(principal: Principal, at: datetime, seconds: int = PROOF_SECONDS) -> None:
    """The same for a route that needs the proof only for some of what it does."""
    if at.timestamp() - principal.authenticated_at > seconds:
        raise Forbidden("请再次输入密码，确认是您本人操作", code="reauthentication_required")


def refuse_large_export(settings: ServiceSettings, principal: Principal, rows: int) -> None:
    """Refuses with 403 `second_factor_missing` to let so many rows go to a session that was opened with a password alone
    (S6). Every export asks here, once it knows its rows."""
    if rows > settings.second_factor_above and not principal.second_factor:
        raise Forbidden(
            f"导出超过 {settings.second_factor_above:,} 行须使用动态口令登录，请先在“个人中心”启用动态口令，再重新登录",
            code="second_factor_missing",
        )
