"""The Chinese sentences of notices."""

from __future__ import annotations

from datetime import date

from services.workflow.notices.models import Notice
from services.workflow.notices.rules import FINDING, SHORTAGE


def remaining(due_on: date, today: date) -> str:
    """How near the date is. On the day itself the thing is still valid (domain.md 1.3)."""
    days = (due_on - today).days
    if days < 0:
        return f"已超期 {-days} 天"
    return "今日到期" if days == 0 else f"{days} 天后到期"


def expiry_title(title: str, due_label: str, due_on: date, today: date) -> str:
    """`张三 的 特种作业操作证（低压电工作业） 30 天后到期（有效期止 2026-12-23）`. The label is part of it, since one row
    may have several due dates."""
    return f"{title} {remaining(due_on, today)}（{due_label} {due_on.isoformat()}）"


def title_of(notice: Notice, today: date) -> str:
    """The sentence of a notice as it stands today."""
    if notice.kind == FINDING:
        return f"{notice.type_title} {notice.title}：{notice.due_label}"
    if notice.kind == SHORTAGE:
        return f"{notice.title} {notice.due_label}"
    return expiry_title(notice.title, notice.due_label, notice.due_on, today)
