"""The pages of this service."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from kit.http.principal import signed_in

router = APIRouter(prefix="/api/auth")

# None yet: the menu shows exactly what exists, and the pages of system management are not built.
PAGES: tuple[dict[str, str], ...] = ()


@router.get("/_manifest", dependencies=[signed_in()])
def manifest() -> dict[str, Any]:
    """The pages that the caller may open."""
    return {"service": "auth", "pages": list(PAGES)}
