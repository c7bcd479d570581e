"""The child that parses: what it may use, what becomes of it, and that its death is an answer and not an accident.

The factory named in a plan is called with the plan's context, so that the standard library serves as an attacker."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from kit.errors import TooMany
from kit.excel.refusal import Refused
from kit.excel.runner import Gate, parse
from tests.fixtures import museum


def children() -> list[int]:
    """The process ids of this process's children that run a parser."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                command = (entry / "cmdline").read_bytes()
            except (OSError, IndexError):
                continue
            if parent == os.getpid() and b"kit.excel.child" in command:
                found.append(int(entry.name))
    return found


def started(factory: str, context: Any) -> Any:
    """A child that has passed the prescan and is inside the factory."""
    frames = parse(museum.saved(museum.book()), "x.xlsx", factory, context)
    first = next(frames)
    assert isinstance(first, dict) and first["event"] == "scanned"
    return frames


@pytest.mark.parametrize(
    ("factory", "context"),
    [
        ("signal:raise_signal", 9),  # the kernel's out-of-memory killer
        ("signal:raise_signal", 6),  # an abort in Rust (F11)
        ("builtins:bytearray", 2 * 1024**3),  # more memory than the walls allow
        ("os:_exit", 0),  # an end without a word
        ("builtins:int", "x"),  # an error nobody foresaw
    ],
)
def test_a_parser_that_dies_is_a_bad_workbook(factory: str, context: Any) -> None:
    with pytest.raises(Refused) as refused:
        list(started(factory, context))
    assert refused.value.code == "bad_workbook" and children() == []


def test_the_child_is_confined_and_knows_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAFEWORK_DATABASE_URL", "postgresql://secret")
    frames = started("time:sleep", 30)
    (child,) = children()
    process = Path(f"/proc/{child}")
    limits = {line[:26].strip(): line[26:].split()[0] for line in (process / "limits").read_text().splitlines()[1:]}
    assert limits["Max address space"] == str(1024**3)
    assert (limits["Max cpu time"], limits["Max file size"], limits["Max open files"]) == ("60", "0", "32")
    assert b"SAFEWORK" not in (process / "environ").read_bytes()
    assert [line.split()[1] for line in (process / "status").read_text().splitlines() if "NoNewPrivs" in line] == ["1"]
    if (process / "ns/net").readlink() != Path("/proc/self/ns/net").readlink():
        names = [line.split(":")[0].strip() for line in (process / "net/dev").read_text().splitlines()[2:]]
        assert names == ["lo"]
    frames.close()
    assert children() == [], "nobody is left behind when the caller gives up"


def test_one_parses_and_the_rest_wait_up_to_a_limit() -> None:
    gate = Gate(at_once=1, queue=2)
    inside, most = 0, 0
    refusals: list[TooMany] = []
    lock = threading.Lock()

    def work() -> None:
        nonlocal inside, most
        try:
            with gate.enter() as got:
                assert got
                with lock:
                    inside += 1
                    most = max(most, inside)
                time.sleep(0.2)
                with lock:
                    inside -= 1
        except TooMany as refusal:
            refusals.append(refusal)

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
        time.sleep(0.02)
    for thread in threads:
        thread.join()
    assert most == 1 and len(refusals) == 2
    assert refusals[0].code == "import_queue_full" and refusals[0].retry_after
    with gate.enter(), gate.enter(timeout=0.05) as late:
        assert late is False
