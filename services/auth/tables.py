"""Every table of this service, for the migrations: importing this module imports all that declare one."""

from services.auth.access import Role, UserRole
from services.auth.captcha import SpentChallenge
from services.auth.challenges import SignInChallenge
from services.auth.delegation import Delegation
from services.auth.departments import Department
from services.auth.devices import MobileDevice, SpentProof
from services.auth.dictionaries import Dictionary, DictionaryItem
from services.auth.formernames import DepartmentName
from services.auth.importing.tables import OrganisationImport, OrganisationImportFile
from services.auth.models import Base
from services.auth.people import PasswordHistory, User, UserDepartment
from services.auth.permissions import ServicePermissions
from services.auth.rolerequests import RoleRequest
from services.auth.secondfactor import RecoveryCode, SecondFactor
from services.auth.sessions import KnownDevice, LoginSession, RefreshToken, Revocation
from services.auth.throttle import LoginAttempt, LoginThrottle

__all__ = [
    "Delegation",
    "Department",
    "DepartmentName",
    "Dictionary",
    "DictionaryItem",
    "KnownDevice",
    "LoginAttempt",
    "LoginSession",
    "LoginThrottle",
    "MobileDevice",
    "OrganisationImport",
    "OrganisationImportFile",
    "PasswordHistory",
    "RecoveryCode",
    "RefreshToken",
    "Revocation",
    "Role",
    "RoleRequest",
    "SecondFactor",
    "ServicePermissions",
    "SignInChallenge",
    "SpentChallenge",
    "SpentProof",
    "User",
    "UserDepartment",
    "UserRole",
    "metadata",
]

metadata = Base.metadata
