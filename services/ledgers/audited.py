"""What the ledgers' audited actions are called by people. Ledgers and their fields have the titles of their declarations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from kit.audit.words import Values, Words
from kit.directory.tables import DirectoryDictionaryItem as Item
from services.ledgers.catalogue import BY_SLUG, LEDGERS

_FIELDS = {
    "only_valid": "只导入正确的行",
    "labels": "标签数",
    "ids": "记录编号",
    "results": "结果",
    "done": "成功",
    "failed": "失败",
    "movement": "出入库记录编号",
    "amount": "登记数量",
    "person": "经办人",
    "purpose": "用途",
    "voucher": "单号",
    "reverses": "冲销的记录",
    "asked": "选中行数",
    "written": "写入的记录",
    "people": "人数",
    "codes": "设备数",
    "valid": "有效",
    "invalid": "有错误的行数",
    "item": "证书或准操项目",
    "cells": "更正的单元格数",
    "sheet": "标签纸",
    "import": "导入编号",
    "word": "文件中的用词",
    "header": "文件中的列名",
    "target": "对应为",
    "on_duplicate": "重复时",
}


def _fields(object_type: str) -> Mapping[str, str]:
    row_class = BY_SLUG.get(object_type.partition(":")[2])
    return _FIELDS if row_class is None else {**_FIELDS, **{key: one.title for key, one in row_class.fields.items()}}


def _values(session: Session) -> Callable[[str, str | None], Values]:
    """The labels of dictionaries, and the titles of fields where a row names fields. Some rows name their ledger by the type
    of the object, others by the object itself."""

    @cache
    def of(slug: str) -> Values:
        row_class = BY_SLUG[slug]
        titles = {key: spec.title for key, spec in row_class.fields.items()}
        named: dict[str, dict[str, str]] = {}
        for item in session.scalars(select(Item).where(Item.dictionary.in_(row_class.dictionaries()))):
            named.setdefault(item.dictionary, {})[item.value] = item.label
        labels = {key: named.get(spec.dictionary, {}) for key, spec in row_class.fields.items() if spec.dictionary}
        return {**labels, **dict.fromkeys(("fields", "columns", "personal", "field"), titles)}

    def found(object_type: str, object_id: str | None) -> Values:
        slug = object_type.partition(":")[2] or (object_id or "")
        return of(slug) if slug in BY_SLUG else {}

    return found


WORDS = Words(
    actions={
        "ledger.create": "新建",
        "radar.export": "导出到期雷达",
        "certificates.missing_export": "导出缺证人员",
        "radar.calendar_made": "生成日历订阅地址",
        "radar.calendar_ended": "停用日历订阅地址",
        "ledger.update": "修改",
        "ledger.delete": "删除",
        "ledger.restore": "恢复",
        "ledger.purge": "从回收站清除",
        "ledger.batch_update": "批量修改",
        "ledger.batch_delete": "批量删除",
        "ledger.batch_restore": "批量恢复",
        "ledger.move": "登记出入库",
        "ledger.move_back": "冲销出入库",
        "ledgers:*:export": "导出",
        "ledgers:*:export.movements": "导出出入库记录",
        "ledgers:*:export.start": "申请后台导出",
        "ledgers:*:export.download": "下载导出文件",
        "ledgers:*:export.cancel": "取消后台导出",
        "ledgers:*:export.drop": "移除导出文件",
        "ledgers:*:import": "导入",
        "ledgers:*:import.upload": "上传导入文件",
        "ledgers:*:import.mapping": "设置列对应",
        "ledgers:*:import.mapping.forget": "忘记列对应",
        "ledgers:*:import.correct": "更正导入的单元格",
        "ledgers:*:import.errors": "下载错误清单",
        "ledgers:*:import.confirm": "确认导入",
        "ledgers:*:import.cancel": "取消导入",
        "ledgers:*:import.undo.start": "申请撤销导入",
        "ledgers:*:import.undo": "撤销导入",
        "ledgers:*:labels": "打印标签",
        "ledgers.check": "核验",
        "personal.read": "查看完整个人信息",
        "view.save": "保存视图",
        "view.delete": "删除视图",
    },
    objects={
        **{f"ledger:{row_class.ledger.slug}": row_class.ledger.title for row_class in LEDGERS},
        "ledger": "台账",
        "import": "导入",
        "radar": "到期雷达",
        "calendar": "日历订阅",
        "certificates": "证书查询",
        "import_mapping": "列对应",
        "export": "导出文件",
    },
    fields=_fields,
    values=_values,
)
