"""What actions, objects and fields are called by the people who read the trail. The codes in the rows are English and stay as
they are for ever; each service says its own (services/<service>/audited.py), kit those of kit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

from sqlalchemy.orm import Session

# A closed list: the page has a word and a colour for each.
Result = Literal["ok", "failed", "refused", "pending"]
RESULTS: dict[str, str] = {"ok": "成功", "failed": "失败", "refused": "被拒绝", "pending": "待验证"}

ACTIONS = {
    "access.refuse": "越权访问",
    "audit.export": "导出审计日志",
    "audit.verify": "校验审计日志",
    "bus.retry": "重试事件",
    "bus.drop": "放弃事件",
    "bus.replay": "重放事件",
    "bus.rebuild": "重建投影",
}
OBJECTS = {
    "permission": "权限",
    "request": "请求",
    "audit": "审计日志",
    "event": "总线事件",
    "subscriber": "事件订阅方",
}
FIELDS = {
    "name": "名称",
    "code": "编码",
    "kind": "类别",
    "sort": "排序",
    "remark": "备注",
    "version": "版本",
    "dept_id": "所属单位",
    "department_id": "所属单位",
    "parent_id": "上级",
    "path": "路径",
    "status": "状态",
    "enabled": "启用",
    "reason": "原因",
    "rows": "行数",
    "file": "文件名",
    "bytes": "字节数",
    "size": "大小",
    "sha256": "校验值",
    "query": "查询条件",
    "columns": "导出列",
    "method": "请求方法",
    "route": "请求路径",
    "permission": "缺少的权限",
    "created": "新增行数",
    "updated": "更新行数",
    "unchanged": "未变行数",
    "skipped": "跳过行数",
    "count": "数量",
    "ids": "记录编号",
    "fields": "字段",
    "field": "字段",
    "personal": "完整显示的列",
    "user_id": "人员",
    "owner_id": "人员",
    "until": "截止日期",
    "job": "任务编号",
    "subscriber": "订阅方",
    "producer": "发布方",
    "events": "事件数",
    "types": "事件类型",
    "findings": "发现的问题",
}
# Words of values that any service may write.
VALUES: dict[str, dict[str, str]] = {
    "reason": {
        "permission_missing": "没有权限",
        "forbidden": "没有权限",
        "second_factor_missing": "未验证动态口令",
        "reauthentication_required": "需要再次验证身份",
        "csrf_header_missing": "请求缺少防伪标记",
        "foreign_origin": "请求来自其他网站",
        "account_disabled": "账号已停用",
        "own_account": "不能对自己的账号操作",
        "second_person_needed": "需要另一位管理员办理",
        "administrator_role_fixed": "三员角色不能修改",
        "dictionary_fixed": "字典不可修改",
        "not_the_uploader": "不是上传的人",
        "personal_data_hidden": "没有查看完整个人信息的权限",
        "personal_export": "没有导出个人信息的权限",
        "whole_company_only": "只对全公司范围开放",
    }
}


def _no_fields(_: str) -> Mapping[str, str]:
    return {}


# key of a value → value → what it is called.
Values = Mapping[str, Mapping[str, str]]


def _no_values(_: Session) -> Callable[[str, str | None], Values]:
    return lambda object_type, object_id: {}


@dataclass(frozen=True)
class Words:
    """A service's own words. A key with `*` covers the codes that fit it (`ledgers:*:import`); `fields` gives the titles of
    an object type's fields, `values` what the values in a row about an object are called."""

    actions: Mapping[str, str] = field(default_factory=dict)
    objects: Mapping[str, str] = field(default_factory=dict)
    fields: Callable[[str], Mapping[str, str]] = _no_fields
    values: Callable[[Session], Callable[[str, str | None], Values]] = _no_values

    def action(self, code: str) -> str:
        """What an action is called; its code where nobody has said."""
        return _find(code, self.actions) or _find(code, ACTIONS) or code

    def object(self, code: str) -> str:
        """What a type of object is called."""
        return _find(code, self.objects) or _find(code, OBJECTS) or code

    def labels(self, object_type: str) -> dict[str, str]:
        """The titles of an object's fields."""
        return {**FIELDS, **self.fields(object_type)}


def _find(code: str, words: Mapping[str, str]) -> str | None:
    if code in words:
        return words[code]
    return next((title for pattern, title in words.items() if "*" in pattern and fnmatchcase(code, pattern)), None)
