"""Builds a service's HTTP application: every service has the same edge."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from kit import log
from kit.audit import routes as audit
from kit.audit.words import Words
from kit.db import Database
from kit.http import health, openapi, permissions, problems, usage
from kit.http.dispatch import Dispatch
from kit.http.lane import Application
from kit.http.limits import BodyLimit, Limits
from kit.http.permissions import Permits
from kit.http.principal import Verifies, check_routes
from kit.http.tracing import Tracing
from kit.settings import ServiceSettings

NO_WORDS = Words()

# Requests of one process that may be inside an endpoint at the same time; the pool has fewer connections, and waits 5 s.
THREADS = 40


def create_app(
    settings: ServiceSettings,
    *,
    title: str,
    description: str,
    routers: Sequence[APIRouter],
    verifier: Verifies | None = None,
    lifespans: Sequence[Callable[[FastAPI], AbstractContextManager[Any]]] = (),
    body_limits: Sequence[BodyLimit] = (),
    readiness: dict[str, Callable[[], bool]] | None = None,
    permits: Permits | None = None,
    uses: usage.Counter = usage.nothing,
    words: Words = NO_WORDS,
) -> FastAPI:
    """The application of one service. `verifier` defaults to auth's published keys over HTTP. `lifespans` are context
    managers that are open while the application runs (background threads and the like). `permits` names what the routes'
    permissions are about (kit.http.permissions), `uses` counts the rows that use a dictionary's items (kit.http.usage),
    `words` call the service's audited actions by name."""
    from kit.http.remote import remote_verifier

    prefix = f"/api/{settings.service}"
    database = Database(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        log.setup(settings, "api")
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        with ExitStack() as stack:
            stack.callback(database.close)
            for opened in lifespans:
                stack.enter_context(opened(app))
            start = getattr(app.state.verifier, "running", None)
            if start is not None:
                stack.enter_context(start())
            yield

    app = Application(
        title=title,
        description=description,
        version="0.1.0",
        openapi_url=f"{prefix}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        generate_unique_id_function=openapi.operation_id,
        redirect_slashes=False,
    )
    app.state.settings = settings
    app.state.database = database
    app.state.verifier = verifier or remote_verifier(settings)
    app.state.readiness = readiness or {}
    app.state.permits = permits or Permits()
    problems.install(app)
    _add(app, health.router)
    # Before the service's own routes: `/{slug}` would take its name for one of theirs.
    _add(app, permissions.router(settings.service, app))
    _add(app, audit.router(settings, title, words))
    _add(app, usage.router(settings.service, title, uses))
    for router in routers:
        _add(app, router)
    app.router.middleware_stack = Dispatch(app.router, app.router.middleware_stack)
    # The last one added is the outermost: the trace id has to be known to the answers that the limits give.
    app.add_middleware(Limits, bodies=body_limits)
    app.add_middleware(Tracing)
    check_routes(app)
    openapi.install(app)
    return app


def _add(app: FastAPI, router: APIRouter) -> None:
    """A router's routes as they are, where it has only routes. include_router would make each one anew, although nothing
    is added to it here: 0.2 s of processor time for a hundred routes, at each start of a service."""
    routes = [route for route in router.routes if isinstance(route, APIRoute)]
    if len(routes) < len(router.routes):
        app.include_router(router)
        return
    for route in routes:
        route.unique_id = openapi.operation_id(route)
    app.router.routes.extend(routes)
