"""Made-up people, each new: their certificates do not meet those of another test."""

from __future__ import annotations

import random
from dataclasses import dataclass

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫"
_NAMES = "安宁和顺康泰达远志诚明信行知守望思齐"


@dataclass(frozen=True)
class Person:
    """A name and an identity number of the region 990101, which does not exist."""

    name: str
    id_number: str


def somebody() -> Person:
    """A person who was not there before."""
    chance = random.SystemRandom()
    body = f"990101{chance.randint(1960, 1999)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}{chance.randint(0, 999):03}"
    check = "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]
    name = chance.choice(_SURNAMES) + "".join(chance.sample(_NAMES, 2))
    return Person(name, body + check)
