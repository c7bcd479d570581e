"""The walls around the child that parses: it may use so much memory and time, write nothing, and reach no network."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
from dataclasses import dataclass

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38


@dataclass(frozen=True, slots=True)
class Walls:
    """reliability.md 3.7, S27."""

    memory_bytes: int = 1024**3
    cpu_seconds: int = 60
    open_files: int = 32


def confine(walls: Walls) -> None:
    """Called by the child itself, before it sees a byte of the workbook. What the machine does not allow (a network
    namespace, mostly) is left out: the limits of memory and time are what an attack on a parser runs into."""
    libc = ctypes.CDLL(None, use_errno=True)
    # A parent that is killed must not leave a parser behind that nobody waits for.
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    with contextlib.suppress(AttributeError):
        if libc.unshare(_CLONE_NEWNET) != 0:
            libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
    for name, value in (
        (resource.RLIMIT_AS, walls.memory_bytes),
        (resource.RLIMIT_CPU, walls.cpu_seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, walls.open_files),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(name)
        ceiling = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(name, (ceiling, ceiling))
    os.umask(0o077)
