"""Looking something up in the trail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import ColumnElement, Text, cast, false, func, or_, select
from sqlalchemy.orm import Session

from kit.audit.tables import AuditLog
from kit.audit.values import Spoken, spoken
from kit.audit.words import Result, Words
from kit.directory.tables import DirectoryPerson

MOST_SIZE = 200
# Ids hold the millisecond in which they were made, a moment before `at` is taken; clocks of two processes may differ.
_SLACK = timedelta(seconds=5)

_Code = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00]*$")]


class AuditFilter(BaseModel):
    """Which rows; what is not given does not narrow. `user` is a user name or a person's name, `q` anything in a row."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    from_: AwareDatetime | None = Field(None, alias="from")
    to: AwareDatetime | None = None
    user: _Code | None = None
    action: _Code | None = None
    object_type: _Code | None = None
    object_id: _Code | None = None
    result: Result | None = None
    q: _Code | None = None


class AuditPage(AuditFilter):
    """A page of them, the newest first. Pages follow one another by `before`, the id of the last row seen: rows are added all
    the time, and ids of all services stand in one order, that of time."""

    size: Annotated[int, Field(ge=1, le=MOST_SIZE)] = 50
    before: UUID | None = None


class AuditEntry(BaseModel):
    """One action. `labels` are the titles of the keys of before, after and detail, `spoken` what their values are called (key →
    value → word), as far as they are known."""

    id: UUID
    at: datetime
    service: str
    user_id: UUID | None
    username: str | None
    name: str | None
    action: str
    action_title: str
    object_type: str
    object_title: str
    object_id: str | None
    result: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    detail: dict[str, Any] | None
    labels: dict[str, str]
    spoken: dict[str, dict[str, str]]
    address: str | None
    user_agent: str | None
    trace_id: str | None


def conditions(query: AuditFilter, words: Words) -> list[ColumnElement[bool]]:
    """The filter as SQL."""
    found: list[ColumnElement[bool]] = []
    if query.from_ is not None:
        found += [AuditLog.id >= _first_id(query.from_ - _SLACK), AuditLog.at >= query.from_]
    if query.to is not None:
        found += [AuditLog.id < _first_id(query.to + _SLACK), AuditLog.at < query.to]
    if query.user is not None:
        named = select(DirectoryPerson.id).where(DirectoryPerson.name == query.user)
        found.append(or_(AuditLog.username == query.user, AuditLog.user_id.in_(named)))
    if query.action is not None:
        found.append(_fits(AuditLog.action, query.action))
    if query.object_type is not None:
        found.append(_fits(AuditLog.object_type, query.object_type))
    if query.object_id is not None:
        found.append(AuditLog.object_id == query.object_id)
    if query.result is not None:
        found.append(AuditLog.result == query.result)
    if query.q is not None:
        found.append(_anywhere(query.q, words))
    return found


def _fits(column: Any, code: str) -> ColumnElement[bool]:
    # A pattern of the words (`ledgers:*:import`) is offered as one choice.
    if "*" in code:
        parts = [part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for part in code.split("*")]
        return column.like("%".join(parts))  # type: ignore[no-any-return]
    return column == code  # type: ignore[no-any-return]


def _anywhere(text: str, words: Words) -> ColumnElement[bool]:
    named = select(DirectoryPerson.id).where(DirectoryPerson.name.contains(text, autoescape=True))
    actions = [code for code, title in words.actions.items() if text in title]
    objects = [code for code, title in words.objects.items() if text in title]
    columns = (
        AuditLog.username, AuditLog.action, AuditLog.object_type, AuditLog.object_id, AuditLog.address,
        AuditLog.trace_id, cast(AuditLog.before, Text), cast(AuditLog.after, Text), cast(AuditLog.detail, Text),
    )  # fmt: skip
    return or_(
        *(column.icontains(text, autoescape=True) for column in columns),
        AuditLog.user_id.in_(named),
        *(_fits(AuditLog.action, code) for code in actions),
        *(_fits(AuditLog.object_type, code) for code in objects),
        false(),
    )


def _first_id(moment: datetime) -> UUID:
    """The smallest UUIDv7 of a moment."""
    milliseconds = min(max(int(moment.timestamp() * 1000), 0), (1 << 48) - 1)
    return UUID(int=milliseconds << 80)


def page(session: Session, service: str, query: AuditPage, words: Words) -> list[AuditEntry]:
    """The rows of a page."""
    where = conditions(query, words)
    if query.before is not None:
        where.append(AuditLog.id < query.before)
    rows = session.scalars(select(AuditLog).where(*where).order_by(AuditLog.id.desc()).limit(query.size)).all()
    names = _names(session, rows)
    labels = {kind: words.labels(kind) for kind in {row.object_type for row in rows}}
    said = spoken(session, rows, words)
    return [entry(service, row, names, words, labels[row.object_type], of) for row, of in zip(rows, said, strict=True)]


def count(session: Session, query: AuditFilter, words: Words, most: int) -> int:
    """How many rows there are, counting no further than `most` + 1."""
    some = select(AuditLog.id).where(*conditions(query, words)).limit(most + 1).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def stream(session: Session, service: str, query: AuditFilter, words: Words) -> Iterator[AuditEntry]:
    """All of them, the newest first, some at a time."""
    statement = select(AuditLog).where(*conditions(query, words)).order_by(AuditLog.id.desc())
    result = session.scalars(statement, execution_options={"yield_per": 1000})
    names: dict[UUID, str] = {}
    for portion in result.partitions():
        names |= _names(session, portion)
        for row, of in zip(portion, spoken(session, portion, words), strict=True):
            yield entry(service, row, names, words, words.labels(row.object_type), of)
            session.expunge(row)


def entry(
    service: str, row: AuditLog, names: Mapping[UUID, str], words: Words, labels: Mapping[str, str], said: Spoken
) -> AuditEntry:
    """One row as it is shown."""
    keys = {*(row.before or ()), *(row.after or ()), *(row.detail or ())}
    return AuditEntry(
        id=row.id, at=row.at, service=service,
        user_id=row.user_id, username=row.username, name=names.get(row.user_id) if row.user_id else None,
        action=row.action, action_title=words.action(row.action),
        object_type=row.object_type, object_title=words.object(row.object_type), object_id=row.object_id,
        result=row.result, before=row.before, after=row.after, detail=row.detail,
        labels={key: labels[key] for key in keys if key in labels}, spoken=said,
        address=row.address, user_agent=row.user_agent, trace_id=row.trace_id,
    )  # fmt: skip


def _names(session: Session, rows: Sequence[AuditLog]) -> dict[UUID, str]:
    ids = {row.user_id for row in rows if row.user_id is not None}
    if not ids:
        return {}
    found = session.execute(select(DirectoryPerson.id, DirectoryPerson.name).where(DirectoryPerson.id.in_(ids)))
    return {row.id: row.name for row in found}
