"""Which of a person's notices are meant, in which order, and how many there are of what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Date, Select, case, func, literal, or_, select
from sqlalchemy.orm import Session

from contracts.principal import Principal
from kit.directory.tables import DirectoryDepartment
from services.workflow.notices.models import Notice, NoticeRecipient, NoticeSubject

Level = Literal["yellow", "orange", "red", "overdue"]
LEVELS: tuple[Level, ...] = ("overdue", "red", "orange", "yellow")


def _no_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("NUL")
    return text


class NoticeFilter(BaseModel):
    """Which notices. `ledger` and `department` are those of the row, `q` is a part of what the notice says."""

    model_config = ConfigDict(extra="forbid")

    kind: Annotated[str, Field(max_length=50)] | None = None
    level: Level | None = None
    ledger: Annotated[str, Field(pattern=r"^[a-z-]{1,40}$")] | None = None
    department: UUID | None = None
    q: Annotated[str, Field(min_length=1, max_length=50), AfterValidator(_no_nul)] | None = None


class GroupQuery(NoticeFilter):
    """`unread=true`: what still wants attention, neither read nor closed."""

    unread: bool | None = None


class NoticeQuery(GroupQuery):
    """A page of the list. `nearest`: by the distance of the date from today, so that what can still be done in time, and what
    has just been missed, stands before what has been overdue for years."""

    sort: Literal["newest", "nearest"] = "newest"
    page: Annotated[int, Field(ge=1)] = 1
    size: Annotated[int, Field(ge=1, le=200)] = 20


class NoticeGroup(BaseModel):
    """How many notices there are about one ledger of one department."""

    ledger: str
    ledger_title: str
    department_id: UUID
    department_name: str | None
    total: int
    levels: dict[Level, int]


def own() -> Select[NoticeRecipient, Notice, NoticeSubject, str]:
    """Copies of notices with what they are about and the name of its department."""
    return (
        select(NoticeRecipient, Notice, NoticeSubject, DirectoryDepartment.name)
        .join(Notice, Notice.id == NoticeRecipient.notice_id)
        .join(NoticeSubject, NoticeSubject.id == Notice.subject_id)
        .outerjoin(DirectoryDepartment, DirectoryDepartment.id == Notice.department_id)
    )


def unread(who: Principal) -> tuple[ColumnElement[bool], ...]:
    """What still wants this person's attention."""
    return (
        NoticeRecipient.person_id == who.user_id,
        NoticeRecipient.read_at.is_(None),
        NoticeRecipient.closed_at.is_(None),
    )


def matching(query: NoticeFilter) -> Iterator[ColumnElement[bool]]:
    """The filters, on Notice and NoticeSubject."""
    if query.kind is not None:
        yield Notice.kind == query.kind
    if query.level is not None:
        yield Notice.level == query.level
    if query.ledger is not None:
        yield NoticeSubject.type == query.ledger
    if query.department is not None:
        yield Notice.department_id == query.department
    if query.q is not None:
        said = (Notice.title, Notice.due_label, Notice.type_title)
        yield or_(*(column.contains(query.q, autoescape=True) for column in said))


def conditions(query: GroupQuery, who: Principal) -> list[ColumnElement[bool]]:
    """The filters, and whose notices."""
    found = [NoticeRecipient.person_id == who.user_id]
    if query.unread is True:
        found = list(unread(who))
    elif query.unread is False:
        found.append(NoticeRecipient.read_at.is_not(None) | NoticeRecipient.closed_at.is_not(None))
    return [*found, *matching(query)]


def order(query: NoticeQuery, on: date) -> list[ColumnElement[Any]]:
    """The order of a page, made whole by the notice's id."""
    newest: list[ColumnElement[Any]] = [NoticeRecipient.notified_at.desc(), NoticeRecipient.notice_id.desc()]
    if query.sort == "newest":
        return newest
    today = literal(on, Date)
    # Equally far away, what is still to come is the more useful to know.
    return [func.abs(Notice.due_on - today), case((Notice.due_on >= today, 0), else_=1), *newest]


def groups(session: Session, query: GroupQuery, who: Principal) -> list[NoticeGroup]:
    """The notices counted by ledger and department, those with the most urgent ones first."""
    by_level = [func.count().filter(Notice.level == level) for level in LEVELS]
    mine = own().where(*conditions(query, who)).with_only_columns(
        NoticeSubject.type, func.max(Notice.type_title), Notice.department_id, func.max(DirectoryDepartment.name),
        func.count(), *by_level,
    )  # fmt: skip
    counted = mine.group_by(NoticeSubject.type, Notice.department_id).order_by(
        *(count.desc() for count in by_level), NoticeSubject.type, Notice.department_id
    )
    return [
        NoticeGroup(
            ledger=ledger,
            ledger_title=title,
            department_id=department,
            department_name=name,
            total=total,
            levels=dict(zip(LEVELS, levels, strict=True)),
        )
        for ledger, title, department, name, total, *levels in session.execute(counted)
    ]
