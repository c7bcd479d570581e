"""What a password has to be, as data with its basis (reliability.md 3.1 S2 and S3). The two profiles contradict each other:
等保 asks for composition and regular change, ASVS forbids both. An installation chooses by SAFEWORK_PASSWORD_PROFILE."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

Profile = Literal["dengbao", "asvs"]

MIN_LENGTH, MAX_LENGTH, MIN_DIFFERENT = 10, 128, 5
DENGBAO = "GB/T 22239-2019 8.1.4.1 a)（身份鉴别：口令复杂度要求并定期更换）"
ASVS_LENGTH = "OWASP ASVS 5.0 6.2.1、6.2.9"
ASVS_COMMON = "OWASP ASVS 5.0 6.2.4、6.2.11、6.2.12"
ASVS_FREE = "OWASP ASVS 5.0 6.2.5、6.2.10（不强制字符组合，不强制定期更换）"


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that is asked of a new password. The form checks those with a `value` while it is typed; the others need
    the server."""

    code: str
    text: str
    basis: str
    value: int | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """A profile."""

    profile: Profile
    title: str
    basis: str
    min_classes: int
    max_age: timedelta | None
    remembered: int

    def rules(self) -> tuple[Rule, ...]:
        """Everything that is asked, in the order in which the form lists it."""
        rules = [Rule("password_too_short", f"至少 {MIN_LENGTH} 个字符", ASVS_LENGTH, MIN_LENGTH)]
        if self.min_classes > 1:
            text = f"包含大写字母、小写字母、数字、符号中的至少 {self.min_classes} 种"
            rules.append(Rule("password_too_simple", text, DENGBAO, self.min_classes))
        rules += [
            Rule("password_repeats", f"至少 {MIN_DIFFERENT} 个不同的字符", ASVS_COMMON, MIN_DIFFERENT),
            Rule("password_guessable", "不含用户名、姓名、工号和单位常用词", ASVS_COMMON),
            Rule("password_common", "不是常见的密码", ASVS_COMMON),
        ]
        if self.remembered:
            rules.append(Rule("password_reused", f"与最近 {self.remembered} 次用过的密码不同", DENGBAO))
        else:
            rules.append(Rule("password_reused", "与当前密码不同", ASVS_COMMON))
        return tuple(rules)

    def as_json(self) -> dict[str, Any]:
        """As the form reads it."""
        return {
            "profile": self.profile,
            "title": self.title,
            "basis": self.basis,
            "max_length": MAX_LENGTH,
            "max_age_days": self.max_age.days if self.max_age else None,
            "rules": [
                {"code": rule.code, "text": rule.text, "basis": rule.basis, "value": rule.value}
                for rule in self.rules()
            ],
        }


POLICIES: dict[Profile, Policy] = {
    "dengbao": Policy("dengbao", "网络安全等级保护", DENGBAO, 3, timedelta(days=90), 5),
    "asvs": Policy("asvs", "OWASP 应用安全验证标准", ASVS_FREE, 1, None, 0),
}
