"""A process that keeps in memory what parsing needs, and forks for each workbook: `python -I -B -m kit.excel.nursery`.

Importing our code takes most of a second of processor time, and a department's workbook is read in a tenth of that; a
forked parser begins at once. It forks before a byte of any workbook is seen, has one thread, no secrets, and no connection
but the one to the process that started it. `kit.excel.starting` is that other end."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import signal
import socket
import sys

from kit.excel import child, reading  # noqa: F401  reading: in memory before the fork

# Nobody has imported anything for so long: the memory is of more use to others.
IDLE_SECONDS = 900
_LONGEST_NAME = 512


def main() -> int:
    """Answers each request (a module's name, with the ends of two pipes) with a file descriptor that stands for the parser,
    until the other end is closed or nothing has come for long."""
    # Nobody waits for the parsers here: the kernel buries them.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    # A terminal's Ctrl-C is meant for the process that started us, which may want its import to end in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(fileno=os.dup(0)) as door:
        door.settimeout(IDLE_SECONDS)
        while True:
            try:
                name, pipes, _, _ = socket.recv_fds(door, _LONGEST_NAME, 2)
            except TimeoutError:
                return 0
            if not name:
                return 0
            try:
                importlib.import_module(name.decode())
                _answer(door, pipes)
            finally:
                for pipe in pipes:
                    os.close(pipe)


def _answer(door: socket.socket, pipes: list[int]) -> None:
    gc.collect()
    gc.freeze()
    parser = os.fork()
    if parser == 0:
        code = 1
        try:
            code = _parse(pipes)
        finally:
            os._exit(code)
    handle = os.pidfd_open(parser)
    try:
        socket.send_fds(door, [b"+"], [handle])
    finally:
        os.close(handle)


def _parse(pipes: list[int]) -> int:
    for to, pipe in enumerate(pipes):
        os.dup2(pipe, to)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with contextlib.suppress(BrokenPipeError):
        return child.main()
    return 1


if __name__ == "__main__":
    sys.exit(main())
