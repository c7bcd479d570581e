"""Who is asking, and whether they may. Each service verifies the token by itself and takes identity from nothing else.

Every route declares one of `require(permission)`, `signed_in()` or `public(why)`; `check_routes` refuses an application
with a route that declares none (reliability.md 3.4 S13)."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Protocol

from fastapi import Depends, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from contracts.principal import Principal
from kit.errors import Forbidden, NotFound, Unauthenticated

_PARAMETER = re.compile(r"\{(\w+)\}")
_RESOURCE = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")


class Verifies(Protocol):
    """What turns a bearer token into a principal; raises Unauthenticated (or Unavailable) otherwise."""

    def verify(self, token: str, *, write: bool) -> Principal: ...

    def verify_at_once(self, token: str, *, write: bool) -> Principal | None: ...


# The guards are coroutines, for each plain function among the dependencies of a route costs a hop to a thread and back.
async def get_principal(request: Request) -> Principal:
    """The principal of the request's bearer token. Only where verifying has to wait for somebody does a thread do it."""
    # Past Starlette's objects for state and headers, which cost more than the look at the token.
    cached = request.scope.get("state", {}).get("principal")
    if cached is not None:
        return cached  # type: ignore[no-any-return]
    sent = next((value for name, value in request.scope["headers"] if name == b"authorization"), b"")
    scheme, _, token = sent.decode("latin-1").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated
    verifier: Verifies = request.app.state.verifier
    token, write = token.strip(), request.method not in ("GET", "HEAD", "OPTIONS")
    principal = verifier.verify_at_once(token, write=write)
    if principal is None:
        principal = await run_in_threadpool(verifier.verify, token, write=write)
    request.state.principal = principal
    return principal


# Not cached by the framework: `require` narrows the principal's data scope to that of the roles which give the
# permission, and whoever asks for the principal after it has to see that.
CurrentPrincipal = Annotated[Principal, Depends(get_principal, use_cache=False)]


def require(permission: str) -> Any:
    """The caller needs `permission`, `service:resource:verb`, in which `{slug}` stands for a path parameter."""

    parameters = _PARAMETER.findall(permission)

    async def guard(request: Request, principal: CurrentPrincipal) -> None:
        needed = filled(request) if parameters else permission
        if not principal.may(needed):
            raise Forbidden(f"缺少权限：{needed}", code="permission_missing")
        request.state.principal = principal.narrowed(needed)

    def filled(request: Request) -> str:
        named = [str(request.path_params[name]) for name in parameters]
        # A colon or a comma would make another permission out of this one; no resource is called so.
        if not all(_RESOURCE.fullmatch(name) for name in named):
            raise NotFound
        return _PARAMETER.sub(lambda match: str(request.path_params[match.group(1)]), permission)

    return _declared(guard, "require", permission)


def signed_in() -> Any:
    """Anybody who is signed in; what they see is a matter of data scope, or their own."""

    async def guard(_: CurrentPrincipal) -> None:
        return None

    return _declared(guard, "signed_in", "")


def public(why: str) -> Any:
    """Nobody needs to be signed in; `why` says the reason."""

    async def guard() -> None:
        return None

    return _declared(guard, "public", why)


def _declared(guard: Callable[..., Coroutine[Any, Any, None]], kind: str, text: str) -> Any:
    guard.access = (kind, text)  # type: ignore[attr-defined]
    return Depends(guard)


def routes_of(app: FastAPI) -> list[RouteContext]:
    """Every API route of an application, those of included routers with their full paths."""
    return [route for route in iter_route_contexts(app.routes) if isinstance(route.original_route, APIRoute)]


def access_of(route: APIRoute | RouteContext) -> tuple[str, str] | None:
    """(kind, text) of a route's declaration, or None where it has none."""
    for dependency in route.dependencies:
        access: tuple[str, str] | None = getattr(dependency.dependency, "access", None)
        if access is not None:
            return access
    return None


def check_routes(app: FastAPI) -> None:
    """Refuses an application in which a route has not said who may use it."""
    missing = [str(route.path) for route in routes_of(app) if access_of(route) is None]
    if missing:
        raise RuntimeError(f"routes without require(), signed_in() or public(): {', '.join(missing)}")
