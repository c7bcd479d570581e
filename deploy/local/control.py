"""The command line's side of the supervisor: is there one, start it, ask it for something, stop it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Any

import psutil

from deploy.local import environment
from deploy.local.failure import StackError
from deploy.local.layout import PROJECT, Layout, read_json


@dataclass(frozen=True, slots=True)
class Process:
    """What the supervisor says about one process."""

    name: str
    state: str
    detail: str
    pid: int | None
    started_at: float | None
    restarts: int
    task: bool

    @property
    def well(self) -> bool:
        """Ready, or done for a one-shot step."""
        return self.state in ("ready", "done")

    def memory(self) -> int:
        """Bytes of the process and its children, what they share counted once (PostgreSQL's buffers); 0 when it is gone."""
        total = 0
        with contextlib.suppress(psutil.Error):
            if self.pid:
                process = psutil.Process(self.pid)
                for each in (process, *process.children(recursive=True)):
                    with contextlib.suppress(psutil.Error):
                        total += getattr(each.memory_full_info(), "pss", 0) or each.memory_info().rss
        return total


def supervisor_pid(layout: Layout) -> int | None:
    """The pid of the supervisor that lives, judged by its lock, which dies with it."""
    try:
        descriptor = os.open(layout.lock, os.O_RDWR)
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise StackError(f"{layout.root} 属于另一个用户", "用启动系统的那个用户操作") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return int(os.read(descriptor, 32) or b"0") or None
    finally:
        os.close(descriptor)
    return None


def start(layout: Layout) -> subprocess.Popen[bytes]:
    """Starts a detached supervisor, whose own words go to var/log/supervisor.log."""
    # Requests to an earlier supervisor, and its last words, mean nothing to this one. It reads the pids first.
    for request in layout.requests.iterdir():
        request.unlink()
    log = os.open(layout.log_file("supervisor"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "deploy.local.supervisor", str(layout.root)],
            cwd=PROJECT,
            env={**environment.inherited(), "SAFEWORK_VAR": str(layout.root)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    finally:
        os.close(log)


def state(layout: Layout) -> dict[str, Any]:
    """The supervisor's whole report; empty when none ever ran."""
    return read_json(layout.state)


def processes(layout: Layout) -> list[Process]:
    """Each process of the running stack, in the order of their dependencies."""
    report = state(layout)
    # Right after a start the file may still be the last words of the supervisor before this one.
    if report.get("pid") is None or report["pid"] != supervisor_pid(layout):
        return []
    names = ("state", "detail", "pid", "started_at", "restarts", "task")
    reports = report["processes"].items()
    return [Process(name=name, **{key: report.get(key) for key in names}) for name, report in reports]


def request(layout: Layout, what: str, timeout: float = 10.0) -> None:
    """Asks the supervisor for something and waits until it has begun with it."""
    file = layout.requests / what
    file.touch()
    deadline = time.monotonic() + timeout
    while file.exists():
        if time.monotonic() > deadline:
            raise StackError("守护进程没有反应", f"查看日志：{layout.log_file('supervisor')}")
        time.sleep(0.05)


def restart(layout: Layout, name: str) -> list[str]:
    """Restarts one process, or all of a service (`ledgers` means `ledgers-api` and `ledgers-worker`)."""
    known = [process.name for process in processes(layout) if not process.task]
    if not known:
        raise StackError("系统没有运行", "先运行 make up")
    chosen = matching(name, known)
    if not chosen:
        raise StackError(f"没有名为 {name} 的进程", "可选：" + "、".join(known))
    for each in chosen:
        request(layout, f"restart.{each}")
    return chosen


def matching(name: str, known: list[str]) -> list[str]:
    """The processes that a person means by a name."""
    return [each for each in known if each == name or each.startswith(f"{name}-")]


def stop(layout: Layout, timeout: float = 120.0) -> bool:
    """Stops the stack and waits for it. False when it was not running."""
    pid = supervisor_pid(layout)
    if pid is None:
        return False
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + timeout
    while supervisor_pid(layout) is not None:
        if time.monotonic() > deadline:
            raise StackError("系统没有在规定时间内停下", f"查看日志：{layout.log_file('supervisor')}")
        time.sleep(0.05)
    return True
