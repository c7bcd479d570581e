"""Permissions that roles of domain.md 1.1 hold already, although the routes that will ask for them are not built yet. When a
service declares one of them it is no longer taken from here; tests/contract/test_grants.py lists what has to be here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Planned:
    """A resource that is to come, with its verbs and what they will be called until a service says it."""

    service: str
    resource: str
    title: str
    verbs: Mapping[str, str]


PLANNED: tuple[Planned, ...] = (
    Planned(
        "workflow",
        "permits",
        "危险作业票",
        {"read": "查看", "create": "新建", "update": "修改", "sign": "签字", "approve": "审批"},
    ),
    Planned("workflow", "gas-tests", "气体分析", {"read": "查看", "create": "新建", "update": "修改"}),
    Planned("workflow", "dangers", "隐患排查", {"read": "查看", "create": "新建", "update": "修改", "approve": "审批"}),
    Planned("workflow", "patrols", "巡检", {"read": "查看", "create": "新建", "update": "修改"}),
    Planned("workflow", "inspections", "监督检查", {"read": "查看", "create": "新建", "update": "修改"}),
    Planned("documents", "laws", "安全生产法律", {"share": "分享"}),
    Planned("ledgers", "special-equipment", "特种设备", {"read": "查看"}),
    Planned(
        "reports", "monthly", "安全运营月报", {"read": "查看", "create": "新建", "update": "修改", "export": "导出"}
    ),
)
