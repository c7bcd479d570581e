"""What workflow's audited actions are called by people."""

from __future__ import annotations

from kit.audit.words import Words

WORDS = Words(
    actions={"notice.read": "阅读提醒", "notice.read_all": "全部标为已读"},
    objects={"notice": "提醒"},
)
