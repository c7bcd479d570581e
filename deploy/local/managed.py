"""One process under supervision: a small state machine that the supervisor steps a few times a second."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import psutil

from deploy.local import child
from deploy.local.spec import Probe, Spec

State = Literal["waiting", "starting", "ready", "unready", "backoff", "done", "failed", "stopping", "stopped"]

# A process that was ready for this long before it died has earned an immediate restart.
STABLE_SECONDS = 30.0
BACKOFF_SECONDS = (0.2, 1.0, 2.0, 4.0, 8.0, 15.0)
# A one-shot step is tried this often: the first try may meet a server that has only just come up.
TASK_TRIES = 3
PROBE_SECONDS_STARTING = 0.15
PROBE_SECONDS_READY = 3.0


class Managed:
    """The process of one `Spec`, now."""

    def __init__(self, spec: Spec, log: Path, pool: ThreadPoolExecutor) -> None:
        self.spec = spec
        self.log = log
        self.state: State = "waiting"
        self.detail = ""
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.created = 0.0
        self.ready_at = 0.0
        self.restarts = 0
        self.failures = 0
        self._pool = pool
        self._not_before = 0.0
        self._probing: Future[tuple[str | None, str | None]] | None = None
        self._next_probe = 0.0
        self._failing_since = 0.0
        self._why = ""

    @property
    def satisfied(self) -> bool:
        """Whether those who need it may start."""
        return self.state in ("ready", "done")

    @property
    def running(self) -> bool:
        """Whether there is a process."""
        return self.process is not None and self.process.poll() is None

    def step(self, now: float, may_start: bool) -> None:
        """Looks at the process and does what is due."""
        if self.state in ("done", "failed", "stopping", "stopped"):
            return
        if self.process is not None and self.process.poll() is not None:
            self._ended(self.process.returncode, now)
        elif self.state in ("waiting", "backoff"):
            if may_start and now >= self._not_before:
                self._start(now)
        else:
            self._probe(now)

    def _start(self, now: float) -> None:
        if self.spec.unneeded is not None and _true(self.spec.unneeded):
            self.state, self.detail = "done", ""
            return
        child.rotate(self.log)
        heartbeat = self.spec.env.get("SAFEWORK_HEARTBEAT_FILE")
        if heartbeat:
            # An old heartbeat would make a worker that hangs at its start look alive.
            Path(heartbeat).unlink(missing_ok=True)
        try:
            self.process = child.spawn(self.spec, self.log)
        except OSError as error:
            self.process = None
            self.detail = f"无法启动：{error}"
            self._retry_later(now)
            return
        self.started_at, self.ready_at, self._failing_since = now, 0.0, 0.0
        with contextlib.suppress(psutil.Error):
            self.created = psutil.Process(self.process.pid).create_time()
        self.state, self.detail = "starting", ""
        self._next_probe, self._probing = now + PROBE_SECONDS_STARTING, None

    def _ended(self, code: int, now: float) -> None:
        assert self.process is not None
        child.kill(self.process)  # what it left behind in its session
        self.process = None
        if self.spec.task and code == 0:
            self.state, self.detail = "done", ""
            return
        how = f"被信号 {-code} 结束" if code < 0 else f"退出码 {code}"
        # What we ended ourselves says why in words; a bare "signal 9" would not.
        self.detail = self._why or how
        self._why = ""
        self._tell(self.detail)
        if self.ready_at and now - self.ready_at >= STABLE_SECONDS:
            self.failures = 0
        self._retry_later(now)

    def _retry_later(self, now: float) -> None:
        self.failures += 1
        if self.spec.task and self.failures >= TASK_TRIES:
            self.state = "failed"
            return
        self.restarts += 1
        self.state = "backoff"
        self._not_before = now + BACKOFF_SECONDS[min(self.failures, len(BACKOFF_SECONDS)) - 1]

    def _probe(self, now: float) -> None:
        if self.spec.task:
            return
        if self._probing is not None:
            if self._probing.done():
                not_ready, not_alive = self._probing.result()
                self._probing = None
                self._judge(now, not_ready, not_alive)
            return
        if now >= self._next_probe:
            self._next_probe = now + (PROBE_SECONDS_READY if self.state == "ready" else PROBE_SECONDS_STARTING)
            self._probing = self._pool.submit(_ask, self.spec.ready, self.spec.alive)

    def _judge(self, now: float, not_ready: str | None, not_alive: str | None) -> None:
        if not_ready is None:
            if self.state != "ready":
                if self.state == "starting":
                    self._tell(f"就绪，用时 {now - self.started_at:.1f} 秒")
                self.state = "ready"
                self.ready_at = now
            self.detail = ""
        elif self.state in ("ready", "unready"):
            self.state, self.detail = "unready", not_ready
        else:
            self.detail = not_ready
            if now - self.started_at > self.spec.start_patience:
                self.restart(f"{self.spec.start_patience:.0f} 秒内未就绪：{not_ready}")
                return
        if not_alive is None:
            self._failing_since = 0.0
        elif self.ready_at:
            self._failing_since = self._failing_since or now
            if now - self._failing_since >= self.spec.patience:
                self.restart(f"没有反应：{not_alive}")

    def restart(self, why: str) -> None:
        """Ends the process; the next step starts it again."""
        self.detail = self._why = why
        if self.running and self.process is not None:
            child.kill(self.process)
        elif self.state in ("failed", "done", "backoff", "waiting"):
            self.failures, self._not_before, self.state = 0, 0.0, "waiting"

    def _tell(self, what: str) -> None:
        """To var/log/supervisor.log: the only trace that a restart leaves."""
        print(f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S} {self.spec.name}：{what}", flush=True)  # noqa: T201

    def ask_to_stop(self) -> None:
        """The polite signal; a process that is not running is stopped already."""
        if self.state in ("done", "failed"):
            return
        if self.running and self.process is not None:
            self.state = "stopping"
            self.process.send_signal(self.spec.stop_signal)
        else:
            self.state = "stopped"

    def reap(self, *, force: bool) -> bool:
        """Whether it has ended; with `force` it has."""
        if self.process is None:
            return True
        if self.process.poll() is None:
            if not force:
                return False
            child.kill(self.process)
            self.process.wait(timeout=10)
        # Its own children may have outlived it.
        child.kill(self.process)
        self.process = None
        self.state = "stopped"
        return True

    def report(self) -> dict[str, Any]:
        """What `status` shows."""
        return {
            "state": self.state,
            "detail": self.detail,
            "pid": self.process.pid if self.process is not None else None,
            "created": self.created,
            "started_at": self.started_at or None,
            "restarts": self.restarts,
            "task": self.spec.task,
            "stop_signal": self.spec.stop_signal.value,
        }


def _true(question: Callable[[], bool]) -> bool:
    try:
        return question()
    except Exception:
        # The task itself will meet what went wrong, and say so in its log.
        return False


def _ask(ready: Probe | None, alive: Probe | None) -> tuple[str | None, str | None]:
    not_ready = ready() if ready else None
    # A process that is ready is alive.
    not_alive = alive() if alive and not_ready is not None else None
    return not_ready, not_alive


def now() -> float:
    """Wall-clock seconds; uptimes are shown to people across restarts of the command line."""
    return time.time()
