"""`safework logs`: several files as one stream."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from deploy.cli.terminal import out
from deploy.cli.times import local


def show(files: Sequence[Path], lines: int, follow: bool) -> None:
    """Prints the last lines of each file, then, with `follow`, what is added."""
    several = len(files) > 1
    opened: dict[str, TextIO] = {}
    for file in files:
        stream: TextIO = file.open(encoding="utf-8", errors="replace")
        opened[file.stem] = stream
        for line in stream.readlines()[-lines:]:
            _print(file.stem if several else "", line)
    with contextlib.suppress(KeyboardInterrupt):
        while follow:
            quiet = True
            for name, stream in opened.items():
                if stream.tell() > Path(stream.name).stat().st_size:
                    stream.seek(0)  # the file was emptied by the rotation
                for line in stream.readlines():
                    quiet = False
                    _print(name if several else "", line)
            if quiet:
                time.sleep(0.3)
    for stream in opened.values():
        stream.close()


def _print(name: str, line: str) -> None:
    text = local(line.rstrip())
    out.print(f"{name}: {text}" if name else text, markup=False, soft_wrap=True)
