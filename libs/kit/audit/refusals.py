"""Refused requests are part of the trail: who asked for what without the permission for it. They are written in a
transaction of their own, for that of the request has been rolled back."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from fastapi import Request

from contracts.principal import Principal
from kit import log
from kit.audit.recording import record
from kit.db import Database
from kit.errors import AppError

_log = log.get(__name__)

# Nobody fills the trail by asking again and again; what is left out stands in the log, with its trace id.
PER_MINUTE = 60
_REMEMBERED = 2000


class Allowance:
    """How many rows somebody may still cause in this minute, in this process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._counts: OrderedDict[tuple[str, int], int] = OrderedDict()
        self._lock = Lock()

    def take(self, who: str) -> bool:
        """True while there is some left."""
        key = (who, int(self._clock() // 60))
        with self._lock:
            count = self._counts[key] = self._counts.get(key, 0) + 1
            while len(self._counts) > _REMEMBERED:
                self._counts.popitem(last=False)
        return count <= PER_MINUTE


_allowance = Allowance()


def refused(request: Request, error: AppError) -> None:
    """Writes down a 403. An answer is owed to the caller whatever becomes of this."""
    principal: Principal | None = getattr(request.state, "principal", None)
    route = getattr(request.scope.get("route"), "path", None) or request.url.path
    who = str(principal.user_id) if principal else (request.client.host if request.client else "")
    if not _allowance.take(who):
        _log.warning("refusal_not_audited", who=who, route=route, code=error.code)
        return
    database: Database = request.app.state.database
    try:
        with database.transaction() as session:
            record(
                session,
                principal,
                "access.refuse",
                "request",
                f"{request.method} {route}"[:200],
                result="refused",
                detail={"reason": error.code, "permission": error.detail} if error.detail else {"reason": error.code},
            )
    except Exception as trouble:
        _log.error("refusal_not_audited", who=who, route=route, code=error.code, error=str(trouble)[:200])
