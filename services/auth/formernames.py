"""What departments were called, until when: a row of five years ago is read by people who know only today's names."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from contracts.principal import Principal
from kit.db import now, uuid7
from services.auth.models import Base

REASONS = {
    "rename": "更名",
    "recode": "变更编码",
    "move": "变更上级",
    "merge": "并入其他单位",
    "reopen": "恢复",
}


class DepartmentName(Base):
    """A name, full name or code that a department had, until `until`. The full name is that of its day: it says where the
    department stood."""

    __tablename__ = "department_name"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"))
    name: Mapped[str]
    full_name: Mapped[str]
    code: Mapped[str]
    reason: Mapped[str]
    until: Mapped[datetime] = mapped_column(default=now)
    changed_by: Mapped[UUID | None]
    changed_by_name: Mapped[str | None]

    __table_args__ = (Index("ix_department_name_department", "department_id", "until"),)


def note(
    session: Session,
    principal: Principal | None,
    department_id: UUID,
    *,
    name: str,
    full_name: str,
    code: str,
    reason: str,
) -> None:
    """Keeps what a department was called until now."""
    session.add(
        DepartmentName(
            department_id=department_id,
            name=name,
            full_name=full_name,
            code=code,
            reason=reason,
            changed_by=principal.user_id if principal else None,
            changed_by_name=principal.name if principal else None,
        )
    )


def history(session: Session, department_id: UUID, created_at: datetime) -> list[dict[str, Any]]:
    """Who was called what from when until when, newest first. A name began when the one before it ended."""
    rows = session.scalars(
        select(DepartmentName)
        .where(DepartmentName.department_id == department_id)
        .order_by(DepartmentName.until, DepartmentName.id)
    )
    found: list[dict[str, Any]] = []
    since = created_at
    for row in rows:
        found.append(
            {
                "name": row.name,
                "full_name": row.full_name,
                "code": row.code,
                "since": since,
                "until": row.until,
                "reason": row.reason,
                "reason_label": REASONS.get(row.reason, row.reason),
                "changed_by_name": row.changed_by_name,
            }
        )
        since = row.until
    return found[::-1]


def matching(session: Session, text: str) -> dict[UUID, list[str]]:
    """The departments that once had a name with this text in it, with those names."""
    query = select(DepartmentName.department_id, DepartmentName.name).where(
        DepartmentName.name.icontains(text, autoescape=True)
    )
    found: dict[UUID, list[str]] = {}
    for id_, name in session.execute(query.distinct()):
        found.setdefault(id_, []).append(name)
    return found
