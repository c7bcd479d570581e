"""How often one person may do a costly thing: so many times in the last minute or hour (reliability.md 3.9).

    UPLOADS = Quota("upload", 20, 60, "upload_per_minute", "上传过于频繁")
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
from kit.settings import ServiceSettings

_log = log.get(__name__)


class QuotaUse(KitBase):
    """When somebody last did a thing; no more entries than the limit, so that there is nothing to sweep."""

    __tablename__ = "quota_use"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    recent: Mapped[list[datetime]] = mapped_column(ARRAY(DateTime(timezone=True)))


class Quota:
    """A limit of `most` in `seconds`. `setting` names the service's setting that replaces the number; 0 there means that
    there is no limit, and nothing there leaves the number in force, except in the demo on one machine, which has none."""

    def __init__(self, name: str, most: int, seconds: int, setting: str, title: str) -> None:
        self.name = name
        self.most = most
        self.span = timedelta(seconds=seconds)
        self.setting = setting
        self.title = title

    def dependency(self) -> Any:
        """For a route's `dependencies`. FastAPI finds out who is asking once per request, whoever asks for it."""

        def count(request: Request, principal: CurrentPrincipal) -> None:
            self.spend(request, principal.user_id)

        return Depends(count)

    def limit(self, settings: ServiceSettings) -> int:
        """The number in force; 0 for none."""
        chosen: int | None = getattr(settings, self.setting)
        return chosen if chosen is not None else 0 if settings.embedded else self.most

    def spend(self, request: Request, user_id: UUID) -> None:
        """Counts one use; TooMany when there were enough in the span before."""
        limit = self.limit(request.app.state.settings)
        if limit <= 0:
            return
        try:
            wait = self._wait(request.app.state.database, user_id, limit)
        except Exception as error:
            _log.warning("quota_not_counted", quota=self.name, error=type(error).__name__)
            return
        if wait is not None:
            per = "每小时" if self.span >= timedelta(hours=1) else "每分钟"
            raise TooMany(f"{self.title}，{per}最多 {limit} 次，请稍后再试", code="quota_exceeded", retry_after=wait)

    def _wait(self, database: Database, user_id: UUID, limit: int) -> int | None:
        at = now()
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
