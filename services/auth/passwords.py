"""Passwords: hashed with Argon2id in a small pool, and measured against a policy (reliability.md 3.1 S1–S3)."""

from __future__ import annotations

import asyncio
import gzip
import os
import secrets
import sys
import threading
import unicodedata
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TypeVar

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from kit.errors import FieldError, Unavailable
from services.auth.policy import MAX_LENGTH, MIN_DIFFERENT, MIN_LENGTH, POLICIES, Profile

# Words that say nothing but where one works.
BLOCKED = ("gas", "anquan", "ranqi", "safework", "123456", "password", "qwerty", "admin", "燃气", "安全")

_LIST = Path(__file__).parent / "data" / "common-passwords.txt.gz"
_HASH = PasswordHash((Argon2Hasher(memory_cost=47104, time_cost=1, parallelism=1, hash_len=32, salt_len=16),))

T = TypeVar("T")


@cache
def common() -> frozenset[str]:
    """What people choose most: the hundred thousand first of a list of ten million, and zxcvbn's own. Read when the first
    password is changed, for a service that only signs people in does not need it."""
    with gzip.open(_LIST, "rt", encoding="utf-8") as file:
        return frozenset(file.read().split("\n")).union(FREQUENCY_LISTS["passwords"])


def normal(password: str) -> str:
    """The one form of a password that is hashed: NFC, so that the same keys give the same password on every system."""
    return unicodedata.normalize("NFC", password)


def hash_now(password: str) -> str:
    """Hashes in this thread; for the command line. A request uses HashPool."""
    return _HASH.hash(normal(password))


def verify_now(password: str, hashed: str) -> bool:
    """Checks in this thread; for the command line."""
    return _HASH.verify(normal(password), hashed)


class HashPool:
    """Two threads that hash, with a short queue before them: a flood of sign-ins costs 503s, not the machine. A request
    that waits here holds neither a database connection nor one of the threads that serve other requests."""

    def __init__(self, workers: int = 2, queue: int = 50) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="argon2", initializer=_stand_back)
        self._room = workers + queue
        self._waiting = 0
        self._lock = threading.Lock()
        # What is verified when there is no such account, so that this takes as long as a wrong password.
        self._nobody = _HASH.hash(secrets.token_urlsafe(32))

    async def hash(self, password: str) -> str:
        """The hash to keep."""
        return await self._run(lambda: hash_now(password))

    async def verify(self, password: str, hashed: str | None) -> tuple[bool, str | None]:
        """Whether the password is right, and a new hash when the parameters have risen since. Always does the whole work;
        with no hash the answer is no."""

        def work() -> tuple[bool, str | None]:
            try:
                right, renewed = _HASH.verify_and_update(normal(password), hashed or self._nobody)
            except UnknownHashError:
                right, renewed = False, None
            return (right, renewed) if hashed else (False, None)

        return await self._run(work)

    async def any_of(self, password: str, hashes: Sequence[str]) -> bool:
        """Whether the password is one of these."""
        return await self._run(lambda: any(verify_now(password, hashed) for hashed in hashes))

    async def _run(self, work: Callable[[], T]) -> T:
        with self._lock:
            if self._waiting >= self._room:
                raise Unavailable("同时登录的人数过多，请稍后重试", code="login_busy", retry_after=3)
            self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            with self._lock:
                self._waiting -= 1

    def close(self) -> None:
        """Ends the threads."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def _stand_back() -> None:
    """Lets the processor serve other requests first: on Linux each thread has a priority of its own. Hashing holds no lock
    that others wait for, so nothing waits for a thread that waits."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)


def one_time_password() -> str:
    """128 bits that a person can type, for a first sign-in or a reset."""
    alphabet = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(6)) for _ in range(4))


def weaknesses(password: str, profile: Profile, *, own_words: Sequence[str | None] = ()) -> list[FieldError]:
    """What is wrong with a new password; `own_words` are the person's name, user name, number."""
    text = normal(password)
    lower = text.casefold()
    found: list[FieldError] = []

    def wrong(code: str, message: str) -> None:
        found.append(FieldError(("body", "new_password"), code, message))

    if len(text) < MIN_LENGTH:
        wrong("password_too_short", f"密码至少 {MIN_LENGTH} 个字符")
    if len(text) > MAX_LENGTH:
        wrong("password_too_long", f"密码最多 {MAX_LENGTH} 个字符")
    if _classes(text) < POLICIES[profile].min_classes:
        wrong("password_too_simple", "密码须包含大写字母、小写字母、数字、符号中的至少三种")
    if lower in common() or lower.rstrip("0123456789!@#$%^&*._-") in common():
        wrong("password_common", "这是常见的密码，容易被猜到")
    words = [word.casefold() for word in (*BLOCKED, *own_words) if word and len(word) > 1]
    if any(word in lower for word in words):
        wrong("password_guessable", "密码不能包含用户名、姓名、工号或单位常用词")
    if len(set(lower)) < MIN_DIFFERENT:
        wrong("password_repeats", "密码中不同的字符太少")
    return found


def expired(changed_at: datetime | None, profile: Profile, at: datetime) -> bool:
    """Whether the profile asks for a new password by now."""
    age = POLICIES[profile].max_age
    return age is not None and changed_at is not None and changed_at + age <= at


def _classes(text: str) -> int:
    return sum(
        (
            any(char.islower() for char in text),
            any(char.isupper() for char in text),
            any(char.isdigit() for char in text),
            any(not char.isalnum() or ord(char) > 127 for char in text),
        )
    )
