"""Sessions and telephones: one's own, and for administrators those of others."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from contracts.principal import Principal
from kit import audit
from kit.errors import NotFound
from kit.http.principal import CurrentPrincipal, require, signed_in
from kit.http.recent import recent
from kit.http.session import SessionDep
from services.auth import devices, sessions
from services.auth.departments import Department
from services.auth.devices import MobileDevice
from services.auth.people import User, refuse_unseen, seen_by
from services.auth.routes.edge import Moment
from services.auth.sessions import LoginSession

router = APIRouter(prefix="/api/auth", tags=["登录会话"])


class SessionQuery(BaseModel):
    """Filters of the list of sessions."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[str, Field(max_length=50)] = ""
    user_id: UUID | None = None
    department_id: UUID | None = None
    kind: Annotated[str, Field(pattern=r"^(web|mobile)$")] | None = None
    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    size: Annotated[int, Field(ge=1, le=200)] = 20


@router.get("/sessions", dependencies=[signed_in()])
def own_sessions(session: SessionDep, principal: CurrentPrincipal, at: Moment) -> dict[str, Any]:
    """One's own sessions, newest first."""
    rows = sessions.live_sessions(session, principal.user_id, at)
    return {"items": [row.as_json(principal.session_id) for row in rows], "total": len(rows)}


@router.delete("/sessions/{session_id}", dependencies=[signed_in()], status_code=204)
def end_own_session(session_id: UUID, session: SessionDep, principal: CurrentPrincipal, at: Moment) -> Response:
    """Ends one of one's own sessions."""
    row = session.get(LoginSession, session_id, with_for_update=True)
    if row is None or row.user_id != principal.user_id:
        raise NotFound
    sessions.end(session, row, at, "ended_by_user")
    audit.record(session, principal, "end_session", "session", row.id)
    return Response(status_code=204)


@router.delete("/sessions", dependencies=[signed_in()])
def end_other_sessions(session: SessionDep, principal: CurrentPrincipal, at: Moment) -> dict[str, int]:
    """Ends all of one's own sessions but this one."""
    ended = sessions.end_all(session, principal.user_id, at, "ended_by_user", keep=principal.session_id)
    audit.record(session, principal, "end_sessions", "user", principal.user_id, detail={"sessions": ended})
    return {"ended": ended}


@router.get("/devices", dependencies=[signed_in()])
def own_devices(session: SessionDep, principal: CurrentPrincipal) -> dict[str, Any]:
    """One's own telephones."""
    current = session.get(LoginSession, principal.session_id)
    rows = devices.live_devices(session, principal.user_id)
    return {"items": [row.as_json(current.device_id if current else None) for row in rows], "total": len(rows)}


@router.delete("/devices/{device_id}", dependencies=[signed_in()], status_code=204)
def revoke_own_device(device_id: UUID, session: SessionDep, principal: CurrentPrincipal, at: Moment) -> Response:
    """A telephone that is lost or given away: its sessions end, and its key is worth nothing any more. No fresh proof is
    asked for: whoever has lost a telephone is in a hurry, and ending one's own access harms nobody."""
    _revoke(session, principal, principal.user_id, device_id, at, "revoked_by_user")
    return Response(status_code=204)


@router.get("/users/{user_id}/devices", dependencies=[require("auth:sessions:read")])
def devices_of(user_id: UUID, session: SessionDep, principal: CurrentPrincipal) -> dict[str, Any]:
    """A person's telephones."""
    refuse_unseen(session, principal, user_id)
    rows = devices.live_devices(session, user_id)
    return {"items": [row.as_json() for row in rows], "total": len(rows)}


@router.delete(
    "/users/{user_id}/devices/{device_id}", dependencies=[require("auth:sessions:delete"), recent()], status_code=204
)
def revoke_device_of(
    user_id: UUID, device_id: UUID, session: SessionDep, principal: CurrentPrincipal, at: Moment
) -> Response:
    """Somebody's lost telephone."""
    refuse_unseen(session, principal, user_id)
    _revoke(session, principal, user_id, device_id, at, "revoked_by_administrator")
    return Response(status_code=204)


@router.get("/login-sessions", dependencies=[require("auth:sessions:read")])
def list_sessions(
    query: Annotated[SessionQuery, Query()], session: SessionDep, principal: CurrentPrincipal, at: Moment
) -> dict[str, Any]:
    """Who is signed in, in the caller's data scope: the session used last comes first."""
    rows = (
        select(LoginSession, User.name, User.username, Department.name)
        .join(User, User.id == LoginSession.user_id)
        .join(Department, Department.id == User.department_id)
        .where(
            LoginSession.ended_at.is_(None),
            LoginSession.idle_until > at,
            LoginSession.expires_at > at,
            seen_by(principal),
        )
    )
    if query.q:
        found = (column.icontains(query.q, autoescape=True) for column in (User.username, User.name, User.employee_no))
        rows = rows.where(or_(*found))
    if query.user_id:
        rows = rows.where(User.id == query.user_id)
    if query.department_id:
        rows = rows.where(User.department_id == query.department_id)
    if query.kind:
        rows = rows.where(LoginSession.kind == query.kind)
    total = session.scalar(select(func.count()).select_from(rows.with_only_columns(LoginSession.id).subquery())) or 0
    page = rows.order_by(LoginSession.last_used_at.desc(), LoginSession.id).limit(query.size)
    items = [
        {
            **row.as_json(principal.session_id),
            "user": {"id": str(row.user_id), "name": name, "username": username, "department": department},
        }
        for row, name, username, department in session.execute(page.offset((query.page - 1) * query.size))
    ]
    return {"items": items, "total": total, "page": query.page, "size": query.size}


@router.delete(
    "/login-sessions/{session_id}", dependencies=[require("auth:sessions:delete"), recent()], status_code=204
)
def end_session(session_id: UUID, session: SessionDep, principal: CurrentPrincipal, at: Moment) -> Response:
    """Ends somebody's session; it is refused everywhere within seconds."""
    row = session.get(LoginSession, session_id, with_for_update=True)
    if row is None:
        raise NotFound
    refuse_unseen(session, principal, row.user_id)
    sessions.end(session, row, at, "ended_by_administrator")
    audit.record(session, principal, "end_session", "session", row.id, detail={"user_id": str(row.user_id)})
    return Response(status_code=204)


def _revoke(session: Session, principal: Principal, user_id: UUID, device_id: UUID, at: Any, reason: str) -> None:
    row = session.get(MobileDevice, device_id, with_for_update=True)
    if row is None or row.user_id != user_id or row.revoked_at is not None:
        raise NotFound
    row.revoked_at, row.revoke_reason = at, reason
    for family in sessions.live_sessions(session, user_id, at):
        if family.device_id == row.id:
            sessions.end(session, family, at, reason)
    audit.record(session, principal, "revoke_device", "device", row.id, before={"name": row.name})
