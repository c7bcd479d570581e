"""What workflow does when a due date comes near, and when it is renewed.

Events come repeated and in any order, so the state is a function of the newest facts alone: a notice is closed exactly
when the newest renewal of its subject is at least as new as the row that the notice warned about, and does not confirm
the notice's own date. A renewal that arrives first waits on the subject as a tombstone."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Integer, cast, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from contracts.events import LedgerFindingFound, LedgerRowExpiring, LedgerRowRenewed, LedgerRowShort
from kit import log
from kit.db import now, uuid7
from services.workflow.notices.models import Notice, NoticeRecipient, NoticeRule, NoticeSubject
from services.workflow.notices.rules import EXPIRY, FINDING, SHORTAGE, recipients

_log = log.get(__name__)

SOURCE = "ledgers"
HEAL_BATCH = 500


def warn(session: Session, event: LedgerRowExpiring) -> None:
    """One notice for (row, due field, due date, threshold), and one copy of it for each person whom the rules name."""
    _tell(
        session, event, EXPIRY, event.due_field, due_on=event.due_on, threshold=event.threshold, label=event.due_label
    )


def warn_of_shortage(session: Session, event: LedgerRowShort) -> None:
    """One notice for each fall below the minimum; the day of the fall stands for the date."""
    label = f"{event.label} {event.value}，低于{event.limit_label} {event.limit}"
    _tell(session, event, SHORTAGE, event.field, due_on=event.fell_on, threshold=0, label=label)


def warn_of_finding(session: Session, event: LedgerFindingFound) -> None:
    """One notice for each time that several rows are found not to be right together; the day stands for the date."""
    _tell(
        session, event, FINDING, event.field, due_on=event.found_on, threshold=0, label=event.label, search=event.search
    )


def _tell(
    session: Session,
    event: LedgerRowExpiring | LedgerRowShort | LedgerFindingFound,
    kind: str,
    field: str,
    *,
    due_on: date,
    threshold: int,
    label: str,
    search: str | None = None,
) -> None:
    subject = _locked_subject(session, event.ledger, event.row_id, field)
    notice = session.scalars(
        select(Notice).where(Notice.subject_id == subject.id, Notice.due_on == due_on, Notice.threshold == threshold)
    ).one_or_none()
    if notice is not None and notice.row_version >= event.row_version:
        return
    if notice is None:
        notice = Notice(
            id=uuid7(), subject_id=subject.id, kind=kind, due_on=due_on, threshold=threshold, vacant=[], escalated=0
        )
        session.add(notice)
    # A newer row with the same date (corrected name, other department) replaces what the notice says and whom it reaches.
    notice.level = event.level
    notice.row_version = event.row_version
    notice.title = event.title
    notice.type_title = event.ledger_title
    notice.due_label = label
    notice.search = search
    notice.department_id = event.department_id
    notice.owner_id = event.owner_id
    session.flush()
    _assign(session, notice, keep=False)
    _settle(session, subject)


def renew(session: Session, event: LedgerRowRenewed) -> None:
    """Closes what the renewal answers, and remembers it for warnings that are still on their way."""
    subject = _locked_subject(session, event.ledger, event.row_id, event.due_field)
    told = _renewal_order(event.row_version, event.due_on, event.reason)
    if subject.renewed_version is not None and subject.renewed_reason is not None:
        known = _renewal_order(subject.renewed_version, subject.renewed_due_on, subject.renewed_reason)
        if told <= known:
            return
    subject.renewed_version = event.row_version
    subject.renewed_due_on = event.due_on
    subject.renewed_reason = event.reason
    session.flush()
    _settle(session, subject)


def heal(session: Session) -> int:
    """Looks again for people where a notice found nobody for one of its rules: the directory's copy may have come later
    than the warning, or the post was vacant. Only adds people. Returns how many notices found everybody now."""
    waiting = session.scalars(
        select(Notice)
        .where(Notice.vacant != [], Notice.closed_at.is_(None))
        .order_by(func.random())  # a post that stays vacant must not keep the others waiting
        .limit(HEAL_BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for notice in waiting:
        _assign(session, notice, keep=True)
    return sum(1 for notice in waiting if not notice.vacant)


def escalate(session: Session, on: date) -> int:
    """Tells those whom the rules name for notices that are still open after some days. Returns for how many notices
    somebody else was told."""
    waited = literal(on, Date) - cast(func.timezone("Asia/Shanghai", Notice.created_at), Date)
    due = (
        select(Notice.id, func.max(NoticeRule.after_days).label("days"))
        .join(NoticeRule, (NoticeRule.kind == Notice.kind) & (NoticeRule.level == Notice.level))
        .where(
            Notice.closed_at.is_(None),
            NoticeRule.enabled,
            NoticeRule.after_days > Notice.escalated,
            cast(waited, Integer) >= NoticeRule.after_days,
        )
        .group_by(Notice.id)
        .subquery()
    )
    rows = session.execute(
        select(Notice, due.c.days).join(due, due.c.id == Notice.id).order_by(Notice.id).with_for_update(of=Notice)
    ).all()
    for notice, days in rows:
        notice.escalated = days
        _assign(session, notice, keep=True)
    return len(rows)


def _locked_subject(session: Session, type_: str, ref_id: UUID, due_field: str) -> NoticeSubject:
    """The subject, made when it is new, and locked either way until the transaction ends: a warning and a renewal that
    are handled at the same moment would otherwise not see one another."""
    statement = insert(NoticeSubject).values(id=uuid7(), service=SOURCE, type=type_, ref_id=ref_id, due_field=due_field)
    statement = statement.on_conflict_do_update(
        index_elements=["service", "type", "ref_id", "due_field"], set_={"due_field": statement.excluded.due_field}
    )
    return session.scalars(statement.returning(NoticeSubject), execution_options={"populate_existing": True}).one()


def _renewal_order(version: int, due_on: date | None, reason: str) -> tuple[Any, ...]:
    """Of two renewals at one version, the one that closes everything counts as the newer."""
    return version, due_on is None, due_on or date.min, reason


def _settle(session: Session, subject: NoticeSubject) -> None:
    """Closes or reopens the subject's notices as its newest renewal says."""
    for notice in session.scalars(select(Notice).where(Notice.subject_id == subject.id)):
        answered = (
            subject.renewed_version is not None
            and subject.renewed_version >= notice.row_version
            and subject.renewed_due_on != notice.due_on
        )
        if answered:
            notice.close_reason = subject.renewed_reason
            if notice.closed_at is None:
                notice.closed_at = now()
                _copies(session, notice, closed_at=notice.closed_at)
        elif notice.closed_at is not None:
            # The date went back to what it was: the warning holds again, and has to be seen again.
            notice.closed_at = notice.close_reason = None
            _copies(session, notice, closed_at=None, read_at=None, notified_at=now())
    session.flush()


def _copies(session: Session, notice: Notice, **values: Any) -> None:
    session.execute(update(NoticeRecipient).where(NoticeRecipient.notice_id == notice.id).values(**values))


def _assign(session: Session, notice: Notice, *, keep: bool) -> None:
    """Gives each recipient a copy; without `keep`, takes it from those whom the rules no longer name."""
    found = recipients(
        session, notice.kind, notice.level, notice.department_id, notice.owner_id, waited=notice.escalated
    )
    if not keep:
        session.execute(
            delete(NoticeRecipient).where(
                NoticeRecipient.notice_id == notice.id, NoticeRecipient.person_id.not_in(found.people)
            )
        )
    if found.people:
        rows = [
            {"notice_id": notice.id, "person_id": person, "reason": reason, "closed_at": notice.closed_at}
            for person, reason in sorted(found.people.items())
        ]
        session.execute(insert(NoticeRecipient).values(rows).on_conflict_do_nothing())
    if found.vacant and found.vacant != notice.vacant:
        report = _log.warning if found.people else _log.error
        report(
            "notice_recipient_vacant",
            notice=str(notice.id),
            department=str(notice.department_id),
            level=notice.level,
            vacant=found.vacant,
            people=len(found.people),
        )
    notice.vacant = found.vacant
    session.flush()
