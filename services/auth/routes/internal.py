"""What the other services ask. The gateway does not route /internal."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from contracts.principal import Principal
from kit.errors import NotFound
from kit.http.principal import public
from kit.http.revocation import RevocationFeed
from kit.http.session import SessionDep
from services.auth import delegating, sessions
from services.auth.access import principal_of
from services.auth.people import User
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


@router.get(
    "/principals/{user_id}",
    dependencies=[
        public("asked by services for a person who is not there, such as the owner of a calendar; no credential")
    ],
    response_model=Principal,
)
def principal(user_id: UUID, session: SessionDep) -> Principal:
    """What a person may do now; 404 when they may not sign in."""
    user = session.get(User, user_id)
    if user is None or not user.active:
        raise NotFound
    return principal_of(user, UUID(int=0))
