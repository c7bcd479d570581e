"""How alike two headings or words are. For suggestions that a person confirms, never for deciding anything by itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from rapidfuzz import fuzz

from kit.fields.text import key_of

# Below this nobody would see what the two have in common; from STRONG on most people would say that they mean the same.
WEAK, STRONG = 45, 66
# Of items more is asked: two words of two letters that share one of them (电焊, 电气) are not alike.
_WEAK_ITEM = 60
_SHOWN = 3
# Fewer items have nothing in common by habit.
_MANY = 4
# What half of all headings contain says nothing about which one is meant.
_FILLERS = ("名称", "信息", "情况", "内容", "填写")


class Likely(NamedTuple):
    """A candidate and how alike it is, from 0 to 100."""

    key: str
    score: int


def likeness(one: str, other: str) -> int:
    """From 0 (nothing in common) to 100 (the same but for blanks, width and case)."""
    a, b = key_of(one), key_of(other)
    if not a or not b:
        return 0
    if a == b:
        return 100
    shorter, longer = sorted((a, b), key=len)
    whole = fuzz.ratio(a, b)
    # One within the other (`姓名` in `员工姓名`) means much, but a single letter that is found everywhere means nothing.
    part = fuzz.partial_ratio(shorter, longer) * 0.85 if len(shorter) > 1 else 0
    score = max(whole, part)
    if not set(_core(a)) & set(_core(b)):
        # `设备名称` and `单位名称` share half their letters and nothing else.
        score *= 0.7
    return round(score)


def rank(word: str, candidates: Mapping[str, Iterable[str]], least: int = WEAK) -> list[Likely]:
    """The candidates that `word` may mean, the most alike first; each is known by several names."""
    scored = [
        Likely(key, max((likeness(word, name) for name in names), default=0)) for key, names in candidates.items()
    ]
    found = [likely for likely in scored if likely.score >= least]
    return sorted(found, key=lambda likely: -likely.score)[:_SHOWN]


def rank_items(word: str, candidates: Mapping[str, Iterable[str]]) -> list[Likely]:
    """The same for the items of one dictionary. What many of them share (作业 in the names of trades) says nothing
    about which one is meant, and is left out."""
    named = {key: [key_of(name) for name in names] for key, names in candidates.items()}
    shared = _shared([names for names in named.values() if names])

    def own(text: str) -> str:
        rest = text
        for pair in shared:
            rest = rest.replace(pair, "")
        return rest or text

    return rank(own(key_of(word)), {key: map(own, names) for key, names in named.items()}, _WEAK_ITEM)


def _shared(items: list[list[str]]) -> list[str]:
    """The pairs of letters that are in a third of the items, each counted by its first name."""
    pairs = Counter(
        pair for names in items for pair in {names[0][at : at + 2] for at in range(max(len(names[0]) - 1, 0))}
    )
    return [pair for pair, times in pairs.items() if times >= _MANY and times * 3 >= len(items)]


def _core(text: str) -> str:
    for filler in _FILLERS:
        text = text.replace(filler, "")
    return text
