"""A child process and the two things that need care: its end when the supervisor ends, and its log."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from deploy.local.layout import PROJECT
from deploy.local.spec import Spec

LOG_BYTES = 10 * 1024 * 1024
LOG_FILES = 3

_PR_SET_PDEATHSIG = 1
_libc: Any = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def spawn(spec: Spec, log: Path) -> subprocess.Popen[bytes]:
    """Starts the process in a session of its own, its output appended to `log`. Call it from the main thread: Linux
    sends the parent-death signal when the *thread* that forked ends."""
    # Appending, so that `rotate` may shorten the file under the process that writes it.
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    parent = os.getpid()

    def in_child() -> None:
        if _libc is not None:
            # A supervisor that is killed outright cannot stop its children; the kernel does it. PostgreSQL gets its
            # "fast shutdown", the others a normal end, or what ends them surely.
            _libc.prctl(_PR_SET_PDEATHSIG, (spec.orphan_signal or spec.stop_signal).value, 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    try:
        return subprocess.Popen(  # noqa: S603
            spec.argv,
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            cwd=spec.cwd or PROJECT,
            env=dict(spec.env),
            user=spec.user,
            group=spec.group,
            extra_groups=[] if spec.user is not None else None,
            start_new_session=True,
            preexec_fn=in_child,
        )
    finally:
        os.close(descriptor)


def kill(process: subprocess.Popen[bytes]) -> None:
    """Ends the process and everything that it started, at once."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def rotate(log: Path) -> None:
    """Keeps a log from filling the disk: copies it away and empties it once it is large."""
    try:
        if log.stat().st_size < LOG_BYTES:
            return
    except FileNotFoundError:
        return
    for number in range(LOG_FILES - 1, 0, -1):
        older = log.with_name(f"{log.name}.{number}")
        if older.exists():
            older.replace(log.with_name(f"{log.name}.{number + 1}"))
    # The process keeps its descriptor, so that the file is emptied and not renamed; a line that is written between the
    # copy and the cut is lost, which a log of a demo can afford.
    shutil.copyfile(log, log.with_name(f"{log.name}.1"))
    log.with_name(f"{log.name}.1").chmod(0o600)
    os.truncate(log, 0)
