"""The command line `safework`. Every command imports what it needs when it runs, so that an image that holds one service
needs neither the embedded servers nor the other services."""

from __future__ import annotations

import typer

from deploy.cli import accounts, audit, bus, personal, run, stack, upkeep

app = typer.Typer(
    name="safework",
    help="安全生产危险作业管理平台：启动、查看、维护。",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    add_completion=False,
)
stack.register(app)
run.register(app)
upkeep.register(app)
app.add_typer(bus.app, name="bus")
app.add_typer(audit.app, name="audit")
app.add_typer(personal.app, name="personal")
app.add_typer(accounts.app, name="accounts")

__all__ = ["app"]
