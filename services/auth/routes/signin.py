"""Sign-in, refresh, sign-out, the proof of work, the public keys."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session
from starlette.responses import JSONResponse, Response

from kit.audit.duty import unaudited
from kit.http.principal import public
from kit.http.problems import problem_response
from kit.http.session import SessionDep
from services.auth import captcha, refreshing, signin
from services.auth.captcha import MOST_CHARACTERS
from services.auth.keys import Keyring
from services.auth.passwords import HashPool
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
from services.auth.routes.me import Access
from services.auth.settings import Settings
from services.auth.throttle import refuse_flood

router = APIRouter(prefix="/api/auth", tags=["登录"])
GOES_ON = unaudited("a session that goes on, every few minutes; its beginning, its end and its misuse have rows")


class Credentials(BaseModel):
    """A user name and a password, as typed; after some failures with the solution of a proof of work."""

    model_config = ConfigDict(extra="forbid")

    username: Annotated[str, Field(min_length=1, max_length=64)]
    password: Annotated[str, Field(min_length=1, max_length=256)]
    captcha: Annotated[str, Field(max_length=MOST_CHARACTERS)] | None = None


class Code(BaseModel):
    """A code of the authenticator app, or a recovery code, for the sign-in that the challenge stands for."""

    model_config = ConfigDict(extra="forbid")

    challenge: Annotated[str, Field(min_length=1, max_length=128)]
    code: Annotated[str, Field(min_length=1, max_length=64)]


def refusal(outcome: signin.Refused | signin.NeedsCode | signin.CodeRefused | signin.PuzzleUnsolved) -> Response:
    """The answer to a sign-in that did not succeed, or not yet. It is returned and not raised, for what was counted and
    written down has to be committed."""
    if isinstance(outcome, signin.NeedsCode):
        return problem_response(401, "second_factor_required", "请输入动态口令", challenge=outcome.challenge)
    if isinstance(outcome, signin.PuzzleUnsolved):
        return problem_response(401, captcha.CaptchaRequired.code, captcha.CaptchaRequired.title)
    if isinstance(outcome, signin.CodeRefused):
        if outcome.over:
            return problem_response(401, "challenge_expired", "验证已失效，请重新输入密码")
        return problem_response(401, "code_wrong", "动态口令不正确或已用过", retry_after=outcome.retry_after)
    return problem_response(
        401, "login_failed", "用户名或密码错误，或账号暂时不能登录", retry_after=outcome.retry_after
    )


async def attempt(
    session: Session,
    credentials: Credentials,
    client: signin.Client,
    settings: Settings,
    keyring: Keyring,
    pool: HashPool,
    at: Any,
) -> signin.SignedIn | signin.Refused | signin.NeedsCode | signin.PuzzleUnsolved:
    """Tries a password. While it waits to be hashed, it holds neither a thread nor a database connection that others
    need."""

    def before() -> signin.Candidate:
        refuse_flood(session, client.address, at)
        candidate = signin.look_up(session, credentials.username, credentials.captcha, client, keyring, settings, at)
        # Only reading so far; this gives the connection back.
        session.rollback()
        return candidate

    candidate = await run_in_threadpool(before)
    right, renewed = await pool.verify(credentials.password, candidate.password_hash)
    return await run_in_threadpool(signin.decide, session, candidate, right, renewed, client, keyring, settings, at)


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
    """Signs a person in. 401 `second_factor_required` carries a challenge, with which the code goes to
    `/login/second-factor`; 401 `captcha_required` asks for a solved challenge of `/captcha`."""
    refuse_foreign_page(request, settings, header=False)
    outcome = await attempt(session, credentials, client, settings, keyring, pool, at)
    return signed_in_answer(outcome, settings)


@router.post(
    "/login/second-factor",
    dependencies=[public("the challenge that a right password was answered with is the proof")],
    response_model=Access,
)
def login_with_code(
    request: Request,
    body: Code,
    session: SessionDep,
    client: ClientDep,
    settings: SettingsDep,
    keyring: KeyringDep,
    at: Moment,
) -> Response:
    """The second step of a sign-in with two factors."""
    refuse_foreign_page(request, settings, header=False)
    outcome = signin.second_step(session, body.challenge, body.code, client, keyring, settings, at)
    return signed_in_answer(outcome, settings)


def signed_in_answer(outcome: Any, settings: Settings) -> Response:
    """A browser's answer: the refresh token goes into a cookie."""
    if not isinstance(outcome, signin.SignedIn):
        return refusal(outcome)
    response = JSONResponse(outcome.body)
    set_cookies(response, settings, outcome)
    return response


@router.get("/captcha", dependencies=[public("asked for by those who cannot sign in")])
def puzzle(settings: SettingsDep, keyring: KeyringDep, at: Moment) -> dict[str, Any]:
    """A proof of work to solve (ALTCHA, version 2): nothing to read, to see or to hear."""
    return captcha.challenge(keyring.derived("captcha"), settings.captcha_work, at)


@router.post(
    "/refresh", dependencies=[public("the refresh token in the cookie is the proof"), GOES_ON], response_model=Access
)
def refresh(
    request: Request, session: SessionDep, client: ClientDep, settings: SettingsDep, keyring: KeyringDep, at: Moment
) -> Response:
    """A new access token, and the next refresh token."""
    refuse_foreign_page(request, settings, header=True)
    token = request.cookies.get(refresh_cookie(settings), "")
    outcome: signin.SignedIn | signin.Refused = signin.Refused()
    if token:
        outcome = refreshing.refresh(session, token, client, keyring, settings, at)
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
        refreshing.sign_out(session, token, settings, at)
    response = Response(status_code=204)
    clear_refresh_cookie(response, settings)
    return response


@router.get("/jwks", dependencies=[public("public keys")])
def jwks(keyring: KeyringDep) -> dict[str, Any]:
    """The public keys by which every service verifies access tokens."""
    return keyring.published()
