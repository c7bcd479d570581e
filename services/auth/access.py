"""Roles, who holds them, and what follows: the principal of a person."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, object_session, relationship
from sqlalchemy.types import Text, Uuid

from contracts.principal import Grant, Principal, Scope, ScopeKind
from kit.db import now, today, uuid7
from services.auth.delegation import Delegation, borrowed_by
from services.auth.models import Base
from services.auth.people import User


class Role(Base):
    """What a role gives, and how far it reaches. `administrator` is the kind of the three administrators, or `none`."""

    __tablename__ = "role"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str] = mapped_column(default="")
    scope: Mapped[str]
    permissions: Mapped[list[str]] = mapped_column(ARRAY(Text))
    administrator: Mapped[str] = mapped_column(default="none")
    # Set when an administrator changed a seeded role; the seed then leaves it alone.
    customised: Mapped[bool] = mapped_column(default=False)
    # Whether a holder may lend it to somebody for some time (services.auth.delegating).
    delegable: Mapped[bool] = mapped_column(default=False)
    # A retired role gives nothing to those who hold it, and can be given to nobody.
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        CheckConstraint("administrator IN ('none', 'system', 'security', 'audit')", name="administrator"),
        CheckConstraint("scope IN ('company', 'subtree', 'department', 'own', 'chosen')", name="scope"),
        CheckConstraint("administrator = 'none' OR NOT delegable", name="administrators_are_not_lent"),
        UniqueConstraint("code", "administrator"),
    )


class UserRole(Base):
    """A person holds a role, perhaps for some time only. `department_ids` anchors the role's scope at other departments
    than the person's own; the scope `chosen` has no others.

    三员分立: the kind of administrator is repeated here under a foreign key, so that a unique index can see to it that no
    account holds two of them, whoever writes to this table."""

    __tablename__ = "user_role"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    role: Mapped[str]
    administrator: Mapped[str] = mapped_column(default="none")
    department_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), default=list)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    granted_by: Mapped[UUID | None]
    granted_at: Mapped[datetime] = mapped_column(default=now)

    definition: Mapped[Role] = relationship(lazy="joined", innerjoin=True, viewonly=True)

    __table_args__ = (
        ForeignKeyConstraint(["role", "administrator"], ["role.code", "role.administrator"], onupdate="CASCADE"),
        UniqueConstraint("user_id", "role"),
        Index(
            "uq_user_role_one_administrator",
            "user_id",
            unique=True,
            postgresql_where=text("administrator <> 'none'"),
        ),
        CheckConstraint("valid_to >= valid_from", name="dates"),
    )

    def valid(self, on: date) -> bool:
        """Whether the role is held on a day."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)

    def as_json(self) -> dict[str, Any]:
        """As the API shows it."""
        return {
            "code": self.role,
            "name": self.definition.name,
            "valid_from": self.valid_from.isoformat() if self.valid_from else None,
            "valid_to": self.valid_to.isoformat() if self.valid_to else None,
            "department_ids": [str(id_) for id_ in self.department_ids],
        }


def held(user: User, on: date | None = None) -> list[UserRole]:
    """The roles that a person holds on a day (today)."""
    day = on or today()
    return [grant for grant in user.roles if grant.valid(day) and grant.definition.retired_at is None]


def borrowed(user: User, at: datetime | None = None) -> list[tuple[Delegation, UserRole]]:
    """What a person has on loan at a moment (now), each with the lender's own grant of the role."""
    session = object_session(user)
    if session is None:
        return []
    moment = at or now()
    return [(loan, entry) for loan in borrowed_by(session, [user.id], moment).get(user.id, []) for entry in lent(loan)]


def lent(loan: Delegation) -> list[UserRole]:
    """The lender's grant that a loan stands on; nothing when they hold the role no longer, or it may not be lent any more."""
    return [entry for entry in held(loan.lender) if entry.role == loan.role and entry.definition.delegable]


def is_administrator(user: User) -> bool:
    """Whether the person is one of the three administrators today."""
    return any(grant.administrator != "none" for grant in held(user))


def principal_of(user: User, session_id: UUID) -> Principal:
    """What a person may do today. Somebody who first has to change their password may do nothing else."""
    loans = [] if user.must_change else borrowed(user)
    grants = [] if user.must_change else [grant_of(user, entry) for entry in held(user)]
    grants += [grant_of(loan.lender, entry) for loan, entry in loans]
    roles = [] if user.must_change else [entry.role for entry in held(user)]
    by_scope: dict[Scope, dict[str, None]] = {}
    for grant in grants:
        by_scope.setdefault(grant.scope, {}).update(dict.fromkeys(grant.permissions))
    sums = tuple(Grant(permissions=tuple(patterns), scope=scope) for scope, patterns in by_scope.items())
    return Principal(
        user_id=user.id,
        username=user.username or "",
        name=user.name,
        session_id=session_id,
        department_id=user.department_id,
        roles=tuple(dict.fromkeys([*roles, *(entry.role for _, entry in loans)])),
        permissions=tuple(dict.fromkeys(pattern for grant in grants for pattern in grant.permissions)),
        scope=Scope.union(grant.scope for grant in grants),
        grants=sums if len(sums) > 1 else (),
        version=user.version,
    )


def grant_of(user: User, entry: UserRole) -> Grant:
    """What a role gives to the person who holds it, and how far. Departments that were chosen for this person stand in
    place of their own."""
    kind = ScopeKind(entry.definition.scope)
    anchors: tuple[UUID, ...]
    if kind is ScopeKind.CHOSEN or (entry.department_ids and kind in (ScopeKind.SUBTREE, ScopeKind.DEPARTMENT)):
        anchors = tuple(entry.department_ids)
    elif kind in (ScopeKind.SUBTREE, ScopeKind.DEPARTMENT):
        anchors = (user.department_id, *(further.department_id for further in user.further_departments))
    else:
        anchors = ()
    return Grant(permissions=tuple(entry.definition.permissions), scope=Scope(kind=kind, department_ids=anchors))
