"""Who am I, my password, and saying once more that it is me."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from kit.errors import NotFound
from kit.http.principal import CurrentPrincipal, signed_in
from kit.http.session import SessionDep
from services.auth import ownpassword
from services.auth.answers import profile_of
from services.auth.passwords import BLOCKED
from services.auth.people import User
from services.auth.policy import POLICIES
from services.auth.routes.edge import HashPoolDep, KeyringDep, Moment, SettingsDep

router = APIRouter(prefix="/api/auth", tags=["个人中心"])


class PasswordChange(BaseModel):
    """The present password, and the one to come."""

    model_config = ConfigDict(extra="forbid")

    current_password: Annotated[str, Field(min_length=1, max_length=256)]
    new_password: Annotated[str, Field(min_length=1, max_length=256)]


class ProofIn(BaseModel):
    """The password, and for who has a second factor its code."""

    model_config = ConfigDict(extra="forbid")

    password: Annotated[str, Field(min_length=1, max_length=256)]
    code: Annotated[str, Field(max_length=64)] | None = None


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
    second_factor: bool
    second_factor_required: bool


class Access(BaseModel):
    """The answer to a sign-in. The refresh token is in a cookie that no script can read."""

    access_token: str
    token_type: str
    expires_in: int
    idle_seconds: int
    user: Profile


class Me(BaseModel):
    """Who is signed in, what they may do, and how far it reaches. `restricted` names what has to be done before anything
    else may be: `password`, `second_factor`."""

    user: Profile
    permissions: list[str]
    scope: dict[str, Any]
    amr: list[str]
    restricted: str | None


@router.get("/me", dependencies=[signed_in()], response_model=Me)
def me(session: SessionDep, principal: CurrentPrincipal, settings: SettingsDep) -> dict[str, Any]:
    """Who is signed in."""
    user = session.get(User, principal.user_id)
    if user is None:
        raise NotFound
    profile = profile_of(session, user, settings)
    missing = profile["second_factor_required"] and not principal.second_factor
    return {
        "user": profile,
        "permissions": principal.permissions,
        "scope": principal.scope.model_dump(mode="json"),
        "amr": principal.amr,
        "restricted": "password" if user.must_change else "second_factor" if missing else None,
    }


@router.get("/password-policy", dependencies=[signed_in()])
def password_policy(settings: SettingsDep) -> dict[str, Any]:
    """What a new password has to be, each rule with its basis; the words that it must not contain."""
    return {**POLICIES[settings.password_profile].as_json(), "blocked_words": list(BLOCKED)}


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
    """Changes one's own password. All other sessions end; the answer has a new access token for this one. The present
    password is the proof of who asks; a wrong one counts like a failed sign-in."""
    body = await ownpassword.change(
        session,
        principal,
        change.current_password,
        change.new_password,
        settings=settings,
        pool=pool,
        keyring=keyring,
        at=at,
    )
    return body if isinstance(body, Response) else JSONResponse(body)


@router.post("/reauthenticate", dependencies=[signed_in()], response_model=Access)
async def reauthenticate(
    proof: ProofIn,
    session: SessionDep,
    principal: CurrentPrincipal,
    settings: SettingsDep,
    keyring: KeyringDep,
    pool: HashPoolDep,
    at: Moment,
) -> Response:
    """A new access token with a proof of this moment, for what a route answers 403 `reauthentication_required` to."""
    body = await ownpassword.reauthenticate(
        session, principal, proof.password, proof.code, settings=settings, pool=pool, keyring=keyring, at=at
    )
    return body if isinstance(body, Response) else JSONResponse(body)
