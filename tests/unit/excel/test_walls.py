"""The child that parses: what it may use, what becomes of it, and that its death is an answer and not an accident.

The factory named in a plan is called with the plan's context, so that the standard library serves as an attacker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from kit.errors import TooMany
from kit.excel.refusal import Refused
from kit.excel.runner import Gate, parse
from tests.fixtures import museum


def processes() -> dict[int, tuple[int, bytes]]:
    """Every process's parent and command, by its id."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                found[int(entry.name)] = (parent, (entry / "cmdline").read_bytes())
            except (OSError, IndexError):
                continue
    return found


def nurseries() -> list[int]:
    return [
        number for number, (parent, command) in processes().items()
        if parent == os.getpid() and b"kit.excel.nursery" in command
    ]  # fmt: skip


def parsers() -> list[int]:
    """The processes that parse for this one: the nursery's children, or its own."""
    homes = nurseries()
    return [
        number for number, (parent, command) in processes().items()
        if parent in homes or (parent == os.getpid() and b"kit.excel.child" in command)
    ]  # fmt: skip


def gone() -> bool:
    """The kernel tells of a death a moment before it clears the body away."""
    deadline = time.monotonic() + 5
    while parsers() and time.monotonic() < deadline:
        time.sleep(0.01)
    return parsers() == []


@pytest.fixture(params=["forked", "alone"])
def how(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways of starting a parser; the second is that of a kernel before 5.3."""
    if request.param == "alone":
        monkeypatch.delattr(os, "pidfd_open")
    return str(request.param)


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
def test_a_parser_that_dies_is_a_bad_workbook(how: str, factory: str, context: Any) -> None:
    with pytest.raises(Refused) as refused:
        list(started(factory, context))
    assert refused.value.code == "bad_workbook" and gone()


def test_the_child_is_confined_and_knows_no_secrets(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAFEWORK_DATABASE_URL", "postgresql://secret")
    frames = started("time:sleep", 30)
    (child,) = parsers()
    assert (processes()[child][0] == os.getpid()) is (how == "alone")
    process = Path(f"/proc/{child}")
    limits = {line[:26].strip(): line[26:].split()[0] for line in (process / "limits").read_text().splitlines()[1:]}
    assert limits["Max address space"] == str(1024**3)
    assert (limits["Max cpu time"], limits["Max file size"], limits["Max open files"]) == ("60", "0", "32")
    assert b"SAFEWORK" not in (process / "environ").read_bytes()
    assert [line.split()[1] for line in (process / "status").read_text().splitlines() if "NoNewPrivs" in line] == ["1"]
    if (process / "ns/net").readlink() != Path("/proc/self/ns/net").readlink():
        names = [line.split(":")[0].strip() for line in (process / "net/dev").read_text().splitlines()[2:]]
        assert names == ["lo"]
    assert len(list((process / "fd").iterdir())) <= 3, "it has its pipes, and no way to the nursery's door"
    frames.close()
    assert gone(), "nobody is left behind when the caller gives up"


def test_a_nursery_that_died_is_started_again_and_takes_its_parsers_along() -> None:
    frames = started("time:sleep", 30)
    (nursery,) = nurseries()
    os.kill(nursery, signal.SIGKILL)
    with pytest.raises(Refused):
        list(frames)
    assert gone()
    assert (
        len(
            list(
                parse(museum.saved(museum.book()), "x.xlsx", "kit.excel.probe:make", {"titles": list(museum.HEADINGS)})
            )
        )
        > 1
    )
    assert nurseries() not in ([], [nursery])


def test_a_nursery_ends_with_the_process_that_started_it() -> None:
    code = (
        "import os,sys;from kit.excel.starting import start;parser=start('time:sleep');"
        "print(os.getpid(),flush=True);sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        family = {number for number, (of, _) in processes().items() if of == parent.pid}
        family |= {number for number, (of, _) in processes().items() if of in family}
        assert len(family) == 2, "a nursery and a parser"
        parent.kill()
    deadline = time.monotonic() + 10
    while family & processes().keys() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not family & processes().keys()


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
