"""What the other services ask. The gateway does not route /internal."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from kit.http.principal import public
from kit.http.revocation import RevocationFeed
from kit.http.session import SessionDep
from services.auth import sessions

router = APIRouter(prefix="/internal", include_in_schema=False)


@router.get(
    "/revocations",
    dependencies=[public("asked by services every two seconds; names ids that are no credentials")],
    response_model=RevocationFeed,
)
def revocations(session: SessionDep, since: Annotated[AwareDatetime | None, Query()] = None) -> dict[str, Any]:
    """Sessions and versions of people that were ended after the cursor `since`."""
    cursor: datetime | None = since
    return sessions.feed(session, cursor)
