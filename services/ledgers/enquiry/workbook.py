"""The list of what people lack, as a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any

from kit.excel import Column, export
from services.ledgers.checks.judging import State
from services.ledgers.enquiry.missing import Lack

MOST_ROWS = 20_000
STATES: dict[State, str] = {
    "missing": "未登记",
    "expired": "已过期",
    "cancelled": "已注销",
    "review_overdue": "复审逾期",
    "not_yet_valid": "尚未生效",
    "unknown_person": "无法确定",
}
COLUMNS = (
    Column("name", "姓名", width=12, text=True),
    Column("department", "部门", width=20, text=True),
    Column("post", "岗位", width=22, text=True),
    Column("certificates", "缺少的证书", width=44, text=True),
    Column("ledgers", "登记台账", width=34, text=True),
    Column("state", "状态", width=12, text=True),
    Column("message", "说明", width=34, text=True),
    Column("basis", "依据", width=50, text=True),
)


def made(lacks: Iterable[Lack]) -> bytes:
    """The workbook; a row for each requirement that somebody does not meet."""
    target = BytesIO()
    export.write(target, "缺证人员", COLUMNS, _rows(lacks))
    return target.getvalue()


def _rows(lacks: Iterable[Lack]) -> Iterator[dict[str, Any]]:
    for lack in lacks:
        cells = {
            "name": lack.name,
            "department": lack.department.name,
            "post": lack.post,
            "certificates": " 或 ".join(one.label for one in lack.certificates),
            "ledgers": "、".join(dict.fromkeys(one.title for one in lack.certificates)),
            "state": STATES[lack.state],
            "message": lack.message,
            "basis": lack.basis,
        }
        yield {column.title: export.guarded(cells[column.key]) for column in COLUMNS}
