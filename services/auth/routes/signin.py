"""Sign-in, refresh, sign-out, who am I, own password, own sessions, the public keys."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from kit import audit
from kit.errors import NotFound
from kit.http.principal import CurrentPrincipal, public, signed_in
from kit.http.problems import problem_response
from kit.http.session import SessionDep
from services.auth import ownpassword, sessions, signin
from services.auth.people import User
from services.auth.routes.edge import (
    ClientDep,
    HashPoolDep,
    KeyringDep,
    Moment,
    SettingsDep,
    clear_refresh_cookie,
    refresh_cookie,
    refuse_foreign_page,
    set_cookies,
)
from services.auth.sessions import LoginSession
from services.auth.throttle import refuse_flood

router = APIRouter(prefix="/api/auth", tags=["登录"])


class Credentials(BaseModel):
    """A user name and a password, as typed."""

    model_config = ConfigDict(extra="forbid")

    username: Annotated[str, Field(min_length=1, max_length=64)]
    password: Annotated[str, Field(min_length=1, max_length=256)]


class PasswordChange(BaseModel):
    """The present password, and the one to come."""

    model_config = ConfigDict(extra="forbid")

    current_password: Annotated[str, Field(min_length=1, max_length=256)]
    new_password: Annotated[str, Field(min_length=1, max_length=256)]


class Department(BaseModel):
    """The department of the person who is signed in."""

    id: UUID
    name: str
    path: str
    full_name: str


class RoleName(BaseModel):
    """A role."""

    code: str
    name: str


class Profile(BaseModel):
    """A person as they see themselves."""

    id: UUID
    username: str
    name: str
    employee_no: str | None
    post: str | None
    department: Department
    roles: list[RoleName]
    must_change_password: bool


class Access(BaseModel):
    """The answer to a sign-in. The refresh token is in a cookie that no script can read."""

    access_token: str
    token_type: str
    expires_in: int
    user: Profile


class Me(BaseModel):
    """Who is signed in, what they may do, and how far it reaches."""

    user: Profile
    permissions: list[str]
    scope: dict[str, Any]


def _refused(refused: signin.Refused) -> Response:
    return problem_response(
        401, "login_failed", "用户名或密码错误，或账号暂时不能登录", retry_after=refused.retry_after
    )


@router.post("/login", dependencies=[public("nobody is signed in before signing in")], response_model=Access)
async def login(
    request: Request,
    credentials: Credentials,
    session: SessionDep,
    client: ClientDep,
    settings: SettingsDep,
    keyring: KeyringDep,
    pool: HashPoolDep,
    at: Moment,
) -> Response:
    """Signs a person in. Unlike other routes this one is asynchronous: while a password waits to be hashed, it holds
    neither a thread nor a database connection that others need."""
    refuse_foreign_page(request, settings, header=False)

    def before() -> signin.Candidate:
        refuse_flood(session, client.address, at)
        candidate = signin.look_up(session, credentials.username, client, at)
        # Only reading so far; this gives the connection back.
        session.rollback()
        return candidate

    candidate = await run_in_threadpool(before)
    right, renewed = await pool.verify(credentials.password, candidate.password_hash)
    outcome = await run_in_threadpool(
        signin.decide,
        session,
        candidate,
        right,
        renewed,
        client,
        keyring,
        at,
        profile=settings.password_profile,
        demo_allowed=settings.embedded,
    )
    # A refusal is returned, not raised: what was counted and written down has to be committed.
    if isinstance(outcome, signin.Refused):
        return _refused(outcome)
    response = JSONResponse(outcome.body)
    set_cookies(response, settings, outcome)
    return response


@router.post("/refresh", dependencies=[public("the refresh token in the cookie is the proof")], response_model=Access)
def refresh(
    request: Request, session: SessionDep, client: ClientDep, settings: SettingsDep, keyring: KeyringDep, at: Moment
) -> Response:
    """A new access token, and the next refresh token."""
    refuse_foreign_page(request, settings, header=True)
    token = request.cookies.get(refresh_cookie(settings), "")
    outcome: signin.SignedIn | signin.Refused = signin.Refused()
    if token:
        outcome = signin.refresh(session, token, client, keyring, at, demo_allowed=settings.embedded)
    if isinstance(outcome, signin.Refused):
        response = problem_response(401, "session_ended", "登录已失效，请重新登录")
        clear_refresh_cookie(response, settings)
        return response
    response = JSONResponse(outcome.body)
    set_cookies(response, settings, outcome)
    return response


@router.post("/logout", dependencies=[public("ends the session of the cookie, if there is one")], status_code=204)
def logout(request: Request, session: SessionDep, settings: SettingsDep, at: Moment) -> Response:
    """Ends the session; every service refuses its tokens within seconds."""
    refuse_foreign_page(request, settings, header=True)
    token = request.cookies.get(refresh_cookie(settings), "")
    if token:
        signin.sign_out(session, token, at)
    response = Response(status_code=204)
    clear_refresh_cookie(response, settings)
    return response


@router.get("/me", dependencies=[signed_in()], response_model=Me)
def me(session: SessionDep, principal: CurrentPrincipal) -> dict[str, Any]:
    """Who is signed in."""
    user = session.get(User, principal.user_id)
    if user is None:
        raise NotFound
    return {
        "user": signin.profile_of(session, user),
        "permissions": principal.permissions,
        "scope": principal.scope.model_dump(mode="json"),
    }


@router.post("/password", dependencies=[signed_in()], response_model=Access)
async def change_password(
    change: PasswordChange,
    session: SessionDep,
    principal: CurrentPrincipal,
    settings: SettingsDep,
    keyring: KeyringDep,
    pool: HashPoolDep,
    at: Moment,
) -> Response:
    """Changes one's own password. All other sessions end; the answer has a new access token for this one. A wrong present
    password counts like a failed sign-in."""
    body = await ownpassword.change(
        session,
        principal,
        change.current_password,
        change.new_password,
        profile=settings.password_profile,
        pool=pool,
        keyring=keyring,
        at=at,
    )
    return body if isinstance(body, Response) else JSONResponse(body)


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


@router.get("/jwks", dependencies=[public("public keys")])
def jwks(keyring: KeyringDep) -> dict[str, Any]:
    """The public keys by which every service verifies access tokens."""
    return keyring.published()
