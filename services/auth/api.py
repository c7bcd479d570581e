"""The HTTP application of auth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from fastapi import FastAPI

from kit.db import now
from kit.http.app import create_app
from kit.http.permissions import Permits
from kit.http.principal import Verifies
from kit.http.tokens import TokenVerifier
from services.auth import tables, usage  # noqa: F401  every mapped class, before the first query
from services.auth.audited import WORDS
from services.auth.importing.subjects import SUBJECTS
from services.auth.keys import Keyring
from services.auth.passwords import HashPool
from services.auth.routes import (
    delegations,
    dictionaries,
    importing,
    internal,
    manifest,
    me,
    mobile,
    organisation,
    people,
    roles,
    secondfactor,
    sessions,
    signin,
)
from services.auth.settings import Settings, get_settings
from services.auth.tokens import DatabaseRevocations

# What a page is about has the page's title; `personal` is asked for by code, whose page it may be on.
PERMITS = Permits(
    titles={
        **{permission.split(":")[1]: page.title for permission, page in manifest.PAGES},
        "personal": "完整个人信息",
        "role-requests": "三员角色申请",
    },
    in_code=("auth:personal:read",),
)


def create(
    settings: Settings | None = None,
    *,
    verifier: Verifies | None = None,
    clock: Callable[[], datetime] = now,
) -> FastAPI:
    """The application. Unlike other services it verifies tokens with its own keys and asks its own database what has been
    ended; `verifier` replaces that in tests, as `clock` does the time."""
    settings = settings or get_settings()
    if settings.signing_key_dir is None and not settings.embedded:
        raise RuntimeError("SAFEWORK_SIGNING_KEY_DIR 未设置：没有签名密钥不能启动")
    keyring = Keyring(settings.signing_key_dir)

    @contextmanager
    def hashing(app: FastAPI) -> Iterator[None]:
        app.state.hash_pool = HashPool()
        try:
            yield
        finally:
            app.state.hash_pool.close()

    app = create_app(
        settings,
        title="身份与系统管理",
        description="登录、组织机构、人员、角色、字典。",
        routers=[
            signin.router,
            me.router,
            secondfactor.router,
            sessions.router,
            mobile.router,
            # Before those with an id in the same place: `users/imports` is no person.
            importing.router,
            *(importing.imports_of(subject) for subject in SUBJECTS.values()),
            organisation.router,
            people.router,
            roles.router,
            delegations.router,
            dictionaries.router,
            manifest.router,
            internal.router,
        ],
        verifier=verifier or TokenVerifier(keyring, settings.service, clock=lambda: clock().timestamp()),
        lifespans=[hashing],
        body_limits=[dictionaries.BODY_LIMIT, importing.BODY_LIMIT],
        permits=PERMITS,
        uses=usage.count,
        words=WORDS,
    )
    if isinstance(app.state.verifier, TokenVerifier) and verifier is None:
        app.state.verifier.revocations = DatabaseRevocations(app.state.database)
    app.state.keyring = keyring
    app.state.clock = clock
    return app
