"""GET /api/ledgers/certificates: people, their certificates, and those that they lack."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import AfterValidator, BaseModel, Field

from kit import audit
from kit.db import today
from kit.errors import Invalid
from kit.fields import mask
from kit.http.principal import CurrentPrincipal, signed_in
from kit.http.recent import refuse_large_export
from kit.http.session import SessionDep
from services.ledgers.checks.judging import State
from services.ledgers.enquiry import people, workbook
from services.ledgers.enquiry.missing import Lack, Missing, Named, Wanted
from services.ledgers.quotas import EXPORTS
from services.ledgers.workbooks import answer, file_name

router = APIRouter(prefix="/api/ledgers/certificates", tags=["证书查询"])


def _no_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("NUL")
    return text


Word = Annotated[str, Query(min_length=1, max_length=50), AfterValidator(_no_nul)]
PostValue = Annotated[str, Query(min_length=1, max_length=64), AfterValidator(_no_nul)]


class MissingOut(BaseModel):
    """One page of what people lack, and how many people that are; `posts` are those that require something."""

    items: list[Lack]
    total: int
    people: int = Field(description="of how many people the whole list tells")
    page: int
    size: int
    posts: list[Named]


# Which certificates count follows from the ledgers that the person may read (people.readable).
@router.get("", dependencies=[signed_in()], summary="按部门和人员查询证书")
def holders(
    session: SessionDep,
    who: CurrentPrincipal,
    department: UUID | None = None,
    q: Word | None = None,
    state: Literal["valid", "expiring", "review_due", "review_overdue", "expired", "cancelled"] | None = None,
    ledger: Annotated[str, Query(pattern=r"^[a-z-]{1,40}$")] | None = None,
    page: Annotated[int, Query(ge=1, le=500)] = 1,
    size: Annotated[int, Query(ge=1, le=200)] = 20,
) -> dict[str, Any]:
    """People by name, with how many certificates they hold in which state, and what is due next."""
    wanted = people.Wanted(department=department, q=q, state=state, ledger=ledger)
    return people.page(session, who, wanted, today(), page, size)


@router.get("/missing", dependencies=[signed_in()], summary="缺证：岗位要求而没有有效证书的人员")
def missing(
    session: SessionDep,
    who: CurrentPrincipal,
    department: UUID | None = None,
    q: Word | None = None,
    post: PostValue | None = None,
    state: State | None = None,
    page: Annotated[int, Query(ge=1, le=500)] = 1,
    size: Annotated[int, Query(ge=1, le=200)] = 20,
) -> MissingOut:
    """What the people whom one may see lack today of what their posts require (字典 岗位持证要求)."""
    found = Missing(session, who, today())
    lacks = found.of(Wanted(department=department, q=q, post=post, state=state))
    return MissingOut(
        items=lacks[(page - 1) * size : page * size],
        total=len(lacks),
        people=len({lack.key.partition(":")[0] for lack in lacks}),
        page=page,
        size=size,
        posts=[Named(id=one.value, name=one.label) for one in found.choices()],
    )


@router.get(
    "/missing/export.xlsx",
    dependencies=[signed_in(), EXPORTS.dependency()],
    summary="导出缺证人员",
    response_class=Response,
)
def export_missing(
    request: Request,
    session: SessionDep,
    who: CurrentPrincipal,
    department: UUID | None = None,
    q: Word | None = None,
    post: PostValue | None = None,
    state: State | None = None,
) -> Response:
    """The same list as a workbook."""
    lacks = Missing(session, who, today()).of(Wanted(department=department, q=q, post=post, state=state))
    if len(lacks) > workbook.MOST_ROWS:
        raise Invalid(f"导出不能超过 {workbook.MOST_ROWS:,} 行，请先缩小查询范围", code="too_many_rows")
    refuse_large_export(request.app.state.settings, who, len(lacks))
    # An identity number that was searched for is not written into the trail.
    asked = {"department": str(department) if department else None, "q": mask(q), "post": post, "state": state}
    detail = {"rows": len(lacks), **{key: value for key, value in asked.items() if value is not None}}
    audit.record(session, who, "certificates.missing_export", "certificates", None, detail=detail)
    return answer(workbook.made(lacks), file_name("缺证人员"))


@router.get("/of/{slug}/{id}", dependencies=[signed_in()], summary="一个人的全部证书")
def one_person(
    slug: Annotated[str, Path(pattern=r"^[a-z-]{1,40}$")], id: UUID, session: SessionDep, who: CurrentPrincipal
) -> dict[str, Any]:
    """All certificates of the holder of this one, over the four ledgers, and those that they lack."""
    return people.person(session, who, slug, id)
