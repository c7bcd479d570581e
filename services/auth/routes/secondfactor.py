"""Setting up, using and taking away the second factor. Each needs a fresh proof of who asks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session
from starlette.responses import JSONResponse, Response

from contracts.principal import Principal
from kit import audit
from kit.errors import Conflict, FieldError, NotFound
from kit.http.principal import CurrentPrincipal, require, signed_in
from kit.http.problems import problem_response
from kit.http.recent import recent
from kit.http.session import SessionDep
from services.auth import challenges, secondfactor, sessions
from services.auth.answers import answer
from services.auth.people import User, refuse_unseen
from services.auth.routes.edge import KeyringDep, Moment, SettingsDep
from services.auth.routes.me import Access
from services.auth.sessions import LoginSession
from services.auth.throttle import failed, key_of, locked_row, seconds_locked, succeeded

router = APIRouter(prefix="/api/auth", tags=["动态口令"])
OWN = [signed_in(), recent()]


class CodeIn(BaseModel):
    """A code of the authenticator app."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, Field(min_length=1, max_length=64)]


class Enrolment(BaseModel):
    """What an authenticator app needs: as a QR code to scan, and as text to type."""

    secret: str
    uri: str
    qr_svg: str


class State(BaseModel):
    """Whether a second factor is set up."""

    enabled: bool
    confirmed_at: datetime | None
    recovery_codes_left: int


class Confirmed(BaseModel):
    """The recovery codes, shown this once, and a token of a session that now has two factors."""

    recovery_codes: list[str]
    access: Access


@router.get("/second-factor", dependencies=[signed_in()], response_model=State)
def state(session: SessionDep, principal: CurrentPrincipal) -> dict[str, Any]:
    """One's own second factor."""
    return _state(session, principal.user_id)


@router.post("/second-factor", dependencies=OWN, response_model=Enrolment)
def enrol(session: SessionDep, principal: CurrentPrincipal, at: Moment) -> dict[str, str]:
    """Begins to set up the second factor; it counts after its first code. Asking again gives a new secret."""
    if secondfactor.enabled(session, principal.user_id) is not None:
        raise Conflict("动态口令已启用；要更换手机，请先停用", code="second_factor_enabled")
    row = secondfactor.begin(session, principal.user_id, at)
    uri = secondfactor.address(row, principal.username)
    audit.record(session, principal, "begin_second_factor", "user", principal.user_id)
    return {"secret": row.secret, "uri": uri, "qr_svg": secondfactor.qr_code(uri)}


@router.post("/second-factor/confirm", dependencies=OWN, response_model=Confirmed)
def confirm(
    body: CodeIn,
    session: SessionDep,
    principal: CurrentPrincipal,
    settings: SettingsDep,
    keyring: KeyringDep,
    at: Moment,
) -> Response:
    """Shows that the app has the secret. From now on a sign-in asks for a code; other sessions end, for they were opened
    without one."""
    row = session.get(secondfactor.SecondFactor, principal.user_id, with_for_update=True)
    if row is None or row.confirmed_at is not None:
        raise Conflict("请先扫描二维码", code="second_factor_not_begun")
    refused = _judge(session, principal, body.code, at)
    if refused is not None:
        return refused
    codes = secondfactor.confirm(session, row, at)
    family = session.get_one(LoginSession, principal.session_id, with_for_update=True)
    family.second_factor, family.authenticated_at = True, at
    sessions.end_all(session, principal.user_id, at, "second_factor_enabled", keep=family.id)
    audit.record(session, principal, "enable_second_factor", "user", principal.user_id)
    user = session.get_one(User, principal.user_id)
    access = answer(session, keyring, settings, user, family, at)
    return JSONResponse({"recovery_codes": codes, "access": access})


@router.post("/second-factor/recovery-codes", dependencies=OWN)
def new_recovery_codes(body: CodeIn, session: SessionDep, principal: CurrentPrincipal, at: Moment) -> Any:
    """Ten new recovery codes; those before are worth nothing any more."""
    if secondfactor.enabled(session, principal.user_id) is None:
        raise NotFound
    refused = _judge(session, principal, body.code, at)
    if refused is not None:
        return refused
    codes = secondfactor.new_recovery_codes(session, principal.user_id)
    audit.record(session, principal, "new_recovery_codes", "user", principal.user_id)
    return {"recovery_codes": codes}


@router.post("/second-factor/disable", dependencies=OWN, status_code=204)
def disable(
    body: CodeIn, session: SessionDep, principal: CurrentPrincipal, settings: SettingsDep, at: Moment
) -> Response:
    """Takes one's own second factor away. Who has to have one can set up another, and does nothing else until then."""
    if secondfactor.enabled(session, principal.user_id) is None:
        raise NotFound
    refused = _judge(session, principal, body.code, at, recovery=True)
    if refused is not None:
        return refused
    _remove(session, principal, principal.user_id, at)
    return Response(status_code=204)


@router.get("/users/{user_id}/second-factor", dependencies=[require("auth:sessions:read")], response_model=State)
def state_of(user_id: UUID, session: SessionDep, principal: CurrentPrincipal) -> dict[str, Any]:
    """Somebody's second factor: whether there is one, never its secret."""
    refuse_unseen(session, principal, user_id)
    return _state(session, user_id)


@router.delete("/users/{user_id}/second-factor", dependencies=[require("auth:users:update"), recent()], status_code=204)
def take_away(user_id: UUID, session: SessionDep, principal: CurrentPrincipal, at: Moment) -> Response:
    """For somebody who has lost telephone and recovery codes. All their sessions end. Nobody does it for themselves this
    way, for it asks for no code."""
    refuse_unseen(session, principal, user_id)
    if user_id == principal.user_id:
        raise Conflict("请在“个人中心”停用自己的动态口令", code="own_account")
    if secondfactor.enabled(session, user_id) is None:
        raise Conflict("该账号未启用动态口令", code="second_factor_not_enabled")
    _remove(session, principal, user_id, at)
    return Response(status_code=204)


def _state(session: Session, user_id: UUID) -> dict[str, Any]:
    row = secondfactor.enabled(session, user_id)
    return {
        "enabled": row is not None,
        "confirmed_at": row.confirmed_at if row else None,
        "recovery_codes_left": secondfactor.codes_left(session, user_id),
    }


def _remove(session: Session, principal: Principal, user_id: UUID, at: datetime) -> None:
    audit.record(session, principal, "disable_second_factor", "user", user_id)
    secondfactor.remove(session, user_id)
    keep = principal.session_id if principal.user_id == user_id else None
    sessions.end_all(session, user_id, at, "second_factor_disabled", keep=keep)
    family = session.get(LoginSession, keep) if keep else None
    if family is not None:
        family.second_factor = False


def _judge(
    session: Session, principal: Principal, code: str, at: datetime, *, recovery: bool = False
) -> Response | None:
    counter = locked_row(session, key_of(f"second-factor:{principal.user_id}", None), at)
    waiting = seconds_locked(counter, at)
    if not waiting and secondfactor.take(session, principal.user_id, code, at, recovery=recovery) is not None:
        succeeded(counter, at)
        return None
    if not waiting:
        failed(counter, at, lock=challenges.LIFE)
    audit.record(session, principal, "second_factor", "user", principal.user_id, result="failed")
    wrong = FieldError(("body", "code"), "code_wrong", "动态口令不正确或已用过")
    return problem_response(422, wrong.code, wrong.message, errors=[wrong], retry_after=seconds_locked(counter, at))
