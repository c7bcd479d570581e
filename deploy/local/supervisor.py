"""The supervisor: one detached process that starts the stack in the order of its dependencies, restarts what dies, and
drains it on SIGTERM. It talks to the command line through files: state.json is what it says, requests/ what it is asked."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil

from deploy.local import child, plan
from deploy.local.layout import Layout, read_json, write_private
from deploy.local.managed import Managed, now

# Between two looks at the children while all is quiet. A child's end wakes the loop at once.
QUIET_SECONDS = 0.5
BUSY_SECONDS = 0.05
ROTATE_SECONDS = 30.0


class Supervisor:
    """The main loop."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.pool = ThreadPoolExecutor(max_workers=6, thread_name_prefix="probe")
        self.managed = {
            spec.name: Managed(spec, layout.log_file(spec.name), self.pool) for spec in plan.processes(layout)
        }
        self.started_at = now()
        self.stopping = False
        self._said: dict[str, Any] = {}
        self._wake_read, self._wake_write = os.pipe()
        for end in (self._wake_read, self._wake_write):
            os.set_blocking(end, False)

    def run(self) -> None:
        """Returns when everything has been stopped."""
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        end_leftovers(self.layout)
        next_rotation = 0.0
        while not self.stopping:
            moment = now()
            self._requests()
            for process in self.managed.values():
                process.step(moment, all(self.managed[name].satisfied for name in process.spec.needs))
            self._say()
            if moment >= next_rotation:
                next_rotation = moment + ROTATE_SECONDS
                for process in self.managed.values():
                    child.rotate(process.log)
            self._sleep()
        self._drain()

    def _stop(self, *_: object) -> None:
        self.stopping = True

    def _sleep(self) -> None:
        busy = any(process.state in ("starting", "waiting", "backoff") for process in self.managed.values())
        select.select([self._wake_read], [], [], BUSY_SECONDS if busy else QUIET_SECONDS)
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake_read, 4096)

    def _requests(self) -> None:
        requests = sorted(self.layout.requests.iterdir())
        for request in requests:
            verb, _, name = request.name.partition(".")
            if verb == "restart" and name in self.managed:
                self.managed[name].failures = 0
                self.managed[name].restart("按要求重启")
            elif verb == "resume":
                for process in self.managed.values():
                    if process.state == "failed":
                        process.restart("重试")
        if requests:
            # Whoever asked waits for the request to disappear, and then reads the new state.
            self._say()
            for request in requests:
                request.unlink(missing_ok=True)

    def _say(self, phase: str = "running") -> None:
        report = {
            "phase": phase,
            "pid": os.getpid(),
            "started_at": self.started_at,
            "processes": {name: process.report() for name, process in self.managed.items()},
        }
        if report != self._said:
            self._said = report
            write_private(self.layout.state, json.dumps(report, ensure_ascii=False))

    def _drain(self) -> None:
        """Last come, first to go: the gateway lets requests finish, then the services, then what they stand on."""
        for stage in sorted({process.spec.stage for process in self.managed.values()}, reverse=True):
            group = [process for process in self.managed.values() if process.spec.stage == stage]
            for process in group:
                process.ask_to_stop()
            self._say("stopping")
            asked = time.monotonic()
            while group:
                waited = time.monotonic() - asked
                group = [process for process in group if not process.reap(force=waited > process.spec.stop_patience)]
                time.sleep(0.05)
            self._say("stopping")
        self._say("stopped")
        self.pool.shutdown(wait=False, cancel_futures=True)


def end_leftovers(layout: Layout) -> None:
    """Ends what a supervisor that was killed has left behind. Linux ends it by itself (see `child.spawn`); elsewhere, and
    for what is slow to end, this makes sure that nothing runs twice. A process is known by pid and time of birth."""
    left: list[tuple[psutil.Process, int]] = []
    for report in read_json(layout.state).get("processes", {}).values():
        with contextlib.suppress(psutil.Error, KeyError, TypeError):
            process = psutil.Process(report["pid"])
            if abs(process.create_time() - report["created"]) < 0.02:
                left.append((process, report["stop_signal"]))
    for process, number in left:
        with contextlib.suppress(psutil.Error):
            process.send_signal(number)
    _, alive = psutil.wait_procs([process for process, _ in left], timeout=10)
    for process in alive:
        with contextlib.suppress(psutil.Error, ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    psutil.wait_procs(alive, timeout=10)


def main() -> None:
    """`python -m deploy.local.supervisor VAR`: refuses to be the second one."""
    layout = Layout(Path(sys.argv[1]))
    lock = os.open(layout.lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit("另一个守护进程正在运行")
    os.ftruncate(lock, 0)
    os.write(lock, str(os.getpid()).encode())
    Supervisor(layout).run()


if __name__ == "__main__":
    main()
