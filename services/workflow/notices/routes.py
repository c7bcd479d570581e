"""A person's own notices: list, mark read. Nobody sees another's; what is not yours does not exist."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from starlette.responses import Response

from contracts.principal import Principal
from kit import audit
from kit.db import now, today
from kit.errors import FieldError, Invalid, NotFound
from kit.http.principal import CurrentPrincipal, signed_in
from kit.http.session import SessionDep
from services.workflow.notices import reading
from services.workflow.notices.models import Notice, NoticeRecipient, NoticeSubject
from services.workflow.notices.reading import GroupQuery, Level, NoticeFilter, NoticeGroup, NoticeQuery
from services.workflow.notices.wording import title_of

router = APIRouter(prefix="/api/workflow/notices", tags=["提醒"])

MAX_OFFSET = 10_000_000


class NoticeRef(BaseModel):
    """The row that the notice is about; where it is about several rows, `search` finds them in the list."""

    service: str
    type: str
    id: UUID
    search: str | None = None


class NoticeItem(BaseModel):
    """One notice as its recipient sees it today."""

    id: UUID
    kind: str
    title: str
    ledger_title: str
    department_id: UUID
    department_name: str | None
    ref: NoticeRef
    due_on: date
    threshold: int = Field(description="days before the date; -1 when it had passed")
    level: Level
    read_at: datetime | None
    created_at: datetime
    closed_at: datetime | None
    close_reason: Literal["changed", "deleted", "retired", "replaced", "refilled", "mended", "done"] | None


class NoticePage(BaseModel):
    """A page of the list; `unread` is the bell's number, whatever the filters are."""

    items: list[NoticeItem]
    total: int
    page: int
    size: int
    unread: int


class NoticeGroups(BaseModel):
    """The notices counted by ledger and department."""

    items: list[NoticeGroup]
    total: int


class ReadAll(BaseModel):
    """How many notices were marked."""

    read: int


@router.get("", dependencies=[signed_in()], summary="我的提醒", response_model=NoticePage)
def list_notices(
    request: Request, session: SessionDep, who: CurrentPrincipal, query: Annotated[NoticeQuery, Query()]
) -> Response:
    """Newest first, or the nearest date first. The answer has an ETag: a bell that asks again with If-None-Match gets 304 and
    no body."""
    if (query.page - 1) * query.size > MAX_OFFSET:
        raise Invalid("页码过大", errors=[FieldError(("query", "page"), "page_too_large", "页码过大，请缩小查询范围")])
    on, found = today(), reading.conditions(query, who)
    rows = session.execute(
        reading.own()
        .where(*found)
        .order_by(*reading.order(query, on))
        .limit(query.size)
        .offset((query.page - 1) * query.size)
    ).all()
    page = NoticePage(
        items=[_item(*row, on) for row in rows],
        total=session.scalar(reading.own().where(*found).with_only_columns(func.count())) or 0,
        page=query.page,
        size=query.size,
        unread=session.scalar(select(func.count()).select_from(NoticeRecipient).where(*reading.unread(who))) or 0,
    )
    body = page.model_dump_json().encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Vary": "Authorization"}
    if tag in (known.strip().removeprefix("W/") for known in request.headers.get("if-none-match", "").split(",")):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


@router.get("/groups", dependencies=[signed_in()], summary="我的提醒：按台账和部门汇总")
def grouped(session: SessionDep, who: CurrentPrincipal, query: Annotated[GroupQuery, Query()]) -> NoticeGroups:
    """How many there are by ledger and department: hundreds of notices are worked through a group at a time."""
    found = reading.groups(session, query, who)
    return NoticeGroups(items=found, total=sum(group.total for group in found))


@router.post("/read-all", dependencies=[signed_in()], summary="全部标为已读")
def read_all(session: SessionDep, who: CurrentPrincipal, query: Annotated[NoticeFilter, Query()]) -> ReadAll:
    """Marks every unread notice of the caller, or those that the filters mean."""
    wanted = list(reading.matching(query))
    mine = update(NoticeRecipient).where(*reading.unread(who))
    if wanted:
        meant = select(Notice.id).join(NoticeSubject, NoticeSubject.id == Notice.subject_id).where(*wanted)
        mine = mine.where(NoticeRecipient.notice_id.in_(meant))
    marked = session.scalars(mine.values(read_at=now()).returning(NoticeRecipient.notice_id)).all()
    if marked:
        audit.record(session, who, "notice.read_all", "notice", detail={"count": len(marked)})
    return ReadAll(read=len(marked))


@router.post("/{notice_id}/read", dependencies=[signed_in()], summary="标为已读")
def read(notice_id: UUID, session: SessionDep, who: CurrentPrincipal) -> NoticeItem:
    """Marks one notice as read (已阅); a second time changes nothing."""
    marked = session.scalars(
        update(NoticeRecipient)
        .where(
            NoticeRecipient.person_id == who.user_id,
            NoticeRecipient.notice_id == notice_id,
            NoticeRecipient.read_at.is_(None),
        )
        .values(read_at=now())
        .returning(NoticeRecipient.notice_id)
    ).all()
    if marked:
        audit.record(session, who, "notice.read", "notice", notice_id)
    return _one(session, who, notice_id)


def _one(session: Session, who: Principal, notice_id: UUID) -> NoticeItem:
    row = session.execute(
        reading.own().where(NoticeRecipient.person_id == who.user_id, NoticeRecipient.notice_id == notice_id),
        execution_options={"populate_existing": True},
    ).one_or_none()
    if row is None:
        raise NotFound
    return _item(*row, today())


def _item(
    copy: NoticeRecipient, notice: Notice, subject: NoticeSubject, department: str | None, on: date
) -> NoticeItem:
    return NoticeItem.model_validate(
        {
            "id": notice.id,
            "kind": notice.kind,
            "title": title_of(notice, on),
            "ledger_title": notice.type_title,
            "department_id": notice.department_id,
            "department_name": department,
            "ref": {"service": subject.service, "type": subject.type, "id": subject.ref_id, "search": notice.search},
            "due_on": notice.due_on,
            "threshold": notice.threshold,
            "level": notice.level,
            "read_at": copy.read_at,
            "created_at": copy.notified_at,
            "closed_at": copy.closed_at,
            "close_reason": notice.close_reason,
        }
    )
