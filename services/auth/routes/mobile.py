"""Signing in from a telephone. Refresh tokens travel in the body, bound to the telephone's key; every request shows a proof
of that key in the header `DPoP` (RFC 9449; see services.auth.devices)."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from kit.audit.duty import unaudited
from kit.http.principal import public
from kit.http.problems import problem_response
from kit.http.session import SessionDep
from services.auth import devices, refreshing, signin
from services.auth.routes.edge import HashPoolDep, KeyringDep, Moment, SettingsDep, TelephoneDep
from services.auth.routes.me import Access
from services.auth.routes.signin import GOES_ON, Code, Credentials, attempt, refusal

router = APIRouter(prefix="/api/auth/mobile", tags=["手机登录"])

# Ending a session writes its row; a token that is not this telephone's ends none, and only its proof is noted as shown.
UNBOUND = unaudited("nothing ends for a token of somebody else")
Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")]


class MobileCredentials(Credentials):
    """Name and password, and what the telephone is called in the list of devices."""

    device_name: Name


class MobileCode(Code):
    """The second factor."""

    device_name: Name


class RefreshIn(BaseModel):
    """The refresh token."""

    model_config = ConfigDict(extra="forbid")

    refresh_token: Annotated[str, Field(min_length=1, max_length=128)]


class Device(BaseModel):
    """The telephone, as it is listed."""

    id: UUID
    name: str


class MobileAccess(Access):
    """The answer to a telephone."""

    refresh_token: str
    refresh_seconds: int


class MobileSignIn(MobileAccess):
    """The answer to its sign-in."""

    device: Device


def _spend(client: TelephoneDep, session: SessionDep, at: Moment) -> signin.Client:
    assert client.proof is not None
    devices.spend(session, client.proof, at)
    return client


SpentDep = Annotated[signin.Client, Depends(_spend)]


@router.post("/login", dependencies=[public("nobody is signed in before signing in")], response_model=MobileSignIn)
async def mobile_login(
    credentials: MobileCredentials,
    session: SessionDep,
    client: TelephoneDep,
    settings: SettingsDep,
    keyring: KeyringDep,
    pool: HashPoolDep,
    at: Moment,
) -> Response:
    """Signs a telephone in; the first time registers its key."""
    named = replace(client, device_name=credentials.device_name)
    return _answer(await attempt(session, credentials, named, settings, keyring, pool, at))


@router.post(
    "/login/second-factor",
    dependencies=[public("the challenge that a right password was answered with is the proof")],
    response_model=MobileSignIn,
)
def mobile_login_with_code(
    body: MobileCode,
    session: SessionDep,
    client: SpentDep,
    settings: SettingsDep,
    keyring: KeyringDep,
    at: Moment,
) -> Response:
    """The second step, from the same telephone."""
    named = replace(client, device_name=body.device_name)
    return _answer(signin.second_step(session, body.challenge, body.code, named, keyring, settings, at))


@router.post(
    "/refresh",
    dependencies=[public("the refresh token with the proof of its telephone's key"), GOES_ON],
    response_model=MobileAccess,
)
def mobile_refresh(
    body: RefreshIn, session: SessionDep, client: SpentDep, settings: SettingsDep, keyring: KeyringDep, at: Moment
) -> Response:
    """A new access token, and the next refresh token."""
    return _answer(refreshing.refresh(session, body.refresh_token, client, keyring, settings, at), ended=True)


@router.post(
    "/logout",
    dependencies=[public("ends the session of the token; needs the telephone's proof"), UNBOUND],
    status_code=204,
)
def mobile_logout(
    body: RefreshIn, session: SessionDep, client: SpentDep, settings: SettingsDep, at: Moment
) -> Response:
    """Ends the session. The telephone stays in the list: its next sign-in is one from a known device."""
    if refreshing.bound(session, body.refresh_token, client):
        refreshing.sign_out(session, body.refresh_token, settings, at)
    return Response(status_code=204)


def _answer(outcome: Any, *, ended: bool = False) -> Response:
    if isinstance(outcome, signin.SignedIn):
        tokens = {"refresh_token": outcome.refresh_token, "refresh_seconds": outcome.refresh_seconds}
        return JSONResponse({**outcome.body, **tokens})
    if ended:
        return problem_response(401, "session_ended", "登录已失效，请重新登录")
    return refusal(outcome)
