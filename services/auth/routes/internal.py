"""What the other services ask. The gateway does not route /internal."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from kit.http.principal import public
from kit.http.revocation import RevocationFeed
from kit.http.session import SessionDep
from services.auth import delegating, sessions
from services.auth.routes.edge import Moment

router = APIRouter(prefix="/internal", include_in_schema=False)


@router.get(
    "/revocations",
    dependencies=[public("asked by services every two seconds; names ids that are no credentials")],
    response_model=RevocationFeed,
)
def revocations(
    session: SessionDep, at: Moment, since: Annotated[AwareDatetime | None, Query()] = None
) -> dict[str, Any]:
    """Sessions and versions of people that were ended after the cursor `since`. A loan of a role that begins or ends by
    the clock is told in this very answer."""
    delegating.turn(session, at)
    cursor: datetime | None = since
    return sessions.feed(session, cursor)
