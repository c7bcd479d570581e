"""Two people for an administrator: one of the three offices is given or taken away by one administrator's request and
another's approval (reliability.md 3.2, 三员分立). What seeds and the command line do needs nobody else: whoever can run them
owns the machine."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from contracts.principal import Principal
from kit import audit
from kit.db import uuid7
from kit.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from services.auth import limits
from services.auth.access import Role
from services.auth.models import Base
from services.auth.people import User

PENDING = "pending"


class RoleRequest(Base):
    """Somebody asks that a person be given, or lose, one of the three offices."""

    __tablename__ = "role_request"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    role: Mapped[str]
    administrator: Mapped[str]
    action: Mapped[str]
    reason: Mapped[str]
    state: Mapped[str] = mapped_column(default=PENDING)
    requested_by: Mapped[UUID] = mapped_column(ForeignKey("user_account.id"))
    requested_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]
    remark: Mapped[str | None]

    person: Mapped[User] = relationship(foreign_keys=[user_id], lazy="joined", innerjoin=True, viewonly=True)
    requester: Mapped[User] = relationship(foreign_keys=[requested_by], lazy="joined", innerjoin=True, viewonly=True)
    decider: Mapped[User | None] = relationship(foreign_keys=[decided_by], lazy="joined", viewonly=True)
    definition: Mapped[Role] = relationship(lazy="joined", innerjoin=True, viewonly=True)

    __table_args__ = (
        ForeignKeyConstraint(["role", "administrator"], ["role.code", "role.administrator"], onupdate="CASCADE"),
        CheckConstraint("action IN ('grant', 'remove')", name="action"),
        CheckConstraint("state IN ('pending', 'approved', 'refused', 'withdrawn')", name="state"),
        CheckConstraint("administrator <> 'none'", name="administrator"),
        # The second person is another one, whoever writes to this table.
        CheckConstraint("state <> 'approved' OR decided_by <> requested_by", name="two_people"),
        Index("uq_role_request_pending", "user_id", "role", unique=True, postgresql_where=text("state = 'pending'")),
    )

    def as_json(self, at: datetime) -> dict[str, Any]:
        """As the API shows it; a request that nobody decided in time has expired."""
        expired = self.state == PENDING and self.expires_at <= at
        return {
            "id": str(self.id),
            "user": {"id": str(self.user_id), "name": self.person.name, "username": self.person.username},
            "role": {"code": self.role, "name": self.definition.name},
            "action": self.action,
            "reason": self.reason,
            "state": "expired" if expired else self.state,
            "requested_by": {"id": str(self.requested_by), "name": self.requester.name},
            "requested_at": self.requested_at.isoformat(),
            "expires_at": self.expires_at.isoformat(),
            "decided_by": {"id": str(self.decided_by), "name": self.decider.name} if self.decider else None,
            "decided_at": self.decided_at.isoformat() if self.decided_at else None,
            "remark": self.remark,
        }


def latest(session: Session) -> list[RoleRequest]:
    """The newest requests first; those that wait before those that are decided."""
    query = select(RoleRequest).order_by((RoleRequest.state == PENDING).desc(), RoleRequest.requested_at.desc())
    return list(session.scalars(query.limit(200)).unique())


def ask(
    session: Session, principal: Principal, person: User, code: str, action: str, reason: str, at: datetime
) -> RoleRequest:
    """A request for another administrator to decide."""
    role = session.get(Role, code)
    if role is None or role.administrator == "none":
        raise Invalid(
            errors=[FieldError(("body", "role"), "no_administrator", "只有三员角色需要申请，其他角色可直接授予")]
        )
    if person.id == principal.user_id:
        raise Forbidden("不能更改自己的角色", code="own_account")
    holds = {entry.role: entry.administrator for entry in person.roles}
    if (action == "grant") == (code in holds):
        done = "已经是" if action == "grant" else "不是"
        raise Conflict(f"{person.name}{done}{role.name}", code="nothing_to_change")
    if action == "grant" and any(kind != "none" for kind in holds.values()):
        raise Conflict("系统、安全、审计三类管理员不能由同一账号兼任", code="administrators_separated")
    for former in session.scalars(
        select(RoleRequest).where(
            RoleRequest.user_id == person.id, RoleRequest.role == code, RoleRequest.state == PENDING
        )
    ).unique():
        if former.expires_at > at:
            raise Conflict("同样的申请正在等待确认", code="already_requested")
        former.state = "withdrawn"
    session.flush()
    row = RoleRequest(
        id=uuid7(),
        user_id=person.id,
        role=code,
        administrator=role.administrator,
        action=action,
        reason=reason,
        requested_by=principal.user_id,
        requested_at=at,
        expires_at=at + timedelta(hours=limits.number(session, "role_request_hours")),
    )
    session.add(row)
    session.flush()
    session.refresh(row)
    audit.record(
        session, principal, "request_role", "user", person.id,
        after={"role": code, "action": action}, detail={"request": str(row.id), "reason": reason},
    )  # fmt: skip
    return row


def find(session: Session, request_id: UUID, at: datetime) -> RoleRequest:
    """A request that may still be decided, locked."""
    row = session.scalar(select(RoleRequest).where(RoleRequest.id == request_id).with_for_update(of=RoleRequest))
    if row is None:
        raise NotFound
    if row.state != PENDING:
        raise Conflict("此申请已处理", code="already_decided", current=row.as_json(at))
    if row.expires_at <= at:
        raise Conflict("此申请已过期，请重新提交", code="request_expired", current=row.as_json(at))
    return row


def decide(
    session: Session, principal: Principal, row: RoleRequest, state: str, remark: str | None, at: datetime
) -> None:
    """Marks a request as decided. Whoever asked may withdraw it, and nobody but another may approve or refuse it; nor may
    the person whom it is about."""
    if (state == "withdrawn") != (principal.user_id == row.requested_by):
        text_ = "只有申请人可以撤回申请" if state == "withdrawn" else "须由申请人以外的另一名管理员确认"
        raise Forbidden(text_, code="second_person_needed")
    if principal.user_id == row.user_id:
        raise Forbidden("不能确认与自己有关的申请", code="own_account")
    row.state, row.decided_by, row.decided_at, row.remark = state, principal.user_id, at, remark
    session.flush()
    session.refresh(row)
    audit.record(
        session, principal, f"{state}_role_request", "user", row.user_id,
        detail={"request": str(row.id), "role": row.role, "action": row.action, "remark": remark},
    )  # fmt: skip
