"""`safework bus`: what waits, what is dead, what could not be read, and what to do about it."""

from __future__ import annotations

import typer

app = typer.Typer(help="事件总线：查看待投递、失败和被隔离的消息。", no_args_is_help=True)
