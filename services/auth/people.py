"""People and their accounts."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from contracts.principal import Principal
from kit.db import now, today, uuid7
from kit.directory import scope_clause
from kit.errors import NotFound, VersionConflict
from kit.fields import FieldSpec, Lookups, Wrong, parser
from kit.sealing import Sealed
from services.auth.departments import Department
from services.auth.models import Base

if TYPE_CHECKING:
    from services.auth.access import UserRole

USERNAME = r"^[a-z][a-z0-9._-]{1,31}$"


class User(Base):
    """A person of the company, in a main department and perhaps in further ones, with an account or without. `version`
    grows with everything that changes what they are or may do: a token that was issued for an older version is refused.

    Nobody is ever removed: what a person did names them for good. Whoever leaves is disabled."""

    __tablename__ = "user_account"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    # What an account is called. It stays when the account is withdrawn, so that nobody else is ever called so.
    username: Mapped[str | None] = mapped_column(unique=True)
    name: Mapped[str]
    employee_no: Mapped[str | None] = mapped_column(unique=True)
    post: Mapped[str | None]
    # Sealed: in the database as a token, found by its exact value (kit.sealing).
    phone: Mapped[str | None] = mapped_column(Sealed("user_account.phone", "phone"))
    department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"), index=True)
    password_hash: Mapped[str | None]
    password_changed_at: Mapped[datetime | None]
    # A password that was set by somebody else has to be changed before anything else, and dies at this time.
    must_change: Mapped[bool] = mapped_column(default=False)
    password_expires_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    disabled_reason: Mapped[str | None]
    # Accounts of the demo company cannot sign in anywhere but in the embedded demo.
    demo: Mapped[bool] = mapped_column(default=False)
    last_login_at: Mapped[datetime | None]
    # When it was last enabled by hand: days without a sign-in are counted from here as well.
    enabled_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=now)

    department: Mapped[Department] = relationship(lazy="joined", innerjoin=True)
    roles: Mapped[list[UserRole]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by="UserRole.role"
    )
    further_departments: Mapped[list[UserDepartment]] = relationship(lazy="selectin", cascade="all, delete-orphan")

    __table_args__ = (
        CheckConstraint("username = lower(username)", name="username_lower"),
        CheckConstraint("username IS NOT NULL OR password_hash IS NULL", name="account"),
        Index("ix_user_account_name", "name"),
    )

    @property
    def active(self) -> bool:
        """Whether the person is with the company, and an account of theirs may be used."""
        return self.disabled_at is None

    @property
    def has_account(self) -> bool:
        """Whether the person can sign in. Without a password, nothing that is typed is right."""
        return self.password_hash is not None


class UserDepartment(Base):
    """A further department of a person, beside the main one."""

    __tablename__ = "user_department"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True)
    department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"), primary_key=True, index=True)

    department: Mapped[Department] = relationship(lazy="joined", innerjoin=True)


class PasswordHistory(Base):
    """A password that a person had; the last five are not taken again (profile dengbao)."""

    __tablename__ = "password_history"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    password_hash: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=now)


# What a phone may look like is said once, for the form, the API and the workbook.
PHONE = FieldSpec(
    key="phone", title="联系电话", kind="phone", fixed_line=True, personal=True, max_length=24, example="13800000000",
    aliases=("电话", "手机", "手机号", "手机号码"),
)  # fmt: skip


def clean_phone(raw: str) -> str | None:
    """A phone as it is kept; ValueError with a sentence for people when it is none."""
    value = parser(PHONE, Lookups(today()))(raw)
    if isinstance(value, Wrong):
        raise ValueError(value.message)
    return None if value is None else str(value)


def mask_phone(phone: str | None) -> str | None:
    """138****1234: enough to recognise a number, not enough to call it."""
    if not phone:
        return None
    return re.sub(r"^(.{3}).*(.{4})$", r"\1****\2", phone) if len(phone) >= 8 else "****"


def find(session: Session, user_id: UUID, *, version: int | None = None) -> User:
    """The person, locked when a `version` is expected of them."""
    query = select(User).where(User.id == user_id)
    row = session.scalar(query.with_for_update(of=User) if version is not None else query)
    if row is None:
        raise NotFound
    if version is not None and row.version != version:
        raise VersionConflict(current=as_json(row, personal=False))
    return row


def seen_by(principal: Principal) -> ColumnElement[bool]:
    """Whether a person exists for somebody: they are of a department in the caller's reach, be it a further one."""
    further = User.further_departments.any(scope_clause(principal, UserDepartment.department_id))
    return or_(scope_clause(principal, User.department_id, User.id), further)


def refuse_unseen(session: Session, principal: Principal, user_id: UUID) -> None:
    """`NotFound` for a person outside the caller's data scope: for them there is none."""
    if session.scalar(select(User.id).where(User.id == user_id, seen_by(principal))) is None:
        raise NotFound


def by_username(session: Session, username: str) -> User | None:
    """The account of this name, in whatever case it was typed."""
    return session.scalar(select(User).where(User.username == username))


def count(session: Session) -> int:
    """How many accounts there are."""
    return session.scalar(select(func.count()).select_from(User)) or 0


def as_json(row: User, *, personal: bool) -> dict[str, Any]:
    """A person as the API shows them; the phone is whole only for those who may see personal data."""
    return {
        "id": str(row.id),
        "username": row.username,
        "name": row.name,
        "employee_no": row.employee_no,
        "post": row.post,
        "phone": row.phone if personal else mask_phone(row.phone),
        "department": _named(row.department),
        "further_departments": [
            _named(entry.department) for entry in sorted(row.further_departments, key=lambda one: one.department.path)
        ],
        "roles": [grant.as_json() for grant in row.roles],
        "account": row.has_account,
        "active": row.active,
        "disabled_reason": row.disabled_reason,
        "must_change_password": row.must_change,
        "last_login_at": row.last_login_at.isoformat() if row.last_login_at else None,
        "version": row.version,
    }


def _named(row: Department) -> dict[str, Any]:
    return {"id": str(row.id), "name": row.name, "closed": row.closed_on is not None}
