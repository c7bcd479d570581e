"""How often one person may do a costly thing: so many times in the last minute or hour (reliability.md 3.9).

    UPLOADS = Quota("upload", "upload_per_minute", 60, "上传过于频繁")
    @router.post(…, dependencies=[UPLOADS.dependency()])

Counted in the service's own database, which it needs anyway, in a transaction of its own: what is refused afterwards counts
as well. When the counting itself fails the request passes: a limit protects a working system, it must not break one."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil
from typing import Any
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import DateTime

from kit import log
from kit.db import Database, now
from kit.db.base import KitBase
from kit.errors import TooMany
from kit.http.principal import CurrentPrincipal

_log = log.get(__name__)


class QuotaUse(KitBase):
    """When somebody last did a thing; no more entries than the limit, so that there is nothing to sweep."""

    __tablename__ = "quota_use"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    recent: Mapped[list[datetime]] = mapped_column(ARRAY(DateTime(timezone=True)))


class Quota:
    """A limit. `setting` names the number among the service's settings; 0 there means that there is no limit."""

    def __init__(self, name: str, setting: str, seconds: int, title: str) -> None:
        self.name = name
        self.setting = setting
        self.span = timedelta(seconds=seconds)
        self.title = title

    def dependency(self) -> Any:
        """For a route's `dependencies`. FastAPI finds out who is asking once per request, whoever asks for it."""

        def count(request: Request, principal: CurrentPrincipal) -> None:
            self.spend(request.app.state.database, principal.user_id, getattr(request.app.state.settings, self.setting))

        return Depends(count)

    def spend(self, database: Database, user_id: UUID, limit: int, at: datetime | None = None) -> None:
        """Counts one use; TooMany when there were `limit` in the span before."""
        if limit <= 0:
            return
        at = at or now()
        try:
            wait = self._wait(database, user_id, limit, at)
        except Exception as error:
            _log.warning("quota_not_counted", quota=self.name, error=type(error).__name__)
            return
        if wait is not None:
            per = "每小时" if self.span >= timedelta(hours=1) else "每分钟"
            raise TooMany(f"{self.title}，{per}最多 {limit} 次，请稍后再试", code="quota_exceeded", retry_after=wait)

    def _wait(self, database: Database, user_id: UUID, limit: int, at: datetime) -> int | None:
        with database.transaction() as session:
            session.execute(text("SET LOCAL statement_timeout = '2s'"))
            session.execute(
                insert(QuotaUse).values(user_id=user_id, name=self.name, recent=[]).on_conflict_do_nothing()
            )
            row = session.scalars(
                select(QuotaUse).where(QuotaUse.user_id == user_id, QuotaUse.name == self.name).with_for_update()
            ).one()
            recent = [moment for moment in row.recent if moment > at - self.span]
            if len(recent) >= limit:
                return max(1, ceil((recent[-limit] + self.span - at).total_seconds()))
            row.recent = [*recent, at]
        return None
