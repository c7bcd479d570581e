"""The dictionaries that every service may rely on and none owns: limits of this service, the calendar of working days, the
rules by which numbers are given. Data with their basis; an administrator's changes stay (services.auth.dictionaries)."""

from __future__ import annotations

from kit.directory import DictionaryDeclaration, item
from services.auth.holidays import HOLIDAYS

LIMITS = DictionaryDeclaration(
    code="identity_limits",
    name="权限管理限值",
    editable=False,
    items=(
        item("delegation_days", "角色委托最长天数", number=30, unit="天", basis="本公司规定，可调整"),
        item("delegation_ahead_days", "角色委托最早可提前天数", number=90, unit="天", basis="本公司规定，可调整"),
        item(
            "role_request_hours",
            "三员角色申请有效小时数",
            number=72,
            unit="小时",
            basis="本公司规定，可调整；双人确认依据 GB/T 22239-2019 8.1.4.2 访问控制（三员分立）",
        ),
    ),
)

# A pattern is made of texts and of {YYYY} {YY} {MM} {DD} {N…}: as many N as the running number has digits. `restart` says when
# it begins at 1 again (kit.directory.numbering).
NUMBER_RULES = DictionaryDeclaration(
    code="number_rule",
    name="编号规则",
    editable=False,
    items=(
        item("danger", "隐患编号", pattern="YH-{YYYY}{MM}-{NNNN}", restart="month", basis="本公司规定，可调整"),
        item("meeting", "会议编号", pattern="HY-{YYYY}-{NNN}", restart="year", basis="本公司规定，可调整"),
        item("permit", "作业票编号", pattern="ZY-{YYYY}{MM}{DD}-{NNN}", restart="day", basis="本公司规定，可调整"),
        item("accident", "事故编号", pattern="SG-{YYYY}-{NNN}", restart="year", basis="本公司规定，可调整"),
        item("inspection", "检查编号", pattern="JC-{YYYY}{MM}-{NNN}", restart="month", basis="本公司规定，可调整"),
    ),
)

DICTIONARIES: tuple[DictionaryDeclaration, ...] = (LIMITS, NUMBER_RULES, HOLIDAYS)
