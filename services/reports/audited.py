"""What reports' audited actions are called by people."""

from __future__ import annotations

from kit.audit.words import Words

WORDS = Words(
    actions={"certificates.export": "导出证书统计"},
    objects={"report": "统计报表"},
    fields=lambda _: {"valid_only": "仅有效", "on": "统计日期"},
)
