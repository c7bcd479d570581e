"""How an installation gets its first people: from the command line of the machine it runs on, since no account ships with
it. Each of the three administrators gets a one-time password that has to be changed within a day."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kit.errors import Conflict, NotFound
from services.auth import accounts, departments, facts, passwords, tables  # noqa: F401  tables: every mapped class
from services.auth.access import Role, UserRole
from services.auth.departments import Department
from services.auth.granting import RoleAssignment
from services.auth.people import by_username

ADMINISTRATORS = (
    ("sysadmin", "系统维护人员", "system_maintainer"),
    ("secadmin", "安全管理员", "security_admin"),
    ("auditor", "审计管理员", "audit_admin"),
)


def first_administrators(session: Session, *, code: str, name: str, at: datetime) -> dict[str, str]:
    """Makes the company's root department and the three administrators of 等保; their user names with their one-time
    passwords. Refused once there is an administrator."""
    if session.scalar(select(UserRole.id).where(UserRole.administrator != "none").limit(1)) is not None:
        raise Conflict("已有管理员账号；忘记密码请使用 reset")
    if session.scalar(select(Role.code).limit(1)) is None:
        raise Conflict("还没有角色：请先执行 safework seed auth")
    root = session.scalar(select(Department).where(Department.parent_id.is_(None)))
    if root is None:
        root = departments.create(session, None, code=code, name=name, kind="company", parent_id=None)
        facts.departments_changed(session, [root])
    secrets = {}
    for username, title, role in ADMINISTRATORS:
        secrets[username] = passwords.one_time_password()
        values = {"username": username, "name": title, "department_id": root.id}
        user = accounts.create(session, None, values, passwords.hash_now(secrets[username]), at)
        accounts.assign_roles(session, None, user, [RoleAssignment(role)])
    return secrets


def reset(session: Session, username: str, *, at: datetime) -> str:
    """A one-time password for somebody who cannot sign in and whom no administrator can help, good for fifteen minutes."""
    user = by_username(session, username)
    if user is None:
        raise NotFound(f"没有账号 {username}")
    secret = passwords.one_time_password()
    accounts.set_first_password(session, None, user, passwords.hash_now(secret), at)
    return secret
