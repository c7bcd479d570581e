"""From an ordinary process into a worker's process."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

from kit.worker.declare import Worker


def main(worker: type[Worker] | str) -> NoReturn:
    """Becomes the worker's process, in place of this one. `worker` is the class, or the name of a service whose class stands
    in services.<name>.worker.

    A new interpreter is needed because eventlet has to patch the standard library before anything else is imported; the
    process id stays, so that a supervisor sees one process. The file is run by path, not with -m, since -m would import
    this package first; -P keeps its folder off the module path."""
    spec = worker if isinstance(worker, str) else f"{worker.__module__}:{worker.__qualname__}"
    script = Path(__file__).with_name("__main__.py")
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, "-P", str(script), spec])  # noqa: S606
