"""What the supervisor knows about a process before it runs."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

# A probe answers None when all is well, else in a few words what is wrong. It must not take longer than about 2 s.
Probe = Callable[[], str | None]


@dataclass(frozen=True, slots=True)
class Spec:
    """One process of the stack. `task` runs once and has to end well; everything else runs until it is stopped."""

    name: str
    argv: tuple[str, ...]
    needs: tuple[str, ...] = ()
    stage: int = 2
    task: bool = False
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    user: int | None = None
    group: int | None = None
    # Ready: able to do its work; others wait for it. Alive: failing it for `patience` seconds ends in a restart. An API
    # whose database is away is alive and not ready: restarting it would help nobody.
    ready: Probe | None = None
    alive: Probe | None = None
    patience: float = 30.0
    # For a task: whether there is nothing for it to do. Asked when its turn comes, without a process; an error is a no.
    unneeded: Callable[[], bool] | None = None
    # How long from its start to its first readiness before it counts as hung. A busy small machine is slow.
    start_patience: float = 120.0
    stop_signal: signal.Signals = signal.SIGTERM
    stop_patience: float = 20.0
    # What the kernel sends it when the supervisor is killed outright and nobody is left to insist. None: `stop_signal`.
    orphan_signal: signal.Signals | None = None
