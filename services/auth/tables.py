"""Every table of this service, for the migrations: importing this module imports all that declare one."""

from services.auth.access import Role, UserRole
from services.auth.departments import Department, DepartmentName
from services.auth.dictionaries import Dictionary, DictionaryItem
from services.auth.models import Base
from services.auth.people import PasswordHistory, User, UserDepartment
from services.auth.sessions import KnownDevice, LoginSession, RefreshToken, Revocation
from services.auth.throttle import LoginAttempt, LoginThrottle

__all__ = [
    "Department",
    "DepartmentName",
    "Dictionary",
    "DictionaryItem",
    "KnownDevice",
    "LoginAttempt",
    "LoginSession",
    "LoginThrottle",
    "PasswordHistory",
    "RefreshToken",
    "Revocation",
    "Role",
    "User",
    "UserDepartment",
    "UserRole",
    "metadata",
]

metadata = Base.metadata
