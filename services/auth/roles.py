"""The roles of the company (domain.md 1.1), as data: what each may do, and how far it reaches.

A grant is `service:resources:verbs`. `personal` is never covered by a `*`: identity numbers are shown whole only to roles
that name it. The three administrators of 等保 (system, security, audit) are kept apart by a constraint of the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from contracts.principal import ScopeKind

AdministratorKind = Literal["system", "security", "audit"]


@dataclass(frozen=True, slots=True)
class RoleSeed:
    """One role as it is seeded; an administrator's later changes stay."""

    code: str
    name: str
    scope: ScopeKind
    permissions: tuple[str, ...]
    administrator: AdministratorKind | None = None
    description: str = ""
    # Whether a holder may lend it to somebody for some time.
    delegable: bool = False


COMPANY, SUBTREE, DEPARTMENT, OWN = ScopeKind.COMPANY, ScopeKind.SUBTREE, ScopeKind.DEPARTMENT, ScopeKind.OWN

# What everybody who works here may open.
LEARNING = ("documents:*:read,download",)
# Who writes, approves or carries out a permit may ask whether anybody on it holds the certificate, and whether the equipment
# is inspected. Beyond their own data scope the answer is yes or no.
CHECKS = ("ledgers:certificates,equipment:check",)

# Giving or taking one of the three offices needs the approval of another of their holders (services.auth.rolerequests).
SECOND_PERSON = "auth:role-requests:read,approve"

ROLES: tuple[RoleSeed, ...] = (
    RoleSeed(
        "system_maintainer",
        "系统维护人员",
        COMPANY,
        ("auth:dictionaries,departments:*", "auth:users:read", SECOND_PERSON),
        "system",
        "维护字典和组织机构，不接触业务数据",
    ),
    RoleSeed(
        "security_admin",
        "安全管理员",
        COMPANY,
        ("auth:users,roles,sessions:*", "auth:departments,dictionaries:read", "auth:personal:read", SECOND_PERSON),
        "security",
        "管理人员账号、角色和会话，不接触业务数据",
    ),
    RoleSeed(
        "audit_admin",
        "审计管理员",
        COMPANY,
        ("*:audit:read,export", "auth:users,roles,departments,sessions:read", SECOND_PERSON),
        "audit",
        "查看和导出审计日志",
    ),
    RoleSeed(
        "safety_management",
        "公司安全管理部",
        COMPANY,
        (
            "ledgers:*,personal:*",
            "documents:*:*",
            "workflow:*:*",
            "reports:*:*",
            "auth:users,departments:read",
        ),
        description="全公司安全业务的管理",
        delegable=True,
    ),
    RoleSeed(
        "safety_officer",
        "部门安全员",
        SUBTREE,
        (
            "ledgers:*,personal:*",
            "documents:*:*",
            "workflow:*:*",
            "reports:*:read,create,update,export",
            "auth:users,departments:read",
        ),
        description="本单位及下级的台账、资料和检查",
        delegable=True,
    ),
    RoleSeed(
        "department_head",
        "部门负责人",
        SUBTREE,
        (
            "ledgers:*:read,update,export",
            *CHECKS,
            "documents:*:read,download,remark,share",
            "workflow:*:read,update,approve",
            "reports:*:read,update,export",
            "auth:users,departments:read",
        ),
        description="本单位及下级的查看、审批和导出",
        delegable=True,
    ),
    RoleSeed(
        "leader",
        "分管领导",
        COMPANY,
        (
            "ledgers:*:read,export",
            *CHECKS,
            "documents:*:read,download,share",
            "workflow:*:read,approve",
            "reports:*:read,export",
            "auth:users,departments:read",
        ),
        description="全公司的查看、审批和导出",
        delegable=True,
    ),
    RoleSeed(
        "permit_applicant",
        "作业申请人",
        DEPARTMENT,
        ("workflow:permits:read,create,update", *CHECKS, *LEARNING),
        delegable=True,
    ),
    RoleSeed(
        "permit_leader", "作业负责人", DEPARTMENT, ("workflow:permits:read,update", *CHECKS, *LEARNING), delegable=True
    ),
    RoleSeed("guardian", "监护人", DEPARTMENT, ("workflow:permits:read,update", *CHECKS, *LEARNING), delegable=True),
    RoleSeed(
        "gas_analyst",
        "气体分析人",
        DEPARTMENT,
        ("workflow:permits,gas-tests:read,create,update", *CHECKS, *LEARNING),
        delegable=True,
    ),
    RoleSeed("operator", "动火人/作业人", DEPARTMENT, ("workflow:permits:read,sign", *LEARNING)),
    RoleSeed("reviewer", "审核人", SUBTREE, ("workflow:*:read,approve", *CHECKS, *LEARNING), delegable=True),
    RoleSeed(
        "inspector",
        "巡检员",
        DEPARTMENT,
        (
            "ledgers:fire-facilities,emergency-supplies,special-equipment:read",
            "workflow:patrols,dangers,inspections:read,create,update",
            *LEARNING,
        ),
    ),
    RoleSeed(
        "worker",
        "普通员工",
        DEPARTMENT,
        ("ledgers:fire-facilities,emergency-supplies:read", "workflow:dangers:read,create", *LEARNING),
        description="学习资料、本单位的设施和物资",
    ),
    RoleSeed("contractor", "承包商", OWN, ("documents:laws:read,download", "workflow:permits:read,sign")),
)
