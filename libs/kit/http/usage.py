"""GET /api/{service}/_usage: how many rows of a service use the items of a dictionary. The page of dictionaries asks every
service with the caller's own token before an item is retired; a service that uses none answers with an empty list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit.http.principal import CurrentPrincipal, require
from kit.http.session import SessionDep


@dataclass(frozen=True, slots=True)
class Usage:
    """One place that uses a dictionary: what it is called, the field, and the number of rows by item."""

    key: str
    title: str
    field: str
    counts: dict[str, int]


# (session, who asks, code of the dictionary, one item or None for all) → the places that use it, unused ones too.
Counter = Callable[[Session, Principal, str, str | None], Sequence[Usage]]


def nothing(session: Session, principal: Principal, dictionary: str, value: str | None) -> Sequence[Usage]:
    """The counter of a service whose rows name no items."""
    return ()


def router(service: str, title: str, count: Counter) -> APIRouter:
    """The route of one service."""
    routes = APIRouter(prefix=f"/api/{service}", tags=["字典使用情况"])

    @routes.get(
        "/_usage",
        name=f"{service}_usage",
        summary="字典条目在本服务中的使用情况",
        dependencies=[require("auth:dictionaries:read")],
    )
    def usage(
        session: SessionDep,
        principal: CurrentPrincipal,
        dictionary: Annotated[str, Query(max_length=64)],
        value: Annotated[str | None, Query(max_length=64)] = None,
    ) -> dict[str, Any]:
        items = [asdict(entry) for entry in count(session, principal, dictionary, value)]
        return {"service": service, "title": title, "items": items}

    return routes
