"""What a verification can find, in the words of the auditor who reads it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

# Each kind with what it means. English codes for programs, sentences for people.
KINDS = {
    "changed": "记录内容被改动：与封存时的哈希不符",
    "removed": "记录被删除：链上有封存记录，日志中已找不到",
    "removed_unsealed": "记录在封存之前被删除",
    "inserted": "记录不在链上：绕过系统插入，或其封存记录被删除",
    "forged": "记录的消息认证码不符：不是由系统写入的",
    "unsigned": "记录没有消息认证码：不是由系统写入的，或写入时没有配置审计密钥",
    "gap": "链上的封存记录缺失：位置不连续",
    "rewritten": "链被重写：与锚点记录的哈希不符",
    "cut_off": "链尾被截断：锚点所指的位置已不存在",
}
# Of each kind so many are named; all are counted.
_NAMED = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was."""

    kind: str
    where: str

    def sentence(self) -> str:
        """For people."""
        return f"{KINDS[self.kind]}（{self.where}）"


@dataclass
class Report:
    """The result for one service."""

    service: str
    rows: int = 0
    position: int = 0
    head: str = ""
    waiting: int = 0
    anchors: int = 0
    witnesses: int = 0
    signed: bool = True
    named: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, Any]:
        """For programs and for the page."""
        return {
            "service": self.service,
            "sound": self.sound,
            "rows": self.rows,
            "position": self.position,
            "head": self.head,
            "waiting": self.waiting,
            "anchors": self.anchors,
            "witnesses": self.witnesses,
            "signed": self.signed,
            "findings": [{"kind": one.kind, "message": one.sentence()} for one in self.named],
            "counts": dict(self.counts),
        }

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return not self.counts

    def add(self, kind: str, where: str) -> None:
        """Counts a finding, and names it while there are few of its kind."""
        self.counts[kind] += 1
        if self.counts[kind] <= _NAMED:
            self.named.append(Finding(kind, where))
