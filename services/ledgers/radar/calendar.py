"""The calendar that people subscribe to in their telephone: a personal address, with the rights that its owner has today."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI
from icalendar import Calendar, Event
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit import log
from kit.db import now
from kit.errors import NotFound, Unavailable
from services.ledgers.radar.due import Wanted
from services.ledgers.radar.reading import LEVELS, Radar
from services.ledgers.radar.tables import CalendarLink

_log = log.get(__name__)

# What was due long ago is in the list, and not in a calendar; nobody looks further ahead than this in one.
BACK, AHEAD = timedelta(days=30), timedelta(days=180)
MOST_EVENTS = 2_000
# Calendar programs ask every few minutes and all at once.
RIGHTS_SECONDS = 60.0


class Rights:
    """What a person may do now, asked of auth, and kept for a minute."""

    def __init__(self, url: str, transport: httpx.BaseTransport | None = None) -> None:
        self._client = httpx.Client(base_url=url, timeout=3.0, transport=transport, trust_env=False)
        self._known: dict[UUID, tuple[float, Principal | None]] = {}
        self._lock = threading.Lock()

    def of(self, user_id: UUID) -> Principal | None:
        """The principal of a person, None when they may not sign in any more."""
        at, principal = self._known.get(user_id, (float("-inf"), None))
        if time.monotonic() - at < RIGHTS_SECONDS:
            return principal
        try:
            answer = self._client.get(f"/internal/principals/{user_id}")
            gone = answer.status_code == 404
            principal = None if gone else Principal.model_validate_json(answer.raise_for_status().content)
        except (httpx.HTTPError, ValueError) as error:
            _log.warning("rights_not_known", error=str(error)[:200])
            raise Unavailable("暂时无法核对权限，请稍后再试", code="auth_unavailable", retry_after=30) from error
        with self._lock:
            if len(self._known) > 10_000:
                self._known.clear()
            self._known[user_id] = (time.monotonic(), principal)
        return principal

    def close(self) -> None:
        """Ends its connections."""
        self._client.close()


@contextmanager
def asking(app: FastAPI) -> Iterator[None]:
    """Keeps the connection to auth while the application runs."""
    app.state.rights = Rights(app.state.settings.auth_url)
    try:
        yield
    finally:
        app.state.rights.close()


def state(session: Session, who: Principal) -> dict[str, Any]:
    """What is known of a person's calendar."""
    link = session.get(CalendarLink, who.user_id)
    return {
        "active": link is not None,
        "created_at": link.created_at.isoformat() if link else None,
        "used_at": link.used_at.isoformat() if link and link.used_at else None,
    }


def renew(session: Session, who: Principal) -> str:
    """A new secret for this person, known to nobody else from now on."""
    secret = secrets.token_urlsafe(24)
    values = {"secret_sha256": _hash(secret), "created_at": now(), "used_at": None}
    made = insert(CalendarLink).values(user_id=who.user_id, **values)
    session.execute(made.on_conflict_do_update(index_elements=["user_id"], set_=values))
    return secret


def drop(session: Session, who: Principal) -> None:
    """The address is no longer good."""
    session.execute(delete(CalendarLink).where(CalendarLink.user_id == who.user_id))


def feed(
    session: Session, secret: str, rights_of: Callable[[UUID], Principal | None], public_url: str, on: date
) -> bytes:
    """The calendar behind an address; NotFound for one that is not good, whatever the reason."""
    owner = session.scalar(select(CalendarLink.user_id).where(CalendarLink.secret_sha256 == _hash(secret)))
    who = rights_of(owner) if owner is not None else None
    if who is None:
        raise NotFound
    session.execute(update(CalendarLink).where(CalendarLink.user_id == owner).values(used_at=func.now()))
    radar = Radar(session, who, Wanted(start=on - BACK, until=on + AHEAD), on)
    return _calendar(radar.rows(0, MOST_EVENTS), public_url.rstrip("/"))


def _calendar(rows: Iterator[dict[str, Any]], base: str) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//safework//due dates//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "到期雷达")
    calendar.add("refresh-interval", timedelta(hours=6), {"VALUE": "DURATION"})
    for row in rows:
        event = Event()
        day = date.fromisoformat(row["due_on"])
        event.add("uid", f"{row['source']}-{row['id']}-{row['field']}@safework")
        event.add("dtstamp", now())
        event.add("dtstart", day)
        event.add("dtend", day + timedelta(days=1))
        event.add("summary", f"{row['title']} · {row['label']}")
        said = (row["source_title"], row["dept_name"], row["person"], LEVELS[row["level"]])
        event.add("description", "\n".join(filter(None, said)))
        event.add("url", f"{base}{row['path']}")
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
