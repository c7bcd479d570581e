"""The pages of this service. Those that the manual does not number stand in its section 1 after those that it does."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from kit.http.principal import CurrentPrincipal, signed_in
from kit.manifest import Page

router = APIRouter(prefix="/api/auth")

# A page is listed here when it exists: (the permission that opens it, the page).
PAGES: tuple[tuple[str, Page], ...] = (
    (
        "auth:dictionaries:read",
        Page(leaf="1.1", title="字典管理", screen="dictionaries", key="dictionaries", path="/system/dictionaries"),
    ),
    (
        "auth:departments:read",
        Page(
            leaf="1.organisation",
            title="组织机构",
            screen="organisation",
            key="organisation",
            path="/system/organisation",
        ),
    ),
    ("auth:users:read", Page(leaf="1.users", title="人员账号", screen="users", key="users", path="/system/users")),
    ("auth:audit:read", Page(leaf="1.audit", title="审计日志", screen="audit", key="audit", path="/system/audit")),
    ("auth:roles:read", Page(leaf="1.roles", title="角色权限", screen="roles", key="roles", path="/system/roles")),
    (
        "auth:sessions:read",
        Page(leaf="1.sessions", title="登录会话", screen="sessions", key="sessions", path="/system/sessions"),
    ),
)


@router.get("/_manifest", dependencies=[signed_in()])
def manifest(who: CurrentPrincipal) -> dict[str, Any]:
    """The pages that the caller may open."""
    return {"service": "auth", "pages": [page.model_dump() for permission, page in PAGES if who.may(permission)]}
