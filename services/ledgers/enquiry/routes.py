"""GET /api/ledgers/certificates: people and their certificates."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import AfterValidator

from kit.db import today
from kit.http.principal import CurrentPrincipal, signed_in
from kit.http.session import SessionDep
from services.ledgers.enquiry import people

router = APIRouter(prefix="/api/ledgers/certificates", tags=["证书查询"])


def _no_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("NUL")
    return text


Word = Annotated[str, Query(min_length=1, max_length=50), AfterValidator(_no_nul)]


# Which certificates count follows from the ledgers that the person may read (people.readable).
@router.get("", dependencies=[signed_in()], summary="按部门和人员查询证书")
def holders(
    session: SessionDep,
    who: CurrentPrincipal,
    department: UUID | None = None,
    q: Word | None = None,
    state: Literal["valid", "expiring", "review_due", "expired", "cancelled"] | None = None,
    ledger: Annotated[str, Query(pattern=r"^[a-z-]{1,40}$")] | None = None,
    page: Annotated[int, Query(ge=1, le=500)] = 1,
    size: Annotated[int, Query(ge=1, le=200)] = 20,
) -> dict[str, Any]:
    """People by name, with how many certificates they hold in which state, and what is due next."""
    wanted = people.Wanted(department=department, q=q, state=state, ledger=ledger)
    return people.page(session, who, wanted, today(), page, size)


@router.get("/of/{slug}/{id}", dependencies=[signed_in()], summary="一个人的全部证书")
def one_person(
    slug: Annotated[str, Path(pattern=r"^[a-z-]{1,40}$")], id: UUID, session: SessionDep, who: CurrentPrincipal
) -> dict[str, Any]:
    """All certificates of the holder of this one, over the four ledgers."""
    return people.person(session, who, slug, id)
