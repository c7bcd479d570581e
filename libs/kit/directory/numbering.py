"""Numbers by rule: `YH-{YYYY}{MM}-{NNNN}` is data in a dictionary, and this is what it means."""

from __future__ import annotations

import re
from datetime import date

RESTARTS = ("day", "month", "year", "never")
_PART = re.compile(r"\{(YYYY|YY|MM|DD|N{1,9})\}")
_LONGEST = 40


def problem_of(pattern: object, restart: object) -> str | None:
    """Why a rule cannot be used, as a sentence for people; None when it can."""
    if not isinstance(pattern, str) or not 1 <= len(pattern) <= _LONGEST:
        return f"编号规则应为 1 到 {_LONGEST} 个字符"
    parts = _PART.findall(pattern)
    rest = _PART.sub("", pattern)
    if "{" in rest or "}" in rest:
        return "花括号内只能是 YYYY、YY、MM、DD 或若干个 N"
    if sum(part.startswith("N") for part in parts) != 1:
        return "编号规则须有且只有一段流水号，如 {NNNN}"
    if restart not in RESTARTS:
        return f"重新编号周期只能是 {'、'.join(RESTARTS)}"
    years, needed = {"YYYY", "YY"} & set(parts), {"day": {"MM", "DD"}, "month": {"MM"}, "year": set(), "never": set()}
    if restart != "never" and not (years and needed[str(restart)] <= set(parts)):
        return "流水号重新开始时，编号中的日期部分须随之变化，否则会重号"
    return None


def period_of(restart: str, on: date) -> str:
    """The period within which running numbers are counted: `2026`, `2026-11`, `2026-11-23`, or the empty text."""
    return {"day": on.isoformat(), "month": on.isoformat()[:7], "year": str(on.year)}.get(restart, "")


def formatted(pattern: str, on: date, running: int) -> str:
    """The number itself. A running number that has outgrown its digits is written whole: it stays unique."""
    words = {"YYYY": f"{on:%Y}", "YY": f"{on:%y}", "MM": f"{on:%m}", "DD": f"{on:%d}"}
    return _PART.sub(lambda match: words.get(match[1]) or str(running).zfill(len(match[1])), pattern)
