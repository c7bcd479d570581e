"""How the command line talks to people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer
from rich.console import Console

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def fail(message: str, hint: str = "") -> NoReturn:
    """Says in one sentence what is wrong and what to do, and ends with 1."""
    err.print(message, style="bold red", markup=False)
    if hint:
        err.print(hint, markup=False)
    raise typer.Exit(1)


@contextmanager
def explained() -> Iterator[None]:
    """Turns the embedded stack's own error, and files of another user, into such a sentence."""
    from deploy.local.failure import StackError

    try:
        yield
    except StackError as error:
        fail(error.message, error.hint)
    except PermissionError as error:
        fail(
            f"没有权限使用 {error.filename}",
            "它属于另一个用户，例如曾以 root 启动过：用那个用户操作，或请他移交 var 目录",
        )
