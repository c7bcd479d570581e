"""What the routes take from the request: the clock, the client, the cookies."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.responses import Response

from kit.audit import origin
from kit.errors import Forbidden
from services.auth import devices
from services.auth.keys import Keyring
from services.auth.passwords import HashPool
from services.auth.sessions import DEVICE_LIFE
from services.auth.settings import Settings
from services.auth.signin import Client, SignedIn

REQUESTED_WITH = "safework"


def get_settings(request: Request) -> Settings:
    """The settings of this application."""
    settings: Settings = request.app.state.settings
    return settings


def get_keyring(request: Request) -> Keyring:
    """The signing keys."""
    keyring: Keyring = request.app.state.keyring
    return keyring


def get_hash_pool(request: Request) -> HashPool:
    """Where passwords are hashed."""
    pool: HashPool = request.app.state.hash_pool
    return pool


def get_moment(request: Request) -> datetime:
    """Now. The application's clock, so that a test can set it."""
    moment: datetime = request.app.state.clock()
    return moment


SettingsDep = Annotated[Settings, Depends(get_settings)]
KeyringDep = Annotated[Keyring, Depends(get_keyring)]
HashPoolDep = Annotated[HashPool, Depends(get_hash_pool)]
Moment = Annotated[datetime, Depends(get_moment)]


def _secure(settings: Settings) -> bool:
    return settings.public_url.startswith("https://")


def refresh_cookie(settings: Settings) -> str:
    """The refresh cookie's name. Browsers hold `__Host-` cookies to Secure, no domain and the path `/`."""
    return "__Host-safework_refresh" if _secure(settings) else "safework_refresh"


def device_cookie(settings: Settings) -> str:
    """The name of the cookie by which a browser is known again."""
    return "__Host-safework_device" if _secure(settings) else "safework_device"


def get_client(request: Request, settings: SettingsDep) -> Client:
    """Where the request comes from."""
    source = origin.get()
    return Client(source.address, source.user_agent, request.cookies.get(device_cookie(settings)))


ClientDep = Annotated[Client, Depends(get_client)]


def get_telephone(request: Request, settings: SettingsDep, at: Moment) -> Client:
    """Where the request of a telephone comes from; refused without a proof of its key for this very request."""
    source = origin.get()
    # The address that telephones know us by; the gateway's, not this process's.
    address = f"{settings.public_url.rstrip('/')}{request.url.path}"
    proof = devices.read_proof(request.headers.get("dpop"), request.method, address, at)
    return Client(source.address, source.user_agent, None, proof)


TelephoneDep = Annotated[Client, Depends(get_telephone)]


def set_cookies(response: Response, settings: Settings, signed_in: SignedIn) -> None:
    """Puts the refresh token, and for a new browser the device token, into the answer."""
    _set(response, settings, refresh_cookie(settings), signed_in.refresh_token, signed_in.refresh_seconds)
    if signed_in.device_token:
        seconds = int(DEVICE_LIFE.total_seconds())
        _set(response, settings, device_cookie(settings), signed_in.device_token, seconds)


def clear_refresh_cookie(response: Response, settings: Settings) -> None:
    """Takes the refresh token away from the browser."""
    _set(response, settings, refresh_cookie(settings), "", 0)


def _set(response: Response, settings: Settings, name: str, value: str, seconds: int) -> None:
    secure = _secure(settings)
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path="/" if secure else "/api/auth",
        secure=secure,
        httponly=True,
        samesite="strict",
    )


def refuse_foreign_page(request: Request, settings: Settings, *, header: bool) -> None:
    """Refuses what another site's page could send with our cookies. A page of our own sends our origin, or none; `header`
    asks in addition for a header that no foreign form can set (reliability.md S10)."""
    source = request.headers.get("origin")
    if source is not None:
        ours = urlsplit(settings.public_url)
        sent = urlsplit(source)
        same_host = bool(sent.netloc) and sent.netloc == request.headers.get("host")
        if (sent.scheme, sent.netloc) != (ours.scheme, ours.netloc) and not same_host:
            raise Forbidden("请求来自其他网站，已拒绝", code="foreign_origin")
    if header and request.headers.get("x-requested-with") != REQUESTED_WITH:
        raise Forbidden("缺少请求头 X-Requested-With", code="csrf_header_missing")
