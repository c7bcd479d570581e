"""What signing in costs: the token check on each request against a bare route, and whether twenty sign-ins at a time starve
the requests of others.

Both are ratios of one run. The token check is measured within one process, without a network: the same application with a
public route, with a signed-in one, and with one whose token was never seen (signature and all). For the sign-ins one server
process of auth answers `/me` to one client, first alone and then while twenty others send right passwords."""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
from fastapi import APIRouter, FastAPI
from pydantic import SecretStr
from starlette.types import Message

from bench.lists import _server
from contracts.principal import ScopeKind
from kit.http.app import create_app
from kit.http.principal import public, require
from kit.testing.databases import run_postgres
from kit.testing.identity import TestIssuer, principal
from services.auth.seed import seed
from services.auth.settings import Settings

PASSWORD = "Bench-Passw0rd-2026"
SIGN_INS = 20
PEOPLE = ("yunxing", "gongcheng", "qiangxiu", "chengnan", "chengbei", "inspector", "worker", "leader")
SECONDS = 6.0
REQUESTS = 3_000
ROUNDS = 5

GOALS = {
    # A token that was seen before costs little beside the edge that every route has.
    "checked_to_bare_route": ("<=", 1.6),
    "me_p95_with_sign_ins_to_without": ("<=", 4.0),
}


def measure() -> dict[str, float]:
    """The ratios, and the figures behind them."""
    servers = run_postgres()
    postgres = next(servers)
    try:
        name = postgres.clone(Settings)
        with tempfile.TemporaryDirectory() as folder:
            settings = postgres.settings(
                Settings, name, demo_password=SecretStr(PASSWORD), signing_key_dir=Path(folder, "keys"), web_sessions=50
            )
            seed(settings)
            return {**_token_check(settings), **_starving(settings)}
    finally:
        servers.close()


def _token_check(settings: Settings) -> dict[str, float]:
    issuer = TestIssuer()
    router = APIRouter()

    @router.get("/bare", dependencies=[public("the measure")])
    async def bare() -> dict[str, int]:
        return {"answer": 1}

    @router.get("/checked", dependencies=[require("auth:users:read")])
    async def checked() -> dict[str, int]:
        return {"answer": 1}

    app = create_app(
        settings, title="bench", description="the measure", routers=[router], verifier=issuer.verifier("auth")
    )
    who = principal("auth:*:*", "ledgers:*:*", scope=ScopeKind.COMPANY)
    token = issuer.headers(who)["Authorization"]
    fresh = [issuer.headers(who)["Authorization"] for _ in range(REQUESTS // 10 * ROUNDS)]
    loads: dict[str, Callable[[int], float]] = {
        "bare": lambda _: _drive(app, "/bare", [""] * REQUESTS),
        "checked": lambda _: _drive(app, "/checked", [token] * REQUESTS),
        "first": lambda n: _drive(app, "/checked", fresh[n * REQUESTS // 10 : (n + 1) * REQUESTS // 10]),
    }
    found: dict[str, list[float]] = {each: [] for each in loads}
    for number in range(ROUNDS):
        for each, load in loads.items():
            found[each].append(load(number))
    micros = {each: statistics.median(values) for each, values in found.items()}
    return {
        "checked_to_bare_route": micros["checked"] / micros["bare"],
        "first_sight_to_bare_route": micros["first"] / micros["bare"],
        "token_check_microseconds": micros["checked"] - micros["bare"],
        "token_first_sight_microseconds": micros["first"] - micros["bare"],
    }


def _drive(app: FastAPI, path: str, tokens: list[str]) -> float:
    """Microseconds a request, called as a server calls it."""

    async def one(token: str) -> None:
        headers = [(b"host", b"bench"), *([(b"authorization", token.encode())] if token else [])]
        scope: dict[str, Any] = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
            "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": headers,
            "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
        }  # fmt: skip
        status = 0

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)

        await app(scope, receive, send)
        if status != 200:
            raise RuntimeError(f"{path}: {status}")

    async def run() -> float:
        begun = time.perf_counter()
        for token in tokens:
            await one(token)
        return (time.perf_counter() - begun) / len(tokens) * 1e6

    return asyncio.run(run())


def _starving(settings: Settings) -> dict[str, float]:
    assert settings.signing_key_dir is not None
    assert settings.personal_keys is not None and settings.personal_hash_key is not None
    environment = {
        **os.environ,
        "SAFEWORK_ENVIRONMENT": "embedded",
        "SAFEWORK_DATABASE_URL": settings.database_url.get_secret_value(),
        "SAFEWORK_SIGNING_KEY_DIR": str(settings.signing_key_dir),
        "SAFEWORK_WEB_SESSIONS": "50",
        "SAFEWORK_PERSONAL_KEYS": settings.personal_keys.get_secret_value(),
        "SAFEWORK_PERSONAL_HASH_KEY": settings.personal_hash_key.get_secret_value(),
        "SAFEWORK_LOG_LEVEL": "ERROR",
    }
    with ExitStack() as stack:
        port = stack.enter_context(_server("auth", environment))
        return asyncio.run(_compare(f"http://127.0.0.1:{port}"))


async def _compare(base: str) -> dict[str, float]:
    limits = httpx.Limits(max_connections=SIGN_INS + 4)
    async with httpx.AsyncClient(base_url=base, timeout=60, limits=limits) as client:
        token = (await _sign_in(client, "safety")).json()["access_token"]
        alone, together = [], []
        signed_in = busy = 0
        for _ in range(2):
            alone += await _reader(client, token, SECONDS / 2)
            stop = asyncio.Event()
            crowd = [asyncio.create_task(_crowd(client, PEOPLE[n % len(PEOPLE)], stop)) for n in range(SIGN_INS)]
            together += await _reader(client, token, SECONDS / 2)
            stop.set()
            for done, refused in await asyncio.gather(*crowd):
                signed_in, busy = signed_in + done, busy + refused
    return {
        "me_p95_with_sign_ins_to_without": _p95(together) / _p95(alone),
        "me_p95_milliseconds_alone": _p95(alone) * 1e3,
        "me_p95_milliseconds_with_sign_ins": _p95(together) * 1e3,
        "sign_ins_per_second": signed_in / SECONDS,
        "sign_ins_refused_as_busy": float(busy),
    }


async def _sign_in(client: httpx.AsyncClient, username: str) -> httpx.Response:
    # No cookies between them: each is a browser of its own.
    client.cookies.clear()
    body = json.dumps({"username": username, "password": PASSWORD})
    return await client.post("/api/auth/login", content=body, headers={"content-type": "application/json"})


async def _crowd(client: httpx.AsyncClient, username: str, stop: asyncio.Event) -> tuple[int, int]:
    done = refused = 0
    while not stop.is_set():
        answer = await _sign_in(client, username)
        if answer.status_code == 200:
            done += 1
        elif answer.status_code in (429, 503):
            # A full queue, or a hundred a minute from one address: both are the protection that is measured here.
            refused += 1
            await asyncio.sleep(0.2)
        else:
            raise RuntimeError(answer.text)
    return done, refused


async def _reader(client: httpx.AsyncClient, token: str, seconds: float) -> list[float]:
    times = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        begun = time.perf_counter()
        answer = await client.get("/api/auth/me", headers={"authorization": f"Bearer {token}"})
        answer.raise_for_status()
        times.append(time.perf_counter() - begun)
        await asyncio.sleep(0.005)
    return times


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]
