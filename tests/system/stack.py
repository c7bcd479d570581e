"""A whole embedded stack for tests: its own data folder, its own port, beside whatever else runs on the machine."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from deploy.local import environment
from deploy.local.layout import Layout
from tests.system.traefik import free_port

START_SECONDS = 280


class Stack:
    """A running stack. Killed processes come back by themselves; `wait_ready` waits for that."""

    def __init__(self, var: Path, port: int) -> None:
        self.var = var
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.layout = Layout(var)

    @property
    def password(self) -> str:
        """The one password of the demo accounts."""
        return self.layout.demo_password.read_text().strip()

    def safework(self, *arguments: str, check: bool = True, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """Runs `safework …` on this stack."""
        result = subprocess.run(
            [sys.executable, "-m", "deploy.cli", *arguments],
            env=environ(self.var), capture_output=True, text=True, timeout=timeout, check=False,
        )  # fmt: skip
        if check and result.returncode != 0:
            raise AssertionError(
                f"safework {' '.join(arguments)} → {result.returncode}\n{result.stdout}\n{result.stderr}"
            )
        return result

    def up(self) -> float:
        """Starts it and waits until all is ready; the seconds that took."""
        began = time.monotonic()
        self.safework("up", "--port", str(self.port), timeout=START_SECONDS)
        return time.monotonic() - began

    def down(self) -> None:
        """Stops it."""
        self.safework("down")

    def env(self, service: str, process: str = "api") -> dict[str, str]:
        """The `SAFEWORK_*` environment of a service of this stack."""
        kept, os.environ["SAFEWORK_VAR"] = os.environ.get("SAFEWORK_VAR"), str(self.var)
        try:
            return environment.for_service(self.layout, service, process=process)
        finally:
            if kept is None:
                del os.environ["SAFEWORK_VAR"]
            else:
                os.environ["SAFEWORK_VAR"] = kept

    def status(self) -> dict[str, Any]:
        """`safework status --json`."""
        return json.loads(self.safework("status", "--json", check=False).stdout)

    def process(self, name: str) -> dict[str, Any]:
        """What the supervisor says about a process."""
        return json.loads(self.layout.state.read_text())["processes"][name]

    def processes(self) -> dict[str, dict[str, Any]]:
        """What the supervisor says about each."""
        return json.loads(self.layout.state.read_text())["processes"]

    def supervisor(self) -> int:
        """The pid of the supervisor."""
        return int(json.loads(self.layout.state.read_text())["pid"])

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> int:
        """Kills a process without warning; the pid it had."""
        pid = self.process(name)["pid"]
        assert pid, f"{name} does not run"
        os.kill(pid, number)
        return int(pid)

    def wait_ready(self, *names: str, timeout: float = 150, not_pid: int | None = None) -> None:
        """Waits until these processes (or all) are ready; `not_pid` is the pid that must be gone."""

        def ready() -> bool:
            found = self.processes()
            chosen = names or tuple(found)
            return all(
                found[name]["state"] in ("ready", "done") and (not_pid is None or found[name]["pid"] != not_pid)
                for name in chosen
            )

        wait_for(ready, timeout, lambda: {n: (p["state"], p["detail"]) for n, p in self.processes().items()})

    def pids(self) -> list[psutil.Process]:
        """Every process of this stack that is alive now, the supervisor and grandchildren included."""
        found: dict[int, psutil.Process] = {}
        try:
            supervisor = psutil.Process(self.supervisor())
            for process in (supervisor, *supervisor.children(recursive=True)):
                found[process.pid] = process
        except psutil.NoSuchProcess:
            pass
        return list(found.values())

    def mine(self) -> list[psutil.Process]:
        """Processes that have this stack's folder in their command line or environment, found by looking at all."""
        found = []
        for process in psutil.process_iter():
            try:
                text = " ".join(process.cmdline()) + " ".join(process.environ().values())
            except psutil.Error:
                continue
            if str(self.var) in text and process.pid != os.getpid():
                found.append(process)
        return found


def environ(var: Path) -> dict[str, str]:
    """The environment of a person at the keyboard whose stack lies in `var`."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SAFEWORK_")}
    return {**clean, "SAFEWORK_VAR": str(var)}


def wait_for(condition: Callable[[], bool], timeout: float, explain: Callable[[], object] = lambda: "") -> None:
    """Polls until it holds."""
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, f"not within {timeout} s: {explain()}"
        time.sleep(0.1)


def listening(port: int) -> bool:
    """Whether somebody accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="session")
def stack(request: pytest.FixtureRequest) -> Iterator[Stack]:
    """One stack for the whole session, ready. Tests may kill its processes, and leave it ready. Its folder is not pytest's:
    every pytest that starts closes that one to others, and PostgreSQL, which is another user, could not reach its data.
    After a failure it stays, with its logs."""
    folder = Path(tempfile.mkdtemp(prefix="safework-stack-"))
    started = Stack(folder / "var", free_port())
    try:
        started.up()
        yield started
    finally:
        started.safework("down", check=False)
        if not request.session.testsfailed:
            shutil.rmtree(folder, ignore_errors=True)
