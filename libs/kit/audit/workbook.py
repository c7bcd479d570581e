"""The trail as a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO

from kit.audit.reading import AuditEntry
from kit.audit.words import RESULTS
from kit.db.clock import COMPANY_ZONE
from kit.excel import Column, export

MOST_ROWS = 100_000
_LONGEST = 32_000

COLUMNS = tuple(
    Column(key, title, text=True, width=width)
    for key, title, width in (
        ("at", "时间", 20), ("username", "账号", 12), ("name", "姓名", 10), ("action", "操作", 16),
        ("object", "对象", 16), ("object_id", "对象编号", 38), ("result", "结果", 8), ("change", "内容", 60),
        ("address", "来源地址", 16), ("user_agent", "客户端", 30), ("trace_id", "追踪编号", 34), ("id", "记录编号", 38),
    )
)  # fmt: skip


def write(target: BinaryIO, entries: Iterable[AuditEntry]) -> None:
    """One line for each action."""
    export.write(target, "审计日志", COLUMNS, map(_row, entries))


def _row(entry: AuditEntry) -> dict[str, Any]:
    cells = (
        f"{entry.at.astimezone(COMPANY_ZONE):%Y-%m-%d %H:%M:%S}",
        entry.username,
        entry.name,
        entry.action_title,
        entry.object_title,
        entry.object_id,
        RESULTS.get(entry.result, entry.result),
        changes(entry),
        entry.address,
        entry.user_agent,
        entry.trace_id,
        str(entry.id),
    )
    return {column.title: export.guarded(cell) for column, cell in zip(COLUMNS, cells, strict=True)}


def changes(entry: AuditEntry) -> str:
    """What changed, in one cell: `名称：甲 → 乙`."""
    return "；".join(_parts(entry))[:_LONGEST]


def _parts(entry: AuditEntry) -> Iterator[str]:
    before, after = entry.before or {}, entry.after or {}
    for key in dict.fromkeys((*before, *after)):
        label, said = entry.labels.get(key, key), entry.spoken.get(key, {})
        if key in before and key in after:
            yield f"{label}：{_text(before[key], said)} → {_text(after[key], said)}"
        else:
            yield f"{label}：{_text((before if key in before else after)[key], said)}"
    for key, value in (entry.detail or {}).items():
        yield f"{entry.labels.get(key, key)}：{_text(value, entry.spoken.get(key, {}))}"


def _text(value: Any, said: Mapping[str, str]) -> str:
    if value is None or value == "":
        return "（空）"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Mapping):
        return "，".join(f"{key}={_text(part, said)}" for key, part in value.items())
    return "、".join(_text(one, said) for one in value) if isinstance(value, list) else said.get(str(value), str(value))
